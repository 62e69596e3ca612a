"""Tracks: the boxes of one actor over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

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
    name: str = ""  # what people call the actor; empty: by its class and a number

    @property
    def t_ns(self) -> NDArray[np.int64]:
        return self.poses.t_ns

    @cached_property
    def extended(self) -> PoseTrack:
        """The recorded poses, and one more `margin_s` before the first and after the last."""
        if not self.margin_s:
            return self.poses
        margin_ns = round(self.margin_s * 1e9)
        before, after = self._beyond(0, 1, -margin_ns), self._beyond(-1, -2, margin_ns)
        t_ns = np.concatenate([[self.t_ns[0] - margin_ns], self.t_ns, [self.t_ns[-1] + margin_ns]])
        return PoseTrack(t_ns, Pose(np.concatenate([[before], self.poses.poses.matrix, [after]])))

    @cached_property
    def spans_ns(self) -> list[tuple[int, int]]:
        """From when until when the actor exists: one span, or several with gaps between."""
        times = self.extended.t_ns
        breaks = np.flatnonzero(np.diff(times) > self.max_gap_s * 1e9)
        edges = [0, *(breaks + 1).tolist(), len(times)]
        return [(int(times[first]), int(times[end - 1])) for first, end in pairwise(edges)]

    def _beyond(self, end: int, inner: int, step_ns: int) -> NDArray[np.float64]:
        """Matrix (4, 4) of the pose `step_ns` from an end, at the speed between it and its neighbour."""
        matrix = self.poses.poses.matrix[end].copy()
        span_ns = int(self.t_ns[end] - self.t_ns[inner]) if len(self.t_ns) > 1 else 0
        if 0 < abs(span_ns) <= self.max_gap_s * 1e9:
            matrix[:3, 3] += (matrix[:3, 3] - self.poses.poses.translation[inner]) * (step_ns / span_ns)
        return matrix

    def box_at(self, t_ns: int) -> Box | None:
        """The box at a time, interpolated; None while the actor does not exist."""
        times = self.extended.t_ns
        after = int(np.searchsorted(times, t_ns, side="left"))
        if after == len(times) or (after == 0 and times[0] != t_ns):
            return None
        if times[after] != t_ns and times[after] - times[after - 1] > self.max_gap_s * 1e9:
            return None
        return Box(self.extended.at(t_ns), self.size_m)

    def speed_at(self, t_ns: int) -> float:
        """Speed in m/s from the recorded boxes around a time; 0 for a single box."""
        times, positions = self.t_ns, self.poses.poses.translation
        if len(times) < 2:
            return 0.0
        after = int(np.clip(np.searchsorted(times, t_ns, side="right"), 1, len(times) - 1))
        step_m = np.linalg.norm(positions[after] - positions[after - 1])
        return float(step_m / ((times[after] - times[after - 1]) * 1e-9))
