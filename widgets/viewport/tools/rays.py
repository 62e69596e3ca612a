"""Where rays of the pointer meet what an actor is dragged along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FARTHEST_M = 500.0  # of a place on the ground; nearer to the horizon a pixel would be a leap
_LEAST_SINE = 0.02  # between a ray and a line or level that it is to meet


@dataclass(frozen=True, eq=False)
class Ray:
    origin_m: Floats  # (3,) world
    direction: Floats  # (3,) of unit length

    @classmethod
    def through(cls, origin_m: ArrayLike, direction: ArrayLike) -> Ray:
        along = np.asarray(direction, dtype=np.float64)
        return cls(np.asarray(origin_m, dtype=np.float64), along / np.linalg.norm(along))


def on_level(ray: Ray, height_m: float) -> Floats | None:
    """The world point (3,) at a height; None where the ray does not meet it ahead, or only far away."""
    drop = float(ray.direction[2])
    if abs(drop) < 1e-9:
        return None
    distance_m = (height_m - float(ray.origin_m[2])) / drop
    return ray.origin_m + distance_m * ray.direction if 0.0 < distance_m < FARTHEST_M else None


def along_line(ray: Ray, point_m: Floats, axis: Floats) -> float | None:
    """Metres from a point along a unit vector to the place on that line that is nearest to the ray; None where the
    ray runs along the line."""
    between = point_m - ray.origin_m
    cosine = float(axis @ ray.direction)
    square = 1.0 - cosine * cosine
    if square < _LEAST_SINE**2:
        return None
    return float((cosine * (ray.direction @ between) - axis @ between) / square)


def angle_around(ray: Ray, centre_m: Floats) -> float | None:
    """The angle, about the vertical through a point, at which the ray meets the point's level."""
    place = on_level(ray, float(centre_m[2]))
    if place is None:
        return None
    return float(np.arctan2(place[1] - centre_m[1], place[0] - centre_m[0]))
