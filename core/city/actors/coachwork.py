"""Bodies of vehicles: a skin of cross-sections along the length, with round wheel arches cut from its lower edge.

The half section runs from the underside to the roof in the rows named below; the other half is its mirror
image. Stations run from the front to the rear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.city.actors.palette import Palette
from core.city.actors.shapes import Floats, Integers, Sculpture, Shape, box, grid, panel, wheel
from core.city.surfaces import Surface

# Rows of the half section. UNDER and CREST lie in the plane of symmetry.
UNDER, EDGE, BEND, CREASE, SHOULDER, BELT, RAIL, SCREEN, CREST = range(9)
ROWS = 9
ARCH_STATIONS = 7


@dataclass(frozen=True)
class Axle:
    x_m: float
    radius_m: float
    gap_m: float = 0.045  # between the tyre and the arch

    def arch(self, edge_z_m: float) -> tuple[Floats, Floats]:
        """x and z (7,) of the arch's edge, front to rear, its ends at the height of the body's lower edge."""
        radius = self.radius_m + self.gap_m
        dip = np.arcsin(np.clip((self.radius_m - edge_z_m) / radius, -1.0, 1.0))
        angles = np.linspace(-dip, np.pi + dip, ARCH_STATIONS)
        return self.x_m + radius * np.cos(angles), self.radius_m + radius * np.sin(angles)


def body(points: Floats, tags: Integers, right_tags: Integers | None = None) -> Shape:
    """The closed skin over the left half's `points` (stations, ROWS, 3), front to rear; `tags` (stations−1, ROWS−1)."""
    back_to_front = points[::-1]
    left = grid(back_to_front, tags[::-1])
    right = grid(back_to_front, (tags if right_tags is None else right_tags)[::-1]).mirrored()
    return Shape.joined([left, right]).welded()


def on_side(points: Floats, x: float, z: float, out: float = 0.004) -> Floats:
    """The point (3,) of the left side at `x` and `z`, moved out of the skin by `out`. Only for EDGE to BELT."""
    column = np.stack(
        [
            [np.interp(x, points[::-1, row, 0], points[::-1, row, axis]) for axis in range(3)]
            for row in range(EDGE, BELT + 1)
        ]
    )
    return np.array([x, np.interp(z, column[:, 2], column[:, 1]) + out, z])


def seam(points: Floats, x: float, z_low: float, z_high: float, width: float = 0.014) -> Shape:
    """A thin upright strip on the left side: the gap beside a door."""
    heights = np.linspace(z_low, z_high, 4)
    pairs = [[on_side(points, x - width / 2, z), on_side(points, x + width / 2, z)] for z in heights]
    return grid(np.array(pairs))


def on_both_sides(shape: Shape) -> Shape:
    return Shape.joined([shape, shape.mirrored()])


def plate(x: float, z: float, facing: float, width: float = 0.52, height: float = 0.115) -> Shape:
    """A number plate in the plane of `x`, facing +x or −x."""
    y = facing * width / 2
    return panel([[x, -y, z - height / 2], [x, y, z - height / 2], [x, y, z + height / 2], [x, -y, z + height / 2]])


def mirror(x: float, y: float, z: float, size: tuple[float, float, float] = (0.11, 0.19, 0.13)) -> Shape:
    """A left door mirror whose root is at the given point."""
    head = box(*size, bevel=0.025).moved(x, y + size[1] / 2 + 0.04, z + size[2] / 2)
    return head


def add_wheels(
    sculpture: Sculpture,
    palette: Palette,
    axles: list[Axle],
    outer_y_m: float,
    width_m: float,
    turn: float,
    *,
    rim: Surface | None = None,
    spokes: int = 6,
    rim_share: float = 0.66,
    twin: tuple[int, ...] = (),
) -> None:
    """Wheels on both sides of each axle, turned by the share `turn`; axles listed in `twin` carry broad twins."""
    surfaces = (palette.rubber(), rim or palette.metal(), palette.plain("0c0c0d"))
    for number, axle in enumerate(axles):
        broad = width_m * (1.9 if number in twin else 1.0)
        dish = 0.11 if number in twin else 0.028
        left = wheel(axle.radius_m, broad, spokes=spokes, rim=rim_share, dish=dish).turned("y", 2.0 * np.pi * turn)
        left = left.moved(axle.x_m, outer_y_m - broad / 2, axle.radius_m)
        sculpture.add(on_both_sides(left), *surfaces, crease_deg=35.0)


Profile = Callable[[Floats], Floats]


def profile(*knots: tuple[float, float]) -> Profile:
    """Piecewise linear function through (x, value) knots in any order."""
    ordered = sorted(knots)
    xs, values = np.array(ordered).T
    return lambda x: np.interp(x, xs, values)
