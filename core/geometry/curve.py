"""Smooth curves, measured in metres along themselves."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline
    from scipy.spatial import cKDTree

Floats = NDArray[np.float64]

_KNOT_STEP_M = 0.5  # keeps a curve of 5 m radius true to its arc length within a few micrometres
_LEAST_PIECES = 4  # of each stretch between two given points, so that dense points do not coarsen the curve
_SEARCH_STEP_M = 0.1  # of the samples that `project` starts from
_NEWTON_STEPS, _CONVERGED_M = 12, 1e-12
_LEAST_TANGENT, _PAST_CUSP_M = 1e-6, 1e-3


class Curve:
    """A curve in world coordinates, twice continuously differentiable, parametrised by its arc length.

    `s_m` counts metres from the first point. Beyond either end the curve goes on straight; its curvature
    there is zero. Lateral distances, headings and curvatures are those of the plan view, left positive.

    A cubic spline passes through the given points, over the square roots of their distances, which keeps
    uneven points from making it swing out (Lee 1989). Its arc length is integrated by Gauss-Legendre
    quadrature, and a second, denser spline over that length is the one evaluated.
    """

    def __init__(self, points_m: Floats, points_s_m: Floats, spline: CubicSpline) -> None:
        self.points_m = points_m  # (n, 3) the points that the curve passes through
        self.points_s_m = points_s_m  # (n,) their places along the curve
        self._spline = spline
        self._first, self._second = spline.derivative(1), spline.derivative(2)

    @classmethod
    def through(cls, points_m: ArrayLike, *, min_spacing_m: float = 1e-3) -> Curve:
        """The curve through world points (n, 3), n ≥ 2.

        A point nearer than `min_spacing_m` to the one before it is left out, the last point never is: a
        vehicle that stands still leaves many points on one spot.

        Raises:
            ValueError: fewer than two distinct points, another shape, or a value that is not finite.
        """
        from scipy.interpolate import CubicSpline

        points = _spaced(np.asarray(points_m, dtype=np.float64), min_spacing_m)
        chords = np.linalg.norm(np.diff(points, axis=0), axis=1)
        at_points = np.concatenate([[0.0], np.cumsum(np.sqrt(chords))])
        given = CubicSpline(at_points, points, bc_type=_end_bends(at_points, points))

        pieces = np.maximum(np.ceil(chords / _KNOT_STEP_M).astype(np.int64), _LEAST_PIECES)
        knots = np.concatenate(
            [
                *(np.linspace(at_points[i], at_points[i + 1], n, endpoint=False) for i, n in enumerate(pieces)),
                at_points[-1:],
            ]
        )
        s_m = np.concatenate([[0.0], np.cumsum(_lengths(given, knots))])
        ends = given(knots[[0, -1]], 1)
        ends /= np.linalg.norm(ends, axis=1, keepdims=True)
        by_length = CubicSpline(s_m, given(knots), bc_type=((1, ends[0]), (1, ends[1])))
        return cls(points, s_m[np.concatenate([[0], np.cumsum(pieces)])], by_length)

    @property
    def length_m(self) -> float:
        return float(self._spline.x[-1])

    def at(self, s_m: ArrayLike) -> Floats:
        """Points (..., 3) at lengths (...)."""
        inside, beyond = self._split(s_m)
        return self._spline(inside) + beyond[..., None] * self._unit_tangent(inside)

    def tangent(self, s_m: ArrayLike) -> Floats:
        """Unit directions of travel (..., 3) at lengths (...)."""
        return self._unit_tangent(self._split(s_m)[0])

    def heading(self, s_m: ArrayLike) -> Floats:
        """Directions of travel (...) about z, counter-clockwise from x, in (-π, π]."""
        tangent = self.tangent(s_m)
        return np.arctan2(tangent[..., 1], tangent[..., 0])

    def left(self, s_m: ArrayLike) -> Floats:
        """Unit directions (..., 3) to the left of travel, level."""
        heading = self.heading(s_m)
        return np.stack([-np.sin(heading), np.cos(heading), np.zeros_like(heading)], -1)

    def curvature(self, s_m: ArrayLike) -> Floats:
        """Curvatures (...) of the plan view in 1/m, positive where the curve turns left."""
        inside, beyond = self._split(s_m)
        first, second = self._first(inside), self._second(inside)
        turn = first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
        speed = np.maximum(np.hypot(first[..., 0], first[..., 1]), 1e-9)
        return np.where(beyond == 0.0, turn / speed**3, 0.0)

    def offset(self, lateral_m: float) -> Curve:
        """The parallel curve at a lateral distance, left positive.

        Inside a bend tighter than `lateral_m` a parallel runs backwards in a loop; there it is cut short.

        Raises:
            ValueError: the curve bends so tightly everywhere that nothing is left.
        """
        s_m = self._spline.x
        points = self.at(s_m) + lateral_m * self.left(s_m)
        nearest_s_m, nearest_m = self.project(points)
        in_loop = np.abs(nearest_m) < abs(lateral_m) - 1e-3
        # A path may cross itself; being near another part of it is no loop.
        in_loop &= np.abs(nearest_s_m - s_m) < 2 * np.pi * abs(lateral_m)
        in_loop |= self.curvature(s_m) * lateral_m > 1.0
        return Curve.through(points[~in_loop])

    def project(self, points_m: ArrayLike) -> tuple[Floats, Floats]:
        """Where points lie along and beside the curve, seen from above.

        Takes points (..., 2 or 3); returns the lengths (...) of the nearest points of the curve and the
        lateral distances (...), left positive. A point whose nearest point is an end of the curve is
        measured against the straight continuation.
        """
        points = np.asarray(points_m, dtype=np.float64)[..., :2]
        flat = points.reshape(-1, 2)
        samples, tree = self._search
        nearest = tree.query(flat)[1]
        low, high = samples[np.maximum(nearest - 1, 0)], samples[np.minimum(nearest + 1, len(samples) - 1)]
        s_m = samples[nearest]
        for _ in range(_NEWTON_STEPS):
            gap = self._spline(s_m)[:, :2] - flat
            first, second = self._first(s_m)[:, :2], self._second(s_m)[:, :2]
            slope = (first**2).sum(-1)
            bend = slope + (gap * second).sum(-1)
            # Beyond the centre of curvature Newton would climb; there the Gauss-Newton slope still descends.
            before, step = s_m, (gap * first).sum(-1) / np.where(bend > 0.1 * slope, bend, slope)
            s_m = np.clip(s_m - step, low, high)
            if (np.abs(s_m - before) < _CONVERGED_M).all():
                break

        tangent = self._first(s_m)[:, :2]
        gap = flat - self._spline(s_m)[:, :2]
        along = (gap * tangent).sum(-1) / (tangent**2).sum(-1)
        past_end = ((s_m <= 0.0) & (along < 0.0)) | ((s_m >= self.length_m) & (along > 0.0))
        lateral = (tangent[:, 0] * gap[:, 1] - tangent[:, 1] * gap[:, 0]) / np.linalg.norm(tangent, axis=-1)
        s_m = s_m + np.where(past_end, along, 0.0)
        return s_m.reshape(points.shape[:-1]), lateral.reshape(points.shape[:-1])

    def may_reach(self, points_m: ArrayLike, reach_m: ArrayLike) -> NDArray[np.bool_]:
        """Which points (..., 2 or 3) may lie within their reaches (...) beside the curve or its straight continuations,
        seen from above: quicker than `project`, and true of a few that do not."""
        points, reach_m = np.asarray(points_m, dtype=np.float64)[..., :2], np.asarray(reach_m, dtype=np.float64)
        knots = self._spline(self._spline.x)[:, :2]
        around_m = reach_m[..., None] + _KNOT_STEP_M  # no further does the curve bulge out from between its knots
        near = ((points >= knots.min(0) - around_m) & (points <= knots.max(0) + around_m)).all(-1)
        for end, sign in ((0.0, -1.0), (self.length_m, 1.0)):
            ahead, apart = sign * self.tangent(end)[:2], points - self.at(end)[:2]
            level = np.linalg.norm(ahead)
            beside = np.abs(ahead[0] * apart[..., 1] - ahead[1] * apart[..., 0])
            near |= (apart @ ahead >= 0) & (beside <= reach_m * level)
        return near

    @cached_property
    def _search(self) -> tuple[Floats, cKDTree]:
        from scipy.spatial import cKDTree

        samples = np.linspace(0.0, self.length_m, max(int(self.length_m / _SEARCH_STEP_M), 32) + 1)
        return samples, cKDTree(self._spline(samples)[:, :2])

    def _split(self, s_m: ArrayLike) -> tuple[Floats, Floats]:
        """Lengths held to the curve, and how far each lies beyond an end."""
        s_m = np.asarray(s_m, dtype=np.float64)
        inside = np.clip(s_m, 0.0, self.length_m)
        return inside, s_m - inside

    def _unit_tangent(self, inside_m: Floats) -> Floats:
        tangent = self._first(inside_m)
        length = np.linalg.norm(tangent, axis=-1, keepdims=True)
        if (length < _LEAST_TANGENT).any():
            # Points that lead straight back make a cusp; there, the way on counts.
            on = self._first(np.where(inside_m < self.length_m - _PAST_CUSP_M, 1.0, -1.0) * _PAST_CUSP_M + inside_m)
            tangent = np.where(length < _LEAST_TANGENT, on, tangent)
            length = np.linalg.norm(tangent, axis=-1, keepdims=True)
        return tangent / length


def _spaced(points: Floats, min_spacing_m: float) -> Floats:
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"a curve needs points (n, 3), not {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("a point of a curve is not finite")
    kept = [0]
    for i in range(1, len(points)):
        if np.linalg.norm(points[i] - points[kept[-1]]) >= min_spacing_m:
            kept.append(i)
    last = len(points) - 1
    if len(kept) > 1 and kept[-1] != last:
        kept[-1] = last
    if len(kept) < 2:
        raise ValueError("a curve needs two distinct points")
    return points[kept]


def _end_bends(at: Floats, points: Floats) -> Any:
    """Boundary conditions: at either end bent as the parabola through the last three points."""
    if len(at) < 3:
        return "not-a-knot"
    slopes = np.diff(points, axis=0) / np.diff(at)[:, None]
    first = 2 * (slopes[1] - slopes[0]) / (at[2] - at[0])
    last = 2 * (slopes[-1] - slopes[-2]) / (at[-1] - at[-3])
    return (2, first), (2, last)


def _lengths(spline: CubicSpline, knots: Floats) -> Floats:
    """Arc lengths (n - 1,) between successive parameters (n,) of a spline."""
    nodes, weights = np.polynomial.legendre.leggauss(5)
    half = np.diff(knots)[:, None] / 2
    at = (knots[:-1, None] + half) + half * nodes
    return (np.linalg.norm(spline(at, 1), axis=-1) * weights * half).sum(-1)
