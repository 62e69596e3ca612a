"""Collects triangles, numbers instances."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.city.mesh import Mesh
from core.city.static_world import FIRST_STATIC_INSTANCE, StaticInstance
from core.city.surfaces import Label, Surface, SurfaceTable

Floats = NDArray[np.float64]


class MeshBuilder:
    """A growing triangle soup with surface rows and instance numbers."""

    def __init__(self, surfaces: SurfaceTable) -> None:
        self.surfaces = surfaces
        self.instances: list[StaticInstance] = []
        self._corners: list[Floats] = []
        self._uv: list[Floats] = []
        self._normals: list[Floats] = []
        self._surface: list[NDArray[np.int32]] = []
        self._instance: list[NDArray[np.int32]] = []
        self._ambient: list[Floats] = []

    def instance(self, label: Label, name: str) -> int:
        """A number for a new static thing."""
        number = FIRST_STATIC_INSTANCE + len(self.instances)
        self.instances.append(StaticInstance(number, label, name))
        return number

    def triangles(
        self,
        corners: ArrayLike,
        uv: ArrayLike,
        surface: Surface,
        instance: int = 0,
        normals: Floats | None = None,
        ambient: Floats | None = None,
    ) -> None:
        """Triangles (m, 3, 3) counter-clockwise from outside, uv (m, 3, 2); flat unless `normals` (m, 3, 3).

        `ambient` (m,) is the share of the sky that is open where the triangles' own thing hides it.
        """
        corners = np.asarray(corners, dtype=np.float64).reshape(-1, 3, 3)
        if normals is None:
            # Zero stands for flat; one pass in `build` is much cheaper than thousands of small ones.
            normals = np.zeros_like(corners)
        self._corners.append(corners)
        self._uv.append(np.asarray(uv, dtype=np.float64).reshape(-1, 3, 2))
        self._normals.append(normals)
        self._surface.append(np.full(len(corners), self.surfaces.row(surface), np.int32))
        self._instance.append(np.full(len(corners), instance, np.int32))
        self._ambient.append(np.ones(len(corners)) if ambient is None else ambient)

    def quads(
        self,
        corners: ArrayLike,
        uv: ArrayLike,
        surface: Surface,
        instance: int = 0,
        normals: Floats | None = None,
        ambient: Floats | None = None,
    ) -> None:
        """Quads (m, 4, 3) counter-clockwise from outside, uv (m, 4, 2)."""
        corners = np.asarray(corners, dtype=np.float64).reshape(-1, 4, 3)
        uv = np.asarray(uv, dtype=np.float64).reshape(-1, 4, 2)
        order = [0, 1, 2, 0, 2, 3]
        smooth = None if normals is None else normals[:, order].reshape(-1, 3, 3)
        shares = None if ambient is None else np.repeat(ambient, 2)
        self.triangles(
            corners[:, order].reshape(-1, 3, 3), uv[:, order].reshape(-1, 3, 2), surface, instance, smooth, shares
        )

    def strip(
        self,
        right: Floats,
        left: Floats,
        u: Floats,
        v_right: ArrayLike,
        v_left: ArrayLike,
        surface: Surface,
        instance: int = 0,
    ) -> None:
        """A ribbon between two lines (n, 3) that run the same way, seen from above with `left` on the left."""
        v_right, v_left = np.broadcast_to(v_right, u.shape), np.broadcast_to(v_left, u.shape)
        corners = np.stack([right[:-1], right[1:], left[1:], left[:-1]], 1)
        uv = np.stack(
            [
                np.stack([u[:-1], v_right[:-1]], -1),
                np.stack([u[1:], v_right[1:]], -1),
                np.stack([u[1:], v_left[1:]], -1),
                np.stack([u[:-1], v_left[:-1]], -1),
            ],
            1,
        )
        self.quads(corners, uv, surface, instance)

    def wall(
        self,
        start: ArrayLike,
        end: ArrayLike,
        low: float,
        high: float,
        surface: Surface,
        instance: int = 0,
        v_from: float = 0.0,
        column_m: float = 0.0,
    ) -> None:
        """An upright wall from `start` to `end` (x, y), its outside on the right of that way; u from `start`.

        `column_m` cuts it into columns about that wide, so that ambient light can vary along it.
        """  # fmt: skip
        start, end = np.asarray(start, float)[:2], np.asarray(end, float)[:2]
        length = float(np.linalg.norm(end - start))
        pieces = max(1, round(length / column_m)) if column_m > 0 else 1
        rows = max(1, round((high - low) / column_m)) if column_m > 0 else 1
        along, up = np.linspace(0, 1, pieces + 1), np.linspace(low, high, rows + 1)
        a, b = np.divmod(np.arange(pieces * rows), rows)
        corners, uv = [], []
        for da, db in ((0, 0), (1, 0), (1, 1), (0, 1)):
            xy = start + along[a + da, None] * (end - start)
            corners.append(np.column_stack([xy, up[b + db]]))
            uv.append(np.column_stack([along[a + da] * length, up[b + db] - low + v_from]))
        self.quads(np.stack(corners, 1), np.stack(uv, 1), surface, instance)

    def box(self, frame: Floats, size: ArrayLike, surface: Surface, instance: int = 0, *, bottom: bool = False) -> None:
        """A box of `size` (x, y, z) standing on the origin of `frame` (4, 4)."""
        x, y, z = np.asarray(size, dtype=float)
        base = np.array([[-x, -y], [x, -y], [x, y], [-x, y]]) / 2
        faces: list[list[list[float]]] = []
        uv: list[list[list[float]]] = []
        for i in range(4):
            a, b = base[i], base[(i + 1) % 4]
            length = float(np.linalg.norm(b - a))
            faces.append([[*a, 0], [*b, 0], [*b, z], [*a, z]])
            uv.append([[0, 0], [length, 0], [length, z], [0, z]])
        faces.append([[*base[0], z], [*base[1], z], [*base[2], z], [*base[3], z]])
        uv.append([[0, 0], [x, 0], [x, y], [0, y]])
        if bottom:
            faces.append([[*base[3], 0], [*base[2], 0], [*base[1], 0], [*base[0], 0]])
            uv.append([[0, 0], [x, 0], [x, y], [0, y]])
        self.quads(moved(frame, np.array(faces, float)), np.array(uv, float), surface, instance)

    def tube(
        self,
        path: ArrayLike,
        radius: ArrayLike,
        surface: Surface,
        instance: int = 0,
        *,
        sides: int = 8,
        cap: bool = True,
    ) -> None:
        """A round bar along points (n, 3) with radii (n,); smooth around."""
        path = np.asarray(path, dtype=float)
        radius = np.broadcast_to(np.asarray(radius, dtype=float), len(path))
        tangent = np.gradient(path, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        helper = np.where(np.abs(tangent[:, 2:]) > 0.9, [[1.0, 0, 0]], [[0, 0, 1.0]])
        first = np.cross(helper, tangent)
        first /= np.linalg.norm(first, axis=1, keepdims=True)
        second = np.cross(tangent, first)
        angle = 2 * np.pi * np.arange(sides + 1) / sides
        out = np.cos(angle)[None, :, None] * first[:, None] + np.sin(angle)[None, :, None] * second[:, None]
        points = path[:, None] + radius[:, None, None] * out
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        u = angle[None] * radius.mean() + 0 * length[:, None]
        uv = np.stack([u, np.broadcast_to(length[:, None], u.shape)], -1)

        def around(grid: Floats) -> Floats:
            return np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], 2).reshape(
                -1, 4, grid.shape[-1]
            )

        self.quads(around(points), around(uv), surface, instance, around(out))
        if cap:
            ring = points[-1, :-1]
            fan = np.stack([np.broadcast_to(path[-1], ring.shape), ring, np.roll(ring, -1, 0)], 1)
            self.triangles(fan, np.zeros((len(fan), 3, 2)), surface, instance)

    def disc(self, frame: Floats, outline: ArrayLike, surface: Surface, instance: int = 0) -> None:
        """A flat convex plate: outline (n, 2) in the y, z plane of `frame`, facing its +x; uv are (-y, z)."""
        outline = np.asarray(outline, dtype=float)
        ring = np.column_stack([np.zeros(len(outline)), outline])
        following = np.roll(ring, -1, 0)
        fan = np.stack([np.zeros_like(ring), ring, following], 1)
        uv = np.stack([fan[..., 1], fan[..., 2]], -1)
        self.triangles(moved(frame, fan), uv, surface, instance)

    def own_ambient(self) -> NDArray[np.float32]:
        """The given `ambient` (m,) of all triangles so far."""
        return np.concatenate(self._ambient).astype(np.float32)

    def build(self) -> Mesh:
        corners = np.concatenate(self._corners).astype(np.float32)
        normals = np.concatenate(self._normals)
        flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-20
        normals = np.where((normals == 0).all((1, 2))[:, None, None], flat[:, None], normals)
        return Mesh(
            corners.reshape(-1, 3),
            np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3),
            np.concatenate(self._uv).astype(np.float32),
            normals.astype(np.float32),
            np.concatenate(self._surface),
            np.concatenate(self._instance),
        )


def standing(position: ArrayLike, heading_rad: float) -> Floats:
    """A frame (4, 4) at a place, x along the heading, z up."""
    cos, sin = np.cos(heading_rad), np.sin(heading_rad)
    frame = np.eye(4)
    frame[:2, :2] = [[cos, -sin], [sin, cos]]
    frame[:3, 3] = position
    return frame


def moved(frame: Floats, points: Floats) -> Floats:
    """Points (..., 3) of a frame, in the world."""
    return points @ frame[:3, :3].T + frame[:3, 3]
