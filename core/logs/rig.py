"""The order and the rows in which the cameras of a rig are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.logs.streams import CameraStream

FRONT_HALF_DEG = 75.0
"""Cameras that look at most this far from straight ahead come first."""


def in_rig_order(cameras: list[CameraStream]) -> tuple[CameraStream, ...]:
    """Front cameras from left to right, then the others from the left side over the rear to the right side.

    The order follows from the mounting alone, so unknown names need no table. In rows of three, a rig of six
    reads as front left, front, front right above back (or side) left, back, back (or side) right.
    """
    return tuple(sorted(cameras, key=_place))


def rig_rows(streams: Sequence[CameraStream]) -> list[list[int]]:
    """Indices of cameras, row by row as one sees them from above and behind.

    The front row holds those that look ahead, left to right; the rear row the others, from the left side
    over the back to the right side. A rig without one of the two has a single row.
    """
    yaws = [_yaw_rad(stream) for stream in streams]
    lefts = [float(stream.ego_from_camera.translation[1]) for stream in streams]
    ahead = [i for i, yaw in enumerate(yaws) if abs(yaw) <= math.radians(FRONT_HALF_DEG)]
    behind = [i for i, yaw in enumerate(yaws) if abs(yaw) > math.radians(FRONT_HALF_DEG)]
    ahead.sort(key=lambda i: (round(-yaws[i], 2), -lefts[i]))
    behind.sort(key=lambda i: (round(yaws[i] % (2 * math.pi), 2), -lefts[i]))
    return [row for row in (ahead, behind) if row]


def _place(camera: CameraStream) -> tuple[bool, int, float, str]:
    mounting = camera.ego_from_camera
    ahead, left = mounting.rotation[:2, 2]
    yaw_deg = float(np.degrees(np.arctan2(left, ahead)))
    front = abs(yaw_deg) <= FRONT_HALF_DEG
    # Whole degrees: a stereo pair counts as one direction, in which the left camera comes first.
    turn = round(-yaw_deg) if front else round(yaw_deg % 360.0)
    return not front, turn, -float(mounting.translation[1]), camera.name


def _yaw_rad(stream: CameraStream) -> float:
    """Where a camera looks, seen from above: 0 ahead, positive to the left."""
    forward = stream.ego_from_camera.rotation[:, 2]
    return math.atan2(float(forward[1]), float(forward[0]))
