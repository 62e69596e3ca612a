"""All boxes of a log at one time, computed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Pose, PoseTrack
from core.logs.tracks import Track

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BoxesAt:
    """The actors that exist at one time; row i of every field belongs together."""

    tracks: tuple[Track, ...]
    world_from_box: Pose  # (n,)
    sizes_m: Floats  # (n, 3) length, width, height
    rows: NDArray[np.int64]  # (n,) which tracks of the table

    def __len__(self) -> int:
        return len(self.tracks)

    def boxes(self) -> list[Box]:
        return [Box(self.world_from_box[row], track.size_m) for row, track in enumerate(self.tracks)]


class BoxTable:
    """Every recorded box in one array, so that a view that draws at many times asks numpy once, not each track.

    Answers are those of `Track.box_at`.
    """

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.tracks = tuple(tracks)
        self._last: tuple[int, BoxesAt] | None = None  # all cameras of an instant ask the same
        paths = [track.extended for track in self.tracks]
        counts = [len(path) for path in paths]
        self._row_track = np.repeat(np.arange(len(self.tracks)), counts)
        self._sizes_m = np.array([track.size_m for track in self.tracks], dtype=float).reshape(-1, 3)
        if not self.tracks:
            self._start_ns = self._end_ns = np.empty(0, dtype=np.int64)
            return
        self._start_ns = np.concatenate([path.t_ns for path in paths])
        self._positions_m = np.concatenate([path.poses.translation for path in paths])
        self._quaternions = np.concatenate([path.quaternions for path in paths])
        following = np.append(self._start_ns[1:], 0)
        max_gap_ns = np.array([track.max_gap_s for track in self.tracks])[self._row_track] * 1e9
        same_track = np.append(self._row_track[1:] == self._row_track[:-1], False)
        linked = same_track & (following - self._start_ns <= max_gap_ns)
        # A box with no successor holds for its own instant only.
        self._end_ns = np.where(linked, following, self._start_ns + 1)

    def moved(self, other_from_world: Pose, later_ns: int) -> BoxTable:
        """The same in other coordinates and by another clock."""

        def track(each: Track) -> Track:
            poses = PoseTrack(each.t_ns + later_ns, other_from_world @ each.poses.poses)
            return replace(each, poses=poses)

        return BoxTable([track(each) for each in self.tracks])

    def at(self, t_ns: int) -> BoxesAt:
        """The actors that exist at a time, in the order of the tracks."""
        known = self._last
        if known is None or known[0] != t_ns:
            known = self._last = t_ns, self._found(t_ns)
        return known[1]

    def _found(self, t_ns: int) -> BoxesAt:
        rows = np.flatnonzero((self._start_ns <= t_ns) & (t_ns < self._end_ns))
        if not len(rows):
            return BoxesAt((), Pose(np.empty((0, 4, 4))), np.empty((0, 3)), rows)
        following = np.minimum(rows + 1, len(self._start_ns) - 1)
        start_ns = self._start_ns[rows]
        fraction = ((t_ns - start_ns) / (self._end_ns[rows] - start_ns))[:, None]
        before_m = self._positions_m[rows]
        position_m = before_m + fraction * (self._positions_m[following] - before_m)
        quaternion = _slerp(self._quaternions[rows], self._quaternions[following], fraction)
        of = self._row_track[rows]
        tracks = tuple(self.tracks[track] for track in of)
        return BoxesAt(tracks, Pose.from_quaternion(quaternion, position_m), self._sizes_m[of], of)

    def poses_at(self, t_ns: int) -> tuple[NDArray[np.bool_], Pose]:
        """Which tracks (k,) exist at a time, and world_from_box of each (k,), the identity where it does not."""
        found = self.at(t_ns)
        there, poses = np.zeros(len(self.tracks), bool), np.tile(np.eye(4), (len(self.tracks), 1, 1))
        there[found.rows], poses[found.rows] = True, found.world_from_box.matrix
        return there, Pose(poses)


def _slerp(start: Floats, end: Floats, fraction: Floats) -> Floats:
    """Quaternions (n, 4) between two, along the shorter arc; fraction (n, 1)."""
    cosine = (start * end).sum(-1, keepdims=True)
    end = np.where(cosine < 0, -end, end)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    # Below this angle the sines cancel; the straight line is then exact to the last digit.
    close = angle < 1e-6
    safe = np.where(close, 1.0, angle)
    weight_start = np.where(close, 1 - fraction, np.sin((1 - fraction) * safe) / np.sin(safe))
    weight_end = np.where(close, fraction, np.sin(fraction * safe) / np.sin(safe))
    return weight_start * start + weight_end * end
