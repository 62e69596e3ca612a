"""The small drive after edits, as the views are given it."""

from __future__ import annotations

from dataclasses import replace

from core.geometry import Pose, PoseTrack
from core.logs import DrivingLog, Track
from core.scene import Scene


def shifted(track: Track, left_m: float) -> Track:
    """The same actor, all its boxes moved to their left."""
    aside = Pose.from_heading(0.0, [0.0, left_m, 0.0])
    return replace(track, poses=PoseTrack(track.t_ns, track.poses.poses @ aside))


def with_track(log: DrivingLog, track: Track) -> DrivingLog:
    """The log with another track in the place of the one of that id, or with one more."""
    known = [track if one.id == track.id else one for one in log.tracks]
    return replace(log, tracks=tuple(known if any(one is track for one in known) else [*known, track]))


def ego_aside(log: DrivingLog, left_m: float) -> DrivingLog:
    """The log as if the ego had driven further to the left."""
    aside = Pose.from_heading(0.0, [0.0, left_m, 0.0])
    ego = PoseTrack(log.ego.t_ns, log.ego.poses @ aside)
    cameras = tuple(
        replace(stream, world_from_camera=ego.at(stream.t_ns) @ stream.ego_from_camera) for stream in log.cameras
    )
    return replace(log, ego=ego, cameras=cameras)


def with_tracks_of(scene: Scene, log: DrivingLog) -> Scene:
    """The scene whose actors move as a log says; their splats are the same."""
    tracks = {track.id: track for track in log.tracks}
    actors = tuple(replace(actor, track=tracks[actor.track.id]) for actor in scene.actors)
    return replace(scene, actors=actors)
