"""Tracks: the boxes of one actor over time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Pose, PoseTrack
from core.logs.classes import ActorClass


@dataclass(frozen=True, eq=False, kw_only=True)
class Track:
    """One actor's recorded boxes. The pose is that of the box centre, x along the length.

    Between two recorded boxes the pose is interpolated, as long as they are at most `max_gap_s` apart.
    Before the first and after the last it goes on at its speed there for `margin_s`, as cameras fire a little
    before or after the sweep that was labelled. Otherwise, and inside a longer gap, the actor does not exist.
    """

    id: str
    actor_class: ActorClass
    source_label: str  # what the data set calls it
    poses: PoseTrack  # world_from_box at each recorded time
    size_m: tuple[float, float, float]  # length, width, height
    max_gap_s: float = 0.75
    margin_s: float = 0.0
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def t_ns(self) -> NDArray[np.int64]:
        return self.poses.t_ns

    def box_at(self, t_ns: int) -> Box | None:
        """The box at a time, interpolated; None while the actor does not exist."""
        times = self.t_ns
        outside_ns = t_ns - int(np.clip(t_ns, times[0], times[-1]))
        if outside_ns:
            return self._beyond(outside_ns) if abs(outside_ns) <= self.margin_s * 1e9 else None
        after = int(np.searchsorted(times, t_ns, side="left"))
        if times[after] != t_ns and times[after] - times[after - 1] > self.max_gap_s * 1e9:
            return None
        return Box(self.poses.at(t_ns), self.size_m)

    def _beyond(self, outside_ns: int) -> Box:
        last = len(self.t_ns) - 1
        end, inner = (0, min(1, last)) if outside_ns < 0 else (last, max(last - 1, 0))
        pose = Pose(self.poses.poses.matrix[end].copy())
        span_ns = int(self.t_ns[end] - self.t_ns[inner])
        if span_ns and abs(span_ns) <= self.max_gap_s * 1e9:
            step_m = pose.translation - self.poses.poses.translation[inner]
            pose.matrix[:3, 3] += step_m * (outside_ns / span_ns)
        return Box(pose, self.size_m)

    def speed_at(self, t_ns: int) -> float:
        """Speed in m/s from the recorded boxes around a time; 0 for a single box."""
        times, positions = self.t_ns, self.poses.poses.translation
        if len(times) < 2:
            return 0.0
        after = int(np.clip(np.searchsorted(times, t_ns, side="right"), 1, len(times) - 1))
        step_m = np.linalg.norm(positions[after] - positions[after - 1])
        return float(step_m / ((times[after] - times[after - 1]) * 1e-9))
