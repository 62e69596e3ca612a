"""A drive through the city: who is where, what any camera or lidar would record, before and after edits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.city.actors import ActorKind, build_actor
from core.city.editing import apply_edits
from core.city.edits import Edit
from core.city.lane_graph import LaneGraph, lane_map
from core.city.life import NS_PER_S, Life, simulate_life
from core.city.mesh import Mesh, PosedActor
from core.city.network import build_network
from core.city.roads import WARM_UP_S, RoadNetwork
from core.city.spec import CitySpec, WeatherName
from core.city.tracks import CityTrack
from core.geometry import Camera, Pose, PoseTrack
from core.logs.lanes import LaneMap

if TYPE_CHECKING:
    from core.city.renderer import CityImage, CityRenderer, LidarSweep
    from core.city.static_world import StaticWorld

_FASTEST_MPS = 17.0
_VISTA_M = 130.0  # of street beyond the ego's last place
_LAMP_KINDS = (ActorKind.CAR, ActorKind.VAN, ActorKind.TRUCK, ActorKind.BUS, ActorKind.MOTORCYCLE)
_LIT_WEATHERS = ("rain", "fog", "dusk", "night")


class City:
    """What all edits of one drive share: streets, unedited life, meshes."""

    def __init__(self, seed: int, seconds: float) -> None:
        self.seed, self.seconds = seed, seconds
        self._shapes: dict[tuple[ActorKind, int, float], Mesh] = {}
        self._meshes: dict[tuple[ActorKind, int, float, int], Mesh] = {}
        self._renderers: dict[WeatherName, CityRenderer] = {}

    def __getstate__(self) -> dict[str, Any]:
        # What another process makes again itself.
        return {**vars(self), "_shapes": {}, "_meshes": {}, "_renderers": {}}

    @cached_property
    def network(self) -> RoadNetwork:
        return build_network(self.seed, _VISTA_M + (WARM_UP_S + self.seconds) * _FASTEST_MPS)

    @cached_property
    def graph(self) -> LaneGraph:
        return LaneGraph(self.network)

    @cached_property
    def life(self) -> Life:
        return simulate_life(self.graph, self.seed, self.seconds)

    @cached_property
    def world(self) -> StaticWorld:
        from core.city.street_world import build_static_world

        return build_static_world(self.network, self.seed)

    def renderer(self, weather: WeatherName) -> CityRenderer:
        """One renderer for each weather, whatever the edits."""
        if weather not in self._renderers:
            from core.city.renderer import CityRenderer
            from core.city.weather import Weather

            self._renderers[weather] = CityRenderer(self.world, Weather.of(weather, self.seed))
        return self._renderers[weather]

    def mesh(self, track: CityTrack, phase: float) -> Mesh:
        """The mesh of an actor, one object for equal ones: the renderer keeps what it prepared for it."""
        shape_key = track.kind, track.seed, phase
        key = (*shape_key, track.instance)
        if key not in self._meshes:
            if shape_key not in self._shapes:
                self._shapes[shape_key] = build_actor(track.kind, track.seed, self.world.surfaces, 0, phase)
            shape = self._shapes[shape_key]
            self._meshes[key] = replace(shape, instance=np.full_like(shape.instance, track.instance))
        return self._meshes[key]


class CityDrive:
    """One drive and its truth. World coordinates are the city's; times count from the log's start.

    `edited` gives another drive in the same city, with the same other actors. Rendering compiles and traces
    on first use; tracks, ego and lanes are cheap.
    """

    def __init__(self, spec: CitySpec, edits: Sequence[Edit] = (), *, city: City | None = None) -> None:
        """Raises UserError where an edit does not fit the drive."""
        self.city = city or City(spec.seed, spec.seconds)
        self.base_spec = spec
        self.edits = tuple(edits)
        self.spec, self._life = apply_edits(spec, self.city.life, self.edits)
        self._posed: tuple[int, list[PosedActor]] | None = None  # of the last time: all cameras ask for the same

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_posed": None}

    @classmethod
    def from_log_folder(cls, path: str | Path) -> CityDrive:
        """The drive that a log was written from, with the edits it was written with.

        Raises:
            UserError: the folder holds no `driftless/city.json`, or a damaged one.
        """
        from core.city.log_files import read_city_file

        return cls(*read_city_file(Path(path)))

    def edited(self, edits: Sequence[Edit]) -> CityDrive:
        """The same drive with further edits.

        Raises:
            UserError: an edit names a track that does not exist, or adds one that does.
        """
        return CityDrive(self.base_spec, (*self.edits, *edits), city=self.city)

    @property
    def tracks(self) -> tuple[CityTrack, ...]:
        return self._life.tracks

    @property
    def ego(self) -> PoseTrack:
        """`world_from_ego`: origin on the ground under the rear axle."""
        return self._life.ego

    @property
    def network(self) -> RoadNetwork:
        return self.city.network

    @cached_property
    def lane_map(self) -> LaneMap:
        return lane_map(self.city.graph)

    def track(self, name_or_id: str) -> CityTrack:
        """A track by id or name.

        Raises:
            KeyError: there is no such track.
        """
        for track in self.tracks:
            if name_or_id in (track.id, track.name):
                return track
        raise KeyError(name_or_id)

    def actors_at(self, t_s: float) -> list[PosedActor]:
        """All actors that exist at a time, as the renderer takes them."""
        t_ns = round(t_s * NS_PER_S)
        if self._posed is None or self._posed[0] != t_ns:
            self._posed = t_ns, self._posed_at(t_ns)
        return list(self._posed[1])

    def _posed_at(self, t_ns: int) -> list[PosedActor]:
        lit = self.spec.weather in _LIT_WEATHERS
        return [
            PosedActor(
                track.instance,
                self.city.mesh(track, track.phase_at(t_ns)),
                track.pose_at(t_ns),
                track.size_m,
                braking=track.braking_at(t_ns) and not track.parked,
                head_lamps=lit and not track.parked and track.kind in _LAMP_KINDS,
            )
            for track in self.tracks
            if track.exists_at(t_ns)
        ]

    def camera(self, name: str) -> Camera:
        """The lens of one camera of the rig.

        Raises:
            KeyError: the rig has no such camera.
        """
        return self.spec.cameras.mount(name).camera(self.spec.width, self.spec.height)

    def world_from_camera(self, name: str, t_s: float) -> Pose:
        return self.ego.at(round(t_s * NS_PER_S)) @ self.spec.cameras.mount(name).ego_from_camera

    def world_from_lidar(self, t_s: float) -> Pose:
        return self.ego.at(round(t_s * NS_PER_S)) @ self.spec.cameras.ego_from_lidar

    def render(self, camera: str, t_s: float, *, samples: int | None = None) -> CityImage:
        """What a camera of the rig sees at a time, with its truth."""
        return self.render_at(self.camera(camera), self.world_from_camera(camera, t_s), t_s, samples=samples)

    def render_at(
        self, camera: Camera, world_from_camera: Pose, t_s: float, *, samples: int | None = None
    ) -> CityImage:
        """What any camera sees from anywhere at a time."""
        return self.renderer.render(
            camera,
            world_from_camera,
            self.actors_at(t_s),
            t_s,
            samples=samples or self.spec.samples,
            world_from_ego=self.ego.at(round(t_s * NS_PER_S)),
        )

    def render_all(self, t_s: float, *, samples: int | None = None) -> dict[str, CityImage]:
        """What each camera of the rig sees at a time, drawn by as many threads as there are cores."""
        from concurrent.futures import ThreadPoolExecutor

        self.actors_at(t_s)  # this and the renderer are shared by the threads, hence made before them
        names = [mount.name for mount in self.spec.cameras.cameras]
        self.renderer  # noqa: B018
        with ThreadPoolExecutor(min(len(names), os.cpu_count() or 1)) as threads:
            images = threads.map(lambda name: self.render(name, t_s, samples=samples), names)
            return dict(zip(names, images, strict=True))

    def sweep(self, t_s: float) -> LidarSweep:
        """What the lidar on the roof records at a time, in its own frame."""
        from core.city.lidar import LidarModel

        model = LidarModel(seed=self.spec.seed)
        return self.renderer.sweep(self.world_from_lidar(t_s), self.actors_at(t_s), t_s, model)

    @property
    def renderer(self) -> CityRenderer:
        return self.city.renderer(self.spec.weather)
