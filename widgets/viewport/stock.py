"""A log and the scene made of it, asked by the second."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.geometry import Boxes, Pose
from core.logs import CameraStream, DrivingLog
from core.logs.box_table import BoxesAt
from core.scene import Scene
from core.splats import GaussianCloud
from widgets.selection import camera_id
from widgets.viewport.furniture import camera_poses, ego_box
from widgets.viewport.splat_world import Nodes, Rgb, SplatWorld, nodes_of

Floats = NDArray[np.float64]

SELECTED_TINT: tuple[Rgb, float] = ((1.0, 1.0, 1.0), 0.22)
HOVERED_TINT: tuple[Rgb, float] = ((1.0, 1.0, 1.0), 0.12)
_PERCENTILE = 90.0  # of the splats that framing everything shows


@dataclass(frozen=True, eq=False)
class Stock:
    """What is shown: a log, and the scene that was made of it."""

    log: DrivingLog
    scene: Scene | None = None
    recorded: DrivingLog | None = None  # the log before all edits, if there are any

    def edited(self, log: DrivingLog, scene: Scene | None) -> Stock:
        """The same drive after an edit."""
        return replace(self, log=log, scene=scene, recorded=self.recorded or self.log)

    def has_splats_of(self, other: Stock) -> bool:
        """Whether the scenes' splats are the same, however their actors move."""
        if self.scene is None or other.scene is None:
            return self.scene is other.scene
        mine, others = ([scene.static, *(actor.cloud for actor in scene.actors)] for scene in (self.scene, other.scene))
        return len(mine) == len(others) and all(one is another for one, another in zip(mine, others, strict=True))

    def boxes_at(self, t_s: float) -> BoxesAt:
        return self.log.box_table.at(self.log.t_ns(t_s))

    def nodes_at(
        self, t_s: float, *, static: bool, actors: bool, selected: frozenset[str], hovered: str | None
    ) -> Nodes:
        """The parts of the scene at a time; those of actors that do not exist are not shown."""
        assert self.scene is not None
        poses = self._poses_at(t_s) if actors else {}
        if static:
            poses = {0: np.eye(4), **poses}
        tints = {}
        for node, actor in enumerate(self.scene.actors, 1):
            if actor.track.id in selected:
                tints[node] = SELECTED_TINT
            elif actor.track.id == hovered:
                tints[node] = HOVERED_TINT
        return nodes_of(1 + len(self.scene.actors), poses, tints)

    def world(self) -> SplatWorld:
        assert self.scene is not None
        observed = self.recorded or self.log
        return SplatWorld(self.scene, observed.ego.poses.translation)

    def parts_at(self, t_s: float, *, static: bool, actors: bool) -> dict[int, tuple[GaussianCloud, Pose]]:
        """Node → its splats and world_from_node, of the parts that are shown at a time."""
        if self.scene is None:
            return {}
        parts = {0: (self.scene.static, Pose.identity())} if static else {}
        if actors:
            for node, matrix in self._poses_at(t_s).items():
                parts[node] = self.scene.actors[node - 1].cloud, Pose(matrix)
        return parts

    def bounds_m(self) -> tuple[Floats, Floats]:
        """Low and high corner (3,) of the drive and of most splats; strays do not count."""
        ego = self.log.ego.poses.translation
        low, high = ego.min(0), ego.max(0)
        if self.scene is not None and len(self.scene.static):
            bounds = self.scene.static.bounds(_PERCENTILE)
            return np.minimum(low, bounds[0]), np.maximum(high, bounds[1])
        if self.log.tracks:
            centres = np.concatenate([track.poses.poses.translation for track in self.log.tracks])
            low, high = (
                np.minimum(low, np.percentile(centres, 5, axis=0)),
                np.maximum(high, np.percentile(centres, 95, axis=0)),
            )
        return low, high

    def ground_m(self, place_m: Floats) -> float:
        """Height of the street below a world point (3,): that of the ego path where it is nearest."""
        path_m = self.log.ego.poses.translation
        return float(path_m[np.square(path_m[:, :2] - place_m[:2]).sum(1).argmin(), 2])

    def corners_of(self, ids: frozenset[str], t_s: float) -> Floats:
        """World points (n, 3) around actors now or, while they do not exist, of their tracks; cameras; else the ego."""
        boxes = self.boxes_at(t_s)
        corners = Boxes(boxes.world_from_box, boxes.sizes_m).corners()
        rows = {track.id: row for row, track in enumerate(boxes.tracks)}
        ego = self.log.ego.at(self.log.t_ns(t_s))
        points = [
            corners[rows[track.id]] if track.id in rows else track.poses.poses.translation
            for track in self.log.tracks
            if track.id in ids
        ]
        cameras = camera_poses(self.log, ego)
        points += [pose.translation[None] for stream, pose in cameras if camera_id(stream.name) in ids]
        return np.concatenate(points or [ego_box(ego).corners()])

    def camera(self, name: str | None) -> CameraStream | None:
        """A camera by name, if the rig has it."""
        return next((stream for stream in self.log.cameras if stream.name == name), None)

    def moment_s(self, name: str | None, t_s: float) -> float:
        """The time of the latest picture of a camera at a time; that time itself without a camera."""
        stream = self.camera(name)
        if stream is None:
            return t_s
        return self.log.t_s(int(stream.t_ns[stream.index_at(self.log.t_ns(t_s)) or 0]))

    def pose_of(self, stream: CameraStream, t_s: float) -> Pose:
        """world_from_camera of the latest picture at a time."""
        return stream.world_from_camera[stream.index_at(self.log.t_ns(t_s)) or 0]

    def front_camera(self) -> CameraStream | None:
        """The camera that looks most straight ahead."""
        return max(self.log.cameras, key=lambda stream: float(stream.ego_from_camera.rotation[0, 2]), default=None)

    def _poses_at(self, t_s: float) -> dict[int, Floats]:
        """Node → matrix (4, 4) of the actors that exist at a time."""
        assert self.scene is not None
        found = self.scene.box_table.at(self.scene.t_ns(t_s))
        nodes = {actor.track.id: node for node, actor in enumerate(self.scene.actors, 1)}
        matrices = found.world_from_box.matrix
        return {nodes[track.id]: matrices[row] for row, track in enumerate(found.tracks)}
