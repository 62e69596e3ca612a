"""Cones, barriers and things that lie on the road."""

from __future__ import annotations

import numpy as np

from core.city.actors.coachwork import plate
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Sculpture, Shape, box, grid, loft, tube, wheel
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
    name = choose(rng, [("tyre", 1), ("carton", 1), ("planks", 1), ("branch", 1)])
    if name == "tyre":
        tyre = wheel(0.32, 0.2, dish=0.19, rim=0.6).turned("x", np.pi / 2).moved(z=0.1)
        rubber = palette.rubber()
        sculpture.add(tyre, rubber, rubber, palette.plain("0a0a0a"))
    elif name == "carton":
        size = rng.uniform(0.35, 0.65, 3)
        sculpture.add(box(*size).turned("z", rng.uniform(0, 3)).moved(z=size[2] / 2), palette.plain("a9814f"))
    elif name == "planks":
        for number in range(5):
            plank = box(rng.uniform(1.2, 1.9), 0.14, 0.035).turned("z", rng.normal(0.0, 0.25))
            sculpture.add(
                plank.moved(rng.normal(0.0, 0.1), rng.normal(0.0, 0.12), 0.018 + 0.036 * number),
                palette.plain("b08a5a"),
            )
    else:
        bark = palette.plain("4a3a2a")
        xs = np.linspace(-0.9, 0.9, 6)
        path = np.stack([xs, rng.normal(0.0, 0.06, 6), 0.07 + np.abs(rng.normal(0.0, 0.04, 6))], axis=1)
        sculpture.add(tube(path, np.linspace(0.055, 0.015, 6), 6, across=(0.0, 0.0, 1.0)), bark, crease_deg=70.0)
