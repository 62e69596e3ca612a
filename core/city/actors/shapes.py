"""Shape tools: lofts, tubes, boxes, wheels and ellipsoids, and the sculpture that joins them to one mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.city.mesh import Mesh
from core.city.surfaces import Surface, SurfaceTable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TYRE, RIM, HOLLOW = 0, 1, 2
_MIN_AREA_M2 = 1e-8


@dataclass(frozen=True, eq=False)
class Shape:
    """Triangles before they get surfaces; `tags` say which of the surfaces passed to `Sculpture.add` a face takes."""

    vertices: Floats  # (n, 3)
    faces: Integers  # (m, 3), counter-clockwise seen from outside
    uv: Floats  # (m, 3, 2) metres; NaN: projected along the main axis of the face when the mesh is made
    tags: Integers  # (m,)

    @classmethod
    def of(cls, vertices: ArrayLike, faces: ArrayLike, tags: ArrayLike | None = None) -> Shape:
        """A shape without surface coordinates of its own."""
        points, corners = np.asarray(vertices, dtype=np.float64), np.asarray(faces, dtype=np.int64)
        numbers = np.zeros(len(corners), np.int64) if tags is None else np.asarray(tags, dtype=np.int64)
        return cls(points, corners, np.full((len(corners), 3, 2), np.nan), numbers)

    @classmethod
    def joined(cls, shapes: Sequence[Shape]) -> Shape:
        offsets = np.cumsum([0, *(len(shape.vertices) for shape in shapes[:-1])])
        return cls(
            np.concatenate([shape.vertices for shape in shapes]),
            np.concatenate([shape.faces + offset for shape, offset in zip(shapes, offsets, strict=True)]),
            np.concatenate([shape.uv for shape in shapes]),
            np.concatenate([shape.tags for shape in shapes]),
        )

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Shape:
        return replace(self, vertices=self.vertices + np.array([x, y, z]))

    def turned(self, axis: str, angle_rad: float) -> Shape:
        """Turned about a coordinate axis through the origin, right-handed."""
        return replace(self, vertices=self.vertices @ rotation(axis, angle_rad).T)

    def scaled(self, x: float, y: float, z: float) -> Shape:
        return replace(self, vertices=self.vertices * np.array([x, y, z]))

    def mirrored(self) -> Shape:
        """The same on the other side: y becomes −y."""
        return replace(
            self,
            vertices=self.vertices * np.array([1.0, -1.0, 1.0]),
            faces=self.faces[:, ::-1],
            uv=self.uv[:, ::-1],
        )

    def welded(self) -> Shape:
        """Corners at the same place (to 0.1 mm) become one vertex, so that normals are averaged across."""
        keys = np.round(self.vertices * 1e4).astype(np.int64) + (1 << 20)
        packed = (keys[:, 0] << 42) + (keys[:, 1] << 21) + keys[:, 2]
        _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
        return replace(self, vertices=self.vertices[first], faces=inverse[self.faces])


def rotation(axis: str, angle_rad: float) -> Floats:
    """Rotation matrix (3, 3) about the axis x, y or z, right-handed."""
    sine, cosine = np.sin(angle_rad), np.cos(angle_rad)
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = cosine
    matrix[i, j], matrix[j, i] = -sine, sine
    return matrix


def grid(points: ArrayLike, tags: ArrayLike | None = None, *, closed: bool = False, uv: Floats | None = None) -> Shape:
    """Quads over points (s, r, 3); outside is ∂r × ∂s. `tags` (s−1, cells along r); `closed` joins the ends of r.

    `uv` (s, r or r+1 when closed, 2) in metres; without it the texture is projected later.
    """
    lattice = np.asarray(points, dtype=np.float64)
    rows, columns = lattice.shape[:2]
    cells = columns if closed else columns - 1
    quads = _quads(rows, columns, closed)
    numbers = np.zeros((rows - 1, cells), np.int64) if tags is None else np.asarray(tags, dtype=np.int64)
    if uv is None:
        return Shape.of(lattice.reshape(-1, 3), quads, np.repeat(numbers.ravel(), 2))
    corners = np.stack([uv[:-1, :-1], uv[:-1, 1:], uv[1:, 1:], uv[:-1, :-1], uv[1:, 1:], uv[1:, :-1]], axis=2)
    return Shape(lattice.reshape(-1, 3), quads, corners[:, :cells].reshape(-1, 3, 2), np.repeat(numbers.ravel(), 2))


# For the small arrays here numpy's own functions spend most of their time on finding out what they were given.
def _lengths(vectors: Floats) -> Floats:
    """Of vectors (..., 3)."""
    return np.sqrt(np.add.reduce(vectors * vectors, axis=-1))


def _crossed(a: Floats, b: Floats) -> Floats:
    """Cross products of vectors (n, 3)."""
    return a[:, [1, 2, 0]] * b[:, [2, 0, 1]] - a[:, [2, 0, 1]] * b[:, [1, 2, 0]]


@lru_cache(maxsize=256)
def _quads(rows: int, columns: int, closed: bool) -> Integers:
    """Two triangles for each cell of a lattice, row by row."""
    r, s = np.meshgrid(np.arange(columns if closed else columns - 1), np.arange(rows - 1))
    a, b = s * columns + r, s * columns + (r + 1) % columns
    return np.stack([a, b, b + columns, a, b + columns, a + columns], axis=-1).reshape(-1, 3)


@lru_cache(maxsize=64)
def _fan(sides: int) -> Integers:
    """Triangles that close a ring, turning as it does."""
    number = np.arange(1, sides - 1)
    return np.stack([np.zeros_like(number), number, number + 1], axis=1)


def loft(rings: ArrayLike, tags: ArrayLike | None = None, *, caps: tuple[bool, bool] = (True, True)) -> Shape:
    """A skin over closed rings (s, r, 3), each counter-clockwise about the direction of the loft.

    The texture runs around (u) and along (v) in metres. `caps` close the first and the last ring with a fan;
    they take the tag of the ring's first cell.
    """
    sections = np.asarray(rings, dtype=np.float64)
    count, sides = sections.shape[:2]
    numbers = np.zeros((count - 1, sides), np.int64) if tags is None else np.asarray(tags, dtype=np.int64)
    around = _lengths(sections[:, [*range(1, sides), 0]] - sections).max(axis=0)
    centres = sections.mean(axis=1)
    uv = np.zeros((count, sides + 1, 2))
    uv[:, 1:, 0] = around.cumsum()
    uv[1:, :, 1] = _lengths(centres[1:] - centres[:-1]).cumsum()[:, None]
    parts = [grid(sections, numbers, closed=True, uv=uv)]
    if caps[0]:
        parts.append(Shape.of(sections[0], _fan(sides)[:, ::-1], np.full(sides - 2, numbers[0, 0])))
    if caps[1]:
        parts.append(Shape.of(sections[-1], _fan(sides), np.full(sides - 2, numbers[-1, 0])))
    return Shape.joined(parts)


def tube(
    path: ArrayLike,
    radii: ArrayLike,
    sides: int = 6,
    *,
    across: tuple[float, float, float] = (0.0, 1.0, 0.0),
    tags: Sequence[int] | None = None,
    caps: tuple[bool, bool] = (True, True),
) -> Shape:
    """A limb or a pipe along `path` (s, 3).

    `radii` (s,), or (s, 2) for ellipses whose first half axis lies along `across`; `tags` one per stretch.
    """
    points = np.asarray(path, dtype=np.float64)
    steps = points[1:] - points[:-1]
    steps /= np.sqrt((steps**2).sum(axis=1, keepdims=True)) + 1e-12
    tangents = np.concatenate([steps[:1], steps[:-1] + steps[1:], steps[-1:]])
    tangents /= np.sqrt((tangents**2).sum(axis=1, keepdims=True))
    side = np.asarray(across) - (tangents @ np.asarray(across))[:, None] * tangents
    side /= np.sqrt((side**2).sum(axis=1, keepdims=True))
    up = _crossed(tangents, side)
    axes = np.asarray(radii, dtype=np.float64).reshape(len(points), -1)
    angles = np.arange(sides) * (2.0 * np.pi / sides)
    rings = (
        points[:, None]
        + (axes[:, :1] * np.cos(angles))[..., None] * side[:, None]
        + (axes[:, -1:] * np.sin(angles))[..., None] * up[:, None]
    )
    numbers = None if tags is None else np.repeat(np.asarray(tags)[:, None], sides, axis=1)
    return loft(rings, numbers, caps=caps)


def ellipsoid(radii: tuple[float, float, float], sides: int = 8, stacks: int = 5) -> Shape:
    """An ellipsoid about the origin with its poles on z."""
    heights = np.linspace(-np.pi / 2, np.pi / 2, stacks + 1)
    angles = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros(sides)], axis=1)
    rings = ring[None] * np.cos(heights)[:, None, None] + np.sin(heights)[:, None, None] * np.array([0.0, 0.0, 1.0])
    return loft(rings * np.asarray(radii), caps=(False, False)).welded()


def box(length: float, width: float, height: float, bevel: float = 0.0) -> Shape:
    """A box about the origin; `bevel` cuts its vertical edges and its top and bottom rims."""
    x, y, z = length / 2, width / 2, height / 2
    if bevel <= 0.0:
        corners = [[x, y], [-x, y], [-x, -y], [x, -y]]
        return loft([[(*c, -z) for c in corners], [(*c, z) for c in corners]])
    rings = []
    for height_m, inset in ((-z, bevel), (-z + bevel, 0.0), (z - bevel, 0.0), (z, bevel)):
        a, b = x - inset, y - inset
        c = bevel * 0.6
        outline = [
            (a, b - c),
            (a - c, b),
            (-a + c, b),
            (-a, b - c),
            (-a, -b + c),
            (-a + c, -b),
            (a - c, -b),
            (a, -b + c),
        ]
        rings.append([(*corner, height_m) for corner in outline])
    return loft(rings)


def panel(corners: ArrayLike, tag: int = 0) -> Shape:
    """A flat convex polygon (n, 3), counter-clockwise seen from outside."""
    points = np.asarray(corners, dtype=np.float64)
    return Shape.of(points, _fan(len(points)), np.full(len(points) - 2, tag))


def wheel(
    radius: float, width: float, *, sides: int = 18, spokes: int = 6, rim: float = 0.66, dish: float = 0.03
) -> Shape:
    """A road wheel about the y axis, its outer side towards +y, with a dished rim; tags TYRE, RIM and HOLLOW.

    Between the spokes the rim is HOLLOW; `sides` should be a multiple of `spokes`.
    """
    half = width / 2
    profile = [  # radius, y, tag of the stretch that follows
        (radius, -half, TYRE),
        (radius, half * 0.75, TYRE),
        (radius * rim, half, RIM),
        (radius * rim * 0.93, half - dish, RIM),
    ]
    angles = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)
    ring = np.stack([np.sin(angles), np.zeros(sides), np.cos(angles)], axis=1)
    rings = [ring * r + np.array([0.0, y, 0.0]) for r, y, _ in profile]
    tags = [[tag] * sides for _, _, tag in profile[:-1]]
    skin = grid(rings, tags, closed=True)
    hub = np.array([[0.0, half - dish * 0.5, 0.0]])
    number = np.arange(sides)
    fan = np.stack([number, (number + 1) % sides, np.full(sides, sides)], axis=1)
    period = sides // spokes
    pattern = np.where(number % period < period / 2, RIM, HOLLOW)
    face = Shape.of(np.concatenate([rings[-1], hub]), fan, pattern)
    back = panel(rings[0][::-1], TYRE)
    return Shape.joined([skin, face, back])


class Sculpture:
    """Collects shapes with their surfaces and makes the mesh."""

    def __init__(self, surfaces: SurfaceTable) -> None:
        self._surfaces = surfaces
        self._shapes: list[Shape] = []
        self._rows: list[NDArray[np.int32]] = []
        self._creases: list[Floats] = []

    def add(self, shape: Shape, *surfaces: Surface, crease_deg: float = 40.0) -> None:
        """Edges that bend by less than `crease_deg` are shaded smoothly."""
        rows = np.array([self._surfaces.row(surface) for surface in surfaces], dtype=np.int32)
        self._shapes.append(shape)
        self._rows.append(rows[shape.tags])
        self._creases.append(np.full(len(shape.faces), np.cos(np.radians(crease_deg))))

    def bounds(self) -> Floats:
        """Lowest and highest corner (2, 3)."""
        low = np.min([shape.vertices.min(axis=0) for shape in self._shapes], axis=0)
        return np.stack([low, np.max([shape.vertices.max(axis=0) for shape in self._shapes], axis=0)])

    def mesh(self, origin: Floats, instance: int) -> Mesh:
        """The mesh with `origin` (3,) moved to zero; faces without an area are left out."""
        whole = Shape.joined(self._shapes)
        corners = whole.vertices[whole.faces]
        normals = _crossed(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        kept = _lengths(normals) > 2.0 * _MIN_AREA_M2
        uv = np.where(np.isnan(whole.uv), _planar_uv(corners - origin, normals), whole.uv)
        faces, creases = whole.faces[kept], np.concatenate(self._creases)[kept]
        return Mesh(
            vertices=(whole.vertices - origin).astype(np.float32),
            faces=faces.astype(np.int32),
            uv=uv[kept].astype(np.float32),
            normals=_corner_normals(corners[kept], faces, normals[kept], creases).astype(np.float32),
            surface=np.concatenate(self._rows)[kept],
            instance=np.full(len(faces), instance, dtype=np.int32),
        )


def _planar_uv(corners: Floats, normals: Floats) -> Floats:
    """The two coordinates (m, 3, 2) of the corners that lie across the main axis of each face."""
    kept = np.array([[1, 2], [0, 2], [0, 1]])[np.abs(normals).argmax(axis=1)]
    return np.take_along_axis(corners, kept[:, None, :].repeat(3, axis=1), axis=2)


def _corner_normals(corners: Floats, faces: Integers, normals: Floats, crease: Floats) -> Floats:
    """Unit normals (m, 3, 3): at each corner the mean over the faces within the crease angle.

    Faces count by the angle they have at the corner (Thürmer and Wüthrich, 1998), so that the way a quad
    is cut into triangles does not matter.
    """
    unit = normals / _lengths(normals)[:, None]
    sides = corners[:, [1, 2, 0]] - corners
    sides /= _lengths(sides)[..., None] + 1e-12
    cosines = -np.einsum("fci,fci->fc", sides, sides[:, [2, 0, 1]])
    weighted = np.arccos(np.clip(cosines, -1.0, 1.0))[..., None] * unit[:, None]
    corner_vertex = faces.ravel()
    order = np.argsort(corner_vertex, kind="stable")
    counts = np.bincount(corner_vertex)
    starts = np.cumsum(counts) - counts
    repeats = counts[corner_vertex]
    ends = repeats.cumsum()
    own = np.repeat(np.arange(len(corner_vertex)), repeats) // 3
    offset = np.arange(ends[-1]) - np.repeat(ends - repeats, repeats)
    other = order[np.repeat(starts[corner_vertex], repeats) + offset]
    alike = np.einsum("ij,ij->i", unit[own], unit[other // 3]) > crease[own] - 1e-9
    shares = np.where(alike[:, None], weighted.reshape(-1, 3)[other], 0.0)
    sums = np.add.reduceat(shares, ends - repeats, axis=0)
    return (sums / _lengths(sums)[:, None]).reshape(-1, 3, 3)
