"""What lies under a place of the view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from core.geometry import Boxes, Pose
from core.geometry.quaternion import matrix_from_quaternion
from core.splats import GaussianCloud
from widgets.viewport.sight import Sight
from widgets.viewport.splat_world import clearance

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

Parts = Mapping[int, tuple[GaussianCloud, Pose]]
"""Node → its splats and world_from_node."""

SURFACE_ALPHA = 0.5  # of the light stopped makes a surface
_LEAST_ALPHA, _MOST_ALPHA, _LOW_PASS_PX2, _NEAR_M = 1 / 255, 0.999, 0.3, 0.01  # as the rasteriser's
_REACH = 3.4  # standard deviations out to which an opaque splat counts
_INSIDE_M = 0.3  # by which a box may lie behind the surface that covers it


@dataclass(frozen=True)
class Surface:
    """The splats in which half of the light along a ray ends."""

    node: int
    depth_m: float  # along the optical axis


def surface_at(
    parts: Parts,
    sight: Sight,
    x_px: float,
    y_px: float,
    scale: float = 1.0,
    *,
    clears: bool = False,
) -> Surface | None:
    """The first surface under a place of the view; None where less than half of the light is stopped.

    What is half transparent by itself is looked through, however near.

    Args:
        parts: node → its splats and world_from_node.
        sight: of the view.
        x_px, y_px: device pixels.
        scale: of the splats.
        clears: whether splats around the camera give way.
    """
    return surfaces_at(parts, sight, np.array([[x_px, y_px]]), scale, clears=clears)[0]


def surfaces_at(
    parts: Parts,
    sight: Sight,
    places_px: Floats,
    scale: float = 1.0,
    *,
    clears: bool = False,
) -> list[Surface | None]:
    """The first surface under each of some neighbouring places (k, 2) of the view, as `surface_at` finds it."""
    pixels = places_px - (sight.left_px + 0.5, sight.top_px + 0.5)
    pixel = (pixels.min(0) + pixels.max(0)) / 2
    spread_px = float(np.linalg.norm(pixels - pixel, axis=1).max())
    near = {}
    for node, (cloud, pose) in _parts_near(parts, sight, pixel, scale, spread_px).items():
        node_from_camera = pose.inverse() @ sight.world_from_camera
        near[node] = cloud[_near_ray(cloud, node_from_camera, sight, pixel, scale, spread_px)], pose
    return [_first(near, sight, pixel, scale, clears) for pixel in pixels]


def _first(parts: Parts, sight: Sight, pixel: Floats, scale: float, clears: bool) -> Surface | None:
    """The first surface of some parts at a pixel."""
    found = [(node, *_weights(cloud, pose, sight, pixel, scale, clears)) for node, (cloud, pose) in parts.items()]
    nodes = np.concatenate([np.full(len(depth), node) for node, depth, _ in found] or [np.empty(0, dtype=int)])
    if not len(nodes):
        return None
    depths, alphas = (np.concatenate([entry[column] for entry in found]) for column in (1, 2))
    order = np.argsort(depths, kind="stable")
    left = np.cumprod(1 - alphas[order])
    first = int(np.searchsorted(-left, -(1 - SURFACE_ALPHA)))
    if first == len(order):
        return None
    return Surface(int(nodes[order[first]]), float(depths[order[first]]))


def _parts_near(parts: Parts, sight: Sight, pixel: Floats, scale: float, spread_px: float = 0.0) -> Parts:
    """The parts whose splats may meet a pixel, or one so near to it: of a hundred actors, a few."""
    if not parts:
        return {}
    origin_m, towards = sight.ray(pixel[0] + sight.left_px + 0.5, pixel[1] + sight.top_px + 0.5)
    towards = towards / np.linalg.norm(towards)
    away = np.array([pose.translation for _, pose in parts.values()]) - origin_m
    measures = [_measures(cloud) for cloud, _ in parts.values()]
    reach = np.array([measure.farthest_m + _REACH * scale * measure.widest_m for measure in measures])
    along = away @ towards
    apart = np.sqrt(np.maximum((away**2).sum(-1) - along**2, 0.0))
    cone = np.maximum(along + reach, 0.0) * (2 + spread_px) / min(sight.lens.fx, sight.lens.fy)
    met = (along > -reach) & (apart < reach + cone)
    return {node: part for (node, part), is_met in zip(parts.items(), met.tolist(), strict=True) if is_met}


def _weights(
    cloud: GaussianCloud, world_from_node: Pose, sight: Sight, pixel: Floats, scale: float, clears: bool
) -> tuple[Floats, Floats]:
    """Depths and opacities of a part's splats that meet a pixel, as the rasteriser blends them."""
    camera_from_node = sight.world_from_camera.inverse() @ world_from_node
    lens = sight.lens
    near = _near_ray(cloud, camera_from_node.inverse(), sight, pixel, scale)
    local = camera_from_node.apply(cloud.means_m[near])
    near, local = near[local[:, 2] > _NEAR_M], local[local[:, 2] > _NEAR_M]
    z = local[:, 2]
    ray = local[:, :2] / z[:, None]
    axes = camera_from_node.rotation @ matrix_from_quaternion(cloud.quaternions[near].astype(float))
    axes = axes * (scale * cloud.scales_m[near].astype(float))[:, None, :]
    focal = np.array([lens.fx, lens.fy])
    flat = (axes[:, :2] - ray[..., None] * axes[:, 2:]) * (focal / z[:, None])[..., None]
    spread = flat @ np.swapaxes(flat, 1, 2) + _LOW_PASS_PX2 * np.eye(2)
    off = pixel - (ray * focal + (lens.cx, lens.cy))
    power = np.einsum("ni,ni->n", off, np.linalg.solve(spread, off[..., None])[..., 0])
    alpha = np.minimum(cloud.opacities[near] * np.exp(-0.5 * power), _MOST_ALPHA)
    if clears:
        alpha *= clearance(local.astype(np.float32), cloud.scales_m[near] * np.float32(scale))
    kept = alpha >= _LEAST_ALPHA
    return z[kept], alpha[kept]


def _near_ray(
    cloud: GaussianCloud, node_from_camera: Pose, sight: Sight, pixel: Floats, scale: float, spread_px: float = 0.0
) -> NDArray[np.int64]:
    """Splats that may meet a pixel, or one so near to it, by their distance from its ray; two products each, for there
    may be millions."""
    lens = sight.lens
    direction = np.array([*((pixel - (lens.cx, lens.cy)) / (lens.fx, lens.fy)), 1.0])
    towards = node_from_camera.rotate([direction / np.linalg.norm(direction)])[0]
    eye = node_from_camera.translation
    squares, radii = _measures(cloud).squares_m2, _measures(cloud).radii_m
    along = cloud.means_m @ towards.astype(np.float32) - np.float32(eye @ towards)
    apart = squares - 2 * (cloud.means_m @ eye.astype(np.float32)) + np.float32(eye @ eye) - along * along
    reach = np.float32(_REACH * scale) * radii + along * np.float32((2 + spread_px) / min(lens.fx, lens.fy))
    slack = np.float32(4e-6 * (_measures(cloud).farthest_m ** 2 + eye @ eye))  # the squares nearly cancel
    return np.flatnonzero((along > 0) & (apart < reach * reach + slack))


@dataclass(frozen=True, eq=False)
class _Measures:
    squares_m2: Singles  # (n,) squared distance from the origin
    radii_m: Singles  # (n,) largest scale
    farthest_m: float
    widest_m: float


_MEASURES: WeakKeyDictionary[GaussianCloud, _Measures] = WeakKeyDictionary()


def _measures(cloud: GaussianCloud) -> _Measures:
    """Of each splat and of all; worked out once."""
    if cloud not in _MEASURES:
        squares = np.einsum("ij,ij->i", cloud.means_m, cloud.means_m)
        length, width, height = cloud.scales_m.T
        radii = np.maximum(np.maximum(length, width), height)  # several times as fast as a maximum of rows
        farthest_m, widest_m = float(np.sqrt(squares.max(initial=0.0))), float(radii.max(initial=0.0))
        _MEASURES[cloud] = _Measures(squares, radii, farthest_m, widest_m)
    return _MEASURES[cloud]


def box_under(boxes: Boxes, sight: Sight, x_px: float, y_px: float, surface: Surface | None) -> int | None:
    """Row of the nearest box under a place that no surface covers; one around the camera cannot be picked."""
    if not len(boxes):
        return None
    origin, direction = sight.ray(x_px, y_px)  # one metre deep, so distances are depths
    depths = boxes.ray_hits(origin, direction[None])[:, 0]
    depths[depths == 0.0] = np.inf
    if surface is not None:
        depths[depths > surface.depth_m + _INSIDE_M] = np.inf
    row = int(depths.argmin())
    return row if np.isfinite(depths[row]) else None
