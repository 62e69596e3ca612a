"""Flat splats from points: along the plane that neighbours lie in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.quaternion import quaternion_from_matrix
from core.splats import GaussianCloud
from core.splats.threads import in_ranges, of_each, usable_cores
from core.worldrec.lift.voxels import fused

Floats = NDArray[np.float32]

_NEIGHBOURS = 12
_MANY = 4096  # splats that are worth a thread of their own
_ACROSS = 0.39
"""Standard deviation along the surface per distance of neighbours: less leaves holes, more blurs."""
_ALONG_NORMAL = 0.12
_LONGEST = 2.0  # splats at most this many voxels' worth
GREY = 0.5
OPAQUE = 0.95
_BACKING = 3.0  # sides of the voxels behind, as multiples of those in front
_BACKING_ACROSS = 0.45
_FLAT = 0.3  # thinner across, in variances, than wide: a surface
_WHOLE = 0.5  # its middle is off by less than this much of its width: no edge
_BEHIND = 0.35  # of its voxel, further back
_FACING = 0.4  # least cosine under which it is seen: drawn in order of their middles, it would cover those in front
_AROUND = 20  # splats in front that decide whether there is one behind


def flat_splats(points_m: Floats, sizes_m: Floats) -> GaussianCloud:
    """Grey, opaque splats (n,) on points (n, 3) that stand for voxels of given sizes (n,)."""
    from scipy.spatial import cKDTree

    n = len(points_m)
    if n == 0:
        return GaussianCloud.empty()
    count = min(_NEIGHBOURS, n)
    distances, near = cKDTree(points_m).query(points_m, k=count, workers=usable_cores() if n > _MANY else 1)
    distances = np.asarray(distances, np.float64).reshape(n, count)
    near = np.asarray(near, np.int64).reshape(n, count)
    ranges = [slice(begin, end) for begin, end in in_ranges(n, _MANY)]
    axes = np.concatenate(
        of_each(lambda rows: _axes(points_m[rows], points_m[near[rows]], distances[rows], sizes_m[rows]), ranges)
    )
    spacing = distances[:, 8] * 0.5**0.5 if count > 8 else sizes_m  # in a square grid the eighth is the diagonal one
    across = _ACROSS * np.clip(spacing, 0.8 * sizes_m, _LONGEST * sizes_m)
    scales = np.stack([across, across, _ALONG_NORMAL * sizes_m], -1)
    return _grey(points_m, axes, scales)


def backing_splats(points_m: Floats, sizes_m: Floats, seen_from_m: NDArray[np.float64]) -> GaussianCloud:
    """Few large splats right behind the small ones (n, 3) of flat places, so that no light comes through between them.

    Only where the surface goes on to all sides: none sticks out at an edge.

    Args:
        points_m: (n, 3) of `flat_splats`.
        sizes_m: (n,) as there.
        seen_from_m: (k, 3); behind is away from the nearest of these places.
    """
    from scipy.spatial import cKDTree

    coarse = fused(points_m, _BACKING * sizes_m)
    if len(points_m) < _AROUND or not len(coarse.means_m):
        return GaussianCloud.empty()
    _, near = cKDTree(points_m).query(coarse.means_m, k=_AROUND)
    offsets = points_m[np.asarray(near)].astype(np.float64) - coarse.means_m[:, None]
    middle = offsets.mean(1)
    offsets -= middle[:, None]
    spread, axes = np.linalg.eigh(np.einsum("nki,nkj->nij", offsets, offsets) / _AROUND)
    flat = (spread[:, 0] < _FLAT * spread[:, 1]) & (spread[:, 1] > 0.35 * spread[:, 2])
    dense = spread[:, 2] < (0.8 * coarse.sizes_m) ** 2
    whole = np.linalg.norm(middle, axis=1) < _WHOLE * np.sqrt(spread[:, 2])
    _, nearest = cKDTree(seen_from_m).query(coarse.means_m)
    sight = coarse.means_m - seen_from_m[np.asarray(nearest)]
    facing = (sight * axes[:, :, 0]).sum(1) / np.linalg.norm(sight, axis=1)
    chosen = flat & dense & whole & (np.abs(facing) > _FACING)
    sizes, turned = coarse.sizes_m[chosen, None], axes[chosen][:, :, ::-1].copy()
    back = turned[:, :, 2] * np.sign(facing[chosen, None])
    means = coarse.means_m[chosen] + middle[chosen] + _BEHIND * sizes * back
    turned[:, :, 2] *= np.sign(np.linalg.det(turned))[:, None]
    scales = sizes * np.array([_BACKING_ACROSS, _BACKING_ACROSS, 0.02])
    return _grey(means, turned, scales)


def _grey(means_m: Floats, axes: NDArray[np.float64], scales_m: Floats) -> GaussianCloud:
    n = len(means_m)
    return GaussianCloud(
        means_m=means_m.astype(np.float32),
        quaternions=quaternion_from_matrix(axes).astype(np.float32),
        scales_m=scales_m.astype(np.float32),
        opacities=np.full(n, OPAQUE, np.float32),
        colours=np.full((n, 3), GREY, np.float32),
    )


def _axes(points_m: Floats, near_m: Floats, distances: NDArray[np.float64], sizes_m: Floats) -> NDArray[np.float64]:
    """Rotations (n, 3, 3) whose last column stands on the plane of each point's neighbours (n, k, 3)."""
    # Neighbours beyond a few voxels belong to something else.
    weights = np.exp(-0.5 * (distances / (2.0 * sizes_m[:, None])) ** 2)
    weights /= weights.sum(1, keepdims=True)
    offsets = near_m.astype(np.float64) - points_m[:, None]
    offsets -= (weights[..., None] * offsets).sum(1, keepdims=True)
    covariance = (weights[..., None] * offsets).swapaxes(1, 2) @ offsets
    _, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, :, ::-1].copy()
    axes[:, :, 2] *= np.sign(np.linalg.det(axes))[:, None]
    return axes
