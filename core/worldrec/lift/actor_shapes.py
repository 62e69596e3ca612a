"""Points of actors in the frames of their boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.logs import ActorClass, Track
from core.worldrec.lift.voxels import fused

Floats = NDArray[np.float32]

_CABINS = {ActorClass.CAR: (0.55, 0.85)}
"""Length and width of the upper half, as shares of the box."""
_ROUND = {ActorClass.PEDESTRIAN, ActorClass.ANIMAL, ActorClass.MOTORCYCLE, ActorClass.BICYCLE, ActorClass.CONE}
_MIRROR_VOXELS = 1.5
_HULL_VOXELS = 2.5


@dataclass(frozen=True, eq=False)
class ActorSeeds:
    """What an actor is made of."""

    track: Track
    points_m: Floats  # (k, 3) in the frame of the box
    sizes_m: Floats  # (k,) of the voxels they stand for
    generated: NDArray[np.bool_]  # (k,) not measured


def actor_seeds(track: Track, points_m: Floats, size_m: float) -> ActorSeeds:
    """An actor's measured points, their mirror images where nothing was measured, and a hull where neither is.

    Args:
        track: its box and class.
        points_m: (n, 3) measured, in the frame of the box; maybe none.
        size_m: side of its voxels.
    """
    size_m = min(size_m, min(track.size_m) / 3)
    seen = fused(points_m, np.full(len(points_m), size_m, np.float32)).means_m
    mirrored = seen * np.array([1, -1, 1], np.float32)
    mirrored = mirrored[_away_from(mirrored, seen, _MIRROR_VOXELS * size_m)]
    known = np.concatenate([seen, mirrored])
    hull = hull_points(track, size_m)
    hull = hull[_away_from(hull, known, max(_HULL_VOXELS * size_m, 0.12 * min(track.size_m)))]
    points = np.concatenate([known, hull])
    generated = np.arange(len(points)) >= len(seen)
    return ActorSeeds(track, points, np.full(len(points), size_m, np.float32), generated)


def hull_points(track: Track, spacing_m: float) -> Floats:
    """Points (n, 3) about a spacing apart on a rounded box, narrower above for a car; no underside."""
    half = np.asarray(track.size_m) / 2
    steps = np.clip(np.ceil(2 * half / spacing_m), 2, 40).astype(int)
    grids = [np.linspace(-1, 1, count + 1) for count in steps]
    x, y, z = (axis.reshape(-1) for axis in np.meshgrid(*grids, indexing="ij"))
    unit = np.stack([x, y, z], -1)
    unit = unit[(np.abs(unit).max(-1) > 1 - 1e-9) & (unit[:, 2] > -0.9)]
    power = 2.5 if track.actor_class in _ROUND else 8.0
    unit = unit / np.linalg.norm(unit, ord=power, axis=-1, keepdims=True)
    length, width = _CABINS.get(track.actor_class, (1.0, 1.0))
    upper = np.clip((unit[:, 2:] - 0.1) / 0.3, 0.0, 1.0)
    unit[:, :2] *= 1 + upper * (np.array([length, width]) - 1)
    return (unit * half * 0.96).astype(np.float32)


def _away_from(points_m: Floats, others_m: Floats, least_m: float) -> NDArray[np.bool_]:
    from scipy.spatial import cKDTree

    if not (len(points_m) and len(others_m)):
        return np.ones(len(points_m), bool)
    distances, _ = cKDTree(others_m).query(points_m, distance_upper_bound=least_m)
    return ~np.isfinite(distances)
