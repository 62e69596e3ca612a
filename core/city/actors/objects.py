"""Cones, barriers and things that lie on the road."""

from __future__ import annotations

import numpy as np

from core.city.actors.coachwork import plate
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Sculpture, Shape, box, ellipsoid, grid, loft, tube, wheel
from core.city.surfaces import Surface


def build_cone(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A traffic cone with two reflecting bands."""
    height = float(rng.choice([0.5, 0.75]))
    orange, white = palette.plastic("e8501a"), palette.plastic("f0efe8")
    heights = np.array([0.035, 0.25, 0.45, 0.56, 0.76, 1.0]) * np.array([1, *[height] * 5])
    share = heights / height
    radii = 0.2 * height * 1.1 * (1.0 - share) + 0.03
    path = np.stack([np.zeros(6), np.zeros(6), heights], axis=1)
    sculpture.add(tube(path, radii, 14, across=(1.0, 0.0, 0.0), tags=[0, 1, 0, 1, 0]), orange, white)
    sculpture.add(box(0.52 * height, 0.52 * height, 0.04, 0.012).moved(z=0.02), palette.rubber("24211f"))


def build_barrier(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A red and white barrier across the x axis: boards on feet, or a water-filled wall."""
    if rng.random() < 0.35:
        _water_wall(sculpture, palette, rng)
        return
    width = rng.uniform(1.6, 2.2)
    red, white = palette.plastic("c4161c"), palette.plastic("f0efe8")
    for z in (0.88, 0.5):
        _striped_board(sculpture, width, z, 0.2, (red, white))
    for y in (-width / 2 + 0.2, width / 2 - 0.2):
        sculpture.add(box(0.045, 0.045, 0.96).moved(0.0, y, 0.52), palette.metal("9a9da0"))
        sculpture.add(box(0.62, 0.2, 0.09, 0.02).moved(0.0, y, 0.045), palette.rubber("24211f"))
    if rng.random() < 0.6:
        for y in (-width / 2 + 0.2, width / 2 - 0.2):
            lamp = tube([(-0.03, y, 1.08), (0.03, y, 1.08)], [0.075, 0.075], 10)
            sculpture.add(lamp, palette.plastic("f2a516"))


def _striped_board(
    sculpture: Sculpture, width: float, z: float, height: float, surfaces: tuple[Surface, Surface]
) -> None:
    """Slanted stripes on both faces of a board across x."""
    count = 2 * round(width / 0.3) + 1
    edges = np.linspace(-width / 2, width / 2, count + 1)
    slant = np.r_[0.0, np.full(count - 1, height / 2), 0.0]
    tags = [np.arange(count) % 2]
    low, high, half = z - height / 2, z + height / 2, 0.016
    for x, sign in ((0.03 + half, 1), (0.03 - half, -1)):
        rows = [[(x, y, up) for y in (edges + lean)[::sign]] for up, lean in ((low, -slant), (high, slant))]
        sculpture.add(grid(rows, tags), *surfaces)
    sculpture.add(box(2 * half - 0.004, width, height).moved(0.03, 0.0, z), surfaces[0])


def _water_wall(sculpture: Sculpture, palette: Palette, rng: np.random.Generator) -> None:
    colour = palette.plastic(choose(rng, [("c4161c", 1), ("f0efe8", 1)]))
    y = 0.8
    profile = ((0.0, 0.25), (0.14, 0.25), (0.35, 0.12), (0.78, 0.09), (0.82, 0.06))
    sculpture.add(loft([[(x, -y, z), (x, y, z), (-x, y, z), (-x, -y, z)] for z, x in profile]), colour)
    for at in (-0.45, 0.45):
        hole = plate(0.119, 0.52, 1.0, 0.3, 0.07, at)
        sculpture.add(Shape.joined([hole, hole.turned("z", np.pi)]), palette.plain("2a1414"))


def build_debris(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """Something lost on the road: a tyre, a cardboard box, planks or a branch."""
    draw = {"tyre": _tyre, "carton": _carton, "planks": _planks, "branch": _branch}
    draw[choose(rng, [("tyre", 1), ("carton", 1), ("planks", 1), ("branch", 1)])](sculpture, palette, rng)


def _tyre(sculpture: Sculpture, palette: Palette, rng: np.random.Generator) -> None:
    tyre = wheel(0.32, 0.2, dish=0.19, rim=0.6).turned("x", np.pi / 2).moved(z=0.1)
    rubber = palette.rubber()
    sculpture.add(tyre, rubber, rubber, palette.plain("0a0a0a"))


def _carton(sculpture: Sculpture, palette: Palette, rng: np.random.Generator) -> None:
    """A dented box whose flaps stand open."""
    length, width, height = rng.uniform(0.35, 0.65, 3)
    board, heading = palette.plain("a9814f"), rng.uniform(0.0, 3.0)
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * (length / 2, width / 2)
    rings = [np.column_stack([corners * share, np.full(4, z)]) for share, z in ((1.0, 0.0), (0.95, 0.5), (1.0, 1.0))]
    rings[1] += rng.normal(0.0, 0.012, (4, 3))
    sculpture.add(loft(np.array(rings) * (1.0, 1.0, height)).turned("z", heading), board)
    tape = box(length * 1.01, 0.06, 0.004).moved(z=height).turned("z", heading)
    sculpture.add(tape, palette.plain("c9b48a"))
    for side, lift in ((1.0, rng.uniform(0.2, 1.2)), (-1.0, rng.uniform(-0.6, 0.6))):
        flap = box(length * 0.98, width * 0.45, 0.008).moved(y=side * width * 0.225).turned("x", side * lift)
        sculpture.add(flap.moved(y=side * width / 2, z=height).turned("z", heading), board)


def _planks(sculpture: Sculpture, palette: Palette, rng: np.random.Generator) -> None:
    for number in range(5):
        plank = box(rng.uniform(1.2, 1.9), 0.14, 0.035).turned("z", rng.normal(0.0, 0.25))
        x, y = rng.normal(0.0, 0.11, 2)
        sculpture.add(plank.moved(x, y, 0.018 + 0.036 * number), palette.plain(choose(rng, _WOODS)))


def _branch(sculpture: Sculpture, palette: Palette, rng: np.random.Generator) -> None:
    bark, leaf = palette.plain("4a3a2a"), palette.plain("3f5a26")
    stem = np.stack([np.linspace(-0.9, 0.9, 6), rng.normal(0, 0.06, 6), 0.07 + np.abs(rng.normal(0, 0.04, 6))], axis=1)
    sculpture.add(tube(stem, np.linspace(0.055, 0.015, 6), 6, across=(0.0, 0.0, 1.0)), bark, crease_deg=70.0)
    for number in range(1, 6):
        side = 1.0 if number % 2 else -1.0
        tip = stem[number] + np.array([0.3, side * rng.uniform(0.2, 0.4), rng.uniform(0.0, 0.2)])
        sculpture.add(tube([stem[number], tip], [0.018, 0.006], 3, across=(0.0, 0.0, 1.0)), bark, crease_deg=130.0)
        tuft = ellipsoid((0.16, 0.11, 0.07), 6, 4).turned("z", side * 0.8)
        sculpture.add(tuft.moved(tip[0], tip[1], max(tip[2], 0.075)), leaf, crease_deg=80.0)


_WOODS = (("b08a5a", 3), ("9a7548", 2), ("c2a06c", 2))
