"""How cameras look and the ego moves, relative to where a chunk begins: nothing grows along a drive."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from torch import Tensor

from core.worldgen.conditions.viewpoints import Viewpoints

_MOMENT_M = 10.0
_TURN_RAD = 0.1


def references(frames: int, chunk: int) -> NDArray[np.int64]:
    """For each frame that whose ego frame its rays are given in: the last before its chunk; -1 is before all."""
    return np.arange(frames) // chunk * chunk - 1


def rays_of(viewpoints: Viewpoints, *, chunk: int, stride: int) -> Tensor:
    """Plücker rays [T, V, 6, h, w]: unit direction and moment about the ego, in tens of metres.

    Those of a chunk are in the frame of the ego just before it, or where nothing was before, at its first frame. Where
    a lens sees nothing they are 0.

    Args:
        viewpoints: the first frame begins a chunk; the images' size is a multiple of `stride`.
        chunk: frames of a chunk.
        stride: pixels of the image to one ray.
    """
    ego = viewpoints.world_from_ego.matrix
    first = ego[0] if viewpoints.before is None else viewpoints.before.matrix
    reference = np.concatenate([first[None], ego])[references(len(ego), chunk) + 1]
    poses = np.linalg.inv(reference)[:, None] @ viewpoints.world_from_camera.matrix
    height, width = (size // stride for size in viewpoints.size)
    rays = np.empty((len(ego), len(viewpoints.cameras), 6, height, width), np.float32)
    for view, camera in enumerate(viewpoints.cameras):
        local, valid = camera.resized(width, height).pixel_rays()
        local[~valid] = 0.0
        directions = np.einsum("tij,hwj->tihw", poses[:, view, :3, :3], local)
        moments = np.cross(poses[:, view, :3, 3, None, None], directions, axis=1) / _MOMENT_M
        rays[:, view] = np.concatenate([directions, moments], 1)
    return torch.from_numpy(rays)


def ego_motion_of(viewpoints: Viewpoints) -> Tensor:
    """Motion [T, 6] since the frame before, in that one's frame: metres, and the rotation vector in tenths of a radian.

    Where nothing was before, the first frame moves as the second.
    """
    ego, before = viewpoints.world_from_ego.matrix, viewpoints.before
    earlier = ego[:-1] if before is None else np.concatenate([before.matrix[None], ego[:-1]])
    steps = np.linalg.inv(earlier) @ ego[len(ego) - len(earlier) :]
    turns = Rotation.from_matrix(steps[:, :3, :3]).as_rotvec() if len(steps) else np.zeros((0, 3))
    motion = np.concatenate([steps[:, :3, 3], turns / _TURN_RAD], -1)
    if before is None:
        motion = np.concatenate([motion[:1] if len(motion) else np.zeros((1, 6)), motion])
    return torch.from_numpy(motion.astype(np.float32))
