"""Flat splats from points: along the plane that neighbours lie in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.quaternion import quaternion_from_matrix
from core.splats import GaussianCloud

Floats = NDArray[np.float32]

_NEIGHBOURS = 12
_ACROSS = 0.42
"""Standard deviation along the surface per distance of neighbours: less leaves holes, more blurs."""
_ALONG_NORMAL = 0.12
_LONGEST = 2.0  # splats at most this many voxels' worth
GREY = 0.5


def flat_splats(points_m: Floats, sizes_m: Floats) -> GaussianCloud:
    """Grey, opaque splats (n,) on points (n, 3) that stand for voxels of given sizes (n,)."""
    from scipy.spatial import cKDTree

    n = len(points_m)
    if n == 0:
        return GaussianCloud.empty()
    count = min(_NEIGHBOURS, n)
    distances, near = cKDTree(points_m).query(points_m, k=count)
    distances = np.asarray(distances, np.float64).reshape(n, count)
    near = np.asarray(near, np.int64).reshape(n, count)
    axes = _axes(points_m, near, distances, sizes_m)
    spacing = distances[:, 8] * 0.5**0.5 if count > 8 else sizes_m  # in a square grid the eighth is the diagonal one
    across = _ACROSS * np.clip(spacing, 0.8 * sizes_m, _LONGEST * sizes_m)
    scales = np.stack([across, across, _ALONG_NORMAL * sizes_m], -1)
    return GaussianCloud(
        means_m=points_m.astype(np.float32),
        quaternions=quaternion_from_matrix(axes).astype(np.float32),
        scales_m=scales.astype(np.float32),
        opacities=np.full(n, 0.95, np.float32),
        colours=np.full((n, 3), GREY, np.float32),
    )


def _axes(
    points_m: Floats, near: NDArray[np.int64], distances: NDArray[np.float64], sizes_m: Floats
) -> NDArray[np.float64]:
    """Rotations (n, 3, 3) whose last column stands on the plane of each point's neighbours."""
    # Neighbours beyond a few voxels belong to something else.
    weights = np.exp(-0.5 * (distances / (2.0 * sizes_m[:, None])) ** 2)
    weights /= weights.sum(1, keepdims=True)
    offsets = points_m[near].astype(np.float64) - points_m[:, None]
    offsets -= (weights[..., None] * offsets).sum(1, keepdims=True)
    covariance = np.einsum("nk,nki,nkj->nij", weights, offsets, offsets)
    _, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, :, ::-1].copy()
    axes[:, :, 2] *= np.sign(np.linalg.det(axes))[:, None]
    return axes
