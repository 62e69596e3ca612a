"""What is around a path: other actors over time, and the road; each prepared once, then asked at every drag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import PoseTrack
from core.logs import LaneMap, Track
from core.scenario.motion.lane_index import LaneIndex
from core.scenario.motion.reference import NS_PER_S

Floats = NDArray[np.float64]

STEP_S = 0.1
_BORDER_STEP_M = 0.5


@dataclass(frozen=True, eq=False)
class Traffic:
    """Where actors are at even steps of time, seen from above."""

    ids: tuple[str, ...]
    t_s: Floats  # (n,)
    centres_m: Floats  # (a, n, 3)
    headings_rad: Floats  # (a, n)
    velocities_mps: Floats  # (a, n, 2)
    sizes_m: Floats  # (a, 3)
    exists: NDArray[np.bool_]  # (a, n)

    @classmethod
    def of(cls, tracks: Sequence[Track], *, start_ns: int, until_s: float) -> Traffic:
        """From tracks, at steps of `STEP_S` from the start of the log."""
        t_s = STEP_S * np.arange(int(np.floor(until_s / STEP_S + 1e-9)) + 1, dtype=np.float64)
        t_ns = start_ns + np.round(t_s * NS_PER_S).astype(np.int64)
        sampled = [_sampled(track, t_ns) for track in tracks]
        centres = np.array([one.centres_m for one in sampled]).reshape(len(tracks), len(t_s), 3)
        velocities = np.gradient(centres[..., :2], STEP_S, axis=1) if len(t_s) > 1 else np.zeros_like(centres[..., :2])
        return cls(
            ids=tuple(track.id for track in tracks),
            t_s=t_s,
            centres_m=centres,
            headings_rad=np.array([one.headings_rad for one in sampled]).reshape(len(tracks), len(t_s)),
            velocities_mps=velocities,
            sizes_m=np.array([track.size_m for track in tracks]).reshape(len(tracks), 3),
            exists=np.array([one.exists for one in sampled], dtype=bool).reshape(len(tracks), len(t_s)),
        )

    def without(self, id: str) -> Traffic:
        """All but one actor: those that it meets."""
        kept = np.array([name != id for name in self.ids], dtype=bool)
        return Traffic(
            tuple(name for name in self.ids if name != id),
            self.t_s,
            self.centres_m[kept],
            self.headings_rad[kept],
            self.velocities_mps[kept],
            self.sizes_m[kept],
            self.exists[kept],
        )


class Road:
    """Where one may drive: the drivable areas of a map, or its lanes where it has no areas."""

    def __init__(self, lane_map: LaneMap) -> None:
        from scipy.spatial import cKDTree

        self.lanes = LaneIndex(lane_map)
        self._outlines = [outline[:, :2] for outline in lane_map.drivable if len(outline) >= 3]
        self._corners = [(outline.min(0), outline.max(0)) for outline in self._outlines]
        border = [_sampled_border(outline) for outline in self._outlines]
        self._border = cKDTree(np.concatenate(border)) if border else None

    def outside_m(self, points_m: ArrayLike) -> Floats:
        """How far (...) points (..., 2 or 3) are off the road, seen from above; zero on it."""
        points = np.asarray(points_m, dtype=np.float64)[..., :2]
        if self._border is None:
            return self.lanes.distances_m(points)
        flat = points.reshape(-1, 2)
        on_road = np.zeros(len(flat), dtype=bool)
        for outline, (low, high) in zip(self._outlines, self._corners, strict=True):
            near = np.flatnonzero(~on_road & ((flat >= low) & (flat <= high)).all(-1))
            if len(near):
                on_road[near] = _inside(outline, flat[near])
        distances = np.zeros(len(flat))
        distances[~on_road] = self._border.query(flat[~on_road])[0]
        return distances.reshape(points.shape[:-1])


@dataclass(frozen=True, eq=False)
class _Sampled:
    """One track at times (n,)."""

    centres_m: Floats  # (n, 3)
    headings_rad: Floats  # (n,)
    exists: NDArray[np.bool_]  # (n,)


_SAMPLED: WeakKeyDictionary[Track, dict[tuple[int, int], _Sampled]] = WeakKeyDictionary()


def _sampled(track: Track, t_ns: NDArray[np.int64]) -> _Sampled:
    """A track at even steps of time (n,), kept as long as the track: a drag leaves all tracks but one as they are."""
    known = _SAMPLED.setdefault(track, {})
    when = int(t_ns[0]), len(t_ns)
    if when not in known:
        poses = track.extended.at(t_ns)
        known[when] = _Sampled(poses.translation, poses.heading, _exists(track, t_ns))
    return known[when]


def _exists(track: Track, t_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether `track.box_at` has a box at times (n,)."""
    times = track.extended.t_ns
    if len(times) == 1:
        return t_ns == times[0]
    after = np.clip(np.searchsorted(times, t_ns, side="left"), 1, len(times) - 1)
    linked = times[after] - times[after - 1] <= track.max_gap_s * NS_PER_S
    return (t_ns >= times[0]) & (t_ns <= times[-1]) & (linked | (times[after] == t_ns) | (times[after - 1] == t_ns))


def even_times(poses: PoseTrack, start_ns: int) -> Floats:
    """Multiples (n,) of `STEP_S` within poses' times."""
    first, last = ((int(t) - start_ns) / NS_PER_S for t in poses.t_ns[[0, -1]])
    steps = np.arange(np.ceil(first / STEP_S - 1e-6), np.floor(last / STEP_S + 1e-6) + 1)
    return steps * STEP_S


def _sampled_border(outline: Floats) -> Floats:
    closed = np.concatenate([outline, outline[:1]])
    lengths = np.linalg.norm(np.diff(closed, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    at = np.linspace(0.0, along[-1], max(int(along[-1] / _BORDER_STEP_M), 3) + 1)
    return np.stack([np.interp(at, along, column) for column in closed.T], -1)


def _inside(outline: Floats, points_m: Floats) -> NDArray[np.bool_]:
    """Whether points (n, 2) lie in a polygon (k, 2): a ray to the right crosses its border an odd number of times."""
    start, end = outline, np.roll(outline, -1, axis=0)
    x, y = points_m[:, :1], points_m[:, 1:]
    crosses = (start[:, 1] > y) != (end[:, 1] > y)
    rise = np.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
    at = start[:, 0] + (y - start[:, 1]) / rise * (end[:, 0] - start[:, 0])
    return np.asarray((crosses & (x < at)).sum(1) % 2 == 1)
