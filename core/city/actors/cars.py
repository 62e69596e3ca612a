"""Cars of six body styles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.city.actors.car_body import (
    CORNER_REAR,
    DARK,
    DOOR,
    NOSE,
    PILLAR,
    REAR,
    ROOF_END,
    SCREEN_TOP,
    CarBody,
    Style,
)
from core.city.actors.coachwork import (
    BELT,
    BEND,
    CREST,
    EDGE,
    SHOULDER,
    add_wheels,
    body,
    handle,
    mirror,
    on_both_sides,
    plate,
    seam,
)
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Integers, Sculpture, box
from core.city.surfaces import Surface

STYLES = {
    "hatchback": Style(
        length=4.05, width=1.77, height=1.46, wheelbase=2.56, front_overhang=0.82, wheel=0.315, sill=0.19,
        nose=0.7, cowl=0.95, belt=0.98, deck=0.98, screen_low=0.11, screen_top=0.45, pillar=0.66,
        glass_end=1.02, roof_end=1.17,
    ),
    "saloon": Style(
        length=4.65, width=1.82, height=1.44, wheelbase=2.78, front_overhang=0.86, wheel=0.325, sill=0.18,
        nose=0.68, cowl=0.93, belt=0.96, deck=1.03, screen_low=0.14, screen_top=0.45, pillar=0.64,
        glass_end=0.91, roof_end=0.98, deck_start=1.17, shape="boot",
    ),
    "estate": Style(
        length=4.7, width=1.82, height=1.48, wheelbase=2.8, front_overhang=0.88, wheel=0.325, sill=0.18,
        nose=0.68, cowl=0.94, belt=0.97, deck=0.97, screen_low=0.14, screen_top=0.45, pillar=0.63,
        glass_end=0.93, roof_end=1.24, quarter_end=1.16, rails=True,
    ),
    "suv": Style(
        length=4.45, width=1.87, height=1.64, wheelbase=2.67, front_overhang=0.86, wheel=0.36, sill=0.26,
        nose=0.85, cowl=1.08, belt=1.12, deck=1.1, screen_low=0.13, screen_top=0.43, pillar=0.64,
        glass_end=0.98, roof_end=1.22, quarter_end=1.11, cladding=True, rails=True,
    ),
    "coupe": Style(
        length=4.45, width=1.85, height=1.33, wheelbase=2.62, front_overhang=0.9, wheel=0.335, sill=0.16,
        nose=0.63, cowl=0.87, belt=0.91, deck=0.97, screen_low=0.15, screen_top=0.5, pillar=0.75,
        glass_end=0.92, roof_end=0.93, deck_start=1.19, shape="boot", roof_width=0.68, doors=2,
    ),
    "pickup": Style(
        length=5.25, width=1.88, height=1.8, wheelbase=3.15, front_overhang=0.92, wheel=0.385, sill=0.33,
        nose=0.98, cowl=1.15, belt=1.16, deck=1.2, screen_low=0.13, screen_top=0.36, pillar=0.51,
        glass_end=0.68, roof_end=0.74, shape="bed", cladding=True,
    ),
}  # fmt: skip

_SHARES = [("hatchback", 28), ("saloon", 20), ("estate", 15), ("suv", 24), ("coupe", 7), ("pickup", 6)]
_VARIED_TOGETHER = ("length", "wheelbase", "front_overhang")
_HEIGHTS = ("nose", "cowl", "belt", "deck")


def varied(style: Style, rng: np.random.Generator) -> Style:
    """A sister model, a few per cent off."""
    stretch, taller = rng.uniform(0.96, 1.04), rng.uniform(0.985, 1.02)
    changes = {name: getattr(style, name) * stretch for name in _VARIED_TOGETHER}
    changes |= {name: getattr(style, name) * taller * rng.uniform(0.99, 1.01) for name in _HEIGHTS}
    shift = rng.uniform(-0.02, 0.02)
    return replace(
        style,
        **changes,
        height=style.height * taller,
        screen_low=style.screen_low + shift,
        screen_top=style.screen_top + shift + rng.uniform(-0.015, 0.015),
    )


def build_car(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A car standing on z = 0; `phase` turns its wheels."""
    name = choose(rng, _SHARES)
    lines = CarBody(varied(STYLES[name], rng))
    taxi = name in ("saloon", "estate") and rng.random() < 0.12
    paint = palette.paint("e8b417") if taxi else palette.any_paint(rng)
    tags = lines.tags()
    if rng.random() < 0.4:
        tags[NOSE, BEND] = DARK  # a grille down to the bumper
    add_skin(sculpture, palette, lines, tags, paint)
    rim = palette.metal(choose(rng, [("b9bcc0", 3), ("8d9094", 2), ("34363a", 2)]))
    spokes = int(rng.choice([5, 5, 6, 9]))
    add_wheels(
        sculpture, palette, lines.axles, lines.style.width / 2 * 0.965, 0.215, phase, rim=rim, spokes=spokes,
        rim_share=0.7,
    )  # fmt: skip
    add_details(sculpture, palette, lines, paint, rng)
    if taxi:
        sign = box(0.16, 0.4, 0.12).moved(lines.at(0.6), 0.0, lines.style.height + 0.05)
        sculpture.add(sign, palette.head_lamp())


def add_skin(sculpture: Sculpture, palette: Palette, lines: CarBody, tags: Integers, paint: Surface) -> None:
    """The painted skin with its windows and lamps."""
    dark, trim, underside = palette.plain("141517", 0.5), palette.plain("1d1e20"), palette.plain("08080a")
    surfaces = (paint, palette.glass(), dark, palette.head_lamp(), palette.tail_lamp(), trim, underside)
    sculpture.add(body(lines.points, tags), *surfaces)


def add_details(
    sculpture: Sculpture, palette: Palette, lines: CarBody, paint: Surface, rng: np.random.Generator
) -> None:
    """Door gaps and handles, mirrors, plates, small lamps, roof rails."""
    style, points, black = lines.style, lines.points, palette.plain("08080a")
    low, high = style.sill + 0.06, points[PILLAR, SHOULDER, 2] + 0.03
    door, pillar = points[DOOR, EDGE, 0], lines.at(style.pillar)
    rear_door = min(points[REAR, EDGE, 0] + 0.03, pillar - 0.5)
    sculpture.add(on_both_sides(seam(points, door, low, high)), black)
    sculpture.add(on_both_sides(seam(points, pillar, low, high)), black)
    sculpture.add(on_both_sides(handle(points, pillar + 0.17, high - 0.11)), black)
    if style.doors == 4:
        sculpture.add(on_both_sides(seam(points, rear_door, style.sill + 0.3, high)), black)
        sculpture.add(on_both_sides(handle(points, rear_door + 0.17, high - 0.11)), black)
    root = points[DOOR, BELT]
    sculpture.add(on_both_sides(mirror(root[0] - 0.2, root[1] - 0.01, root[2] + 0.02)), paint, palette.glass(0.9))
    white = palette.plain("e9e9e4")
    sculpture.add(plate(lines.front + 0.006, style.sill + 0.26, 1.0), white)
    sculpture.add(plate(lines.rear - 0.004, style.sill + 0.34, -1.0, 0.66, 0.17), black)
    sculpture.add(
        plate(lines.rear - 0.01, style.sill + 0.34, -1.0), palette.plain("e9c93a") if rng.random() < 0.4 else white
    )
    sculpture.add(plate(lines.front - 0.01, style.nose * 0.87, 1.0, 0.12, 0.06), palette.metal())
    if style.shape == "hatch":
        x, z = points[ROOF_END, CREST, [0, 2]]
        sculpture.add(plate(x - 0.045, z - 0.03, -1.0, 0.3, 0.025), palette.tail_lamp())
    if style.rails:
        start, end = points[SCREEN_TOP, CREST, 0] - 0.25, points[CORNER_REAR - 1, CREST, 0] + 0.1
        rail = box(start - end, 0.035, 0.03).moved(
            (start + end) / 2, style.width / 2 * style.roof_width * 0.86, style.height - 0.035
        )
        sculpture.add(on_both_sides(rail), palette.metal("a5a8ac"))
