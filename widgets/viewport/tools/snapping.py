"""Where actors like to be: on the centre of a lane, heading along it, on the ground."""

from __future__ import annotations

from math import pi, radians

import numpy as np

from core.geometry import Box, Pose
from core.logs import DrivingLog
from core.scenario.motion import Ground, LaneIndex
from widgets.viewport.tools.handles import Handle
from widgets.viewport.tools.rays import Ray, on_level

_ROUNDS = 3  # in which the ground under the pointer is found
STEP_M = 0.5  # along an axis
STEP_RAD = radians(15)  # from a lane's heading, or from the world's x axis where there is no lane


class Snapper:
    """The lanes and the ground of one log, prepared once."""

    def __init__(self, log: DrivingLog) -> None:
        self._lanes = LaneIndex.of(log)
        self._ground = Ground.of(log.ego.poses.translation, log.lane_map)

    def snapped(self, handle: Handle, motion: Pose, box: Box) -> Pose:
        """The motion that brings a box to a better place than another motion would."""
        wanted = motion @ box.world_from_box
        if handle is Handle.GROUND:
            return self.standing(wanted, box.size_m[2]) @ box.world_from_box.inverse()
        if handle is Handle.RING:
            return _turned(box.world_from_box, self._heading(wanted))
        if handle is Handle.Z:
            return _raised(box.world_from_box, self._ground_m(wanted) + box.size_m[2] / 2)
        way = motion.translation
        length = float(np.linalg.norm(way))
        return Pose.from_heading(0.0, way * (round(length / STEP_M) * STEP_M / length) if length else way)

    def standing(self, wanted: Pose, height_m: float) -> Pose:
        """A pose of a box so high on the nearest lane, heading along it; where there is no lane, on the ground."""
        place, heading = wanted.translation.copy(), float(wanted.heading)
        spot = None if self._lanes is None else self._lanes.nearest(place, heading_rad=heading)
        if spot is not None:
            place[:2], heading = spot.point_m[:2], spot.heading_rad
        place[2] = float(self._ground.height_at(place)) + height_m / 2
        return Pose.from_heading(heading, place)

    def ground_m(self, place_m: np.ndarray) -> float:
        """Height of the ground at a world point (2,) or (3,)."""
        return float(self._ground.height_at(place_m))

    def under(self, ray: Ray, level_m: float) -> np.ndarray | None:
        """The place (3,) on the ground that a ray meets, found from a level nearby; None where it meets none."""
        place = on_level(ray, level_m)
        for _ in range(_ROUNDS):
            place = None if place is None else on_level(ray, self.ground_m(place))
        return place

    def _ground_m(self, pose: Pose) -> float:
        return self.ground_m(pose.translation)

    def _heading(self, wanted: Pose) -> float:
        """The nearest of the steps from the heading of the lane."""
        heading = float(wanted.heading)
        spot = None if self._lanes is None else self._lanes.nearest(wanted.translation, heading_rad=heading)
        start = 0.0 if spot is None else spot.heading_rad
        return start + round((heading - start) / STEP_RAD) * STEP_RAD


def _turned(before: Pose, heading_rad: float) -> Pose:
    centre = Pose.from_heading(0.0, before.translation)
    turn = (heading_rad - float(before.heading) + pi) % (2 * pi) - pi
    return centre @ Pose.from_heading(turn, np.zeros(3)) @ centre.inverse()


def _raised(before: Pose, height_m: float) -> Pose:
    return Pose.from_heading(0.0, [0.0, 0.0, height_m - float(before.translation[2])])
