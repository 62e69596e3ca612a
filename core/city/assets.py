"""Road users of the city as assets: splats on the surface of their meshes, seen from every side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.city.actors import STANDING, ActorKind, actor_class, actor_size, build_actor
from core.city.mesh import Mesh
from core.city.surfaces import SurfaceTable
from core.geometry.quaternion import quaternion_from_matrix
from core.scene import Asset, Coverage
from core.scene.coverage import AZIMUTHS, BANDS
from core.splats import GaussianCloud

Floats = NDArray[np.float64]

LICENCE = "Apache-2.0 (made by Driftless)"
CITY_ASSETS: tuple[tuple[ActorKind, int], ...] = (
    *((ActorKind.CAR, seed) for seed in (1, 2, 3, 4, 6, 7, 9, 11)),
    *((ActorKind.VAN, seed) for seed in (1, 3, 4)),
    *((ActorKind.TRUCK, seed) for seed in (1, 2, 4)),
    *((ActorKind.BUS, seed) for seed in (1, 2)),
    *((ActorKind.MOTORCYCLE, seed) for seed in (1, 2)),
    *((ActorKind.CYCLIST, seed) for seed in (1, 2)),
    *((ActorKind.PEDESTRIAN, seed) for seed in (1, 2, 3, 4)),
    *((ActorKind.DOG, seed) for seed in (1, 2)),
    (ActorKind.CAT, 1),
    (ActorKind.DEER, 1),
    (ActorKind.CONE, 1),
    *((ActorKind.BARRIER, seed) for seed in (1, 2)),
    *((ActorKind.DEBRIS, seed) for seed in (1, 2, 3, 6)),
)
"""Kinds and seeds of a small choice of them."""

_SPACING_SHARE, _LEAST_SPACING_M, _MOST_SPACING_M = 0.009, 0.012, 0.07  # of the box's diagonal
_MOST_SPLATS = 30_000
_ACROSS, _THROUGH = 0.78, 0.1  # standard deviations in spacings: no gap shows, and edges stay sharp
_SKYLIGHT = 0.3  # by how much what looks down is darker than what looks up


def city_asset(kind: ActorKind, seed: int) -> Asset:
    """A road user that stands; equal arguments give equal splats.

    Its colours are those of its surfaces under an even sky, so that it fits into a street from any heading.
    """
    surfaces = SurfaceTable()
    mesh = build_actor(kind, seed, surfaces, instance=1, phase=STANDING)
    size_m = actor_size(kind, seed)
    return Asset(
        name=f"City {kind.value} {seed}",
        actor_class=actor_class(kind),
        source_label=kind.value,
        size_m=size_m,
        cloud=_on_surface(mesh, surfaces, float(np.linalg.norm(size_m)), np.random.default_rng(seed)),
        coverage=Coverage(np.full((len(BANDS), AZIMUTHS), 100.0, np.float32)),
        licence=LICENCE,
        source="Driftless city",
    )


def _on_surface(mesh: Mesh, surfaces: SurfaceTable, diagonal_m: float, rng: np.random.Generator) -> GaussianCloud:
    """Flat splats at even density on all triangles."""
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled = np.linalg.norm(across, axis=1)
    spacing_m = float(np.clip(_SPACING_SHARE * diagonal_m, _LEAST_SPACING_M, _MOST_SPACING_M))
    spacing_m = max(spacing_m, (doubled.sum() / 2 / _MOST_SPLATS) ** 0.5)
    wanted = doubled / 2 / spacing_m**2
    counts = np.floor(wanted + rng.random(len(wanted))).astype(np.int64)
    face = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(len(face))
    # Of the plane's most even sequence each triangle takes a stretch: fewer gaps than chance leaves.
    first, second = np.sqrt((row * 0.7548776662) % 1.0), (row * 0.5698402910) % 1.0
    weights = np.stack([1 - first, first * (1 - second), first * second], axis=1)
    normals = np.einsum("ni,nij->nj", weights, mesh.normals[face].astype(np.float64))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    scale = np.array([_ACROSS, _ACROSS, _THROUGH]) * spacing_m
    return GaussianCloud(
        means_m=np.einsum("ni,nij->nj", weights, corners[face]).astype(np.float32),
        quaternions=quaternion_from_matrix(_facing(normals)).astype(np.float32),
        scales_m=np.tile(scale, (len(face), 1)).astype(np.float32),
        opacities=np.full(len(face), 0.97, np.float32),
        colours=_lit(surfaces.arrays()[1][mesh.surface[face], :3], normals),
    )


def _facing(normals: Floats) -> Floats:
    """Rotations (n, 3, 3) whose z axes are normals (n, 3)."""
    helper = np.where(np.abs(normals[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    x = np.cross(helper, normals)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return np.stack([x, np.cross(normals, x), normals], axis=-1)


def _lit(linear: NDArray[np.float32], normals: Floats) -> NDArray[np.float32]:
    """Display colours (n, 3) of linear ones under an even sky."""
    light = linear * (1.0 - _SKYLIGHT * (1.0 - normals[:, 2:]) / 2)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055).astype(
        np.float32
    )
