"""The skin of cars and vans: from a few measures to the stations and rows of `coachwork`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.city.actors.coachwork import (
    ARCH_STATIONS,
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
    profile,
)
from core.city.actors.shapes import Floats, Integers

# Tags of the skin's cells.
PAINT, GLASS, DARK, HEAD, TAIL, TRIM, UNDERSIDE = range(7)

# Stations of the left half, front to rear; each arch has ARCH_STATIONS of them.
NOSE, LAMP, CORNER, ARCH, DOOR, SCREEN_TOP, PILLAR, PILLAR_END, REAR = 0, 1, 2, 3, 10, 11, 12, 13, 14
ROOF_END, CORNER_REAR, LAMP_REAR, TAIL_END = REAR + ARCH_STATIONS - 1, 21, 22, 23
STATIONS = 24

_BEND_ABOVE_SILL_M = 0.17
_LIP_M = 0.05  # width of the lip around a wheel arch


@dataclass(frozen=True)
class Style:
    """Measures in metres, except shares of the wheelbase behind the front axle."""

    length: float
    width: float
    height: float
    wheelbase: float
    front_overhang: float
    wheel: float  # radius
    sill: float  # lower edge of the skin
    nose: float  # height of the bonnet's leading edge
    cowl: float  # height of the bonnet below the windscreen
    belt: float  # height of the windows' lower edge at the rear door
    deck: float  # height of the boot, or of the lower edge of the tailgate's window
    screen_low: float  # share
    screen_top: float  # share
    pillar: float  # share; behind the front door
    glass_end: float  # share; end of the last door's window
    roof_end: float  # share
    deck_start: float = 0.0  # share; lower edge of a rear window that lies before a boot
    quarter_end: float = 0.0  # share; end of a third side window
    shape: str = "hatch"  # hatch, boot or bed
    roof_width: float = 0.7  # of the body's width
    cladding: bool = False
    rails: bool = False
    doors: int = 4


class CarBody:
    """`points` (STATIONS, ROWS, 3) of the left half and the tags of its cells."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.front = style.wheelbase / 2 + style.front_overhang
        self.rear = self.front - style.length
        self.axles = [Axle(style.wheelbase / 2, style.wheel), Axle(-style.wheelbase / 2, style.wheel)]
        self._half = style.width / 2
        self._belt_z = profile(
            (self.front, style.nose),
            (self.at(style.screen_low), style.cowl),
            (self.at(0.85), style.belt),
            (self.rear + 0.1, style.deck - 0.02),
        )
        self.rise = self._rise()
        self.points = np.zeros((STATIONS, ROWS, 3))
        self._place_lengthwise()
        self._place_heights()
        self._place_widths()
        self._shape_ends()
        if style.shape == "bed":
            self._sink_bed()

    def at(self, share: float) -> float:
        """x of a share of the wheelbase behind the front axle."""
        return self.style.wheelbase * (0.5 - share)

    def _rise(self) -> Floats:
        """How far the rows above the belt have risen from the deck (0) to the roof (1)."""
        rise = np.zeros(STATIONS)
        rise[SCREEN_TOP : REAR + 1] = 1.0
        if self.style.shape == "hatch":
            rise[REAR:CORNER_REAR] = 1.0
        elif self.style.shape == "boot":
            rise[REAR : REAR + 5] = 1.0, 1.0, 0.69, 0.36, 0.0
        else:
            rise[REAR : REAR + 2] = 1.0
        return rise

    def _place_lengthwise(self) -> None:
        style, x = self.style, np.zeros((STATIONS, ROWS))
        pillar = self.at(style.pillar)
        for station, value in ((NOSE, self.front), (LAMP, self.front - 0.05), (CORNER, self.front - 0.25),
                                (PILLAR, pillar + 0.045), (PILLAR_END, pillar - 0.045), (CORNER_REAR, self.rear + 0.2),
                                (LAMP_REAR, self.rear + 0.04), (TAIL_END, self.rear)):  # fmt: skip
            x[station] = value
        for first, axle in ((ARCH, self.axles[0]), (REAR, self.axles[1])):
            stations = slice(first, first + ARCH_STATIONS)
            x[stations, : EDGE + 1] = axle.arch(style.sill)[0][:, None]
            x[stations, BEND:] = axle.lip(_LIP_M)[0][:, None]
        x[DOOR, : CREASE + 1] = x[DOOR - 1, EDGE] - 0.1
        x[SCREEN_TOP, : CREASE + 1] = 0.5 * (x[DOOR, EDGE] + pillar)
        self._place_windows(x, pillar)
        self.points[..., 0] = x

    def _place_windows(self, x: Floats, pillar: float) -> None:
        """x of the belt and of the roof; screens bow outwards, pillars lean."""
        style, belt, roof = self.style, slice(SHOULDER, RAIL), slice(RAIL, ROWS)
        cowl, bow = self.at(style.screen_low), np.array([0.15, 0.09, 0.0])
        ahead = np.interp(x[:DOOR, BEND], [x[DOOR - 1, BEND], self.front], [cowl + 0.05, self.front - 0.13])
        x[:DOOR, roof] = ahead[:, None]
        x[DOOR - 1, roof] -= bow
        x[DOOR, roof], x[SCREEN_TOP, roof] = cowl - bow, self.at(style.screen_top) - bow / 3
        x[DOOR, belt] = x[DOOR, RAIL]
        first, last = x[ARCH, BEND], max(x[DOOR - 1, BEND], x[DOOR, BELT] + 0.06)
        x[ARCH:DOOR, belt] = np.interp(x[ARCH:DOOR, BEND], [x[DOOR - 1, BEND], first], [last, first])[:, None]
        x[SCREEN_TOP, belt] = pillar + 0.5 * (x[DOOR, BELT] - pillar)
        x[[PILLAR, PILLAR_END], RAIL:] -= 0.05
        glass, end = self.at(style.glass_end), self.at(style.roof_end)
        tail = self.rear + 0.2
        if style.shape == "hatch":
            quarter = self.at(style.quarter_end or style.glass_end + 0.06)
            x[REAR:CORNER_REAR, roof] = np.r_[glass, glass - 0.06, quarter, np.linspace(quarter, end, 5)[1:]][:, None]
            low = np.r_[glass - 0.02, glass - 0.08, quarter - 0.06, np.linspace(quarter - 0.06, tail + 0.05, 5)[1:]]
            x[CORNER_REAR:, roof] = self.rear + np.array([0.13, 0.06, 0.05])[:, None]
        else:
            deck = self.at(style.deck_start) if style.shape == "boot" else end
            x[REAR:CORNER_REAR, roof] = np.r_[glass, np.linspace(end, deck, 4), np.linspace(deck, tail + 0.03, 3)[1:]][
                :, None
            ]
            low = np.r_[glass - 0.12, np.linspace(glass - 0.22, tail + 0.05, 6)]
            x[CORNER_REAR:, roof] = self.rear + np.array([0.14, 0.1, 0.09])[:, None]
        x[REAR:CORNER_REAR, belt] = low[:, None]

    def _place_heights(self) -> None:
        style, x, z = self.style, self.points[..., 0], self.points[..., 2]
        lip = np.zeros(STATIONS)
        z[:, : EDGE + 1] = style.sill
        z[[NOSE, LAMP, LAMP_REAR, TAIL_END], : EDGE + 1] += 0.03
        for first, axle in ((ARCH, self.axles[0]), (REAR, self.axles[1])):
            stations = slice(first, first + ARCH_STATIONS)
            z[stations, : EDGE + 1] = axle.arch(style.sill)[1][:, None]
            lip[stations] = axle.lip(_LIP_M)[1]
        belt = self._belt_z(x[:, BELT])
        lamp = profile(
            (self.front, 0.6 * style.nose + 0.14), (self.front - 0.5, 0.78 * style.cowl),
            (self.rear + 0.5, 0.78 * style.belt), (self.rear, 0.68 * style.deck),
        )  # fmt: skip
        z[:, BEND] = np.maximum(style.sill + _BEND_ABOVE_SILL_M, lip)
        z[:, CREASE] = np.maximum(np.minimum(lamp(x[:, CREASE]), belt - 0.12), z[:, BEND] + 0.03)
        z[:, SHOULDER] = np.maximum(belt - 0.05, z[:, CREASE] + 0.03)
        z[:, BELT] = np.maximum(belt, z[:, SHOULDER] + 0.02)
        high = x[:, RAIL:]
        deck = self._belt_z(high)
        deck[ARCH : DOOR + 1, 0] = np.maximum(deck[ARCH : DOOR + 1, 0], z[ARCH : DOOR + 1, BELT])
        deck += np.array([0.012, 0.03, 0.055]) * np.clip((self.front - high) / 0.5, 0.0, 1.0)
        roof = (
            style.height
            - np.array([0.085, 0.03, 0.0])
            - 0.03 * ((high - self.at(0.65)) / (0.45 * style.wheelbase)) ** 2
        )
        z[:, RAIL:] = deck * (1.0 - self.rise[:, None]) + roof * self.rise[:, None]

    def _place_widths(self) -> None:
        x, y = self.points[..., 0], self.points[..., 1]
        middle, reach = (self.front + self.rear) / 2, self.style.length / 2
        plan = self._half * (1.0 - 0.09 * np.abs((x - middle) / reach) ** 4)
        y[:, EDGE : BELT + 1] = plan[:, EDGE : BELT + 1] * np.array([0.94, 0.985, 1.0, 0.972, 0.935])
        for stations in (slice(ARCH, DOOR), slice(REAR, CORNER_REAR)):
            y[stations, EDGE] = plan[stations, EDGE] * 0.985
            y[stations, BEND] = plan[stations, BEND]
        deck, roof = np.array([0.89, 0.8]), np.array([1.0, 0.88]) * self.style.roof_width
        rise = self.rise[:, None]
        y[:, RAIL : SCREEN + 1] = plan[:, RAIL : SCREEN + 1] * (deck * (1.0 - rise) + roof * rise)

    def _shape_ends(self) -> None:
        """Draw the fascias in: round in plan, bumpers foremost, the edge of bonnet and boot set back."""
        points = self.points
        lean = np.array([0.05, 0.05, 0.0, 0.015, 0.06, 0.1])
        for end, lamp, corner, sign in ((NOSE, LAMP, CORNER, -1.0), (TAIL_END, LAMP_REAR, CORNER_REAR, 0.6)):
            points[end, :, 1] = 0.0
            points[lamp, EDGE : BELT + 1, 1] = 0.57 * self._half * np.array([0.98, 1.0, 1.0, 0.98, 0.96])
            points[corner, EDGE:CREST, 1] *= 0.97
            points[lamp, RAIL : SCREEN + 1, 1] = points[lamp, BELT, 1] * np.array([0.95, 0.9])
            points[[end, lamp], : BELT + 1, 0] += sign * lean
            points[end, RAIL:] = points[end, BELT]

    def _sink_bed(self) -> None:
        """The cab's rear wall stands upright, the bed lies between its walls."""
        points, style, half = self.points, self.style, self._half
        floor, back, gate = style.sill + 0.51, self.at(style.roof_end), self.rear + 0.23
        points[REAR + 2 : REAR + 4, RAIL:, 0] = back - 0.03
        points[REAR + 4 : CORNER_REAR, RAIL:, 0] = np.linspace(back - 0.04, gate, 3)[:, None]
        bed = slice(REAR + 3, CORNER_REAR)
        points[bed, RAIL, 1], points[bed, SCREEN, 1] = half * 0.87, half * 0.86
        points[bed, RAIL, 2] = points[bed, BELT, 2] + 0.005
        points[bed, SCREEN:, 2] = floor
        points[CORNER_REAR:, RAIL:, 0] = gate - 0.02
        points[CORNER_REAR:, RAIL:, 2] = points[CORNER_REAR:, BELT, None, 2]

    def tags(self) -> Integers:
        style, tags = self.style, np.full((STATIONS - 1, ROWS - 1), PAINT)
        tags[:, UNDER] = UNDERSIDE
        if style.cladding:
            tags[:, EDGE] = TRIM
        tags[[NOSE, NOSE, LAMP_REAR], [EDGE, CREASE, EDGE]] = DARK
        tags[LAMP : CORNER + 1, CREASE] = HEAD
        tags[CORNER_REAR - 1 : LAMP_REAR, CREASE] = TAIL
        tags[DOOR - 1, RAIL:] = DARK
        tags[DOOR, SCREEN] = GLASS
        tags[DOOR:REAR, BELT] = GLASS
        tags[PILLAR, BELT] = DARK
        if style.shape == "hatch":
            tags[ROOF_END, SCREEN] = GLASS
            tags[REAR, BELT] = DARK if style.quarter_end else PAINT
            tags[REAR + 1, BELT] = GLASS if style.quarter_end else PAINT
        elif style.shape == "boot":
            tags[REAR + 1 : REAR + 4, SCREEN] = GLASS
        else:
            tags[REAR + 1, SCREEN] = GLASS
            tags[REAR + 2 : ROOF_END + 1, RAIL:] = DARK
        return tags
