"""Cars of six body styles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.city.actors.coachwork import (
    BELT,
    BEND,
    CREASE,
    CREST,
    EDGE,
    RAIL,
    ROWS,
    SCREEN,
    SHOULDER,
    UNDER,
    Axle,
    add_wheels,
    body,
    mirror,
    on_both_sides,
    on_side,
    plate,
    profile,
    seam,
)
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Floats, Integers, Sculpture, box, panel
from core.city.surfaces import Surface

PAINT, GLASS, DARK, HEAD, TAIL, TRIM, UNDERSIDE = range(7)

# Stations of the left half, front to rear.
NOSE, LAMP, CORNER, ARCH_F, DOOR, SCREEN_TOP, PILLAR, PILLAR_END, ARCH_R = 0, 1, 2, 3, 10, 11, 12, 13, 14
CORNER_R, LAMP_R, TAIL_END = 21, 22, 23
STATIONS = 24


@dataclass(frozen=True)
class Style:
    """Measures of a body in metres; x of the glasshouse are shares of the wheelbase behind the front axle."""

    length: float
    width: float
    height: float
    wheelbase: float
    front_overhang: float
    wheel: float
    sill: float
    nose: float  # height of the bonnet's leading edge
    cowl: float  # height of the bonnet at the windscreen
    belt: float  # height of the belt line at the rear door
    deck: float  # height of the boot, or of the tailgate's glass
    screen_low: float
    screen_top: float
    pillar: float
    glass_end: float
    roof_end: float
    deck_start: float  # above 1 + overhang: the rear window belongs to the tail
    quarter_end: float = 0.0  # a third side window as far as here
    cladding: bool = False
    bed: bool = False
    rails: bool = False


STYLES = {
    "hatchback": Style(
        4.05, 1.76, 1.47, 2.55, 0.82, 0.315, 0.2, 0.7, 0.97, 0.99, 0.98, 0.1, 0.43, 0.66, 1.06, 1.19, 1.24, 1.14
    ),
    "saloon": Style(4.65, 1.82, 1.45, 2.78, 0.86, 0.325, 0.19, 0.68, 0.95, 0.98, 1.04, 0.13, 0.43, 0.63, 0.93, 1.0, 1.17),
    "estate": Style(
        4.7, 1.82, 1.48, 2.8, 0.88, 0.325, 0.19, 0.68, 0.96, 0.99, 0.98, 0.13, 0.43, 0.63, 0.95, 1.25, 1.3, 1.2, rails=True
    ),
    "suv": Style(
        4.45, 1.86, 1.66, 2.67, 0.87, 0.36, 0.27, 0.84, 1.1, 1.13, 1.12, 0.12, 0.42, 0.64, 1.02, 1.2, 1.27, 1.15, True,
        rails=True,
    ),
    "coupe": Style(4.45, 1.85, 1.34, 2.62, 0.9, 0.335, 0.17, 0.64, 0.9, 0.93, 0.98, 0.12, 0.46, 0.78, 0.92, 0.98, 1.22),
    "pickup": Style(
        5.25, 1.88, 1.8, 3.15, 0.92, 0.385, 0.34, 0.95, 1.15, 1.16, 1.16, 0.12, 0.36, 0.52, 0.71, 0.755, 0.77, 0.0, True,
        bed=True,
    ),
}  # fmt: skip


def _varied(style: Style, rng: np.random.Generator) -> Style:
    """A sister model: every measure a few per cent off."""
    stretch = rng.uniform(0.96, 1.04)
    values = {**vars(style)}
    for name in ("length", "wheelbase", "front_overhang"):
        values[name] *= stretch
    values["height"] *= rng.uniform(0.985, 1.02)
    for name in ("nose", "cowl", "belt", "deck"):
        values[name] *= rng.uniform(0.985, 1.015)
    values["screen_low"] += rng.uniform(-0.02, 0.02)
    values["screen_top"] += rng.uniform(-0.02, 0.02)
    return Style(**values)


class Lines:
    """The left half of the skin, derived from the measures of a style."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.front = style.wheelbase / 2 + style.front_overhang
        self.rear = self.front - style.length
        self.axles = [Axle(style.wheelbase / 2, style.wheel), Axle(-style.wheelbase / 2, style.wheel)]
        self.arches = [axle.arch(style.sill) for axle in self.axles]
        self.low_x = self._stations()
        self.high_x, self.rise = self._glasshouse()
        self.points = self._points()
        if style.bed:
            self._hollow_bed()

    def share(self, share: float) -> float:
        return self.style.wheelbase * (0.5 - share)

    def _stations(self) -> Floats:
        front, rear, x = self.front, self.rear, np.zeros(STATIONS)
        x[[NOSE, LAMP, CORNER]] = front, front - 0.05, front - 0.24
        x[ARCH_F:DOOR], x[ARCH_R:CORNER_R] = self.arches[0][0], self.arches[1][0]
        pillar = self.share(self.style.pillar)
        x[DOOR] = min(self.share(self.style.screen_low) - 0.08, x[DOOR - 1] - 0.05)
        x[SCREEN_TOP] = (x[DOOR] + pillar) / 2
        x[[PILLAR, PILLAR_END]] = pillar, pillar - 0.09
        x[[CORNER_R, LAMP_R, TAIL_END]] = rear + 0.2, rear + 0.04, rear
        return x

    def _glasshouse(self) -> tuple[Floats, Floats]:
        """x of the rows above the belt at each station, and how far they have risen from deck (0) to roof (1)."""
        style, x, rise = self.style, self.low_x.copy(), np.zeros(STATIONS)
        cowl = self.share(style.screen_low)
        ahead = slice(0, DOOR)
        x[ahead] = np.interp(self.low_x[ahead], [self.low_x[DOOR - 1], self.front], [cowl + 0.07, self.front - 0.13])
        x[DOOR], x[SCREEN_TOP] = cowl, self.share(style.screen_top)
        x[[PILLAR, PILLAR_END]] -= 0.04
        rise[SCREEN_TOP:ARCH_R] = 1.0
        glass_end, roof_end, deck_start = (self.share(s) for s in (style.glass_end, style.roof_end, style.deck_start))
        low_glass_end = max(glass_end, self.low_x[ARCH_R]) if style.bed else glass_end
        deck_end = self.rear + 0.1
        if style.quarter_end:
            quarter_end = self.share(style.quarter_end)
            x[ARCH_R : CORNER_R - 1] = np.r_[glass_end, glass_end - 0.07, np.linspace(quarter_end, roof_end, 4)]
            x[CORNER_R - 1], rise[ARCH_R:CORNER_R] = roof_end - 0.01, 1.0
            x[CORNER_R:] = min(deck_start, self.rear + 0.14), self.rear + 0.06, self.rear + 0.05
        else:
            x[ARCH_R : ARCH_R + 5] = np.r_[low_glass_end, np.linspace(roof_end, deck_start, 4)]
            x[ARCH_R + 5 : CORNER_R] = np.linspace(deck_start, deck_end + 0.1, 3)[1:3]
            rise[ARCH_R : ARCH_R + 5] = 1.0, 1.0, 2 / 3, 1 / 3, 0.0
            x[CORNER_R:] = deck_end + 0.03, deck_end, deck_end - 0.01
        return x, rise

    def _points(self) -> Floats:
        style, low, high, rise = self.style, self.low_x, self.high_x, self.rise
        front, rear, half = self.front, self.rear, style.width / 2
        points = np.zeros((STATIONS, ROWS, 3))
        points[:, : BELT + 1, 0], points[:, RAIL:, 0] = low[:, None], high[:, None]
        # Screens bow outwards: the middle of the base lies further ahead than its ends.
        flat = 1.0 - rise
        bow = np.zeros(STATIONS)
        bow[DOOR - 1 : SCREEN_TOP + 1] = 0.09, 0.14, 0.05
        points[:, RAIL, 0] -= bow
        points[:, SCREEN, 0] -= bow * 0.6

        def plan(x: Floats) -> Floats:
            middle = (front + rear) / 2
            return half * (1.0 - 0.1 * np.abs((x - middle) / (front - middle)) ** 4)

        belt = profile((front, style.nose), (self.share(style.screen_low), style.cowl), (self.share(1.0), style.belt),
                       (rear + 0.1, style.deck - 0.03))  # fmt: skip
        widths = plan(low)[:, None] * np.array([0.0, 0.94, 0.985, 1.0, 0.97, 0.93])
        inner = np.array([0.62, 0.9, 1.0])[:, None] * plan(low)[[LAMP, CORNER, ARCH_F], None]
        for end in ([NOSE, LAMP, CORNER], [TAIL_END, LAMP_R, CORNER_R]):
            widths[end[0]] = 0.0
            widths[end[1], 1:] = inner[0] * np.array([0.98, 1.0, 1.0, 0.98, 0.95])
            widths[end[2], 1:] *= 0.97
        points[:, : BELT + 1, 1] = widths
        wide = plan(high)
        ends = np.ones(STATIONS)
        ends[[NOSE, LAMP, CORNER, CORNER_R, LAMP_R, TAIL_END]] = 0.0, 0.66, 0.97, 0.97, 0.66, 0.0
        for row, on_deck, on_roof in ((RAIL, 0.88, 0.715), (SCREEN, 0.8, 0.63)):
            points[:, row, 1] = wide * ends * (on_deck * flat + on_roof * rise)

        sill = np.full(STATIONS, style.sill)
        sill[ARCH_F:DOOR], sill[ARCH_R:CORNER_R] = self.arches[0][1], self.arches[1][1]
        sill[[NOSE, LAMP, TAIL_END, LAMP_R]] += 0.03
        deck = belt(low)
        lamp = profile((front, 0.6 * style.nose + 0.14), (front - 0.5, 0.78 * style.cowl), (rear + 0.5, 0.78 * style.belt),
                       (rear, 0.7 * style.deck))  # fmt: skip
        points[:, UNDER, 2] = points[:, EDGE, 2] = sill
        points[:, BEND, 2] = np.maximum(style.sill + 0.17, sill + 0.035)
        points[:, CREASE, 2] = np.maximum(np.minimum(lamp(low), deck - 0.12), sill + 0.07)
        points[:, SHOULDER, 2] = np.maximum(deck - 0.05, sill + 0.1)
        points[:, BELT, 2] = np.maximum(deck, sill + 0.12)
        high_deck = np.maximum(belt(high), points[:, BELT, 2] * (high > self.share(0.0)))
        crown = style.height - 0.035 * ((high - self.share(0.62)) / 1.2) ** 2
        swell = np.clip((front - high) / 0.5, 0.0, 1.0)
        for row, above_deck, below_roof in ((RAIL, 0.012, 0.085), (SCREEN, 0.03, 0.03), (CREST, 0.055, 0.0)):
            points[:, row, 2] = (high_deck + above_deck * swell) * flat + (crown - below_roof) * rise
        # Bumpers stand out, the fascia leans back.
        lean = np.array([0.05, 0.05, 0.0, 0.015, 0.06, 0.1])
        points[[NOSE, LAMP], : BELT + 1, 0] -= lean
        points[[TAIL_END, LAMP_R], : BELT + 1, 0] += lean * 0.7
        for station in (NOSE, TAIL_END):
            points[station, RAIL:] = points[station, BELT]
        return points

    def _hollow_bed(self) -> None:
        """Sink the deck of a pick-up between its walls; the cab's rear wall stands upright."""
        points, style = self.points, self.style
        floor = style.sill + 0.36
        back = self.share(style.roof_end)
        bed = slice(ARCH_R + 2, CORNER_R + 1)
        xs = np.linspace(back - 0.02, self.rear + 0.08, CORNER_R + 1 - (ARCH_R + 2))
        points[bed, RAIL:, 0] = xs[:, None]
        for row, y, z in ((RAIL, 0.9, style.deck), (SCREEN, 0.86, style.deck), (CREST, 0.0, floor)):
            points[bed, row, 1], points[bed, row, 2] = y * style.width / 2, z

    def tags(self) -> Integers:
        style, tags = self.style, np.full((STATIONS - 1, ROWS - 1), PAINT)
        tags[:, UNDER] = UNDERSIDE
        if style.cladding:
            tags[:, EDGE] = TRIM
        tags[NOSE, EDGE] = DARK
        tags[NOSE, CREASE] = DARK
        tags[LAMP : CORNER + 1, CREASE] = HEAD
        tags[LAMP_R, CREASE] = PAINT
        tags[CORNER_R - 1 : LAMP_R, CREASE] = TAIL
        tags[DOOR - 1, RAIL:] = DARK
        tags[DOOR, SCREEN:] = GLASS
        tags[DOOR:PILLAR, BELT] = GLASS
        tags[PILLAR, BELT] = DARK
        tags[PILLAR_END, BELT] = GLASS
        if style.quarter_end:
            tags[ARCH_R, BELT] = DARK
            tags[ARCH_R + 1, BELT] = GLASS
            tags[CORNER_R - 1, SCREEN] = GLASS
        elif not style.bed:
            tags[ARCH_R + 1 : ARCH_R + 4, SCREEN] = GLASS
        return tags


def build_car(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A car standing on z = 0; `phase` turns its wheels."""
    name = choose(rng, [("hatchback", 30), ("saloon", 20), ("estate", 14), ("suv", 24), ("coupe", 6), ("pickup", 6)])
    style = _varied(STYLES[name], rng)
    lines = Lines(style)
    taxi = name in ("saloon", "estate") and rng.random() < 0.12
    paint = palette.paint("e8b417") if taxi else palette.any_paint(rng)
    add_skin(sculpture, palette, lines, lines.tags(), paint)
    rim = palette.metal(("b9bcc0", "8d9094", "34363a")[int(rng.integers(3))])
    add_wheels(
        sculpture,
        palette,
        lines.axles,
        style.width / 2 * 0.96,
        0.21,
        phase,
        rim=rim,
        spokes=(6, 9, 3)[int(rng.integers(3))],
    )
    add_details(sculpture, palette, lines, taxi=taxi)


def add_skin(sculpture: Sculpture, palette: Palette, lines: Lines, tags: Integers, paint: Surface) -> None:
    dark, trim, underside = palette.plain("141517", 0.5), palette.plain("1d1e20"), palette.plain("08080a")
    surfaces = (paint, palette.glass(), dark, palette.head_lamp(), palette.tail_lamp(), trim, underside)
    sculpture.add(body(lines.points, tags), *surfaces)


def add_details(sculpture: Sculpture, palette: Palette, lines: Lines, *, taxi: bool) -> None:
    style, points = lines.style, lines.points
    black = palette.plain("08080a")
    low, high = style.sill + 0.06, lines.points[PILLAR, SHOULDER, 2] + 0.03
    door, pillar = lines.low_x[DOOR], (lines.low_x[PILLAR] + lines.low_x[PILLAR_END]) / 2
    rear_door = lines.low_x[ARCH_R] + 0.02
    for x in (door, pillar, rear_door):
        sculpture.add(on_both_sides(seam(points, x, low, high)), black)
    for x in (pillar + 0.17, rear_door + 0.17):
        a = [
            on_side(points, x + dx, high - 0.12 + dz, 0.012)
            for dx, dz in ((-0.09, 0), (-0.09, 0.03), (0.09, 0.03), (0.09, 0))
        ]
        sculpture.add(on_both_sides(panel(a)), black)
    belt = points[DOOR, BELT]
    sculpture.add(on_both_sides(mirror(belt[0] - 0.18, belt[1] - 0.03, belt[2])), palette.plain("141517"))
    white, yellow = palette.plain("e9e9e4"), palette.plain("e9c93a")
    sculpture.add(plate(lines.front + 0.006, style.sill + 0.27, 1.0), white)
    sculpture.add(plate(lines.rear - 0.006, style.sill + 0.3, -1.0), yellow if style.length > 4.5 else white)
    if taxi:
        sculpture.add(box(0.16, 0.4, 0.12, 0.02).moved(lines.share(0.6), 0, style.height + 0.06), palette.head_lamp())
