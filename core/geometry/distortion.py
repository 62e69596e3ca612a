"""Lens distortion on the plane at distance one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.geometry.rising import farthest

Floats = NDArray[np.float64]

FARTHEST = 1e4
"""Radii beyond this, 89.994° off the axis, are on no plane before the camera."""

_LEAST_SLOPE = 0.01  # of the magnification at the centre; below it the inverse has too few digits
_NEWTON_STEPS = 20
_TABLE_SIZE = 512


@dataclass(frozen=True)
class BrownConrady:
    """Radial and tangential distortion (Brown 1971), with OpenCV's order of coefficients.

    Coefficients: none, or k1 k2 p1 p2, or with k3, or with k3 k4 k5 k6 (rational).
    """

    coefficients: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.coefficients) not in (0, 4, 5, 8):
            raise ValueError(f"{len(self.coefficients)} distortion coefficients; expected 0, 4, 5 or 8")
        if not np.isfinite(self.coefficients).all():
            raise ValueError("a distortion coefficient is not finite")

    @property
    def is_none(self) -> bool:
        return not any(self.coefficients)

    def apply(self, plane: Floats) -> Floats:
        """Distorted places (..., 2) of undistorted ones (..., 2)."""
        if self.is_none:
            return plane
        _, _, p1, p2, *_ = self._padded
        x, y = plane[..., 0], plane[..., 1]
        r2 = x * x + y * y
        radial = self._radial(r2)
        tangential_x = 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
        tangential_y = p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
        return np.stack([x * radial + tangential_x, y * radial + tangential_y], -1)

    def invert(self, distorted: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Undistorted places (..., 2) within `max_radius`, and whether there is one (...).

        Newton's method, started from the inverse of the radial part.
        """
        if self.is_none:
            return distorted, np.hypot(distorted[..., 0], distorted[..., 1]) <= FARTHEST
        far = np.linalg.norm(distorted, axis=-1)
        radii = np.tan(np.linspace(0.0, np.arctan(self.max_radius), _TABLE_SIZE))
        guess = np.interp(far, radii * self._radial(radii**2), radii)
        plane = distorted * (guess / np.maximum(far, 1e-12))[..., None]
        tolerance = 1e-13 * np.maximum(far, 1.0)
        for _ in range(_NEWTON_STEPS):
            residual = self.apply(plane) - distorted
            if (np.abs(residual).max(-1) <= tolerance).all():
                break
            xx, xy, yy = self._jacobian(plane)
            determinant = xx * yy - xy * xy
            determinant = np.where(np.abs(determinant) < 1e-12, 1e-12, determinant)
            step_x = (yy * residual[..., 0] - xy * residual[..., 1]) / determinant
            step_y = (xx * residual[..., 1] - xy * residual[..., 0]) / determinant
            plane = self._held(plane - np.stack([step_x, step_y], -1))
        residual = np.abs(self.apply(plane) - distorted).max(-1)
        return plane, residual <= 1e3 * tolerance

    @cached_property
    def max_radius(self) -> float:
        """The undistorted radius up to which the map is one to one.

        Its Jacobian is symmetric; where it is positive definite on all of a disc, no two places of the disc
        fall together. Farther out an image point would fold back.
        """
        radii = np.tan(np.linspace(0.0, np.arctan(FARTHEST), 1024))
        return FARTHEST if self.is_none else farthest(self._is_one_to_one, radii)

    def _is_one_to_one(self, radii: Floats) -> NDArray[np.bool_]:
        _, _, p1, p2, *_ = self._padded
        angles = np.linspace(0.0, 2 * np.pi, 48 if p1 or p2 else 1, endpoint=False)
        xx, xy, yy = self._jacobian(radii[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], -1))
        least_eigenvalue = (xx + yy) / 2 - np.hypot((xx - yy) / 2, xy)
        return np.asarray(least_eigenvalue.min(-1) > _LEAST_SLOPE)

    def _radial(self, r2: Floats) -> Floats:
        k1, k2, _, _, k3, *_ = self._padded
        return (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / self._under(r2)

    def _under(self, r2: Floats) -> Floats:
        """The denominator; NaN from where it falls to its zero, the end of every field of view."""
        *_, k4, k5, k6 = self._padded
        if not (k4 or k5 or k6):
            return np.ones(())
        under = 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
        return np.where(under > _LEAST_SLOPE, under, np.nan)

    def _jacobian(self, plane: Floats) -> tuple[Floats, Floats, Floats]:
        """Its xx, xy = yx and yy entries (...)."""
        k1, k2, p1, p2, k3, k4, k5, k6 = self._padded
        x, y = plane[..., 0], plane[..., 1]
        r2 = x * x + y * y
        radial = self._radial(r2)
        bend = 2 * ((k1 + r2 * (2 * k2 + r2 * 3 * k3)) - radial * (k4 + r2 * (2 * k5 + r2 * 3 * k6))) / self._under(r2)
        xx = radial + x * x * bend + 2 * p1 * y + 6 * p2 * x
        xy = x * y * bend + 2 * p1 * x + 2 * p2 * y
        yy = radial + y * y * bend + 6 * p1 * y + 2 * p2 * x
        return xx, xy, yy

    def _held(self, plane: Floats) -> Floats:
        far = np.linalg.norm(plane, axis=-1, keepdims=True)
        return plane * np.minimum(self.max_radius / np.maximum(far, 1e-12), 1.0)

    @cached_property
    def _padded(self) -> tuple[float, ...]:
        return (*self.coefficients, *(0.0,) * (8 - len(self.coefficients)))
