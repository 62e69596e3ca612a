"""Voxels that grow with their distance from the cameras."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.splats.threads import by_core, of_each
from core.worldrec.lift.kernels.points import nearest_places

Floats = NDArray[np.float32]

_LEVELS_PER_OCTAVE = 2
_BITS = 19  # of each index of a voxel; they are taken round the corner beyond


@dataclass(frozen=True, eq=False)
class Voxels:
    """Points fused voxel by voxel, in an order that depends on their places only."""

    means_m: Floats  # (k, 3)
    sizes_m: Floats  # (k,) sides of the voxels
    weights: Floats  # (k,) sums


def distances_to_path(points_m: Floats, path_m: NDArray[np.float64]) -> Floats:
    """From points (n, 3) to the nearest of some places (k, 3)."""
    distances = np.empty(len(points_m), np.float32)
    nearest_places(points_m, np.ascontiguousarray(path_m, np.float64), distances)
    return distances


def voxel_sizes(points_m: Floats, path_m: NDArray[np.float64], share: float, least_m: float) -> Floats:
    """Sides (n,) of the voxels that hold points (n, 3): a share of the distance to the path, never below `least_m`."""
    if not len(points_m):
        return np.zeros(0, np.float32)
    return np.maximum(share * distances_to_path(points_m, path_m), least_m)


def fused(points_m: Floats, sizes_m: Floats, weights: Floats | None = None) -> Voxels:
    """Weighted means of the points (n, 3) that share a voxel; sizes (n,) are rounded to half octaves."""
    if not len(points_m):
        empty = np.zeros(0, np.float32)
        return Voxels(np.zeros((0, 3), np.float32), empty, empty)
    level = _levels(sizes_m)
    _, first, member = np.unique(_keys(points_m, level), return_index=True, return_inverse=True)
    weights = np.ones(len(points_m), np.float32) if weights is None else weights
    total = np.bincount(member, weights)
    means = np.stack([np.bincount(member, weights * points_m[:, axis]) / total for axis in range(3)], -1)
    return Voxels(means.astype(np.float32), _sizes(level[first]), total.astype(np.float32))


def count_of(points_m: Floats, sizes_m: Floats) -> int:
    """How many voxels `fused` would make."""
    if not len(points_m):
        return 0
    parts = of_each(lambda rows: np.sort(_keys(points_m[rows], _levels(sizes_m[rows]))), by_core(len(points_m)))
    keys = np.concatenate(parts)
    keys.sort(kind="stable")  # merges the sorted parts; many times faster than numpy's `unique`, which hashes
    return 1 + int(np.count_nonzero(keys[1:] != keys[:-1]))


def _levels(sizes_m: Floats) -> NDArray[np.int64]:
    return np.round(np.log2(sizes_m) * _LEVELS_PER_OCTAVE).astype(np.int64)


def _sizes(levels: NDArray[np.int64]) -> Floats:
    return (2.0 ** (levels / _LEVELS_PER_OCTAVE)).astype(np.float32)


def _keys(points_m: Floats, levels: NDArray[np.int64]) -> NDArray[np.int64]:
    cells = np.floor(points_m / _sizes(levels)[:, None]).astype(np.int64) & ((1 << _BITS) - 1)
    return ((levels + 32) << 3 * _BITS) | (cells[:, 0] << 2 * _BITS) | (cells[:, 1] << _BITS) | cells[:, 2]
