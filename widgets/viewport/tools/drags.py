"""What dragging a handle from ray to ray does to an actor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Pose
from widgets.viewport.tools.handles import AXES, Handle
from widgets.viewport.tools.rays import Ray, along_line, angle_around, on_level

Floats = NDArray[np.float64]

PRECISE = 0.1  # of the pointer's way counts while the hand is to be precise


class Drag:
    """Adds up the pointer's way, so that being precise for a while makes nothing jump."""

    def __init__(self, handle: Handle, box: Box, ray: Ray) -> None:
        """
        Args:
            handle: that is held.
            box: of the actor before.
            ray: of the pointer at the start.
        """
        self.handle, self.box, self.start = handle, box, ray
        self._last = self._place(ray)
        self._way = np.zeros(3)

    def to(self, ray: Ray, *, precise: bool = False) -> None:
        """The pointer is at another ray now; one that meets nothing changes nothing."""
        place = self._place(ray)
        if place is None:
            return
        if self._last is not None:
            step = place - self._last
            if self.handle is Handle.RING:
                step[0] = (step[0] + np.pi) % (2 * np.pi) - np.pi
            self._way += step * (PRECISE if precise else 1.0)
        self._last = place

    @property
    def amount(self) -> float:
        """Metres along an axis or over the ground, or radians counter-clockwise."""
        return float(np.hypot(*self._way[:2])) if self.handle is Handle.GROUND else float(self._way[0])

    @property
    def motion(self) -> Pose:
        """The rigid motion of the world that was dragged."""
        if self.handle is Handle.GROUND:
            return Pose.from_heading(0.0, self._way)
        return motion_by(self.handle, float(self._way[0]), self.box)

    def _place(self, ray: Ray) -> Floats | None:
        """A world point on the ground; for others the amount, and zeros."""
        pose = self.box.world_from_box
        if self.handle is Handle.GROUND:
            return on_level(ray, float(underside(self.box)[2]))
        if self.handle is Handle.RING:
            found = angle_around(ray, pose.translation)
        else:
            found = along_line(ray, pose.translation, axis_of(self.handle, self.box))
        return None if found is None else np.array([found, 0.0, 0.0])


def motion_by(handle: Handle, amount: float, box: Box) -> Pose:
    """Along an axis of a box by metres, or around the vertical through its centre by radians."""
    if handle is Handle.RING:
        centre = Pose.from_heading(0.0, box.world_from_box.translation)
        return centre @ Pose.from_heading(amount, np.zeros(3)) @ centre.inverse()
    return Pose.from_heading(0.0, axis_of(handle, box) * amount)


def axis_of(handle: Handle, box: Box) -> Floats:
    """Unit vector (3,): forward and left as the box heads, on the level; up is the world's."""
    level = Pose.from_heading(box.world_from_box.heading, np.zeros(3))
    return level.rotation[:, AXES.index(handle)]


def underside(box: Box) -> Floats:
    """World point (3,) in the middle of a box's bottom."""
    return box.corners()[:4].mean(0)
