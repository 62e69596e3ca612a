"""Tracks: the boxes of one actor over time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, PoseTrack
from core.logs.classes import ActorClass


@dataclass(frozen=True, eq=False, kw_only=True)
class Track:
    """One actor's recorded boxes. The pose is that of the box centre, x along the length.

    Between two recorded boxes the pose is interpolated, as long as they are at most `max_gap_s` apart;
    before the first, after the last and inside a longer gap the actor does not exist.
    """

    id: str
    actor_class: ActorClass
    source_label: str  # what the data set calls it
    poses: PoseTrack  # world_from_box at each recorded time
    size_m: tuple[float, float, float]  # length, width, height
    max_gap_s: float = 0.75
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def t_ns(self) -> NDArray[np.int64]:
        return self.poses.t_ns

    def box_at(self, t_ns: int) -> Box | None:
        """The box at a time, interpolated; None while the actor does not exist."""
        times = self.t_ns
        after = int(np.searchsorted(times, t_ns, side="left"))
        if after == len(times) or (after == 0 and times[0] != t_ns):
            return None
        if times[after] != t_ns and times[after] - times[after - 1] > self.max_gap_s * 1e9:
            return None
        return Box(self.poses.at(t_ns), self.size_m)

    def speed_at(self, t_ns: int) -> float:
        """Speed in m/s from the recorded boxes around a time; 0 for a single box."""
        times, positions = self.t_ns, self.poses.poses.translation
        if len(times) < 2:
            return 0.0
        after = int(np.clip(np.searchsorted(times, t_ns, side="right"), 1, len(times) - 1))
        step_m = np.linalg.norm(positions[after] - positions[after - 1])
        return float(step_m / ((times[after] - times[after - 1]) * 1e-9))
