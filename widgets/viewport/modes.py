"""How the view is being looked around in."""

from __future__ import annotations

from enum import StrEnum

from widgets.viewport.aim import Aim
from widgets.viewport.navigation import Gesture


class ViewMode(StrEnum):
    FREE = "free"
    ORBIT = "orbit"
    PAN = "pan"
    FLY = "fly"
    TOP = "top"
    THROUGH = "through"  # a camera of the rig


_OF_GESTURES = {Gesture.ORBIT: ViewMode.ORBIT, Gesture.PAN: ViewMode.PAN, Gesture.FLY: ViewMode.FLY}


def mode_of(gesture: Gesture | None, aim: Aim) -> ViewMode:
    """What hands do counts more than where the camera stands."""
    if gesture is not None:
        return _OF_GESTURES[gesture]
    if aim.through is not None:
        return ViewMode.THROUGH
    return ViewMode.TOP if aim.camera.is_above else ViewMode.FREE
