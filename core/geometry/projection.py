"""Points, lines and boxes of the world on a camera's picture, through its true lens; and the way back.

Lines are cut where the picture sees them end: 5 cm before the camera, at the lens's field of view, and
`Camera.margin_px` outside the image, so that a painter never meets a wild coordinate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.box import BOX_EDGES, FRONT_EDGES, Box, Boxes
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.segments import Segments, Traced, may_see

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class BoxOutline:
    """What a camera sees of a box; no piece and no bounds when the box is out of the picture."""

    edges: tuple[Floats, ...]  # visible pieces (m, 2) in pixels of all twelve edges, hidden ones too
    front: tuple[Floats, ...]  # those of them around the front face
    bounds_px: Bounds | None  # left, top, right, bottom, inside the image
    depth_m: float  # from the camera to the nearest point of the box

    @property
    def visible(self) -> bool:
        return self.bounds_px is not None


def project_points(camera: Camera, world_from_camera: Pose, points_m: ArrayLike) -> tuple[Floats, Floats, Ints]:
    """The world points (n, 3) that fall inside the image.

    Returns pixels (k, 2), depths (k,) along the optical axis in metres, and which points they are (k,).
    """
    local = world_from_camera.inverse().apply(points_m)
    index = np.flatnonzero(may_see(camera, local, 0.0))
    pixels, valid = camera.project(local[index])
    inside = valid & camera.in_image(pixels)
    index = index[inside]
    return pixels[inside], local[index, 2], index


def project_polylines(
    camera: Camera, world_from_camera: Pose, polylines: Sequence[ArrayLike], step_m: float = 0.5
) -> list[Floats]:
    """The visible pieces (m, 2) in pixels of world polylines (n, 3); see `trace_polylines`."""
    return trace_polylines(camera, world_from_camera, polylines, step_m)[0]


def trace_polylines(
    camera: Camera, world_from_camera: Pose, polylines: Sequence[ArrayLike], step_m: float = 0.5
) -> tuple[list[Floats], Ints]:
    """The visible pieces of world polylines, and which polyline each piece comes from.

    Takes polylines (n, 3), subdivided every `step_m` and finer near the camera, so that the lens bends
    them; returns pieces (m, 2) in pixels, m ≥ 2, and their polylines' numbers (pieces,).
    """
    lines = [np.asarray(line, dtype=np.float64).reshape(-1, 3) for line in polylines]
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    points = world_from_camera.inverse().apply(np.concatenate([np.empty((0, 3)), *lines]))
    begin = np.flatnonzero(owner[1:] == owner[:-1])
    chained = np.diff(begin, append=-1) == 1
    segments = Segments(points[begin], points[begin + 1], owner[begin], chained)
    segments = segments.seen_by(camera).split_by_length(step_m).seen_by(camera)
    traced = segments.split_by_angle().trace(camera)
    return traced.pieces(), traced.owner


def project_box(camera: Camera, world_from_camera: Pose, box: Box) -> BoxOutline:
    """What a camera sees of one box; see `project_boxes`."""
    return project_boxes(camera, world_from_camera, [box])[0]


def project_boxes(camera: Camera, world_from_camera: Pose, boxes: Sequence[Box]) -> list[BoxOutline]:
    """What a camera sees of each box, in the order given; all at once, because one by one is slow."""
    world = Boxes.stack(boxes)
    local = Boxes(world_from_camera.inverse() @ world.world_from_box, world.size_m)
    depths = local.distances_m(np.zeros(3)).tolist()
    near = np.flatnonzero(may_see(camera, local.world_from_box.translation, np.linalg.norm(local.size_m, axis=1) / 2))
    corners = local[near].corners()
    ends = corners[:, BOX_EDGES].reshape(-1, 2, 3)
    owner = (near[:, None] * len(BOX_EDGES) + np.arange(len(BOX_EDGES))).reshape(-1)
    segments = Segments(ends[:, 0], ends[:, 1], owner, np.zeros(len(owner), dtype=bool))
    traced = segments.seen_by(camera).split_by_angle().trace(camera)
    bounds = _bounds(camera, local, near, traced)

    edges: dict[int, list[Floats]] = {}
    front: dict[int, list[Floats]] = {}
    is_front = np.isin(traced.owner % len(BOX_EDGES), FRONT_EDGES).tolist()
    for piece, box, ahead in zip(traced.pieces(), (traced.owner // len(BOX_EDGES)).tolist(), is_front, strict=True):
        if box in bounds:
            edges.setdefault(box, []).append(piece)
            if ahead:
                front.setdefault(box, []).append(piece)
    return [
        BoxOutline(tuple(edges.get(i, ())), tuple(front.get(i, ())), bounds.get(i), depth)
        for i, depth in enumerate(depths)
    ]


def pixel_ray(camera: Camera, world_from_camera: Pose, pixel: ArrayLike) -> tuple[Floats, Floats] | None:
    """The world ray through a pixel: origin (3,) and unit direction (3,); None where the lens sees nothing."""
    ray, valid = camera.unproject(np.asarray(pixel, dtype=np.float64)[None])
    return (world_from_camera.translation, world_from_camera.rotate(ray)[0]) if valid[0] else None


def pick_box(camera: Camera, world_from_camera: Pose, pixel: ArrayLike, boxes: Sequence[Box]) -> int | None:
    """The box nearest under a pixel, by its place in `boxes`; a box around the camera cannot be picked."""
    ray = pixel_ray(camera, world_from_camera, pixel)
    if ray is None or not boxes:
        return None
    hits = Boxes.stack(boxes).ray_hits(ray[0], ray[1][None])[:, 0]
    hits[hits == 0.0] = np.inf
    nearest = int(hits.argmin())
    return nearest if np.isfinite(hits[nearest]) else None


def _bounds(camera: Camera, local: Boxes, near: Ints, traced: Traced) -> dict[int, Bounds]:
    """Bounds of the part of each box that lies in the image; boxes without one are left out.

    They are spanned by the edges' points in the image, the points where edges cross its border, and the
    corners of the image that the box covers.
    """
    box_of = np.repeat(traced.owner // len(BOX_EDGES), np.diff(traced.first, append=len(traced.pixels)))
    inside = camera.in_image(traced.pixels)
    joined = np.ones(len(traced.pixels), dtype=bool)
    joined[traced.first] = False
    crosses = np.flatnonzero(joined[1:] & (inside[1:] != inside[:-1]))
    one, other = traced.pixels[crosses], traced.pixels[crosses + 1]
    crossings = _at_border(
        camera, np.where(inside[crosses, None], one, other), np.where(inside[crosses, None], other, one)
    )
    rays, seen = camera.corner_rays
    covered, corner = np.nonzero(np.isfinite(local[near].ray_hits(np.zeros(3), rays[seen])))

    points = np.concatenate([traced.pixels[inside], crossings, camera.corner_pixels[seen][corner]])
    of = np.concatenate([box_of[inside], box_of[crosses], near[covered]])
    low, high = np.full((len(local), 2), np.inf), np.full((len(local), 2), -np.inf)
    np.minimum.at(low, of, points)
    np.maximum.at(high, of, points)
    return {int(i): (*low[i].tolist(), *high[i].tolist()) for i in np.unique(of)}


def _at_border(camera: Camera, inside: Floats, outside: Floats) -> Floats:
    """Where lines from inside to outside the image cross its border (n, 2)."""
    low, high = camera.corner_pixels[0], camera.corner_pixels[-1]
    held = np.clip(outside, low, high)
    step = outside - inside
    share = np.where(held == outside, 1.0, (held - inside) / np.where(step == 0.0, 1.0, step))
    return np.clip(inside + share.min(1, keepdims=True) * step, low, high)
