"""What is known about the depth of a view before any network looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.worldrec.depth.config import DepthConfig
from core.worldrec.depth.kernels.sweep import combine, smooth, sweep
from core.worldrec.depth.neighbours import neighbours_of
from core.worldrec.lift.depth_pictures import FAR_M, filled, ground_or_far
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]

SHRINK = 4
"""Pixels per pixel of the evidence, to either side."""
GROUNDED, FREE, GROUND, LIDAR = range(4)
"""Places of the candidates' logarithms of depth among the hints: the surface that matches best, drawn to level ground
or not; the ground itself; lidar."""
HINTS = 12
"""Those four; how far lidar is to be trusted; the free surface's cost, how much worse the next best is, how many views
saw it; elevation and azimuth of the ray, logarithm of the pixel's angle; whether there is lidar at all."""
NEAR_LIDAR, AZIMUTH, HAS_LIDAR = 4, 9, 11

_WEIGHTS = np.array([0.2, 0.7, 1.0, 1.0], np.float32)  # contrast, brightness, two colour differences
_WINDOW_PX = 7
_WORST = 1.0
_UNKNOWN = 0.5
_GENTLE, _HARSH = 0.05, 0.5
_BELOW_GROUND = 0.3
_ON_GROUND = 0.2
_LIDAR_REACH_PX = 8.0


@dataclass(frozen=True, eq=False)
class Evidence:
    """Input of the network for one view; `h, w` are a quarter of its height and width, rounded up."""

    image: Floats  # (4 h, 4 w, 3) in [0, 1]; the border is repeated
    volume: NDArray[np.uint8]  # (2 · bins, h, w) costs of matching: as found, then gathered along paths
    hints: Floats  # (HINTS, h, w)


def evidence_of(
    views: Sequence[View],
    measured: Sequence[Floats],
    ground_m: float,
    config: DepthConfig,
    chosen: Sequence[int] | None = None,
) -> list[Evidence]:
    """Evidence for some of the views, all of them if none are chosen.

    Args:
        views: that are compared with one another.
        measured: depths (h, w) of each view by lidar, infinite where there is none.
        ground_m: height of the ground in the world.
        config: of the network.
        chosen: numbers of views.
    """
    images = [padded(view.rgb) for view in views]
    features = [_features(image) for image in images]
    found = []
    for i in range(len(views)) if chosen is None else chosen:
        costs, seen = _costs(views, features, i, config)
        ground = _small(np.log(ground_or_far(views[i], ground_m)))
        volume, match = _matched(costs, seen, images[i], ground, config)
        lidar = _lidar_hints(measured[i])
        hints = np.stack([*match[:2], ground, *lidar[:2], *match[2:], *_ray_hints(views[i]), lidar[2]])
        found.append(Evidence(images[i], volume, hints.astype(np.float32)))
    return found


def padded(picture: NDArray[np.float32]) -> Floats:
    """A picture (h, w, …), its lower and right border repeated up to a whole number of the evidence's pixels."""
    height, width = picture.shape[:2]
    margins = [(0, -height % SHRINK), (0, -width % SHRINK)] + [(0, 0)] * (picture.ndim - 2)
    return np.pad(picture, margins, mode="edge")


def _small(picture: Floats) -> Floats:
    """Means (h / 4, w / 4) over the evidence's pixels."""
    import cv2

    whole = padded(picture)
    height, width = whole.shape[:2]
    small = cv2.resize(whole, (width // SHRINK, height // SHRINK), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _features(image: Floats) -> Floats:
    """Of half the image's size, (h / 2, w / 2, 4): contrast against the surroundings, brightness, colour."""
    import cv2

    height, width = image.shape[:2]
    half = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    light = half.mean(-1)
    window = _WINDOW_PX, _WINDOW_PX
    mean = cv2.blur(light, window)
    spread = np.sqrt(np.maximum(cv2.blur(light * light, window) - mean * mean, 0.0))
    contrast = np.clip((light - mean) / (spread + 0.02), -2.0, 2.0)
    parts = [contrast, light, half[..., 0] - light, half[..., 2] - light]
    return np.ascontiguousarray(np.stack(parts, -1) * _WEIGHTS, np.float32)


def _half_intrinsics(view: View) -> NDArray[np.float64]:
    matrix = np.array(view.intrinsics, np.float64)
    matrix[:2] /= 2
    matrix[:2, 2] -= 0.25  # pixels count from their middles
    return matrix


def _costs(views: Sequence[View], features: Sequence[Floats], index: int, config: DepthConfig) -> tuple[Floats, Floats]:
    """Costs (h, w, planes) of a view's depths, and by how many neighbours (h, w, planes) each was judged."""
    view, here = views[index], features[index]
    others = neighbours_of(views, index, config.neighbours)
    shape = here.shape[0] // 2, here.shape[1] // 2, config.planes
    costs = np.empty((len(others), *shape), np.float32)
    inverse = (1.0 / config.depths_m).astype(np.float32)
    back = np.linalg.inv(_half_intrinsics(view))
    for number, other in enumerate(others):
        there = views[other].camera_from_world @ view.world_from_camera.matrix
        lens = _half_intrinsics(views[other])
        turned = (lens @ there[:3, :3] @ back).astype(np.float32)
        moved = (lens @ there[:3, 3]).astype(np.float32)
        sweep(here, features[other], turned, moved, inverse, np.float32(_WORST), costs[number])
    best, seen = np.empty(shape, np.float32), np.empty(shape, np.float32)
    combine(costs, np.float32(_UNKNOWN), best, seen)
    return best, seen


def _matched(
    costs: Floats, seen: Floats, image: Floats, ground: Floats, config: DepthConfig
) -> tuple[NDArray[np.uint8], tuple[Floats, ...]]:
    """Volumes of costs; logarithms of depth of the surface drawn to the ground and of the free one; and of the latter
    its cost, how clear it is, and its judges."""
    import cv2

    logs = np.log(config.depths_m)
    height, width = ground.shape
    costs = np.asarray(cv2.blur(costs, (3, 3)), np.float32).reshape(costs.shape)
    beyond = logs - ground[..., None]  # positive: under the ground
    level = (ground < np.log(0.8 * FAR_M))[..., None]
    below = (costs + level * _BELOW_GROUND * np.clip((beyond - 0.15) / 0.2, 0, 1)).astype(np.float32)
    drawn = (below - level * _ON_GROUND * np.exp(-((beyond / 0.1) ** 2))).astype(np.float32)
    light = cv2.resize(image.mean(-1), (width, height), interpolation=cv2.INTER_AREA)
    edges = cv2.morphologyEx(light, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    strictness = np.clip(1.0 / (1.0 + 10.0 * edges), 0.2, 1.0).astype(np.float32)
    _, grounded = _surface(drawn, strictness, logs)
    total, free = _surface(below, strictness, logs)
    at = total.argmin(-1)[..., None]
    least = np.take_along_axis(total, at, -1)
    away = np.abs(np.arange(config.planes) - at) > 3
    clear = np.where(away, total, np.inf).min(-1) - least[..., 0]
    cost, judges = (np.take_along_axis(values, at, -1)[..., 0] for values in (costs, seen))
    volume = np.concatenate([_binned(costs), _binned(total - least)], -1).transpose(2, 0, 1)
    return np.ascontiguousarray(volume), (grounded, free, cost, clear, (judges / config.neighbours).astype(np.float32))


def _surface(costs: Floats, strictness: Floats, logs: Floats) -> tuple[Floats, Floats]:
    """Costs (h, w, planes) gathered along paths, and the logarithm of depth (h, w) where they are least."""
    total = np.empty_like(costs)
    smooth(costs, strictness, np.float32(_GENTLE), np.float32(_HARSH), total)
    total /= 8.0
    best = total.argmin(-1)
    return total, (logs[best] + _between(total, best) * (logs[1] - logs[0])).astype(np.float32)


def _binned(costs: Floats) -> NDArray[np.uint8]:
    """The lesser of two planes each (h, w, planes / 2), in 1/200."""
    lesser = np.minimum(costs[..., ::2], costs[..., 1::2])
    return np.clip(lesser * 200.0, 0, 255).astype(np.uint8)


def _between(total: Floats, best: NDArray[np.int64]) -> Floats:
    """By how many planes (h, w), up to a half, the lowest point of a parabola lies beside the best plane."""
    inner = np.clip(best, 1, total.shape[-1] - 2)
    before, here, after = (np.take_along_axis(total, (inner + k)[..., None], -1)[..., 0] for k in (-1, 0, 1))
    bend = before - 2 * here + after
    beside = np.where(bend > 1e-6, 0.5 * (before - after) / np.maximum(bend, 1e-6), 0.0)
    return np.where(inner == best, np.clip(beside, -0.5, 0.5), 0.0).astype(np.float32)


def _lidar_hints(measured: Floats) -> tuple[Floats, Floats, Floats]:
    """Logarithm of depth spread outwards from where it was measured, trust in it, and whether there is any."""
    from scipy.ndimage import distance_transform_edt

    known = np.isfinite(measured)
    if not known.any():
        nothing = _small(np.zeros(measured.shape, np.float32))
        return nothing, nothing, nothing
    spread = filled(np.log(np.where(known, measured, 1.0)).astype(np.float32), known.astype(np.float32))
    trust = np.exp(-distance_transform_edt(~known) / _LIDAR_REACH_PX).astype(np.float32)
    small = _small(spread)
    return small, _small(trust), np.ones_like(small)


def _ray_hints(view: View) -> tuple[Floats, Floats, Floats]:
    x, y, z = np.moveaxis(view.directions, -1, 0)
    elevation = _small(np.arctan2(z, np.hypot(x, y)).astype(np.float32))
    across = (np.arange(view.camera.width) - view.camera.cx) / view.camera.fx
    azimuth = _small(np.broadcast_to(np.arctan(across), view.valid.shape).astype(np.float32))
    return elevation, azimuth, np.full_like(elevation, np.log(100.0 / view.camera.fx))
