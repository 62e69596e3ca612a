"""Where the last picture before a chunk shows what the chunk's frames see, if the world were a plain street.

Moving a picture by fractions of a latent is the hardest a small network has to learn, and known geometry does it
nearly right: the ground is flat, there are walls beside the road, and everything else is far. Whoever has a scene
knows better, and puts what its depth says in the place of this.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.geometry import Camera, Pose
from core.worldgen.conditions.motion import references
from core.worldgen.conditions.viewpoints import Viewpoints

WARP_STRIDE = 4
"""Pixels to a place of the warp, which is smooth."""
OUTSIDE = 2.0
"""What stands for places that the picture does not show; it ends at -1 and 1."""

_WALL_M = 10.0  # from the middle of the ego's path to either side
_FAR_M = 80.0


def warp_of(viewpoints: Viewpoints, *, chunk: int) -> Tensor:
    """Places [T, V, n, m, 2], x and y from -1 to 1 across the picture of the same camera just before the chunk.

    Args:
        viewpoints: the first frame begins a chunk.
        chunk: frames of a chunk. Where nothing was before it, all places are outside.
    """
    height, width = (size // WARP_STRIDE for size in viewpoints.size)
    found = np.full((*viewpoints.t_ns.shape, height, width, 2), OUTSIDE, np.float32)
    for frame, source in enumerate(references(len(viewpoints), chunk)):
        ego = viewpoints.before if source < 0 else viewpoints.world_from_ego[source]
        poses = viewpoints.cameras_before if source < 0 else viewpoints.world_from_camera[source]
        if ego is None or poses is None:
            continue
        for view, camera in enumerate(viewpoints.cameras):
            lens, to = camera.resized(width, height), viewpoints.world_from_camera[frame, view]
            found[frame, view] = places_of(lens, to, ego, source=lens, world_from_source=poses[view])
    return torch.from_numpy(found)


def places_of(
    camera: Camera, world_from_camera: Pose, world_from_ego: Pose, *, source: Camera, world_from_source: Pose
) -> NDArray[np.float32]:
    """Where (height, width, 2) a picture through the lens `source` shows what a camera sees of the street around the
    ego; x and y from -1 to 1 across the picture, `OUTSIDE` where it does not."""
    rays, seen = camera.pixel_rays()
    ego_from_camera = world_from_ego.inverse() @ world_from_camera
    points = _on_street(ego_from_camera.translation, ego_from_camera.rotate(rays))
    pixels, shown = source.project((world_from_source.inverse() @ world_from_ego).apply(points))
    across = (pixels + 0.5) * (2 / source.width, 2 / source.height) - 1
    return np.where((seen & shown)[..., None], across.clip(-OUTSIDE, OUTSIDE), OUTSIDE).astype(np.float32)


def _on_street(origin_m: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where rays (..., 3) end: on the ground, at a wall, or far away; in the ego's frame."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ground = np.where(directions[..., 2] < 0, -origin_m[2] / directions[..., 2], np.inf)
        aside = (np.copysign(_WALL_M, directions[..., 1]) - origin_m[1]) / directions[..., 1]
    nearest = np.minimum(np.where(ground > 0, ground, np.inf), np.where(aside > 0, aside, np.inf))
    return np.asarray(origin_m + np.minimum(nearest, _FAR_M)[..., None] * directions)
