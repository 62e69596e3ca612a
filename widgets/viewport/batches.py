"""Lines, points and faces as the graphics card takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets.viewport import shaders

Floats = NDArray[np.float32]

QUAD = np.array([[0, -1], [1, -1], [0, 1], [1, 1]], dtype=np.float32)
SQUARE = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Segments:
    """Lines in the world."""

    starts_m: Floats  # (n, 3)
    ends_m: Floats  # (n, 3)
    colours: Floats  # (n, 4) RGBA in [0, 1]
    widths_px: Floats  # (n,)

    @classmethod
    def joined(cls, parts: list[Segments]) -> Segments:
        """All in order; none gives none."""
        none = cls(*(np.zeros(shape, np.float32) for shape in ((0, 3), (0, 3), (0, 4), (0,))))
        names = "starts_m", "ends_m", "colours", "widths_px"
        return cls(*(np.concatenate([getattr(part, name) for part in [none, *parts]]) for name in names))

    def __len__(self) -> int:
        return len(self.widths_px)


@dataclass(frozen=True, eq=False)
class Faces:
    """Triangles in the world."""

    places_m: Floats  # (3 n, 3)
    colours: Floats  # (3 n, 4)


class Batch:
    """A program with its buffers; drawing nothing while it holds nothing."""

    def __init__(self, vertex: str, fragment: str, corners: Floats | None) -> None:
        from vispy import gloo

        self.program: Any = gloo.Program(vertex, fragment)
        self._divisor = 0 if corners is None else 1
        if corners is not None:
            self.program["a_corner"] = gloo.VertexBuffer(corners)
        self._buffers: dict[str, Any] = {}
        self._count = 0

    def fill(self, **values: Floats) -> None:
        """Attributes by name, (n, k) or (n,) each."""
        from vispy import gloo

        self._count = len(next(iter(values.values())))
        if not self._count:
            return
        for name, array in values.items():
            data = np.ascontiguousarray(array, dtype=np.float32)
            if name in self._buffers and self._buffers[name].size == len(data):
                self._buffers[name].set_data(data, copy=True)
                continue
            buffer = gloo.VertexBuffer(data, divisor=self._divisor) if self._divisor else gloo.VertexBuffer(data)
            self._buffers[name] = buffer
            self.program[f"a_{name}"] = buffer

    def draw(self, **uniforms: Any) -> None:
        if not self._count:
            return
        for name, value in uniforms.items():
            self.program[f"u_{name}"] = value
        self.program.draw("triangle_strip" if self._divisor else "triangles")


class LineBatch(Batch):
    def __init__(self) -> None:
        super().__init__(shaders.LINE_VERTEX, shaders.LINE_FRAGMENT, QUAD)

    def show(self, lines: Segments) -> None:
        self.fill(start=lines.starts_m, end=lines.ends_m, colour=lines.colours, width=lines.widths_px)


class PointBatch(Batch):
    def __init__(self) -> None:
        super().__init__(shaders.POINT_VERTEX, shaders.POINT_FRAGMENT, SQUARE)

    def show(self, places_m: Floats, colours: Floats) -> None:
        self.fill(place=places_m, colour=colours)


class FaceBatch(Batch):
    def __init__(self) -> None:
        super().__init__(shaders.FACE_VERTEX, shaders.FACE_FRAGMENT, None)

    def show(self, faces: Faces) -> None:
        self.fill(place=faces.places_m, colour=faces.colours)
