"""Tracks and the ego's path after their edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from core.geometry import Pose, PoseTrack
from core.logs import DrivingLog, Track
from core.logs.log import NS_PER_S
from core.scenario.actors import ActorEdit, CopyOf, OfAsset, copy_name
from core.scenario.behaviours import Authored, Bent, EgoPath, Keyed, KeyFrame, Reacting, Replay
from core.scenario.motion import AuthoredPath, LaneIndex, authored_poses, bent_path, bent_track

BEYOND_NS = NS_PER_S
"""Who stands or drives at the log's start or end, does so a second before and after it too."""


def unplaced_track(actor_id: str, origin: CopyOf | OfAsset, recorded: Track | None, stage: Stage) -> Track | None:
    """The track that the edit of an inserted actor starts from: the recorded one of what it is a copy of, or that of
    a box that stands at the world's origin. None if there is no such recorded track."""
    if isinstance(origin, CopyOf):
        return None if recorded is None else replace(recorded, id=actor_id, name=copy_name(recorded.name))
    return Track(
        id=actor_id,
        actor_class=origin.actor_class,
        source_label=origin.source_label,
        poses=stage.standing(Pose.identity()),
        size_m=origin.size_m,
        max_gap_s=float("inf"),
        attributes=origin.attributes | {"asset": origin.source or origin.name},
        name=origin.name,
    )


def edited_track(base: Track, edit: ActorEdit, stage: Stage) -> Track:
    """A track as the edit wants it: placed, then moving as its behaviour says, before it reacts to anybody.

    Raises:
        UserError: a lane change where the map has no lane on that side.
    """
    track = base
    if edit.actor_class is not None or edit.name is not None:
        track = replace(base, actor_class=edit.actor_class or base.actor_class, name=edit.name or base.name)
    if edit.placement is not None:
        track = replace(track, poses=PoseTrack(track.t_ns, edit.placement.pose @ track.poses.poses))
    match edit.behaviour:
        case Bent(bends=bends):
            return bent_track(track, bends, start_ns=stage.start_ns, until_s=stage.until_s, lanes=stage.lanes)
        case Authored(path=path):
            drawn = stage.authored(path, lift_m=track.size_m[2] / 2)
            if edit.inserted is not None and isinstance(edit.inserted.origin, OfAsset):
                return replace(track, poses=stage.standing_before(drawn))
            return replace(track, poses=joined(track.poses, drawn))
        case Keyed(frames=frames):
            return replace(track, poses=stage.keyed(frames), max_gap_s=float("inf"), margin_s=0.0)
        case Reacting(along=along):
            return edited_track(base, edit.model_copy(update={"behaviour": along}), stage)
        case Replay():
            return track


def edited_ego(recorded: PoseTrack, path: EgoPath, stage: Stage) -> PoseTrack:
    """The ego's poses as the edit wants them.

    Raises:
        UserError: a lane change where the map has no lane on that side.
    """
    match path:
        case Bent(bends=bends):
            return bent_path(recorded, bends, start_ns=stage.start_ns, until_s=stage.until_s, lanes=stage.lanes)
        case Authored(path=drawn):
            return joined(recorded, stage.authored(drawn, lift_m=0.0))
        case Keyed(frames=frames):
            return stage.keyed(frames)
        case Replay():
            return recorded


class Stage:
    """What all motions of a log have in common: its clock, until when they go on, its lanes."""

    def __init__(self, log: DrivingLog) -> None:
        self.log = log
        self.start_ns = log.start_ns
        self.until_s = log.duration_s + BEYOND_NS / NS_PER_S

    @cached_property
    def lanes(self) -> LaneIndex | None:
        return LaneIndex.of(self.log)

    def authored(self, path: AuthoredPath, *, lift_m: float) -> PoseTrack:
        return authored_poses(path, start_ns=self.start_ns, until_s=self.until_s, lift_m=lift_m)

    def keyed(self, frames: Sequence[KeyFrame]) -> PoseTrack:
        """Poses through key frames; a single one holds all the time."""
        if len(frames) == 1:
            return self.standing(frames[0].place.pose)
        return PoseTrack([self.log.t_ns(frame.t_s) for frame in frames], Pose.stack([f.place.pose for f in frames]))

    def standing(self, pose: Pose) -> PoseTrack:
        """At one place for all of the log."""
        return PoseTrack([self.log.start_ns - BEYOND_NS, self.log.end_ns + BEYOND_NS], Pose.stack([pose, pose]))

    def standing_before(self, poses: PoseTrack) -> PoseTrack:
        """With its first pose held from before the log's start."""
        return joined(self.standing(poses.poses[0]), poses)


def joined(before: PoseTrack, after: PoseTrack) -> PoseTrack:
    """The one up to where the other begins."""
    kept = before.t_ns < after.t_ns[0]
    matrices = np.concatenate([before.poses.matrix[kept], after.poses.matrix])
    return PoseTrack(np.concatenate([before.t_ns[kept], after.t_ns]), Pose(matrices))
