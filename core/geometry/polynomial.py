"""Polynomials that rise: the radial maps of lenses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Polynomial = np.polynomial.Polynomial

_LEAST_SLOPE = 0.01  # of the slope at zero; below it the inverse has too few digits
_NEWTON_STEPS = 12
_TABLE_SIZE = 512


def first_positive_root(polynomial: Polynomial) -> float:
    """The smallest real root above zero; infinity if there is none."""
    roots = polynomial.trim().roots() if polynomial.trim().degree() else np.empty(0)
    real = roots[np.abs(np.imag(roots)) < 1e-9 * np.maximum(np.abs(roots), 1.0)].real
    positive = real[real > 1e-12]
    return float(positive.min()) if len(positive) else float("inf")


@dataclass(frozen=True)
class AnglePolynomial:
    """Distance from the image centre as a polynomial of the angle from the optical axis, zero at zero.

    Coefficients of θ, θ², θ³, …. It counts only up to `max_angle_rad`: where it stops rising, or `limit_rad`.
    """

    coefficients: tuple[float, ...]
    limit_rad: float = np.pi

    def __post_init__(self) -> None:
        if not self.coefficients or not np.isfinite(self.coefficients).all():
            raise ValueError("an angle polynomial needs finite coefficients")
        if self.coefficients[0] <= 0:
            raise ValueError("an angle polynomial must rise from zero")

    def radius(self, angle_rad: Floats) -> Floats:
        return self._polynomial(angle_rad)

    def angle(self, radius: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Angles (...) of radii (...) ≥ 0, and whether each lies within `max_angle_rad`."""
        angles, radii = self._table
        angle = np.interp(radius, radii, angles)
        for _ in range(_NEWTON_STEPS):
            step = (self._polynomial(angle) - radius) / self._slope(angle)
            angle = np.clip(angle - step, 0.0, self.max_angle_rad)
            if (np.abs(step) < 1e-15).all():
                break
        return angle, np.asarray(radius <= radii[-1])

    @cached_property
    def max_angle_rad(self) -> float:
        turn = first_positive_root(self._slope - _LEAST_SLOPE * self.coefficients[0])
        # The ray straight backwards has no direction in the image.
        return min(turn, self.limit_rad, np.pi - 1e-6)

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        angles = np.linspace(0.0, self.max_angle_rad, _TABLE_SIZE)
        return angles, self._polynomial(angles)

    @cached_property
    def _polynomial(self) -> Polynomial:
        return Polynomial([0.0, *self.coefficients])

    @cached_property
    def _slope(self) -> Polynomial:
        return self._polynomial.deriv()
