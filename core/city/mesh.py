"""Triangle meshes whose faces know their surface, and actors placed in the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles with surface coordinates.

    `uv` are metres along the surface (façade: along the wall, above the ground; road: along, left of the
    centre line), so that textures keep their scale and can be filtered analytically. `normals` are per
    corner: equal to the face normal for flat faces, averaged for smooth ones.
    """

    vertices: NDArray[np.float32]  # (n, 3)
    faces: NDArray[np.int32]  # (m, 3), counter-clockwise seen from outside
    uv: NDArray[np.float32]  # (m, 3, 2)
    normals: NDArray[np.float32]  # (m, 3, 3) unit
    surface: NDArray[np.int32]  # (m,) row of the world's `SurfaceTable`
    instance: NDArray[np.int32]  # (m,) instance number, 0 for ground

    @classmethod
    def merged(cls, meshes: list[Mesh]) -> Mesh:
        offsets = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes[:-1])])
        return cls(
            np.concatenate([mesh.vertices for mesh in meshes]),
            np.concatenate([mesh.faces + offset for mesh, offset in zip(meshes, offsets, strict=True)], dtype=np.int32),
            np.concatenate([mesh.uv for mesh in meshes]),
            np.concatenate([mesh.normals for mesh in meshes]),
            np.concatenate([mesh.surface for mesh in meshes]),
            np.concatenate([mesh.instance for mesh in meshes]),
        )


@dataclass(frozen=True, eq=False)
class PosedActor:
    """An actor as the renderer sees it at one instant: its mesh in the frame of its box, and where that is."""

    instance: int  # 1-based, unique in the drive; static instances are numbered above all actors
    mesh: Mesh  # origin at the box centre, x forward, y left, z up
    world_from_actor: Pose
    size_m: tuple[float, float, float]  # length, width, height of the box that encloses the mesh
    braking: bool = False
    head_lamps: bool = False
