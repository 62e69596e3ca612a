"""The order in which the cameras of a rig are shown."""

from __future__ import annotations

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


def _place(camera: CameraStream) -> tuple[bool, int, float, str]:
    mounting = camera.ego_from_camera
    ahead, left = mounting.rotation[:2, 2]
    yaw_deg = float(np.degrees(np.arctan2(left, ahead)))
    front = abs(yaw_deg) <= FRONT_HALF_DEG
    # Whole degrees: a stereo pair counts as one direction, in which the left camera comes first.
    turn = round(-yaw_deg) if front else round(yaw_deg % 360.0)
    return not front, turn, -float(mounting.translation[1]), camera.name
