"""A log as if it had been recorded for longer, for drives that go on where it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Curve, Pose, PoseTrack
from core.logs import ActorClass, CameraStream, DrivingLog, Track
from core.scenario.motion.lane_index import LaneIndex
from core.scenario.motion.reference import NS_PER_S

Floats = NDArray[np.float64]

_STEP_NS = NS_PER_S // 10
_SPEED_OVER_NS = NS_PER_S  # boxes jitter; over a second their speed is known
_STANDING_MPS = 0.5  # below, it is jitter
_SPACING_M = 2.0  # of the points that a path passes through
_EASE_M = 6.0  # after which it lies beside the lane's centre as it will go on
_FREE = (ActorClass.PEDESTRIAN, ActorClass.ANIMAL)
"""Who does not keep to lanes."""


def prolonged(log: DrivingLog, by_s: float) -> DrivingLog:
    """The same log, whose cameras fire on, without pictures, while everybody who is there at its end goes on.

    Each goes on at its speed of the last second. Vehicles and the ego keep to their lane and where they are within it,
    straight ahead at junctions; beyond the last lane, and where there is no map, they go straight on. Nobody heeds
    anybody, and nobody new appears.

    Args:
        log: what was recorded.
        by_s: how much longer.
    """
    until_ns = log.end_ns + round(by_s * NS_PER_S)
    lanes = LaneIndex.of(log)
    ego = _going_on(log.ego, until_ns, lanes)

    def track_of(track: Track) -> Track:
        if track.t_ns[-1] + track.max_gap_s * NS_PER_S < log.end_ns:
            return track
        return replace(track, poses=_going_on(track.poses, until_ns, None if track.actor_class in _FREE else lanes))

    return replace(
        log,
        ego=ego,
        tracks=tuple(track_of(track) for track in log.tracks),
        cameras=tuple(_firing_on(stream, ego, until_ns, log) for stream in log.cameras),
    )


def _firing_on(stream: CameraStream, ego: PoseTrack, until_ns: int, log: DrivingLog) -> CameraStream:
    if not stream.hz:
        return stream
    last, step_ns = int(stream.t_ns[-1]), round(NS_PER_S / stream.hz)
    later = np.arange(last + step_ns, until_ns + step_ns, step_ns)
    matrices = (ego.at(later) @ stream.ego_from_camera).matrix
    poses = Pose(np.concatenate([stream.world_from_camera.matrix, matrices]))
    read = _ending(stream.read_image, len(stream), log)
    return replace(stream, t_ns=np.concatenate([stream.t_ns, later]), world_from_camera=poses, read_image=read)


def _ending(
    read: Callable[[int], NDArray[np.uint8]], count: int, log: DrivingLog
) -> Callable[[int], NDArray[np.uint8]]:
    def read_image(index: int) -> NDArray[np.uint8]:
        if index >= count:
            raise UserError("The log ends before this picture", path=log.path, remedy="Choose a longer log.")
        return read(index)

    return read_image


def _going_on(poses: PoseTrack, until_ns: int, lanes: LaneIndex | None) -> PoseTrack:
    last_ns, last = int(poses.t_ns[-1]), poses.poses[-1]
    later = np.arange(last_ns + _STEP_NS, until_ns + _STEP_NS, _STEP_NS)
    if not len(later):
        return poses
    before_ns = max(last_ns - _SPEED_OVER_NS, int(poses.t_ns[0]))
    moved_m = last.translation - poses.at(before_ns).translation
    speed_mps = float(np.linalg.norm(moved_m)) / max((last_ns - before_ns) / NS_PER_S, 1e-9)
    if speed_mps < _STANDING_MPS:
        following = Pose(np.repeat(last.matrix[None], len(later), 0))
    else:
        travelled_m = speed_mps * (later - last_ns) / NS_PER_S
        line = _line(last.translation, moved_m / np.linalg.norm(moved_m), float(travelled_m[-1]), lanes)
        place_m = line.points_s_m[1] + np.concatenate([[0.0], travelled_m])
        frames = Pose.from_heading(line.heading(place_m), line.at(place_m))
        following = frames[1:] @ (frames[0].inverse() @ last)
    return PoseTrack(np.concatenate([poses.t_ns, later]), Pose(np.concatenate([poses.poses.matrix, following.matrix])))


def _line(start_m: Floats, ahead: Floats, length_m: float, lanes: LaneIndex | None) -> Curve:
    """The way on from a place: its second point is the place, its first a little before it."""
    points = [start_m - _SPACING_M * ahead, start_m]
    heading = float(np.arctan2(ahead[1], ahead[0]))
    lane = np.empty((0, 3)) if lanes is None else lanes.ahead(start_m, heading, length_m + _EASE_M)
    eased = np.linalg.norm(lane - start_m, axis=1) >= _EASE_M if len(lane) else np.zeros(0, bool)
    if not eased.any():
        return Curve.through([*points, start_m + _SPACING_M * ahead])
    centre = Curve.through(lane)
    foot = centre.at(0.0)
    left_m = float((start_m - foot) @ centre.left(0.0))
    place_m = np.arange(float(centre.project(lane[eased][:1])[0][0]), centre.length_m, _SPACING_M)
    beside = centre.at(place_m) + left_m * centre.left(place_m) + [0.0, 0.0, start_m[2] - foot[2]]
    return Curve.through([*points, *beside])
