"""Where there is room: how far a place is from the streets, and what already stands."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from core.city.roads import RoadNetwork

Floats = NDArray[np.float64]

EXTENSION_M = 130.0
"""How far roads go on beyond the ends of the network."""

_CELL_M = 1.0
_CORNER_PAVEMENT_M = 1.2


class Space:
    """Free ground of one network."""

    def __init__(self, network: RoadNetwork) -> None:
        self._samples: list[tuple[Floats, Floats, Floats, float, float]] = []
        self._trees: list[cKDTree] = []
        for number, road in enumerate(network.roads):
            length = road.curve.length_m
            parts = network.stretches(number)
            start = -EXTENSION_M if parts[0].from_m <= 0.01 else 0.0
            s = np.arange(start, length + EXTENSION_M, 1.0)
            points, left = road.curve.at(s)[:, :2], road.curve.left(s)[:, :2]
            self._samples.append((points, left, s, road.profile.back_m(1), road.profile.back_m(-1)))
            self._trees.append(cKDTree(points))
        self._outlines = [junction.outline_m[:, :2] for junction in network.junctions]
        everything = np.concatenate([sample[0] for sample in self._samples])
        self.centre_m: Floats = (everything.min(0) + everything.max(0)) / 2
        self.reach_m = float(np.linalg.norm(everything - self.centre_m, axis=1).max())
        self._taken: set[int] = set()

    def clearance(self, places: ArrayLike, skip: int | None = None) -> Floats:
        """Distance (n,) of places (n, 2) from the nearest back of a pavement; negative on a street.

        Road number `skip` is left out.
        """
        places = np.asarray(places, dtype=float).reshape(-1, 2)
        best = np.full(len(places), 1e9)
        for number, (tree, (points, left, _, back_left, back_right)) in enumerate(
            zip(self._trees, self._samples, strict=True)
        ):
            if number == skip:
                continue
            reach, nearest = tree.query(places)
            delta = places - points[nearest]
            across = np.einsum("nc,nc->n", delta, left[nearest])
            along = np.sqrt(np.maximum(reach**2 - across**2, 0))
            side = np.where(across > 0, across - back_left, back_right - across)
            # Beyond the end of a road its corridor ends, too.
            at_end = ((nearest == 0) | (nearest == len(points) - 1)) & (along > 1.0)
            best = np.minimum(best, np.where(at_end, np.hypot(np.maximum(side, 0), along), side))
        for outline in self._outlines:
            near = np.linalg.norm(places - outline.mean(0), axis=1) < 60
            if near.any():
                inside = _inside(places[near], outline)
                rim = cKDTree(outline).query(places[near])[0]
                best[near] = np.minimum(best[near], np.where(inside, -rim, rim) - _CORNER_PAVEMENT_M)
        return best

    def is_free(self, outline: ArrayLike, gap_m: float = 0.0, skip: int | None = None) -> bool:
        """Whether a convex footprint (n, 2) is clear of streets (but `skip`) and of what stands."""
        outline = np.asarray(outline, dtype=float)
        if (self.clearance(_filled(outline, 2.0), skip) < gap_m).any():
            return False
        return self._taken.isdisjoint(_cells(_shrunk(outline)))

    def take(self, outline: ArrayLike) -> None:
        self._taken.update(_cells(np.asarray(outline, dtype=float)))

    def is_place_free(self, place: ArrayLike) -> bool:
        return int(_numbers(np.asarray(place, dtype=float)[None, :2])[0]) not in self._taken


def _shrunk(outline: Floats) -> Floats:
    centre = outline.mean(0)
    size = np.linalg.norm(outline - centre, axis=1, keepdims=True)
    return centre + (outline - centre) * np.maximum(1 - 1.1 / size, 0)


def _filled(outline: Floats, step_m: float) -> Floats:
    """Places all over a quadrilateral (4, 2)."""
    n = max(2, int(np.linalg.norm(outline[1] - outline[0]) / step_m) + 2)
    m = max(2, int(np.linalg.norm(outline[2] - outline[1]) / step_m) + 2)
    a, b = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, m))
    a, b = a.reshape(-1, 1), b.reshape(-1, 1)
    return (outline[0] * (1 - a) + outline[1] * a) * (1 - b) + (outline[3] * (1 - a) + outline[2] * a) * b


def _cells(outline: Floats) -> set[int]:
    return set(_numbers(_filled(outline, 0.6 * _CELL_M)).tolist())


def _numbers(places: Floats) -> NDArray[np.int64]:
    """Of the cells in which places (n, 2) lie."""
    x, y = np.floor(places / _CELL_M).astype(np.int64).T
    return (x << 32) + y


def _inside(places: Floats, outline: Floats) -> NDArray[np.bool_]:
    """Even-odd rule."""
    a, b = outline, np.roll(outline, -1, 0)
    x, y = places[:, :1], places[:, 1:]
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(np.abs(b[:, 1] - a[:, 1]) < 1e-12, 1e-12, b[:, 1] - a[:, 1])
    at = a[:, 0] + (y - a[:, 1]) / rise * (b[:, 0] - a[:, 0])
    return np.asarray((crosses & (x < at)).sum(1) % 2 == 1)
