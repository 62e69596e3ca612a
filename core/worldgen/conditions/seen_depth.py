"""Where the last pictures before a chunk show what the chunk's frames see, by depths that were estimated of them.

They take the place of the plain street of `warping`, and know better: moved by the depths of `core.worldrec.depth`, the
last picture comes to 16.2, 16.9 and 17.0 dB of the truth four frames later on three drives of the demo city (401 to
403), by the plain street to 14.7, 15.7 and 15.5, by exact depths to 16.5, 17.2 and 18.1, all as single points.

What points of a picture say is a surface, not dots: as things come near, their points part, and the network was given a
road with gaps, which became streaks. Neighbouring points of one surface are therefore joined. What a camera's own
picture did not show, that of a camera beside it may have shown: a house that comes into the left camera's view was
in the front camera's a moment before. Of the left, front and right camera's fourth frames, .62, .71 and .65 were
shown before; joined and together .92, .96 and .92 (401), and the last pictures come 1.7 dB nearer to the truth there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.geometry import Boxes, Camera, Pose
from core.worldgen.conditions.kernels.moving import bring_to_bodies, draw, find_owners
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import OUTSIDE, UNSEEN, boxes_between, nearest_boxes, places_of

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Bools = NDArray[np.bool_]
_Places = tuple[Floats32, Floats, Bools]

DEPTH_STRIDE = 2
"""Pixels to a depth, and to a place of the warp."""
_MARGIN_M = 0.15  # around boxes
_NEAREST_M = 0.3
_APART = 1.3
"""Neighbouring points are of one surface if the farther one is no more times as far away. Between these nothing is
missing as they come near; without that, half of the road right ahead had no place in the last picture."""
_BEFORE, _BEYOND, _DEEP = 0.5, 1.8, 0.3
"""What is estimated nearer than so much of the way to an actor is before it; all else in its outline is the actor.
Around that, in its box, estimates up to so much farther than the box ends are of it, too, and brought so deep into it.

An actor is taken for a rounded box, not for what was estimated of it: of what moves, and of what is made, estimates are
so wrong that cars were shreds after half a second. Inside of boxes, four steps of a student came by estimates, brought
into the box, to 12.3, 12.7 and 11.5 dB of the truth after about a second, by bodies to 12.4, 13.8 and 11.9 (401 to
403); where nothing is shown of what is behind actors that have come since, to 12.8, 13.8 and 12.8."""
_HIDDEN = 0.97  # of the way to what was seen, before which an actor hides it now
_ALIKE = -0.2  # cosine of the angle between the axes of cameras, or more
_MOST = 2  # other cameras
_AROUND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, eq=False)
class Moved:
    """Where pictures of one instant show what `T` frames of `V` cameras see."""

    warp: Tensor  # [T, V, n, m, 2] in the camera's own picture, as `warp_of` has them
    beside: Tensor  # [T, V, n, m, 3] x, y and number of another camera whose picture shows what its own does not
    actors: Tensor  # [T, V, n, m] whether that is an actor


def moved_along(depth_m: Floats32, viewpoints: Viewpoints, *, chunk: int) -> tuple[Tensor, Tensor]:
    """Places in own pictures, and in those of other cameras, as `Moved` has them, of frames before the first of which
    nothing was.

    Args:
        depth_m: (T, V, n, m) of the pictures of all frames, as `moved_by_depth` takes them.
        viewpoints: the first frame begins a chunk.
        chunk: frames of a chunk.
    """
    shape = min(chunk, len(viewpoints)), *depth_m.shape[1:]
    own, beside = [torch.full((*shape, 2), OUTSIDE)], [torch.full((*shape, 3), OUTSIDE)]
    for begin in range(chunk, len(viewpoints), chunk):
        now, source = viewpoints.frames(begin, begin + chunk), viewpoints.frames(begin - 1, begin)
        moved = moved_by_depth(depth_m[begin - 1], source, now)
        own.append(moved.warp)
        beside.append(moved.beside)
    return torch.cat(own), torch.cat(beside)


def moved_by_depth(depth_m: Floats32, source: Viewpoints, now: Viewpoints) -> Moved:
    """Where the pictures of one frame show what the frames of a chunk see.

    Args:
        depth_m: (V, n, m) along the optical axis, of the picture that each camera took; NaN where it is not known. A
            camera that knows none has a plain street before it.
        source: the one frame of these pictures.
        now: the frames of the chunk.
    """
    depth_m = within_boxes(depth_m, source)
    lenses = [camera.resized(*depth_m.shape[:0:-1]) for camera in now.cameras]
    poses = [source.world_from_camera[0, view] for view in range(len(lenses))]
    points = [
        pose.apply(plane_rays(lens) * depth[..., None]).reshape(-1, 3)
        for lens, pose, depth in zip(lenses, poses, depth_m, strict=True)
    ]
    known = np.array([np.isfinite(depth).any() for depth in depth_m])

    @cache  # most rigs fire at once
    def boxes_then_and(now_ns: int, then_ns: int) -> tuple[Boxes, Boxes] | None:
        return boxes_between(now.boxes, then_ns, now_ns)

    beside_each = [_neighbours(poses, view, known) for view in range(len(lenses))]
    warp = np.empty((len(now), *depth_m.shape, 2), np.float32)
    beside = np.full((len(now), *depth_m.shape, 3), OUTSIDE, np.float32)
    actors = np.zeros((len(now), *depth_m.shape), bool)
    for frame, view in np.ndindex(len(now), len(lenses)):
        to, now_ns = now.world_from_camera[frame, view], int(now.t_ns[frame, view])

        def seen_in(
            other: int, to: Pose = to, now_ns: int = now_ns, view: int = view
        ) -> tuple[Floats32, Floats, Bools]:
            boxes = boxes_then_and(now_ns, int(source.t_ns[0, other]))
            return _seen(lenses[view], points[other], to, lenses[other], poses[other], boxes)

        boxes = boxes_then_and(now_ns, int(source.t_ns[0, view]))
        street = places_of(
            lenses[view],
            to,
            source.world_from_ego[0],
            source=lenses[view],
            world_from_source=poses[view],
            boxes=boxes and boxes[::-1],
        )
        if not known[view]:
            warp[frame, view] = street
            continue
        places, depth, actors[frame, view] = seen_in(view)
        # What the picture does not show although the street has it there was hidden in it.
        inside = (np.abs(street) <= 1).all(-1, keepdims=True)
        unseen = np.where(inside, np.float32(UNSEEN), street)
        warp[frame, view] = np.where(np.isfinite(depth)[..., None], places, unseen)
        for other in beside_each[view]:
            lacking = ~_within(warp[frame, view]) & ~_within(beside[frame, view, ..., :2])
            if not lacking.any():
                break
            places, _, of_actors = seen_in(other)
            shown = _within(places)
            actors[frame, view] |= of_actors & shown & lacking
            # One place more all around: there is something between those of one picture and of the other, too.
            found = shown & (cv2.dilate(lacking.astype(np.uint8), _AROUND) > 0)
            beside[frame, view, found] = np.append(places[found], np.full((found.sum(), 1), other, np.float32), 1)
    return Moved(torch.from_numpy(warp), torch.from_numpy(beside), torch.from_numpy(actors))


def within_boxes(depth_m: Floats32, source: Viewpoints) -> Floats32:
    """Depths (V, n, m) of one frame, of which those about where a box is are those of a rounded body in it: what
    belongs to an actor moves with it, however wrong an estimate is of something that moves."""
    if source.boxes is None:
        return depth_m
    found = np.ascontiguousarray(depth_m).copy()
    for view, camera in enumerate(source.cameras):
        at = source.boxes.at(int(source.t_ns[0, view]))
        if not len(at.rows):
            continue
        lens, boxes = camera.resized(*depth_m.shape[:0:-1]), Boxes(at.world_from_box, at.sizes_m)
        _end_in_boxes(lens, source.world_from_camera[0, view], boxes, found[view])
    return found


def _neighbours(poses: Sequence[Pose], view: int, known: NDArray[np.bool_]) -> list[int]:
    """Cameras that look where one looked or will look, the nearest first."""
    axes = np.stack([pose.rotation[:, 2] for pose in poses])
    alike = axes @ axes[view]
    nearest = np.argsort(-alike, kind="stable")
    return [other for other in nearest.tolist() if other != view and known[other] and alike[other] > _ALIKE][:_MOST]


def _within(places: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(places) <= 1).all(-1))


@lru_cache(maxsize=16)
def plane_rays(camera: Camera) -> Floats:
    """Rays (h, w, 3) that reach one metre of depth."""
    rays, valid = camera.pixel_rays()
    forward = np.where(valid & (rays[..., 2] > 1e-3), rays[..., 2], 1.0)
    return np.asarray(np.where(valid[..., None], rays, (0.0, 0.0, 1.0)) / forward[..., None])


def _seen(
    lens: Camera,
    points_m: Floats,
    world_from_camera: Pose,
    source: Camera,
    world_from_source: Pose,
    boxes: tuple[Boxes, Boxes] | None,
) -> _Places:
    """Places (n, m, 2) in a picture of what a camera sees, by points that the picture saw, depths (n, m) of that,
    infinite where none of these lies, and whether it is an actor.

    Args:
        lens: of the camera.
        points_m: (n · m, 3) in the world, NaN where they are not known.
        world_from_camera: of the camera.
        source: lens of the picture.
        world_from_source: from where it was taken.
        boxes: when the picture was taken, and now.
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
    height, width, grid = lens.height, lens.width, (source.height, source.width)
    depth_m, of = np.full((height, width), np.inf), np.full((height, width), -1)
    away_m = np.where(there & shown, local[:, 2], np.nan).reshape(grid)
    draw(np.ascontiguousarray(pixels).reshape(*grid, 2), away_m, owner.reshape(grid), _APART, depth_m, of)
    known = np.isfinite(depth_m)
    seen_m = world_from_camera.apply(plane_rays(lens)[known] * depth_m[known, None])
    back = _inverse(moves)[of[known]]
    then_m = np.einsum("nij,nj->ni", back[:, :3, :3], seen_m) + back[:, :3, 3]
    pixels, shown = source.project(world_from_source.inverse().apply(then_m))
    across = ((pixels + 0.5) * (2 / source.width, 2 / source.height) - 1).clip(-OUTSIDE, OUTSIDE)
    found = np.full((height, width, 2), OUTSIDE, np.float32)
    found[known] = np.where(shown[:, None], across, OUTSIDE)
    if boxes is not None:
        body_m, row = _bodies(lens, world_from_camera, boxes[1])
        found[(body_m < _HIDDEN * depth_m) & (of != row)] = UNSEEN  # somebody is there of whom nothing was seen
    return found, depth_m, _within(found) & (of >= 0) & (of < len(moves) - 1)


def _bodies(lens: Camera, world_from_camera: Pose, boxes: Boxes) -> tuple[Floats, NDArray[np.int64]]:
    """Depths (n, m) of the rounded bodies in boxes that a camera sees, infinite for none, and rows of the boxes."""
    body_m = np.full((lens.height, lens.width), np.inf)
    row = _end_in_boxes(lens, world_from_camera, boxes, body_m)
    return body_m, row


def _end_in_boxes(lens: Camera, world_from_camera: Pose, boxes: Boxes, depth_m: NDArray[Any]) -> NDArray[np.int64]:
    """Let depths (n, m) that a camera sees end in the boxes (k,) that are there; answers the row of that which each ray
    enters, -1 for none."""
    rays = world_from_camera.rotate(plane_rays(lens))
    enters_m, row = nearest_boxes(boxes, world_from_camera.translation, rays, np.inf)
    bring_to_bodies(
        world_from_camera.translation,
        rays.reshape(-1, 3),
        boxes.world_from_box.inverse().matrix,
        boxes.size_m / 2,
        row.reshape(-1),
        enters_m.reshape(-1),
        depth_m.reshape(-1),
        _BEFORE,
        _BEYOND,
        _DEEP,
    )
    return row


def _inverse(moves: Floats) -> Floats:
    return np.asarray(np.linalg.inv(np.where(np.isfinite(moves), moves, np.eye(4))))
