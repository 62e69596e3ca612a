"""Applies edits to tracks and the ego's path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.city.actors import actor_size
from core.city.edits import (
    AddActor,
    DriveEgo,
    Edit,
    MoveActor,
    RemoveActor,
    RetrackActor,
    SetWeather,
    Shift,
    ShiftEgo,
    TimedPose,
)
from core.city.life import NS_PER_S, Life
from core.city.spec import CitySpec
from core.city.tokens import token
from core.city.tracks import CityTrack
from core.errors import UserError
from core.geometry import Pose, PoseTrack

Floats = NDArray[np.float64]

_STEP_NS = 50_000_000


def apply_edits(spec: CitySpec, life: Life, edits: Sequence[Edit]) -> tuple[CitySpec, Life]:
    """The spec (its weather) and the life after all edits, in order.

    Raises:
        UserError: an edit names a track that does not exist, or adds one that does.
    """
    tracks = {track.id: track for track in life.tracks}
    ego = life.ego
    for edit in edits:
        match edit:
            case MoveActor():
                track = _known(tracks, edit.track)
                poses = _shifted(_dense(track.poses), edit.shift)
                braking = np.array([track.braking_at(int(t)) for t in poses.t_ns])
                tracks[track.id] = replace(track, poses=poses, braking=braking)
            case RemoveActor():
                del tracks[_known(tracks, edit.track).id]
            case RetrackActor():
                track = _known(tracks, edit.track)
                tracks[track.id] = _retracked(track, edit.poses, spec)
            case AddActor():
                added = _added(edit, spec, max((t.instance for t in life.tracks), default=0), tracks)
                tracks[added.id] = added
            case ShiftEgo():
                ego = _shifted(ego, edit.shift)
            case DriveEgo():
                ego = _posed(edit.poses, 0.0)
            case SetWeather():
                spec = spec.with_weather(edit.weather)
    return spec, Life(ego, tuple(tracks.values()))


def _known(tracks: dict[str, CityTrack], name: str) -> CityTrack:
    if name not in tracks:
        raise UserError(f"There is no track {name} in this drive", field="track")
    return tracks[name]


def _added(edit: AddActor, spec: CitySpec, last_base: int, tracks: dict[str, CityTrack]) -> CityTrack:
    name = added_track_id(spec, edit.name)
    if name in tracks:
        raise UserError(f"An actor named {edit.name} was added already", field="name")
    size = actor_size(edit.kind, edit.seed)
    instance = max([last_base, *(track.instance for track in tracks.values())]) + 1
    still = PoseTrack([0], Pose.from_heading([0.0], [[0.0, 0.0, 0.0]]))
    track = CityTrack(
        id=name,
        name=edit.name,
        kind=edit.kind,
        seed=edit.seed,
        instance=instance,
        size_m=size,
        poses=still,
        braking=np.zeros(1, dtype=bool),
        parked=len(edit.poses) == 1,
    )
    return _retracked(track, edit.poses, spec)


def added_track_id(spec: CitySpec, name: str) -> str:
    """The id that an added actor's track gets."""
    return token(spec.seed, "added", name)


def _retracked(track: CityTrack, poses: tuple[TimedPose, ...], spec: CitySpec) -> CityTrack:
    if len(poses) == 1:
        # Standing there for the whole drive, and beyond its last frame.
        last = poses[0].model_copy(update={"t_s": spec.seconds + 1.0})
        poses = (poses[0].model_copy(update={"t_s": 0.0}), last)
    posed = _posed(poses, track.size_m[2] / 2)
    return replace(track, poses=posed, braking=np.zeros(len(posed), dtype=bool))


def _posed(poses: tuple[TimedPose, ...], lift_m: float) -> PoseTrack:
    points = [[pose.x_m, pose.y_m, pose.ground_m + lift_m] for pose in poses]
    headings = [pose.heading_rad for pose in poses]
    return PoseTrack([round(pose.t_s * NS_PER_S) for pose in poses], Pose.from_heading(headings, points))


def _dense(poses: PoseTrack) -> PoseTrack:
    """Sampled finely enough for a blended shift; a parked car has two poses."""
    start, end = int(poses.t_ns[0]), int(poses.t_ns[-1])
    if len(poses) > 2 or end - start <= _STEP_NS:
        return poses
    times = np.append(np.arange(start, end, _STEP_NS), end)
    return PoseTrack(times, poses.at(times))


def _shifted(poses: PoseTrack, shift: Shift) -> PoseTrack:
    weight = _weight(poses.t_ns / NS_PER_S, shift)
    local = np.stack([weight * shift.ahead_m, weight * shift.left_m, np.zeros_like(weight)], -1)
    return PoseTrack(poses.t_ns, poses.poses @ Pose.from_heading(weight * shift.turn_rad, local))


def _weight(t_s: Floats, shift: Shift) -> Floats:
    """How much of the shift holds at times (n,): 1 within its span, faded smoothly on both sides."""
    if shift.span is None:
        return np.ones_like(t_s)
    span = shift.span
    rise = np.clip((t_s - span.from_s) / span.blend_s + 1.0, 0.0, 1.0)
    fall = np.clip((span.to_s - t_s) / span.blend_s + 1.0, 0.0, 1.0)
    either = np.minimum(rise, fall)
    return either**3 * (10 - 15 * either + 6 * either**2)
