"""Bodies of vehicles: a skin of cross-sections along the length, with round wheel arches cut from its lower edge.

The half section runs from the underside to the roof in the rows named below; the other half is its mirror
image. Stations run from the front to the rear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.city.actors.palette import Palette
from core.city.actors.shapes import Floats, Integers, Sculpture, Shape, grid, loft, panel, wheel
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

    def lip(self, width_m: float) -> tuple[Floats, Floats]:
        """x and z (7,) of a half circle `width_m` outside the arch."""
        radius = self.radius_m + self.gap_m + width_m
        angles = np.linspace(0.0, np.pi, ARCH_STATIONS)
        return self.x_m + radius * np.cos(angles), self.radius_m + radius * np.sin(angles)


def body(points: Floats, tags: Integers, right_tags: Integers | None = None) -> Shape:
    """The closed skin over the left half's `points` (stations, ROWS, 3), front to rear; `tags` (stations−1, ROWS−1)."""
    back_to_front = points[::-1]
    left = grid(back_to_front, tags[::-1])
    right = grid(back_to_front, (tags if right_tags is None else right_tags)[::-1]).mirrored()
    return Shape.joined([left, right]).welded()


def on_side(points: Floats, x: float, z: float, out: float = 0.004) -> Floats:
    """The point (3,) of the left side at `x` and `z`, moved out of the skin by `out`. Only for EDGE to BELT."""
    rows = range(EDGE, BELT + 1)
    heights = [np.interp(x, points[::-1, row, 0], points[::-1, row, 2]) for row in rows]
    widths = [np.interp(x, points[::-1, row, 0], points[::-1, row, 1]) for row in rows]
    return np.array([x, np.interp(z, heights, widths) + out, z])


def seam(points: Floats, x: float, z_low: float, z_high: float, width: float = 0.014) -> Shape:
    """A thin upright strip on the left side: the gap beside a door."""
    heights = np.linspace(z_low, z_high, 4)
    pairs = [[on_side(points, x + width / 2, z), on_side(points, x - width / 2, z)] for z in heights]
    return grid(np.array(pairs))


def handle(points: Floats, x: float, z: float) -> Shape:
    """A door handle on the left side."""
    corners = ((0.09, -0.014), (-0.09, -0.014), (-0.09, 0.014), (0.09, 0.014))
    return panel([on_side(points, x + dx, z + dz, 0.014) for dx, dz in corners])


def on_both_sides(shape: Shape) -> Shape:
    return Shape.joined([shape, shape.mirrored()])


def plate(x: float, z: float, facing: float, width: float = 0.52, height: float = 0.115, y: float = 0.0) -> Shape:
    """An upright rectangle in the plane of `x`, facing +x or −x: a number plate, a lamp, a sign."""
    left, right = y + facing * width / 2, y - facing * width / 2
    low, high = z - height / 2, z + height / 2
    return panel([[x, right, low], [x, left, low], [x, left, high], [x, right, high]])


def mirror(x: float, y: float, z: float, size: tuple[float, float, float] = (0.1, 0.17, 0.12)) -> Shape:
    """A left door mirror whose root is at the given point; tag 1 is its glass."""
    length, width, height = size
    sections = []
    for dy, share in ((0.0, 0.3), (0.05, 0.9), (width, 0.95), (width + 0.03, 0.5)):
        a, b, low = length * share, height * share, z + 0.35 * height * (1.0 - share)
        outline = ((0.0, low), (0.0, low + b), (a, low + b * 0.7), (a, low + b * 0.1))
        sections.append([(x - length / 2 + dx, y + dy, up) for dx, up in outline])
    return loft(sections, [[1, 0, 0, 0]] * 3)


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
    sides = 20 if spokes == 5 else 18
    for number, axle in enumerate(axles):
        broad = width_m * (1.9 if number in twin else 1.0)
        dish = 0.11 if number in twin else 0.028
        left = wheel(axle.radius_m, broad, sides=sides, spokes=spokes, rim=rim_share, dish=dish)
        left = left.turned("y", 2.0 * np.pi * turn).moved(axle.x_m, outer_y_m - broad / 2, axle.radius_m)
        sculpture.add(on_both_sides(left), *surfaces, crease_deg=35.0)


Profile = Callable[[Floats], Floats]


def profile(*knots: tuple[float, float]) -> Profile:
    """Piecewise linear function through (x, value) knots in any order."""
    ordered = sorted(knots)
    xs, values = np.array(ordered).T
    return lambda x: np.interp(x, xs, values)
