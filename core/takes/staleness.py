"""From which frame on a take no longer shows the scenario."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.logs import CameraStream, Track
from core.scenario import EditedDrive

SAME_M = 1e-3
"""Nearer than that nobody sees a difference; also for the columns of rotations, a metre from the middle."""


def first_stale(shown: EditedDrive, now: EditedDrive, t_s: NDArray[np.float64], cameras: Iterable[str]) -> int | None:
    """The first frame that an edit has made wrong; None while all are right.

    What cannot be told by time (weather, light, cleaned splats, lenses and mounts of the cameras, another scene) makes
    all frames wrong; a moved actor or another ego path those from where it is elsewhere.

    Args:
        shown: the drive that the frames show.
        now: the drive as it is to be; over the same log.
        t_s: times (n,) of the frames, since the log's start, increasing.
        cameras: of the frames.
    """
    if not len(t_s):
        return None
    if _differs_throughout(shown, now, cameras):
        return 0
    times_ns = np.array([now.log.t_ns(float(each)) for each in t_s], np.int64)
    first = _first_of_ego(shown, now, times_ns)
    for one, other in _pairs(shown, now):
        first = min(first, _first_of_track(one, other, times_ns[:first]))
    return None if first == len(t_s) else first


def _differs_throughout(shown: EditedDrive, now: EditedDrive, cameras: Iterable[str]) -> bool:
    before, after = shown.scenario, now.scenario
    if (before.conditions, before.cleanups) != (after.conditions, after.cleanups):
        return True
    if before.cameras == after.cameras:
        return False
    rig = {stream.name for stream in now.log.cameras}
    return any(not _same_camera(shown.camera(name), now.camera(name)) for name in cameras if name in rig)


def _same_camera(one: CameraStream, other: CameraStream) -> bool:
    same_mount = np.abs(one.ego_from_camera.matrix - other.ego_from_camera.matrix).max() < SAME_M
    return bool(same_mount) and one.camera.to_dict() == other.camera.to_dict()


def _first_of_ego(shown: EditedDrive, now: EditedDrive, times_ns: NDArray[np.int64]) -> int:
    if shown.ego is now.ego:
        return len(times_ns)
    return _first_apart(shown.ego.at(times_ns).matrix, now.ego.at(times_ns).matrix)


def _pairs(shown: EditedDrive, now: EditedDrive) -> list[tuple[Track | None, Track | None]]:
    """The tracks of each actor that may have changed; None where it is nowhere."""
    before = {track.id: track for track in shown.tracks}
    after = {track.id: track for track in now.tracks}
    pairs = [(before.get(name), after.get(name)) for name in before.keys() | after.keys()]
    return [(one, other) for one, other in pairs if one is not other and not _alike(one, other)]


def _alike(one: Track | None, other: Track | None) -> bool:
    if one is None or other is None or _looks(one) != _looks(other):
        return False
    if one.poses is other.poses:
        return True
    return np.array_equal(one.t_ns, other.t_ns) and bool(
        np.abs(one.poses.poses.matrix - other.poses.poses.matrix).max(initial=0.0) < SAME_M
    )


def _looks(track: Track) -> tuple[object, ...]:
    return track.actor_class, track.size_m


def _first_of_track(one: Track | None, other: Track | None, times_ns: NDArray[np.int64]) -> int:
    for index, t_ns in enumerate(times_ns.tolist()):
        boxes = [None if track is None else track.box_at(t_ns) for track in (one, other)]
        before, after = boxes
        if (before is None) != (after is None):
            return index
        if before is not None and after is not None and one is not None and other is not None:
            apart = np.abs(before.world_from_box.matrix - after.world_from_box.matrix).max()
            if apart >= SAME_M or _looks(one) != _looks(other):
                return index
    return len(times_ns)


def _first_apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> int:
    apart = np.abs(one - other).max(axis=(1, 2)) >= SAME_M
    return int(np.argmax(apart)) if apart.any() else len(apart)
