"""Edits that a drive of the demo city is made again with: the truth of what a user might do to it."""

from __future__ import annotations

import numpy as np

from core.city import CityDrive
from core.city.edits import Edit, MoveActor, RemoveActor, Shift, ShiftEgo, Span
from core.city.tracks import CityTrack

_SIDES_M = ((-3.0, -2.0, -1.0, 1.0, 2.0, 3.0), (-0.5, 0.5))
"""How far to the left; the second where no other has room."""
_HALF_EGO_M = (2.5, 1.0)
_AHEAD_OF_AXLE_M = 1.4
_NEAR_M = 40.0
_LANE_CHANGE_S = 1.5


def twin_of(drive: CityDrive) -> CityDrive:
    """The same drive with the ego elsewhere, all the time or after changing over, one actor moved and one removed.

    Which edits is decided by the drive's seed; the ego never meets another actor.
    """
    random = np.random.default_rng([drive.spec.seed, 11])
    near = _near(drive)
    edits: list[Edit] = []
    if near:
        ahead, left = float(random.uniform(-4.0, 4.0)), float(random.uniform(-1.0, 1.0))
        moved = near[int(random.integers(len(near)))]
        edits.append(MoveActor(track=moved.id, shift=Shift(ahead_m=ahead, left_m=left)))
        others = [track for track in near if track.id != moved.id]
        edits += [RemoveActor(track=others[int(random.integers(len(others)))].id)] if others else []
    seconds = drive.spec.seconds
    span = None
    if random.random() < 0.5:
        span = Span(from_s=float(random.uniform(0.4, 0.7)) * seconds, to_s=seconds + 1.0, blend_s=_LANE_CHANGE_S)
    for left_m in [left_m for sides_m in _SIDES_M for left_m in random.permutation(sides_m).tolist()]:
        twin = drive.edited([*edits, ShiftEgo(shift=Shift(left_m=left_m, span=span))])
        if not _meets(twin):
            return twin
    return drive.edited(edits)


def _near(drive: CityDrive) -> list[CityTrack]:
    """Actors that the ego comes near to, nearest first, at most six."""
    times = _times(drive)
    places = drive.ego.at(times).translation
    distances = {
        track.id: float(np.linalg.norm(track.poses.at(times).translation - places, axis=1).min())
        for track in drive.tracks
        if track.exists_at(int(times[len(times) // 2]))
    }
    near = sorted((distance, name) for name, distance in distances.items() if distance < _NEAR_M)
    return [drive.track(name) for _, name in near[:6]]


def _meets(drive: CityDrive) -> bool:
    """Whether an actor comes into the ego's own place."""
    times = _times(drive)
    ego_from_world = drive.ego.at(times).inverse()
    for track in drive.tracks:
        there = (times >= track.start_ns) & (times <= track.end_ns)
        local = ego_from_world.apply(track.poses.at(times).translation[:, None])[:, 0]
        reach_m = track.size_m[1] / 2
        ahead = np.abs(local[:, 0] - _AHEAD_OF_AXLE_M) < _HALF_EGO_M[0] + track.size_m[0] / 2
        if (there & ahead & (np.abs(local[:, 1]) < _HALF_EGO_M[1] + reach_m)).any():
            return True
    return False


def _times(drive: CityDrive) -> np.ndarray:
    return np.array([drive.spec.t_ns(frame) for frame in range(0, drive.spec.frames, 2)])
