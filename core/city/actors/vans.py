"""Panel vans, minibuses and small delivery vans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.city.actors.car_body import GLASS, PAINT, PILLAR_END, REAR, ROOF_END, CarBody, Style
from core.city.actors.cars import add_details, add_skin
from core.city.actors.coachwork import BELT, SCREEN, add_wheels, plate
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Sculpture

_LARGE = Style(
    length=5.5, width=2.02, height=2.4, wheelbase=3.45, front_overhang=0.95, wheel=0.345, sill=0.24,
    nose=0.98, cowl=1.25, belt=1.28, deck=1.28, screen_low=0.0, screen_top=0.2, pillar=0.34,
    glass_end=0.74, roof_end=1.265, quarter_end=1.2, roof_width=0.86,
)  # fmt: skip
_SMALL = Style(
    length=4.5, width=1.86, height=1.84, wheelbase=2.8, front_overhang=0.87, wheel=0.325, sill=0.21,
    nose=0.84, cowl=1.08, belt=1.12, deck=1.12, screen_low=0.08, screen_top=0.33, pillar=0.5,
    glass_end=0.86, roof_end=1.245, quarter_end=1.14, roof_width=0.8,
)  # fmt: skip


def build_van(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A van standing on z = 0; `phase` turns its wheels."""
    name = choose(rng, [("panel", 45), ("minibus", 25), ("small", 30)])
    base = _SMALL if name == "small" else _LARGE
    stretch, taller = rng.uniform(0.97, 1.06), rng.uniform(0.92, 1.1) if name == "panel" else 1.0
    style = replace(base, length=base.length * stretch, wheelbase=base.wheelbase * stretch, height=base.height * taller)
    if name == "minibus":
        style = replace(style, height=2.1, cladding=bool(rng.random() < 0.4))
    lines, tags = CarBody(style), CarBody(style).tags()
    if name != "minibus":
        tags[PILLAR_END : REAR + 2, BELT] = PAINT
        tags[ROOF_END, SCREEN] = GLASS if rng.random() < 0.5 else PAINT
    paint = palette.paint("ecece8") if rng.random() < 0.55 else palette.any_paint(rng)
    add_skin(sculpture, palette, lines, tags, paint)
    rim = palette.metal("85888c")
    add_wheels(sculpture, palette, lines.axles, style.width / 2 * 0.965, 0.225, phase, rim=rim, spokes=9)
    add_details(sculpture, palette, lines, paint, rng)
    sculpture.add(plate(lines.rear - 0.003, style.sill + 0.65, -1.0, 0.016, 0.5), palette.plain("08080a"))
