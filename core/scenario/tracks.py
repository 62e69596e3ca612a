"""An actor's track after its edit."""

from __future__ import annotations

from dataclasses import replace

from core.geometry import Pose, PoseTrack
from core.logs import DrivingLog, Track
from core.scenario.actors import ActorEdit, CopyOf, OfAsset
from core.scenario.behaviours import Keyed
from core.scenario.model import Placement

BEYOND_NS = 1_000_000_000
"""Who stands somewhere all the time, stands there a second before and after the log too."""


def unplaced_track(log: DrivingLog, actor_id: str, origin: CopyOf | OfAsset, recorded: Track | None) -> Track | None:
    """The track that the edit of an inserted actor starts from: the recorded one of what it is a copy of, or that of
    a box that stands at the world's origin. None if there is no such recorded track."""
    if isinstance(origin, CopyOf):
        return None if recorded is None else replace(recorded, id=actor_id)
    return Track(
        id=actor_id,
        actor_class=origin.actor_class,
        source_label=origin.source_label,
        poses=standing(log, Placement()),
        size_m=origin.size_m,
        max_gap_s=float("inf"),
        attributes=origin.attributes | {"asset": origin.source or origin.name},
    )


def edited_track(log: DrivingLog, base: Track, edit: ActorEdit) -> Track:
    """A track as the edit wants it: placed, then moving as its behaviour says."""
    track = base if edit.actor_class is None else replace(base, actor_class=edit.actor_class)
    if edit.placement is not None:
        poses = edit.placement.pose @ track.poses.poses
        track = replace(track, poses=PoseTrack(track.t_ns, poses))
    if isinstance(edit.behaviour, Keyed):
        track = replace(track, poses=keyed_poses(log, edit.behaviour), max_gap_s=float("inf"), margin_s=0.0)
    return track


def keyed_poses(log: DrivingLog, keyed: Keyed) -> PoseTrack:
    """Poses through key frames; a single one holds all the time."""
    if len(keyed.frames) == 1:
        return standing(log, keyed.frames[0].place)
    times = [log.t_ns(frame.t_s) for frame in keyed.frames]
    return PoseTrack(times, Pose.stack([frame.place.pose for frame in keyed.frames]))


def standing(log: DrivingLog, place: Placement) -> PoseTrack:
    """At one place for all of a log."""
    return PoseTrack([log.start_ns - BEYOND_NS, log.end_ns + BEYOND_NS], Pose.stack([place.pose, place.pose]))
