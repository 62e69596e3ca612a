"""Rays against the static world and the actors of one instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from core.city.kernels import hits as kernels
from core.city.kernels.hit_slots import COLUMNS
from core.city.mesh import Mesh, PosedActor
from core.city.surfaces import Material, SurfaceTable

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]
Matrix = NDArray[np.float64]

FAR = np.float32(1e30)
_SHADOWS_M = 80.0
_MAX_LEAF_LAYERS = 8
_SHADING_LEAVES = 9  # of 16 leaf cards cast shadows, so that crowns shade in dapples


@dataclass(frozen=True, eq=False)
class Hits:
    """Where rays end. `owner` is -2 for nothing, -1 for the static world, else the index of an actor."""

    distance_m: Floats  # (n,) inf for nothing
    owner: Integers  # (n,)
    prim: Integers  # (n,) face of the owner's mesh
    bary: Floats  # (n, 2)


class TracedMesh:
    """A mesh in the form that rays and shading need: acceleration structure, flat normals, uv gradients."""

    def __init__(self, mesh: Mesh, ambient: Floats | None = None) -> None:
        """`ambient` (m, 3): share of the open sky at the faces' corners; all 1 when not given."""
        self.scene = embree_scene(mesh.vertices, mesh.faces)
        corners = mesh.vertices[mesh.faces].astype(np.float32)
        edges = corners[:, 1:] - corners[:, :1]
        cross = np.cross(edges[:, 0], edges[:, 1])
        area = np.linalg.norm(cross, axis=-1, keepdims=True) + 1e-20
        self.flat = np.ascontiguousarray(cross / area, dtype=np.float32)
        steps = mesh.uv[:, 1:] - mesh.uv[:, :1]  # (m, 2 edges, 2 coordinates)
        # Dual basis of the two edges within the face's plane: the gradient g has g · edge = step.
        dual = np.stack([np.cross(edges[:, 1], self.flat), np.cross(self.flat, edges[:, 0])], 1) / area[:, None]
        self.uv_gradient = np.ascontiguousarray(np.einsum("mec,mex->mcx", steps, dual), dtype=np.float32)
        self.uv = np.ascontiguousarray(mesh.uv, dtype=np.float32)
        self.normals = np.ascontiguousarray(mesh.normals, dtype=np.float32)
        self.surface = np.ascontiguousarray(mesh.surface, dtype=np.int32)
        self.instance = np.ascontiguousarray(mesh.instance, dtype=np.int32)
        self.ambient = np.ones((len(mesh.faces), 3), np.float32) if ambient is None else ambient


class StaticTracer:
    """The static world's rays. Leaves have gaps; shadow rays meet thinned, solid leaves instead."""

    def __init__(self, mesh: Mesh, ambient: Floats | None, surfaces: SurfaceTable) -> None:
        self.traced = TracedMesh(mesh, ambient)
        integers, floats = surfaces.arrays()
        leafy = integers[:, 0] == Material.LEAVES
        self._clump_m = np.where(leafy, floats[:, 6], 0)[mesh.surface].astype(np.float32)
        self._seed = integers[:, 2][mesh.surface].astype(np.int32)
        # Both halves of a leaf card share their fate.
        card = np.rint(mesh.uv[:, 0] / 8).astype(np.int64) @ np.array([2654435761, 40503])
        solid = (self._clump_m == 0) | ((card * 2246822519 >> 12) % 16 < _SHADING_LEAVES)
        self._occluders = self.traced.scene if solid.all() else embree_scene(mesh.vertices, mesh.faces[solid])

    def intersect(self, origins: Floats, directions: Floats) -> tuple[Floats, Integers, Floats]:
        distance, prim, bary = _intersect(self.traced.scene, origins, directions, None)
        through = kernels.holes(prim, bary, self._clump_m, self.traced.uv, self._seed)
        for _ in range(_MAX_LEAF_LAYERS):
            if len(through) == 0:
                break
            passed = distance[through] + np.float32(1e-3)
            starts = origins[through] + directions[through] * passed[:, None]
            further, prim[through], bary[through] = _intersect(self.traced.scene, starts, directions[through], None)
            distance[through] = passed + further
            still = kernels.holes(prim[through], bary[through], self._clump_m, self.traced.uv, self._seed)
            through = through[still]
        return distance, prim, bary

    def occluded(self, origins: Floats, directions: Floats, limits_m: Floats) -> NDArray[np.bool_]:
        return blocked(self._occluders, origins, directions, limits_m)


@dataclass(frozen=True, eq=False)
class PlacedActor:
    """An actor's place in the forms that rays and shading need."""

    world_from: Matrix  # (4, 4)
    box_from: Matrix  # (3, 4)
    half_m: Matrix  # (3,)
    centre_m: Matrix  # (3,)
    radius_m: float
    outline: Matrix  # (7,) see `kernels.light.contact`

    # All cameras of a rig ask for the same actors.
    _known: ClassVar[WeakKeyDictionary[PosedActor, PlacedActor]] = WeakKeyDictionary()

    @classmethod
    def of(cls, actor: PosedActor) -> PlacedActor:
        placed = cls._known.get(actor)
        if placed is None:
            pose, size_m = actor.world_from_actor, np.asarray(actor.size_m)
            # A finger's breadth more than the box, for mirrors and the like that stick out of it.
            half_m = size_m / 2 + 0.05
            x, y, z = pose.translation
            cos, sin = np.cos(pose.heading), np.sin(pose.heading)
            placed = cls._known[actor] = cls(
                pose.matrix,
                np.ascontiguousarray(pose.inverse().matrix[:3]),
                half_m,
                pose.translation,
                float(np.linalg.norm(half_m)),
                np.array([x, y, cos, sin, size_m[0] / 2, size_m[1] / 2, z - size_m[2] / 2]),
            )
        return placed


class FrameTracer:
    """The static world and the actors where they are at one instant."""

    # Actors of many frames share their meshes, and with them the acceleration structures.
    _meshes: ClassVar[WeakKeyDictionary[Mesh, TracedMesh]] = WeakKeyDictionary()

    def __init__(self, static: StaticTracer, actors: Sequence[PosedActor], eye_m: NDArray[np.float64]) -> None:
        """`eye_m` (3,) is where the pictures are taken from; far from it actors throw no shadows."""
        self._static = static
        self.actors = list(actors)
        self._placed = [PlacedActor.of(actor) for actor in self.actors]
        self._centres = np.array([placed.centre_m for placed in self._placed]).reshape(-1, 3)
        self._radii = np.array([placed.radius_m for placed in self._placed])
        self._casting = np.flatnonzero(np.linalg.norm(self._centres - eye_m, axis=1) < _SHADOWS_M)

    @property
    def outlines(self) -> Matrix:
        """(actors, 7), see `kernels.light.contact`."""
        return np.array([placed.outline for placed in self._placed]).reshape(-1, 7)

    def intersect(self, origins: Floats, directions: Floats) -> Hits:
        """First hits of rays (n, 3), unit directions."""
        distance, prim, bary = self._static.intersect(origins, directions)
        owner = np.where(prim >= 0, np.int32(-1), np.int32(-2))
        for index, block in self._near(origins, directions, np.arange(len(self.actors))):
            placed = self._placed[index]
            which, starts, local = kernels.meets_box(
                origins, directions, distance, block, placed.box_from, placed.half_m
            )
            if len(which) == 0:
                continue
            near, face, at = _intersect(self._traced(self.actors[index].mesh).scene, starts, local, distance[which])
            better = face >= 0
            chosen = which[better]
            distance[chosen], prim[chosen], bary[chosen] = near[better], face[better], at[better]
            owner[chosen] = index
        return Hits(distance, owner, prim, bary)

    def occluded(self, origins: Floats, directions: Floats, limits_m: Floats) -> NDArray[np.bool_]:
        """Whether anything lies within `limits_m` (n,) along rays (n, 3)."""
        hidden = self._static.occluded(origins, directions, limits_m)
        limits = np.where(hidden, np.float32(0), limits_m)
        for index, block in self._near(origins, directions, self._casting):
            placed = self._placed[index]
            which, starts, local = kernels.meets_box(origins, directions, limits, block, placed.box_from, placed.half_m)
            if len(which):
                behind = blocked(self._traced(self.actors[index].mesh).scene, starts, local, limits[which])
                hidden[which[behind]] = True
                limits[which[behind]] = 0
        return hidden

    def _near(
        self, origins: Floats, directions: Floats, actors: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Those of the given actors that rays (n, 3) may meet, each with the blocks of rays that may."""
        blocks = kernels.ray_blocks(origins, directions)
        near = kernels.near_blocks(blocks, self._centres[actors], self._radii[actors])
        for number in np.flatnonzero(near.any(1)):
            yield int(actors[number]), near[number]

    def attributes(self, hits: Hits, origins: Floats, directions: Floats, spread: Floats) -> tuple[Floats, Integers]:
        """Surface attributes of hits: floats (n, COLUMNS) and integers (n, 4), see `kernels.hit_slots`."""
        floats = np.zeros((len(origins), COLUMNS), np.float32)
        integers = np.full((len(origins), 4), -1, np.int32)
        order, starts = kernels.by_owner(hits.owner, len(self.actors))
        for index in (np.flatnonzero(np.diff(starts)) - 1).tolist():
            which = order[starts[index + 1] : starts[index + 2]]
            mesh = self._static.traced if index < 0 else self._traced(self.actors[index].mesh)
            pose = np.eye(4) if index < 0 else self._placed[index].world_from
            kernels.attributes(
                which, hits.prim, hits.bary, hits.distance_m, origins, directions, spread, pose, mesh.flat,
                mesh.normals, mesh.uv, mesh.uv_gradient, mesh.surface, mesh.instance, mesh.ambient, index, floats,
                integers,
            )  # fmt: skip
            if index >= 0:
                integers[which, 1] = self.actors[index].instance
        return floats, integers

    def _traced(self, mesh: Mesh) -> TracedMesh:
        traced = self._meshes.get(mesh)
        if traced is None:
            traced = self._meshes[mesh] = TracedMesh(mesh)
        return traced


def embree_scene(vertices: Floats, faces: Integers) -> EmbreeScene:
    scene = EmbreeScene()
    TriangleMesh(scene, np.ascontiguousarray(vertices, np.float32), np.ascontiguousarray(faces, np.int32))
    return scene


def _intersect(
    scene: EmbreeScene, origins: Floats, directions: Floats, limits_m: Floats | None
) -> tuple[Floats, Integers, Floats]:
    if limits_m is None:
        limits_m = np.full(len(origins), FAR, np.float32)
    answer = scene.run(origins, directions, dists=limits_m, query="INTERSECT", output=1)
    prim = answer["primID"]
    return (
        np.where(prim >= 0, answer["tfar"], np.float32(np.inf)),
        prim,
        np.stack([answer["u"], answer["v"]], -1),
    )


def blocked(scene: EmbreeScene, origins: Floats, directions: Floats, limits_m: Floats) -> NDArray[np.bool_]:
    return np.asarray(scene.run(origins, directions, dists=limits_m, query="OCCLUDED") >= 0)
