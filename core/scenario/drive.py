"""What a scenario makes of its log and scene: the one answer for views, renders, generation and export."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from core.geometry import Pose, PoseTrack
from core.logs import CameraStream, DrivingLog, Track
from core.logs.box_table import BoxesAt
from core.scenario.document import Scenario
from core.scenario.memo import Memo
from core.scenario.movement import Movement
from core.scenario.settings import CameraEdit
from core.scenario.staging import AssetLoader, Staging
from core.scene import Scene
from core.splats import GaussianCloud


class EditedDrive:
    """A scenario over a scene over a log. The scene may be missing: then there are tracks, boxes, ego and rig only.

    Nothing is computed before it is asked for. `with_scenario` gives the drive of another state of the scenario, which
    takes over whatever that state leaves as it was: dragging one actor computes one track.
    """

    def __init__(
        self,
        scenario: Scenario,
        log: DrivingLog,
        scene: Scene | None = None,
        *,
        load_asset: AssetLoader | None = None,
        memo: Memo | None = None,
    ) -> None:
        self.scenario, self.log, self.unedited_scene = scenario, log, scene
        self._load_asset = load_asset
        self._memo = memo or Memo()

    def with_scenario(self, scenario: Scenario) -> EditedDrive:
        """The drive of another state of the scenario."""
        return EditedDrive(scenario, self.log, self.unedited_scene, load_asset=self._load_asset, memo=self._memo)

    def with_scene(self, scene: Scene | None) -> EditedDrive:
        """The drive over another scene of the same log."""
        return EditedDrive(self.scenario, self.log, scene, load_asset=self._load_asset, memo=self._memo)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What of the scenario has no meaning for this log and scene."""
        return (*self._movement.warnings, *([] if self._staging is None else self._staging.warnings))

    # Actors

    @cached_property
    def tracks(self) -> tuple[Track, ...]:
        """Of all actors that are neither removed nor hidden: those of the log in its order, then the inserted ones."""
        return tuple(self.track(name) for name in self._movement.present)

    def track(self, actor_id: str) -> Track:
        """One actor's track after its edit, also while it is removed or hidden.

        Raises:
            KeyError: no such actor.
        """
        return self._movement.track(actor_id)

    @cached_property
    def left_out(self) -> tuple[Track, ...]:
        """Of the actors that are removed or hidden: as they would move."""
        present = set(self._movement.present)
        return tuple(self.track(name) for name in self._movement.unmoved if name not in present)

    def knows(self, actor_id: str) -> bool:
        """Whether there is such an actor, in the log, in the scene or inserted."""
        return actor_id in self._movement.unmoved

    def is_moved(self, actor_id: str) -> bool:
        """Whether an actor is elsewhere than where its track was recorded, or an asset than at the world's origin.

        Raises:
            KeyError: no such actor.
        """
        return self.track(actor_id).poses is not self._movement.unmoved[actor_id].poses

    def name(self, actor_id: str) -> str:
        """What people call an actor; its id if nothing else is known.

        Raises:
            KeyError: no such actor.
        """
        return self._movement.name(actor_id)

    def boxes_at(self, t_s: float) -> BoxesAt:
        """The actors that exist at a time, with their boxes."""
        return self.over_recording.box_table.at(self.log.t_ns(t_s))

    def pose_at(self, actor_id: str, t_s: float) -> Pose:
        """`world_from_box` of an actor at a time; where it was next if it does not exist then.

        Raises:
            KeyError: no such actor.
        """
        return self.track(actor_id).poses.at(self.log.t_ns(t_s))

    # Ego and rig

    @cached_property
    def ego(self) -> PoseTrack:
        """`world_from_ego` along the edited path."""
        return self._movement.ego

    @property
    def ego_track(self) -> Track:
        """The ego's box along the edited path, as others meet it."""
        return self._movement.ego_track

    def ego_at(self, t_s: float) -> Pose:
        return self.ego.at(self.log.t_ns(t_s))

    @cached_property
    def cameras(self) -> tuple[CameraStream, ...]:
        """The cameras that are on, as edited, along the edited path, at the times of the recording.

        Their pictures stay those of the recording.
        """
        return tuple(self.camera(stream.name) for stream in self.log.cameras if self._camera_edit(stream.name).on)

    @property
    def cameras_off(self) -> frozenset[str]:
        """Names of the cameras that are off."""
        return frozenset(stream.name for stream in self.log.cameras if not self._camera_edit(stream.name).on)

    def camera(self, name: str) -> CameraStream:
        """One camera as edited, also while it is off.

        Raises:
            KeyError: the rig has no such camera.
        """
        stream, edit = self.log.camera(name), self._camera_edit(name)
        return self._memo.get(("camera", name), (stream, edit, self.ego), lambda: self._camera(stream, edit))

    def camera_pose_at(self, name: str, t_s: float) -> Pose:
        """`world_from_camera` along the edited path at any time."""
        return self.ego_at(t_s) @ self.camera(name).ego_from_camera

    # For what takes a log or a scene

    @cached_property
    def over_recording(self) -> DrivingLog:
        """The log with the edited tracks, seen as it was recorded: for overlays on its own pictures."""
        return self._memo.get("over", (self.log, *self.tracks), lambda: self._log_with(self.log.ego, self.log.cameras))

    @cached_property
    def as_driven(self) -> DrivingLog:
        """The log as if it had been driven like this: edited tracks, ego and rig. Its pictures stay as recorded."""
        return self._memo.get(
            "as driven",
            (self.log, self.ego, *self.tracks, *self.cameras),
            lambda: self._log_with(self.ego, self.cameras),
        )

    @property
    def changes_scene(self) -> bool:
        """Whether anything is edited that splats are moved, taken away or added by."""
        return bool(self.scenario.actors or self.scenario.cleanups)

    @cached_property
    def scene(self) -> Scene | None:
        """The scene after all edits: what renderers take, at any time, as they take an unedited one."""
        return None if self._staging is None else self._staging.scene

    def splats_at(self, t_s: float) -> GaussianCloud:
        """All splats that exist at a time, in world coordinates, each with its owner; none without a scene."""
        return GaussianCloud.empty() if self.scene is None else self.scene.at(t_s)

    # How

    @cached_property
    def _movement(self) -> Movement:
        known = {track.id for track in self.log.tracks}
        in_scene = () if self.unedited_scene is None else self.unedited_scene.actors
        further = [actor.track for actor in in_scene if actor.track.id not in known]
        return Movement(self.scenario, self.log, [*self.log.tracks, *further], self._memo)

    @cached_property
    def _staging(self) -> Staging | None:
        scene = self.unedited_scene
        return None if scene is None else Staging(scene, self._movement, self._load_asset, self._memo)

    def _log_with(self, ego: PoseTrack, cameras: tuple[CameraStream, ...]) -> DrivingLog:
        """The log with the edited tracks; itself, with all that is known of it, where nothing is another one."""
        log, tracks = self.log, self.tracks
        edited, recorded = (ego, *cameras, *tracks), (log.ego, *log.cameras, *log.tracks)
        same = len(edited) == len(recorded) and all(a is b for a, b in zip(edited, recorded, strict=True))
        return log if same else replace(log, tracks=tracks, ego=ego, cameras=cameras)

    def _camera_edit(self, name: str) -> CameraEdit:
        return self.scenario.cameras.get(name, _AS_RECORDED)

    def _camera(self, stream: CameraStream, edit: CameraEdit) -> CameraStream:
        if edit == _AS_RECORDED and self.ego is self.log.ego:
            return stream
        moved, lens = edit.ego_from_camera, edit.camera
        mount = stream.ego_from_camera if moved is None else moved.pose
        poses = stream.world_from_camera
        if self.ego is not self.log.ego:
            poses = self.ego.at(stream.t_ns) @ mount
        elif moved is not None:
            # A recording may have its own ego pose for each picture.
            poses = poses @ stream.ego_from_camera.inverse() @ mount
        return replace(stream, camera=lens or stream.camera, ego_from_camera=mount, world_from_camera=poses)


_AS_RECORDED = CameraEdit()
