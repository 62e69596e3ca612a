"""What surfaces are made of: materials, their parameters, and the semantic label of their pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

PARAMETERS = 8


class Label(IntEnum):
    """Semantic class of a pixel. Actors come last, in the order of `ActorClass`."""

    SKY = 0
    ROAD = 1
    MARKING = 2
    PAVEMENT = 3
    TERRAIN = 4
    BUILDING = 5
    VEGETATION = 6
    POLE = 7
    SIGN = 8
    TRAFFIC_LIGHT = 9
    WALL = 10
    CAR = 20
    VAN = 21
    TRUCK = 22
    BUS = 23
    TRAILER = 24
    MOTORCYCLE = 25
    BICYCLE = 26
    PEDESTRIAN = 27
    ANIMAL = 28
    CONE = 29
    BARRIER = 30
    DEBRIS = 31
    OTHER = 32


class Material(IntEnum):
    """What the shader does with a surface; behind each, the meaning of its `parameters` (unused ones are 0)."""

    PLAIN = 0  # roughness 0..1
    ASPHALT = 1  # 0, first painted mark, number of marks, left and right kerb offset; see `core/city/street/paint.py`
    PAVEMENT = 2  # slab length, slab width
    GRASS = 3
    # Window width, window height, bay width, storey height, sill height, wall height, style, lit share at night;
    # styles are 0 plaster, 1 brick, 2 panels, 3 stone; window width 0 for a blank wall.
    FACADE = 4
    SHOPFRONT = 5  # bay width, window height, band height
    ROOF_TILES = 6  # tile width, tile height
    PLASTER = 7  # blank wall: grain size
    BRICK = 8  # brick length, brick height
    BARK = 9
    LEAVES = 10  # clump size; uv in metres from the middle of a leaf card, which lies at a multiple of 8
    HEDGE = 11  # clump size
    METAL = 12  # roughness
    CAR_PAINT = 13  # gloss 0..1, metallic 0..1
    GLASS = 14  # tint 0..1
    RUBBER = 15
    HEAD_LAMP = 16
    TAIL_LAMP = 17  # brighter while its actor brakes
    STREET_LAMP = 18
    # 0 round prohibition, 1 warning triangle, 2 blue round, 3 stop, 4 street name, 5 parking; half width, half height.
    SIGN = 19
    TRAFFIC_LIGHT = 20  # signal group, which lamp this is: 0 red, 1 amber, 2 green
    SKIN = 21
    CLOTH = 22  # pattern 0 plain, 1 stripes, 2 check; pattern size
    FUR = 23  # patch size
    PLASTIC = 24  # stripe height: cones and barriers, `colour` and `second_colour` in turn
    CROSSWALK = 25  # stripe width, gap
    WATER = 26
    HILL = 27  # far fields and woods


@dataclass(frozen=True)
class Surface:
    material: Material
    label: Label
    colour: tuple[float, float, float]  # linear RGB, 0..1
    second_colour: tuple[float, float, float] = (0.0, 0.0, 0.0)
    parameters: tuple[float, ...] = ()
    seed: int = 0


class SurfaceTable:
    """Surfaces by number; equal ones share a row. Faces hold the number, shading kernels read the arrays."""

    def __init__(self) -> None:
        self._rows: dict[Surface, int] = {}

    def row(self, surface: Surface) -> int:
        return self._rows.setdefault(surface, len(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Integers (n, 3) material, label, seed; floats (n, 6 + PARAMETERS) colour, second colour, parameters."""
        integers = np.array([[s.material, s.label, s.seed] for s in self._rows], dtype=np.int32).reshape(-1, 3)
        floats = np.zeros((len(self._rows), 6 + PARAMETERS), dtype=np.float32)
        for number, surface in enumerate(self._rows):
            floats[number, :3] = surface.colour
            floats[number, 3:6] = surface.second_colour
            floats[number, 6 : 6 + len(surface.parameters)] = surface.parameters
        return integers, floats
