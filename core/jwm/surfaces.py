"""Where the last picture before a chunk shows what the chunk's frames see, by what the scene knows of the world.

The scene's depth takes the place of the plain street of `core.worldgen.conditions.warping`; what lies in an actor's box
is followed along the actor's track.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.geometry import Camera, Pose
from core.jwm.drawing import Drawn, near_actors
from core.scene import Scene
from core.worldgen.conditions.motion import references
from core.worldgen.conditions.seen_depth import plane_rays
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import OUTSIDE, WARP_STRIDE

Floats = NDArray[np.float32]

SOLID = 0.5  # of the light that splats must stop to be a surface
_FAR_M = 500.0  # where nothing is
_HIDDEN = 0.05  # of its depth that a surface may lie behind another and still be the same
_MARGIN_M = 0.15  # around boxes


@dataclass(frozen=True, eq=False)
class Surfaces:
    """What `T` frames of `V` cameras see, at the places of a warp, and how it moves."""

    depth_m: Floats  # (T, V, n, m) along the optical axis
    actor: NDArray[np.uint16]  # (T, V, n, m) row of the actor whose surface it is, from 1; 0 for all that stands still
    world_from_actor: Floats  # (T, A + 1, 4, 4) of each row: the identity of row 0, NaN for who is not there

    def __len__(self) -> int:
        return len(self.depth_m)

    def frames(self, begin: int, end: int) -> Surfaces:
        return Surfaces(self.depth_m[begin:end], self.actor[begin:end], self.world_from_actor[begin:end])

    def followed_by(self, other: Surfaces) -> Surfaces:
        """These frames and then those of the same actors."""
        joined = zip(vars(self).values(), vars(other).values(), strict=True)
        return Surfaces(*(np.concatenate(pair) for pair in joined))


def surfaces_of(drawn: Drawn, scene: Scene, viewpoints: Viewpoints) -> Surfaces:
    """The surfaces of what a scene shows; actors' rows follow the scene's."""
    solid = drawn.alpha > SOLID
    middle = slice(WARP_STRIDE // 2, None, WARP_STRIDE)
    depth_m = np.where(solid, drawn.depth_m, _FAR_M)[:, :, middle, middle].astype(np.float32)
    actor = np.zeros(depth_m.shape, np.uint16)
    poses = np.full((len(depth_m), 1 + len(scene.actors), 4, 4), np.nan, np.float32)
    poses[:, 0] = np.eye(4)
    rows = {each.number: row for row, each in enumerate(scene.actors, 1)}
    for frame, times in enumerate(viewpoints.t_ns.tolist()):
        for view, t_ns in enumerate(times):
            t_s, camera = (t_ns - scene.start_ns) * 1e-9, viewpoints.cameras[view]
            there = scene.box_table.at(scene.t_ns(t_s))
            poses[frame, there.rows + 1] = there.world_from_box.matrix
            points = _points(viewpoints, frame, view, depth_m[frame, view])
            for each, box in near_actors(scene, camera, viewpoints.world_from_camera[frame, view], t_s):
                local = np.abs(box.world_from_box.inverse().apply(points))
                actor[frame, view][(local < np.array(box.size_m) / 2 + _MARGIN_M).all(-1)] = rows[each.number]
    return Surfaces(depth_m, actor, poses)


def warp_through(surfaces: Surfaces, viewpoints: Viewpoints, before: Surfaces | None, *, chunk: int) -> Tensor:
    """Places [T, V, n, m, 2] as `warp_of` has them; what the earlier picture hides is outside.

    Args:
        surfaces: of the frames.
        viewpoints: the same frames; the first begins a chunk.
        before: of the frame just before, if there is one.
        chunk: frames of a chunk.
    """
    found = np.full((*surfaces.depth_m.shape, 2), OUTSIDE, np.float32)
    for frame, source in enumerate(references(len(viewpoints), chunk)):
        poses = viewpoints.cameras_before if source < 0 else viewpoints.world_from_camera[source]
        earlier = before if source < 0 else surfaces.frames(source, source + 1)
        if poses is None or earlier is None:
            continue
        then = earlier.world_from_actor[0] @ np.linalg.inv(surfaces.world_from_actor[frame])
        for view, camera in enumerate(viewpoints.cameras):
            points = _points(viewpoints, frame, view, surfaces.depth_m[frame, view])
            moves = then[surfaces.actor[frame, view]]
            points = np.einsum("hwij,hwj->hwi", moves[..., :3, :3], points) + moves[..., :3, 3]
            found[frame, view] = _seen_at(points, camera, poses[view], earlier.depth_m[0, view])
    return torch.from_numpy(found)


def _seen_at(points: NDArray[np.float64], camera: Camera, world_from_camera: Pose, depth_m: Floats) -> Floats:
    """Where a camera's picture shows points (n, m, 3), given the depth (n, m) that it has."""
    height, width = depth_m.shape
    small = camera.resized(width, height)
    local = world_from_camera.inverse().apply(points)
    pixels, shown = small.project(local)
    cells = np.nan_to_num(pixels).round().astype(np.int64).clip(0, (width - 1, height - 1))
    hidden = local[..., 2] > (1 + _HIDDEN) * furthest_around(depth_m)[cells[..., 1], cells[..., 0]]
    across = (pixels + 0.5) * (2 / width, 2 / height) - 1
    return np.where((shown & ~hidden)[..., None], across.clip(-OUTSIDE, OUTSIDE), OUTSIDE).astype(np.float32)


def furthest_around(depth_m: Floats) -> Floats:
    """The largest depth of each place and its neighbours: edges are not drawn to the pixel."""
    return np.asarray(cv2.dilate(depth_m, np.ones((3, 3), np.uint8)), np.float32)


def _points(viewpoints: Viewpoints, frame: int, view: int, depth_m: Floats) -> NDArray[np.float64]:
    """World points (n, m, 3) at depths along a camera's optical axis."""
    height, width = depth_m.shape
    plane = plane_rays(viewpoints.cameras[view].resized(width, height))
    return np.asarray(viewpoints.world_from_camera[frame, view].apply(plane * depth_m[..., None]))
