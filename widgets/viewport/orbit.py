"""The free camera: it looks at a place from a distance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, pi, sin, tan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import Pose

Floats = NDArray[np.float64]
Point = tuple[float, float, float]

FIELD_RAD = 0.9
MOST_PITCH_RAD = pi / 2 - 1e-3
LEAST_M, MOST_M = 0.3, 4000.0
_TOP_LEAST_M = 60.0
_FRAMED = 0.8  # of the view, by what is framed


@dataclass(frozen=True)
class OrbitCamera:
    target_m: Point = (0.0, 0.0, 0.0)
    distance_m: float = 30.0
    yaw_rad: float = 0.0  # of the viewing direction, counter-clockwise from world x
    pitch_rad: float = -0.5  # of the viewing direction, up is positive

    @property
    def forward(self) -> Floats:
        across = cos(self.pitch_rad)
        return np.array([across * cos(self.yaw_rad), across * sin(self.yaw_rad), sin(self.pitch_rad)])

    @property
    def right(self) -> Floats:
        return np.array([sin(self.yaw_rad), -cos(self.yaw_rad), 0.0])

    @property
    def position_m(self) -> Floats:
        return np.asarray(self.target_m) - self.distance_m * self.forward

    @property
    def pose(self) -> Pose:
        """world_from_camera."""
        right, forward = self.right, self.forward
        return Pose.from_rotation(np.column_stack([right, np.cross(forward, right), forward]), self.position_m)

    @property
    def is_above(self) -> bool:
        """Whether it looks straight down."""
        return self.pitch_rad == -MOST_PITCH_RAD

    def from_above(self) -> OrbitCamera:
        """Straight down on the same place, world x up, from at least so high that a street is seen."""
        height_m = max(self.distance_m, _TOP_LEAST_M)
        return replace(self, yaw_rad=0.0, pitch_rad=-MOST_PITCH_RAD, distance_m=height_m)

    def orbited(self, yaw_rad: float, pitch_rad: float) -> OrbitCamera:
        """Around the target."""
        pitch = min(max(self.pitch_rad + pitch_rad, -MOST_PITCH_RAD), MOST_PITCH_RAD)
        return replace(self, yaw_rad=(self.yaw_rad + yaw_rad + pi) % (2 * pi) - pi, pitch_rad=pitch)

    def turned(self, yaw_rad: float, pitch_rad: float) -> OrbitCamera:
        """Around the camera's own place."""
        after = self.orbited(yaw_rad, pitch_rad)
        return replace(after, target_m=_point(self.position_m + after.forward * after.distance_m))

    def moved(self, step_m: ArrayLike) -> OrbitCamera:
        """By a world vector (3,)."""
        return replace(self, target_m=_point(np.asarray(self.target_m) + np.asarray(step_m)))

    def approached(self, point_m: ArrayLike, factor: float) -> OrbitCamera:
        """Nearer by a factor to a world point (3,), which stays where it is in the view."""
        distance_m = min(max(self.distance_m / factor, LEAST_M), MOST_M)
        point, keep = np.asarray(point_m), distance_m / self.distance_m
        target = point + (np.asarray(self.target_m) - point) * keep
        return replace(self, target_m=_point(target), distance_m=distance_m)

    def framing(self, low_m: ArrayLike, high_m: ArrayLike) -> OrbitCamera:
        """Turned as it is, far enough away to see the box between two corners (3,)."""
        low, high = np.asarray(low_m, dtype=float), np.asarray(high_m, dtype=float)
        radius = max(float(np.linalg.norm(high - low)) / 2, 1.0)
        distance = radius / tan(FIELD_RAD / 2) / _FRAMED
        return replace(self, target_m=_point((low + high) / 2), distance_m=min(max(distance, LEAST_M), MOST_M))


def behind(world_from_ego: Pose) -> OrbitCamera:
    """From behind and above the ego, on what lies before it."""
    heading = float(world_from_ego.heading)
    ahead = world_from_ego.translation + np.array([9 * cos(heading), 9 * sin(heading), 1.0])
    return OrbitCamera(_point(ahead), 19.0, heading, -0.3)


def _point(values: Floats) -> Point:
    x, y, z = values.tolist()
    return x, y, z
