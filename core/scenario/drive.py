"""What a scenario makes of its log and scene: the one answer for views, renders, generation and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import CameraStream, DrivingLog, Track
from core.logs.box_table import BoxesAt
from core.scenario.actors import CopyOf, Inserted, OfAsset
from core.scenario.behaviours import Replay
from core.scenario.cleaning import CleanedSplats, cleaned_splats
from core.scenario.document import Scenario
from core.scenario.memo import Memo
from core.scenario.settings import CameraEdit
from core.scenario.tracks import Stage, edited_ego, edited_track, unplaced_track
from core.scene import Actor, Asset, Scene
from core.splats import GaussianCloud

AssetLoader = Callable[[str], Asset]
"""Loads the asset of a hash; raises UserError."""


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
        strangers = [name for name in self.scenario.actors if name not in self._bases]
        strange = [f"The log has no actor {name!r}, so its edit changes nothing" for name in strangers]
        motions = [self._driven[1], *(self._moved(name)[1] for name in self.scenario.actors if name in self._bases)]
        splats = () if self._cleaned is None else self._cleaned.warnings
        origins = [inserted.origin for _, inserted in self._inserted] if self.unedited_scene is not None else []
        assets = [self._asset(each.asset) for each in origins if isinstance(each, OfAsset) and each.asset is not None]
        return (
            *strange,
            *filter(None, motions),
            *splats,
            *(str(asset) for asset in assets if isinstance(asset, UserError)),
        )

    # Actors

    @cached_property
    def tracks(self) -> tuple[Track, ...]:
        """Of all actors that are neither removed nor hidden: those of the log in its order, then the inserted ones."""
        return tuple(self.track(name) for name in self._actor_ids if self.scenario.actor(name).is_present)

    def track(self, actor_id: str) -> Track:
        """One actor's track after its edit, also while it is removed or hidden.

        Raises:
            KeyError: no such actor.
        """
        return self._moved(actor_id)[0]

    def knows(self, actor_id: str) -> bool:
        """Whether there is such an actor, in the log, in the scene or inserted."""
        return actor_id in self._bases

    def is_moved(self, actor_id: str) -> bool:
        """Whether an actor is elsewhere than where its track was recorded, or an asset than at the world's origin.

        Raises:
            KeyError: no such actor.
        """
        return self.track(actor_id).poses is not self._bases[actor_id].poses

    def name(self, actor_id: str) -> str:
        """What the user calls an actor; its id if nothing else is known."""
        edit = self.scenario.actor(actor_id)
        if edit.name is not None or edit.inserted is None:
            return edit.name or actor_id
        match edit.inserted.origin:
            case CopyOf(actor=original):
                return f"{self.name(original)} (copy)"
            case OfAsset(name=name):
                return name

    def boxes_at(self, t_s: float) -> BoxesAt:
        """The actors that exist at a time, with their boxes."""
        return self.over_recording.box_table.at(self.log.t_ns(t_s))

    # Ego and rig

    @cached_property
    def ego(self) -> PoseTrack:
        """`world_from_ego` along the edited path."""
        return self._driven[0]

    def ego_at(self, t_s: float) -> Pose:
        return self.ego.at(self.log.t_ns(t_s))

    @cached_property
    def cameras(self) -> tuple[CameraStream, ...]:
        """The cameras that are on, as edited, along the edited path, at the times of the recording.

        Their pictures stay those of the recording.
        """
        return tuple(self.camera(stream.name) for stream in self.log.cameras if self._camera_edit(stream.name).on)

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
        return self._memo.get("over", (self.log, *self.tracks), lambda: replace(self.log, tracks=self.tracks))

    @cached_property
    def as_driven(self) -> DrivingLog:
        """The log as if it had been driven like this: edited tracks, ego and rig. Its pictures stay as recorded."""
        return replace(self.log, tracks=self.tracks, ego=self.ego, cameras=self.cameras)

    @cached_property
    def scene(self) -> Scene | None:
        """The scene after all edits: what renderers take, at any time, as they take an unedited one."""
        base, cleaned = self.unedited_scene, self._cleaned
        if base is None or cleaned is None:
            return None
        actors = [self._scene_actor(name) for name in self._actor_ids if self.scenario.actor(name).is_present]
        licences = [base.licence]
        for name, inserted in self._inserted:
            origin = inserted.origin
            if isinstance(origin, OfAsset) and origin.licence not in base.licence:
                licences.append(f"{self.name(name)}: {origin.licence}")
        present = tuple(actor for actor in actors if actor is not None)
        return replace(base, static=cleaned.static, actors=present, licence="; ".join(licences))

    def splats_at(self, t_s: float) -> GaussianCloud:
        """All splats that exist at a time, in world coordinates, each with its owner; none without a scene."""
        return GaussianCloud.empty() if self.scene is None else self.scene.at(t_s)

    # How

    @cached_property
    def _recorded(self) -> dict[str, Track]:
        """Tracks by id: of the log, and of the scene's actors that the log does not know."""
        found = {track.id: track for track in self.log.tracks}
        extra = {name: actor.track for name, actor in self._unedited_actors.items() if name not in found}
        return found | extra

    @cached_property
    def _inserted(self) -> list[tuple[str, Inserted]]:
        """Ids and origins in order of their serial numbers."""
        found = [(name, edit.inserted) for name, edit in self.scenario.actors.items() if edit.inserted is not None]
        return sorted(found, key=lambda row: row[1].serial)

    @cached_property
    def _actor_ids(self) -> list[str]:
        return [*self._recorded, *(name for name, _ in self._inserted if name in self._bases)]

    @cached_property
    def _bases(self) -> dict[str, Track]:
        """The tracks that edits start from."""
        found: dict[str, Track] = dict(self._recorded)
        for name, inserted in self._inserted:
            origin = inserted.origin
            recorded = self._recorded.get(origin.actor) if isinstance(origin, CopyOf) else None
            make = partial(unplaced_track, name, origin, recorded, self._stage)
            made = self._memo.get(("base", name), (self.log, origin, recorded), make)
            if made is not None:
                found[name] = made
        return found

    @cached_property
    def _stage(self) -> Stage:
        return self._memo.get("stage", (self.log,), lambda: Stage(self.log))

    def _moved(self, actor_id: str) -> tuple[Track, str]:
        """An actor's track, and why its behaviour cannot be had, in which case it is as recorded but placed."""
        base, edit = self._bases[actor_id], self.scenario.actor(actor_id)

        def moved() -> tuple[Track, str]:
            try:
                return edited_track(base, edit, self._stage), ""
            except UserError as error:
                unbent = edit.model_copy(update={"behaviour": Replay()})
                return edited_track(base, unbent, self._stage), f"{self.name(actor_id)}: {error}"

        return self._memo.get(("track", actor_id), (base, edit), moved)

    @cached_property
    def _driven(self) -> tuple[PoseTrack, str]:
        """The ego's path, and why the edited one cannot be had."""
        path = self.scenario.ego.path

        def driven() -> tuple[PoseTrack, str]:
            try:
                return edited_ego(self.log.ego, path, self._stage), ""
            except UserError as error:
                return self.log.ego, f"Ego path: {error}"

        return self._memo.get("ego", (self.log, path), driven)

    def _camera_edit(self, name: str) -> CameraEdit:
        return self.scenario.cameras.get(name, _AS_RECORDED)

    def _camera(self, stream: CameraStream, edit: CameraEdit) -> CameraStream:
        moved, lens = edit.ego_from_camera, edit.camera
        mount = stream.ego_from_camera if moved is None else moved.pose
        poses = stream.world_from_camera
        if self.ego is not self.log.ego:
            poses = self.ego.at(stream.t_ns) @ mount
        elif moved is not None:
            # A recording may have its own ego pose for each picture.
            poses = poses @ stream.ego_from_camera.inverse() @ mount
        return replace(stream, camera=lens or stream.camera, ego_from_camera=mount, world_from_camera=poses)

    @cached_property
    def _cleaned(self) -> CleanedSplats | None:
        scene, cleanups = self.unedited_scene, self.scenario.cleanups
        if scene is None:
            return None
        in_order = [cleanups[number] for number in sorted(cleanups)]
        return self._memo.get("cleaned", (scene, *in_order), lambda: cleaned_splats(scene, in_order))

    def _scene_actor(self, actor_id: str) -> Actor | None:
        """An actor of the edited scene; None for one that has no splats."""
        inserted = self.scenario.actor(actor_id).inserted
        known, cleaned = self._unedited_actors, self._cleaned
        if cleaned is None:
            return None
        origin = CopyOf(actor=actor_id) if inserted is None else inserted.origin
        if isinstance(origin, OfAsset):
            asset = None if origin.asset is None else self._asset(origin.asset)
            if not isinstance(asset, Asset):
                return None
            cloud, coverage = asset.cloud, asset.coverage
        elif origin.actor in known:
            cloud, coverage = cleaned.actors[origin.actor], known[origin.actor].coverage
        else:
            return None
        last = max((actor.number for actor in known.values()), default=0)
        number = known[actor_id].number if inserted is None else last + inserted.serial
        track = self.track(actor_id)
        made_of = (track, cloud, coverage)
        return self._memo.get(("actor", number), made_of, lambda: Actor(number, track, cloud, coverage))

    @cached_property
    def _unedited_actors(self) -> dict[str, Actor]:
        actors = () if self.unedited_scene is None else self.unedited_scene.actors
        return {actor.track.id: actor for actor in actors}

    def _asset(self, content: str) -> Asset | UserError | None:
        """An asset, or why it cannot be had; None where nobody can load any."""
        load = self._load_asset

        def loaded() -> Asset | UserError | None:
            try:
                return None if load is None else load(content)
            except UserError as error:
                return error

        return self._memo.get(("asset", content), (load,), loaded)


_AS_RECORDED = CameraEdit()
