"""Where the last picture before a chunk shows what the chunk's frames see, by depths that were estimated of it.

They take the place of the plain street of `warping`, and know better: moved by the depths of `core.worldrec.depth`, the
last picture comes to 16.2, 16.9 and 17.0 dB of the truth four frames later on three drives of the demo city (401 to
403), by the plain street to 14.7, 15.7 and 15.5, by exact depths to 16.5, 17.2 and 18.1.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.geometry import Boxes, Camera, Pose
from core.worldgen.conditions.kernels.moving import find_owners, splat
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import OUTSIDE, UNSEEN, boxes_between, places_of

Floats = NDArray[np.float64]

DEPTH_STRIDE = 2
"""Pixels to a depth, and to a place of the warp."""
_MARGIN_M = 0.15  # around boxes
_NEAREST_M = 0.3


def warp_along(depth_m: NDArray[np.float32], viewpoints: Viewpoints, *, chunk: int) -> Tensor:
    """Places [T, V, n, m, 2] as `warp_of` has them, of frames before the first of which nothing was.

    Args:
        depth_m: (T, V, n, m) of the pictures of all frames, as `warp_by_depth` takes them.
        viewpoints: the first frame begins a chunk.
        chunk: frames of a chunk.
    """
    first = np.full((min(chunk, len(viewpoints)), *depth_m.shape[1:], 2), OUTSIDE, np.float32)
    pieces = [torch.from_numpy(first)]
    for begin in range(chunk, len(viewpoints), chunk):
        now, source = viewpoints.frames(begin, begin + chunk), viewpoints.frames(begin - 1, begin)
        pieces.append(warp_by_depth(depth_m[begin - 1], source, now))
    return torch.cat(pieces)


def warp_by_depth(depth_m: NDArray[np.float32], source: Viewpoints, now: Viewpoints) -> Tensor:
    """Places [T, V, n, m, 2] as `warp_of` has them.

    Args:
        depth_m: (V, n, m) along the optical axis, of the picture that each camera took; NaN where it is not known. A
            camera that knows none has a plain street before it.
        source: the one frame of these pictures.
        now: the frames of the chunk.
    """
    found = np.empty((len(now), *depth_m.shape, 2), np.float32)
    for view, lens in enumerate(camera.resized(*depth_m.shape[:0:-1]) for camera in now.cameras):
        pose, then_ns = source.world_from_camera[0, view], int(source.t_ns[0, view])
        points = pose.apply(plane_rays(lens) * depth_m[view, ..., None]).reshape(-1, 3)
        for frame in range(len(now)):
            to = now.world_from_camera[frame, view]
            boxes = boxes_between(now.boxes, then_ns, int(now.t_ns[frame, view]))
            street = places_of(
                lens, to, source.world_from_ego[0], source=lens, world_from_source=pose, boxes=boxes and boxes[::-1]
            )
            seen = np.isfinite(depth_m[view]).any()
            found[frame, view] = _moved(lens, points, pose, to, boxes, street) if seen else street
    return torch.from_numpy(found)


@lru_cache(maxsize=16)
def plane_rays(camera: Camera) -> Floats:
    """Rays (h, w, 3) that reach one metre of depth."""
    rays, valid = camera.pixel_rays()
    forward = np.where(valid & (rays[..., 2] > 1e-3), rays[..., 2], 1.0)
    return np.asarray(np.where(valid[..., None], rays, (0.0, 0.0, 1.0)) / forward[..., None])


def _moved(
    lens: Camera,
    points_m: Floats,
    world_from_source: Pose,
    world_from_camera: Pose,
    boxes: tuple[Boxes, Boxes] | None,
    street: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Places (n, m, 2) of what a camera sees, by points (n · m, 3) that the picture saw; those of the street where none
    of these lies and the street is not in the picture either.

    Args:
        lens: of the camera.
        points_m: in the world, NaN where they are not known.
        world_from_source: of the picture.
        world_from_camera: of the camera.
        boxes: when the picture was taken, and now.
        street: places if the world were a plain street.
    """
    owner = np.full(len(points_m), -1)
    moves = np.eye(4)[None]
    if boxes is not None:
        find_owners(points_m, boxes[0].world_from_box.inverse().matrix, boxes[0].size_m / 2 + _MARGIN_M, owner)
        moves = np.concatenate([(boxes[1].world_from_box @ boxes[0].world_from_box.inverse()).matrix, moves])
    of_owner = moves[owner]
    now_m = np.einsum("nij,nj->ni", of_owner[:, :3, :3], points_m) + of_owner[:, :3, 3]
    local = world_from_camera.inverse().apply(now_m)
    there = np.isfinite(local).all(-1) & (local[:, 2] > _NEAREST_M)
    pixels, shown = lens.project(np.where(there[:, None], local, (0.0, 0.0, -1.0)))
    height, width = street.shape[:2]
    depth_m, of = np.full((height, width), np.inf), np.full((height, width), -1)
    splat(np.where((there & shown)[:, None], pixels, -9.0), local[:, 2], owner, depth_m, of)
    known = np.isfinite(depth_m)
    seen_m = world_from_camera.apply(plane_rays(lens)[known] * depth_m[known, None])
    back = _inverse(moves)[of[known]]
    then_m = np.einsum("nij,nj->ni", back[:, :3, :3], seen_m) + back[:, :3, 3]
    pixels, shown = lens.project(world_from_source.inverse().apply(then_m))
    across = ((pixels + 0.5) * (2 / width, 2 / height) - 1).clip(-OUTSIDE, OUTSIDE)
    # What the picture does not show although the street has it there was hidden in it.
    inside = (np.abs(street) <= 1).all(-1, keepdims=True)
    found = np.where(inside, np.float32(UNSEEN), street)
    found[known] = np.where(shown[:, None], across, OUTSIDE)
    return found


def _inverse(moves: Floats) -> Floats:
    return np.asarray(np.linalg.inv(np.where(np.isfinite(moves), moves, np.eye(4))))
