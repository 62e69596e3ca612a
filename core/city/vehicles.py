"""Vehicles on lanes: their state while traffic is simulated, and the poses that their trails stand for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.city.actors import ActorKind
from core.city.idm import Driver
from core.city.lane_graph import DriveLane, LaneGraph
from core.geometry import Pose

Floats = NDArray[np.float64]

LANE_CHANGE_S = 3.5
_FRONT_OVERHANG = 0.2  # of the length, bumper to axle
_REAR_OVERHANG = 0.22


@dataclass(eq=False)
class Vehicle:
    """A vehicle whose front axle follows a lane, perhaps still beside its middle after a lane change."""

    name: str
    kind: ActorKind
    seed: int
    size_m: tuple[float, float, float]
    driver: Driver
    lane: str
    s_m: float  # of the front axle along the lane
    speed_mps: float
    next_lane: str | None = None
    side_m: float = 0.0  # constant place beside the lane's middle: cyclists keep right
    shift_m: float = 0.0  # to the left of the lane, when the last change of lane began
    changed_s: float = -1e9
    beside: str | None = None  # the lane that the last change led out of
    came_through: str | None = None  # the last connector
    served_stop: int = -1
    halt_s: float = 0.0
    trail: list[tuple[int, str, float, float, bool]] = field(default_factory=list)  # step, lane, s, left, braking

    @property
    def ahead_m(self) -> float:
        """Front axle to front bumper."""
        return _FRONT_OVERHANG * self.size_m[0]

    @property
    def behind_m(self) -> float:
        """Front axle to rear bumper."""
        return self.size_m[0] - self.ahead_m

    @property
    def front_m(self) -> float:
        return self.s_m + self.ahead_m

    @property
    def rear_m(self) -> float:
        return self.s_m - self.behind_m

    @property
    def wheelbase_m(self) -> float:
        return self.size_m[0] * (1 - _FRONT_OVERHANG - _REAR_OVERHANG)

    def left_m(self, t_s: float) -> float:
        """Place to the left of the lane's middle, by a lane change with zero speed and acceleration at both ends."""
        done = min((t_s - self.changed_s) / LANE_CHANGE_S, 1.0)
        smooth = done**3 * (10 - 15 * done + 6 * done**2)
        return self.side_m + self.shift_m * (1 - smooth)


def axle_poses(vehicle: Vehicle, graph: LaneGraph) -> tuple[NDArray[np.int64], Pose, NDArray[np.bool_]]:
    """Steps (n,), poses (n,) of the rear axle on the ground, and braking flags (n,) of a vehicle's trail.

    The front axle follows the trail; the rear axle is towed by it and cuts corners as real ones do.
    """
    steps = np.array([entry[0] for entry in vehicle.trail])
    front = _front_axle(vehicle, graph)
    first = graph.lanes[vehicle.trail[0][1]]
    rear = front[0] - vehicle.wheelbase_m * first.curve.tangent(vehicle.trail[0][2])
    towed = np.empty_like(front)
    for i, point in enumerate(front):
        back = rear - point
        rear = point + back * (vehicle.wheelbase_m / np.linalg.norm(back))
        towed[i] = rear
    along = front - towed
    heading = np.arctan2(along[:, 1], along[:, 0])
    return steps, Pose.from_heading(heading, towed), np.array([entry[4] for entry in vehicle.trail])


def box_poses(vehicle: Vehicle, rear_axle: Pose) -> Pose:
    """Poses of the box centre for poses of the rear axle on the ground."""
    length, _, height = vehicle.size_m
    return rear_axle @ Pose.from_heading(0.0, [length * (0.5 - _REAR_OVERHANG), 0.0, height / 2])


def _front_axle(vehicle: Vehicle, graph: LaneGraph) -> Floats:
    names = [entry[1] for entry in vehicle.trail]
    s, left = (np.array([entry[i] for entry in vehicle.trail]) for i in (2, 3))
    points = np.empty((len(names), 3))
    for name in dict.fromkeys(names):
        here = np.array([other == name for other in names])
        curve = graph.lanes[name].curve
        points[here] = curve.at(s[here]) + left[here, None] * curve.left(s[here])
    return points


def lane_speed(lane: DriveLane, vehicle: Vehicle) -> float:
    """The speed that a driver would like on a lane."""
    if vehicle.kind is ActorKind.CYCLIST:
        return min(lane.speed_mps, 5.2) * vehicle.driver.speed_factor
    return lane.speed_mps * vehicle.driver.speed_factor
