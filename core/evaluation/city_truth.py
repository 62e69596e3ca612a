"""The demo city as a judge: what cameras would have recorded elsewhere, and after edits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.city import CityDrive, read_truth
from core.city.edits import Edit, MoveActor, RemoveActor, Shift, ShiftEgo
from core.geometry import Box, Camera, Pose, PoseTrack
from core.logs import CameraStream, DrivingLog, Track
from core.scene import Scene

SAMPLES = 2  # rays per pixel
EGO_LEFT_M = 2.0
ACTOR_LEFT_M, ACTOR_AHEAD_M = 1.0, 3.0


def drive_of(log: DrivingLog) -> CityDrive | None:
    """The drive that a log was written from; None for a log of anything but the demo city.

    Raises:
        UserError: the city's own file is damaged.
    """
    folder = Path(log.path)
    return CityDrive.from_log_folder(folder) if (folder / "driftless" / "city.json").exists() else None


def recorded_depth(log: DrivingLog, stream: CameraStream, index: int) -> NDArray[np.float32]:
    """Exact depth (h, w) of an image of a city's log, metres along the optical axis, infinite for sky.

    Raises:
        UserError: it cannot be read.
    """
    lost_before = sum(sample.t_ns < stream.t_ns[index] for sample in stream.missing)
    return read_truth(log.path, stream.name, index + lost_before).depth_m


def beside(log: DrivingLog, world_from_camera: Pose, t_ns: int, left_m: float) -> Pose:
    """The pose of a camera if the ego drove a few metres to the left."""
    ego = log.ego.at(t_ns)
    return Pose.from_rotation(np.eye(3), ego.rotation @ np.array([0.0, left_m, 0.0])) @ world_from_camera


def seen_from(
    drive: CityDrive, log: DrivingLog, camera: Camera, world_from_camera: Pose, t_ns: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a camera would have recorded: picture (h, w, 3) in [0, 1] and depth (h, w) along the optical axis, infinite
    for sky and where the lens sees nothing."""
    image = drive.render_at(camera, log.source_from_world @ world_from_camera, log.t_s(t_ns), samples=SAMPLES)
    return image.rgb.astype(np.float32) / 255.0, image.depth_m


@dataclass(frozen=True, eq=False)
class EditedCity:
    """The same minute in which the ego drives elsewhere, one actor drives elsewhere, and one is not there."""

    drive: CityDrive
    moved: Track | None
    removed: Track | None

    @classmethod
    def of(cls, drive: CityDrive, log: DrivingLog, moved: Track | None, removed: Track | None) -> EditedCity:
        edits: list[Edit] = [ShiftEgo(shift=Shift(left_m=EGO_LEFT_M))]
        if moved is not None:
            edits.append(MoveActor(track=moved.id, shift=Shift(left_m=ACTOR_LEFT_M, ahead_m=ACTOR_AHEAD_M)))
        if removed is not None:
            edits.append(RemoveActor(track=removed.id))
        return cls(drive.edited(edits), moved, removed)

    def pose(self, log: DrivingLog, stream: CameraStream, t_ns: int) -> Pose:
        """world_from_camera after the edit."""
        source_from_ego = self.drive.ego.at(t_ns - log.start_ns)
        return log.source_from_world.inverse() @ source_from_ego @ stream.ego_from_camera

    def scene(self, scene: Scene, log: DrivingLog) -> Scene:
        """A scene of the log after the same edit of its actors."""
        gone = None if self.removed is None else self.removed.id
        kept = tuple(actor for actor in scene.actors if actor.track.id != gone)
        if self.moved is not None:
            track = self._elsewhere(self.moved, log)
            kept = tuple(replace(each, track=track) if each.track.id == track.id else each for each in kept)
        return replace(scene, actors=kept)

    def moved_box(self, log: DrivingLog, t_ns: int) -> Box | None:
        """Where the moved actor is after the edit."""
        return None if self.moved is None else self._elsewhere(self.moved, log).box_at(t_ns)

    def _elsewhere(self, track: Track, log: DrivingLog) -> Track:
        world_from_source = log.source_from_world.inverse()
        poses = self.drive.track(track.id).poses
        moved = PoseTrack(poses.t_ns + log.start_ns, world_from_source @ poses.poses)
        return replace(track, poses=moved, max_gap_s=float("inf"))
