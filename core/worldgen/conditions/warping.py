"""Where the last picture before a chunk shows what the chunk's frames see, if the world were a plain street with boxes.

Moving a picture by fractions of a latent is the hardest a small network has to learn, and known geometry does it
nearly right: the ground is flat, there are walls beside the road, everything else is far, and what is seen of an
actor moves with its box. Inside boxes, a picture moved like that comes to 15.1 and 20.5 dB of the truth on two drives
of the demo city (901, 902); with actors as a part of the street it was 14.3 and 15.5. Whoever has a scene knows better,
and puts what its depth says in the place of this.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.geometry import Boxes, Camera, Pose
from core.logs.box_table import BoxesAt, BoxTable
from core.worldgen.conditions.kernels.tracing import find_nearest
from core.worldgen.conditions.motion import references
from core.worldgen.conditions.viewpoints import Viewpoints

Floats = NDArray[np.float64]

WARP_STRIDE = 4
"""Pixels to a place of the warp, which is smooth."""
OUTSIDE = 2.0
"""What stands for places that the picture does not show; it ends at -1 and 1."""
UNSEEN = 100.0
"""The same for what nothing leads to smoothly: between it and any place lies none that the picture shows."""

_WALL_M = 14.0  # from the middle of the ego's path to either side; of 10 to 20 best on six drives of the demo city
_ROOF_M = 10.0  # above the ground, where walls end
_FAR_M = 80.0
_HIDDEN = 0.97  # of the way to a place at which something else may be in front of it


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
        times = viewpoints.t_ns_before if source < 0 else viewpoints.t_ns[source]
        if ego is None or poses is None or times is None:
            continue
        between = list(zip(viewpoints.t_ns[frame].tolist(), times.tolist(), strict=True))
        boxes_of = {pair: boxes_between(viewpoints.boxes, *pair) for pair in set(between)}
        for view, camera in enumerate(viewpoints.cameras):
            lens, to = camera.resized(width, height), viewpoints.world_from_camera[frame, view]
            boxes = boxes_of[between[view]]
            found[frame, view] = places_of(lens, to, ego, source=lens, world_from_source=poses[view], boxes=boxes)
    return torch.from_numpy(found)


def boxes_between(table: BoxTable | None, now_ns: int, then_ns: int) -> tuple[Boxes, Boxes] | None:
    """The boxes (n,) of everybody who is there now or was then, now and then; poses of those who are not are NaN. None
    if there is nobody."""
    if table is None:
        return None
    now, then = table.at(now_ns), table.at(then_ns)
    rows = np.union1d(now.rows, then.rows)
    if not len(rows):
        return None
    return _in_rows(now, rows), _in_rows(then, rows)


def _in_rows(found: BoxesAt, rows: NDArray[np.int64]) -> Boxes:
    poses, sizes_m = np.full((len(rows), 4, 4), np.nan), np.ones((len(rows), 3))
    at = np.searchsorted(rows, found.rows)
    poses[at], sizes_m[at] = found.world_from_box.matrix, found.sizes_m
    return Boxes(Pose(poses), sizes_m)


def places_of(
    camera: Camera,
    world_from_camera: Pose,
    world_from_ego: Pose,
    *,
    source: Camera,
    world_from_source: Pose,
    boxes: tuple[Boxes, Boxes] | None = None,
) -> NDArray[np.float32]:
    """Where (height, width, 2) a picture shows what a camera sees of the street around the ego, and of boxes on it.

    Args:
        camera: that sees.
        world_from_camera: from where.
        world_from_ego: the middle of the street.
        source: lens of the picture.
        world_from_source: from where it was taken.
        boxes: when the camera sees, and when the picture was taken, as `boxes_between` has them.

    Returns:
        x and y from -1 to 1 across the picture; beyond where it does not show it.
    """
    rays, seen = camera.pixel_rays()
    directions = world_from_camera.rotate(np.where(seen[..., None], rays, (0.0, 0.0, 1.0)))
    ego_from_camera = world_from_ego.inverse() @ world_from_camera
    street = _on_street(ego_from_camera.translation, world_from_ego.inverse().rotate(directions))
    points, visible = world_from_ego.apply(street), seen
    if boxes is not None:
        points, gone = _with_boxes(points, world_from_camera.translation, directions, *boxes)
        visible = seen & ~gone & ~_hidden(points, world_from_source.translation, boxes[1])
    pixels, shown = source.project(world_from_source.inverse().apply(points))
    across = ((pixels + 0.5) * (2 / source.width, 2 / source.height) - 1).clip(-OUTSIDE, OUTSIDE)
    across = np.where(shown[..., None], across, OUTSIDE)
    return np.where(visible[..., None], across, UNSEEN).astype(np.float32)


def _with_boxes(
    points_m: Floats, origin_m: Floats, directions: Floats, now: Boxes, then: Boxes
) -> tuple[Floats, NDArray[np.bool_]]:
    """World points (h, w, 3) that rays see, on boxes where these had them then, and which of them were nowhere then."""
    reach_m, box = nearest_boxes(now, origin_m, directions, np.inf)
    hit = box >= 0
    moves = (then.world_from_box @ now.world_from_box.inverse()).matrix[box[hit]]
    found, gone = points_m.copy(), np.zeros(hit.shape, bool)
    gone[hit] = np.isnan(moves[:, 0, 0])
    places = origin_m + reach_m[hit, None] * directions[hit]
    found[hit] = np.nan_to_num(np.einsum("nij,nj->ni", moves[:, :3, :3], places) + moves[:, :3, 3])
    return found, gone


def _hidden(points_m: Floats, origin_m: Floats, boxes: Boxes) -> NDArray[np.bool_]:
    """Whether points (h, w, 3) lie behind a box."""
    reach, _ = nearest_boxes(boxes, origin_m, points_m - origin_m, 1.0)
    return np.asarray(reach < _HIDDEN)


def nearest_boxes(boxes: Boxes, origin_m: Floats, rays: Floats, most: float) -> tuple[Floats, NDArray[np.int64]]:
    """How far rays (h, w, 3) reach, in units of the rays and at most so far, and the row of the box that ends each; -1
    for none. A box that they begin in ends none."""
    reach, nearest = np.full(rays.shape[:-1], most), np.full(rays.shape[:-1], -1)
    box_from_world = boxes.world_from_box.inverse().matrix
    find_nearest(
        origin_m, rays.reshape(-1, 3), box_from_world, boxes.size_m / 2, reach.reshape(-1), nearest.reshape(-1)
    )
    return reach, nearest


def street_depth(camera: Camera, world_from_camera: Pose, world_from_ego: Pose) -> NDArray[np.float32]:
    """Depths (height, width) along the optical axis of what a camera sees of the street around the ego; infinite above
    its walls, and where the lens sees nothing."""
    rays, seen = camera.pixel_rays()
    ego_from_camera = world_from_ego.inverse() @ world_from_camera
    street = _on_street(ego_from_camera.translation, ego_from_camera.rotate(np.where(seen[..., None], rays, (0, 0, 1))))
    depth_m = ego_from_camera.inverse().apply(street)[..., 2]
    return np.where(seen & (street[..., 2] < _ROOF_M), depth_m, np.inf).astype(np.float32)


def _on_street(origin_m: Floats, directions: Floats) -> Floats:
    """Where rays (..., 3) end: on the ground, at a wall, or far away; in the ego's frame."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ground = np.where(directions[..., 2] < 0, -origin_m[2] / directions[..., 2], np.inf)
        aside = (np.copysign(_WALL_M, directions[..., 1]) - origin_m[1]) / directions[..., 1]
    nearest = np.minimum(np.where(ground > 0, ground, np.inf), np.where(aside > 0, aside, np.inf))
    return np.asarray(origin_m + np.minimum(nearest, _FAR_M)[..., None] * directions)
