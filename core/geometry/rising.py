"""Maps that rise up to some place: the radial maps of lenses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST_SLOPE = 0.01  # of the slope at zero; below it the inverse has too few digits
_NEWTON_STEPS = 12
_TABLE_SIZE = 512


def farthest(holds: Callable[[Floats], NDArray[np.bool_]], places: Floats) -> float:
    """The farthest place up to which a condition holds everywhere, given places (n,) in order to look at.

    The first place counts as fulfilling it.
    """
    for _ in range(4):
        broken = np.flatnonzero(~holds(places[1:]))
        if len(broken) == 0:
            return float(places[-1])
        places = np.linspace(places[broken[0]], places[broken[0] + 1], 129)
    return float(places[0])


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
        if self.coefficients[0] <= 0 or self.limit_rad <= 0:
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
        # The ray straight backwards has no direction in the image.
        limit = min(self.limit_rad, np.pi - 1e-6)
        least = _LEAST_SLOPE * self.coefficients[0]
        return farthest(lambda angle: self._slope(angle) > least, np.linspace(0.0, limit, 1024))

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        angles = np.linspace(0.0, self.max_angle_rad, _TABLE_SIZE)
        return angles, self._polynomial(angles)

    @cached_property
    def _polynomial(self) -> np.polynomial.Polynomial:
        return np.polynomial.Polynomial([0.0, *self.coefficients])

    @cached_property
    def _slope(self) -> np.polynomial.Polynomial:
        return self._polynomial.deriv()
