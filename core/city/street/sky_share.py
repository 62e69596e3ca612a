"""How much of the sky each corner of the static world sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.city.mesh import Mesh
from core.city.surfaces import Material, SurfaceTable
from core.city.tracing import blocked, embree_scene

_RAYS = 14
_REACH_M = 18.0


def sky_share(mesh: Mesh, surfaces: SurfaceTable, own: NDArray[np.float32]) -> NDArray[np.float32]:
    """Open share of the hemisphere (m, 3) at the faces' corners, by a fixed set of rays.

    `own` (m,) is what the faces' own things leave open; leaves have only that.
    """
    leafy = surfaces.arrays()[0][mesh.surface, 0] == Material.LEAVES
    scene = embree_scene(mesh.vertices, mesh.faces[~leafy])
    share = np.broadcast_to(own[:, None], (len(own), 3)).astype(np.float32)
    faces = np.flatnonzero(~leafy)
    corners = mesh.vertices[mesh.faces[faces]]
    # A little inside the face, else a corner would sit in the wall that it touches.
    corners = corners + 0.06 * (corners.mean(1, keepdims=True) - corners)
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat /= np.linalg.norm(flat, axis=-1, keepdims=True) + 1e-20
    points = (corners + 0.03 * flat[:, None]).reshape(-1, 3)
    normals = np.repeat(flat, 3, axis=0)
    first, back = _distinct(np.round(np.concatenate([points * 4, normals * 4], 1)).astype(np.int64))
    points, normals = points[first].astype(np.float32), normals[first]
    open_share = np.zeros(len(first))
    for way in _cosine_directions():
        ways = normals + way  # a unit normal plus a point of the unit sphere is cosine-distributed
        ways /= np.linalg.norm(ways, axis=1, keepdims=True) + 1e-9
        limits = np.full(len(points), _REACH_M, np.float32)
        open_share += ~blocked(scene, points, ways.astype(np.float32), limits)
    open_share = 0.32 + 0.68 * open_share / _RAYS
    share[faces] *= open_share[back].reshape(-1, 3)
    return share


def _distinct(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each distinct row first stands, and for each row which distinct one it is.

    Rows count as equal when their 64-bit hashes are: sorting those is much cheaper than sorting rows.
    """
    hashes = np.zeros(len(rows), np.uint64)
    for column in rows.T:
        hashes = (hashes ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        hashes ^= hashes >> np.uint64(29)
    _, first, back = np.unique(hashes, return_index=True, return_inverse=True)
    return first, back


def _cosine_directions() -> NDArray[np.float64]:
    """Points spread over the unit sphere along a spiral."""
    k = np.arange(_RAYS) + 0.5
    z = 1 - 2 * k / _RAYS
    angle = k * np.pi * (3 - np.sqrt(5))
    r = np.sqrt(1 - z * z)
    return 0.98 * np.stack([r * np.cos(angle), r * np.sin(angle), z], -1)
