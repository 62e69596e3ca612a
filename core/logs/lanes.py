"""Lane maps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose


@dataclass(frozen=True, eq=False, kw_only=True)
class Lane:
    """A piece of lane, directed; points in world coordinates."""

    id: str
    centre_m: NDArray[np.float64]  # (n, 3) in driving direction
    left_m: NDArray[np.float64]  # (n, 3) left border, same direction
    right_m: NDArray[np.float64]  # (n, 3) right border, same direction
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    left_neighbour: str | None = None  # same driving direction only
    right_neighbour: str | None = None
    in_junction: bool = False
    speed_limit_mps: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class LaneMap:
    lanes: dict[str, Lane]
    crossings: tuple[NDArray[np.float64], ...] = ()  # outlines (n, 3) of pedestrian crossings
    drivable: tuple[NDArray[np.float64], ...] = ()  # outlines (n, 3) of drivable areas

    def moved(self, target_from_map: Pose) -> LaneMap:
        """The same map in another frame."""
        move = target_from_map.apply
        lanes = {
            lane.id: replace(lane, centre_m=move(lane.centre_m), left_m=move(lane.left_m), right_m=move(lane.right_m))
            for lane in self.lanes.values()
        }
        crossings = tuple(move(outline) for outline in self.crossings)
        return LaneMap(lanes=lanes, crossings=crossings, drivable=tuple(move(outline) for outline in self.drivable))
