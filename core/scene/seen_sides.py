"""Which sides of its actors the cameras of a log saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.geometry import Boxes
from core.scene.coverage import AZIMUTHS, BANDS, Coverage, surface
from core.scene.scene import Actor
from core.scene.sights import Sight

Floats = NDArray[np.float64]

_FARTHEST_M = 150.0
_LOOSE_M, _LOOSE = 0.5, 0.05
"""How much nearer than an actor, in metres and as a share, the static world must be to hide it: it stands on it."""
_CORE = 0.85  # of a box's sizes: what is in it does not fill its corners
_STEP_M = 0.05


def seen_sides(
    actors: Sequence[Actor], sights: Sequence[Sight], progress: Callable[[float], object] = lambda share: None
) -> dict[int, Coverage]:
    """Number of each actor → how finely the patches of its box were seen in the best view of each.

    A patch is seen where it faces a camera, lies in its picture, and neither the static world nor another actor's
    box is before it.
    """
    best = {actor.number: np.zeros((len(BANDS), AZIMUTHS, 4)) for actor in actors}
    numbers = {actor.track.id: actor for actor in actors}
    for done, sight in enumerate(sights):
        progress(done / len(sights))
        chosen = [k for k, name in enumerate(sight.ids) if name in numbers]
        near = sight.boxes.distances_m(sight.origin_m)
        chosen = [k for k in chosen if 0.0 < near[k] < _FARTHEST_M]
        if not chosen:
            continue
        for k, seen in zip(chosen, _seen(sight, chosen), strict=True):
            number = numbers[sight.ids[k]].number
            best[number] = np.maximum(best[number], seen)
    # Half of a patch is not enough for it to count.
    return {number: Coverage(np.sort(values, -1)[..., 1].astype(np.float32)) for number, values in best.items()}


def _seen(sight: Sight, chosen: list[int]) -> Floats:
    """Pixels per metre (k, bands, azimuths, 4) at the points of some boxes' patches; 0 where hidden."""
    boxes = sight.boxes[np.array(chosen)]
    places, outwards, _ = surface(boxes.size_m)
    count = outwards[..., 0].size
    points = boxes.world_from_box.apply(places.reshape(len(chosen), count, 3)).reshape(-1, 3)
    normals = boxes.world_from_box.rotate(outwards.reshape(1, count, 3)).reshape(-1, 3)
    visible = ((sight.origin_m - points) * normals).sum(-1) > 0
    fineness = np.zeros(len(points))
    fineness[visible] = _px_per_m(sight, points[visible], normals[visible])
    visible &= fineness > 0
    visible[visible] = ~_behind_static(sight, points[visible])
    _hide_behind_boxes(sight, points, np.repeat(np.array(chosen), count), visible)
    return np.where(visible, fineness, 0.0).reshape(len(chosen), len(BANDS), AZIMUTHS, 4)


def _px_per_m(sight: Sight, points_m: Floats, normals: Floats) -> Floats:
    """The root of the pixels (n,) on a square metre of surface at world points; 0 outside the picture."""
    across = np.cross(normals, np.where(np.abs(normals[:, 2:]) > 0.7, [[1.0, 0, 0]], [[0, 0, 1.0]]))
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    along = np.cross(normals, across)
    camera_from_world = sight.world_from_camera.inverse()
    places = np.stack([points_m, points_m + _STEP_M * across, points_m + _STEP_M * along])
    pixels, valid = sight.camera.project(camera_from_world.apply(places.reshape(-1, 3)).reshape(places.shape))
    inside = valid.all(0) & sight.camera.in_image(pixels[0])
    one, other = pixels[1] - pixels[0], pixels[2] - pixels[0]
    area = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    return np.where(inside, np.sqrt(np.where(inside, area, 0.0)) / _STEP_M, 0.0)


def _behind_static(sight: Sight, points_m: Floats) -> NDArray[np.bool_]:
    pixels, valid = sight.small.project(sight.world_from_camera.inverse().apply(points_m))
    height, width = sight.static_m.shape
    at = np.nan_to_num(pixels).round().astype(np.int64)
    static_m = sight.static_m[at[:, 1].clip(0, height - 1), at[:, 0].clip(0, width - 1)]
    away = np.linalg.norm(points_m - sight.origin_m, axis=-1)
    return ~valid | (static_m < (1 - _LOOSE) * away - _LOOSE_M)


def _hide_behind_boxes(sight: Sight, points_m: Floats, own: NDArray[np.int64], visible: NDArray[np.bool_]) -> None:
    from core.scene.kernels.rays import hide_behind_boxes

    poses, half = box_arrays(sight.boxes, _CORE)
    hide_behind_boxes(sight.origin_m, points_m, own, poses, half, visible)


def box_arrays(boxes: Boxes, share: float) -> tuple[Floats, Floats]:
    """Poses box_from_world (k, 4, 4) and half sizes (k, 3) of boxes shrunk to a share, as kernels take them."""
    return np.ascontiguousarray(boxes.world_from_box.inverse().matrix), boxes.size_m * (share / 2)
