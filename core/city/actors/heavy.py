"""Trucks and buses."""

from __future__ import annotations

import numpy as np

from core.city.actors.coachwork import (
    BELT,
    BEND,
    CREASE,
    EDGE,
    RAIL,
    ROWS,
    SHOULDER,
    UNDER,
    Axle,
    add_wheels,
    body,
    on_both_sides,
    plate,
)
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Floats, Sculpture, box, panel

PAINT, GLASS, DARK, HEAD, TAIL, TRIM, UNDERSIDE = range(7)
_WHEEL_M = 0.5


def _shell(
    stations: Floats, edge: Floats, heights: tuple[float, ...], width: float, nose: tuple[float, float]
) -> Floats:
    """Points (stations, ROWS, 3) of an upright box-like skin with rounded ends.

    `heights` of the rows BEND to CREST above the ground; `nose` how far the front and the rear lean at roof height.
    """
    count = len(stations)
    points = np.zeros((count, ROWS, 3))
    points[..., 0] = stations[:, None]
    half = width / 2 * np.array([0.0, 0.96, 0.99, 1.0, 1.0, 0.995, 0.97, 0.86, 0.0])
    points[..., 1] = half
    ends = np.ones(count)
    ends[[0, 1, 2, -3, -2, -1]] = 0.0, 0.8, 0.98, 0.98, 0.8, 0.0
    points[..., 1] *= ends[:, None]
    points[:, UNDER, 2] = points[:, EDGE, 2] = edge
    rows = np.array(heights)
    points[:, BEND:, 2] = rows
    points[:, BEND, 2] = np.maximum(points[:, BEND, 2], edge + 0.05)
    points[:, CREASE, 2] = np.maximum(points[:, CREASE, 2], edge + 0.1)
    points[:, SHOULDER, 2] = np.maximum(points[:, SHOULDER, 2], edge + 0.15)
    points[:, BELT, 2] = np.maximum(points[:, BELT, 2], edge + 0.2)
    tilt = np.clip((points[..., 2] - rows[BELT - BEND]) / (rows[-1] - rows[BELT - BEND]), 0.0, 1.0)
    points[:3, :, 0] -= nose[0] * tilt[:3]
    points[-3:, :, 0] += nose[1] * tilt[-3:]
    return points


def build_bus(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A city bus standing on z = 0; `phase` turns its wheels."""
    length, width, height = rng.uniform(10.8, 12.4), 2.5, rng.uniform(2.95, 3.15)
    front, rear, sill = length / 2, -length / 2, 0.3
    axles = [Axle(front - 2.7, _WHEEL_M, 0.06), Axle(rear + 3.2, _WHEEL_M, 0.06)]
    arches = [axle.arch(sill) for axle in axles]
    middle = np.linspace(arches[0][0][-1], arches[1][0][0], 5)[1:-1]
    stations = np.r_[
        front, front - 0.06, front - 0.3, arches[0][0], middle, arches[1][0], rear + 0.25, rear + 0.05, rear
    ]
    edge = np.full(len(stations), sill)
    edge[3:10], edge[13:20] = arches[0][1], arches[1][1]
    points = _shell(stations, edge, (0.5, 0.75, 1.12, 1.18, 2.5, height - 0.14, height), width, (0.18, 0.06))
    tags = np.full((len(stations) - 1, ROWS - 1), PAINT)
    tags[:, UNDER] = UNDERSIDE
    tags[:, EDGE] = TRIM
    tags[:, BELT] = GLASS
    tags[:2, SHOULDER:RAIL] = GLASS
    tags[:2, RAIL] = DARK
    tags[-2:, BELT] = DARK
    tags[1, BEND] = HEAD
    tags[-2, CREASE] = TAIL
    colour = choose(rng, [("b3202a", 4), ("1f5fa8", 3), ("e0b21a", 2), ("2f7d4a", 2), ("e8e6df", 3), ("5a2d82", 1)])
    paint, accent = palette.paint(colour), palette.plain("e8e6df")
    dark, trim = palette.plain("101113", 0.4), palette.plain("2a2b2e")
    surfaces = (
        paint,
        palette.glass(0.7),
        dark,
        palette.head_lamp(),
        palette.tail_lamp(),
        trim,
        palette.plain("08080a"),
    )
    sculpture.add(body(points, tags), *surfaces)
    add_wheels(sculpture, palette, axles, width / 2 * 0.97, 0.29, phase, spokes=9, rim_share=0.58, twin=(1,))
    for x in np.arange(front - 1.6, rear + 1.0, -1.35):
        strip = panel(
            [[x + 0.04, 1.254, 1.18], [x - 0.04, 1.254, 1.18], [x - 0.04, 1.222, 2.5], [x + 0.04, 1.222, 2.5]]
        )
        sculpture.add(on_both_sides(strip), dark)
    for x in (front - 1.1, (axles[0].x_m + axles[1].x_m) / 2, rear + 1.4):
        _door(sculpture, palette, x, 1.25)
    sign = panel(
        [
            [front - 0.13, -0.85, 2.58],
            [front - 0.13, 0.85, 2.58],
            [front - 0.155, 0.85, height - 0.2],
            [front - 0.155, -0.85, height - 0.2],
        ]
    )
    sculpture.add(sign.moved(x=0.02), palette.plain("f0a020"))
    stripe = panel(
        [[front - 3.6, 1.257, 0.8], [rear + 4.1, 1.257, 0.8], [rear + 4.1, 1.257, 0.98], [front - 3.6, 1.257, 0.98]]
    )
    sculpture.add(on_both_sides(stripe), accent)
    sculpture.add(plate(front + 0.005, 0.5, 1.0), accent)
    sculpture.add(plate(rear - 0.005, 0.9, -1.0), accent)
    sculpture.add(on_both_sides(box(0.12, 0.2, 0.4, 0.03).moved(front + 0.1, 1.22, 2.2)), dark)
    sculpture.add(box(2.2, 1.5, 0.22, 0.06).moved(-1.5, 0.0, height + 0.08), palette.plain("d8d8d4"))


def _door(sculpture: Sculpture, palette: Palette, x: float, half_width: float) -> None:
    """Two glazed leaves on the right side."""
    y = -half_width - 0.006
    for centre in (x - 0.31, x + 0.31):
        frame = [
            [centre - 0.3, y, 0.36],
            [centre + 0.3, y, 0.36],
            [centre + 0.3, y + 0.03, 2.5],
            [centre - 0.3, y + 0.03, 2.5],
        ]
        pane = [
            [centre - 0.23, y, 0.5],
            [centre + 0.23, y, 0.5],
            [centre + 0.23, y + 0.03, 2.4],
            [centre - 0.23, y + 0.03, 2.4],
        ]
        sculpture.add(panel(frame), palette.plain("1a1b1d"))
        sculpture.add(panel(pane).moved(y=-0.004), palette.glass(0.6))


def build_truck(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A truck standing on z = 0; `phase` turns its wheels."""
    name = choose(rng, [("box", 60), ("flatbed", 20), ("tipper", 20)])
    length, width = rng.uniform(7.2, 9.2), 2.5
    front, rear, sill, top = length / 2, -length / 2, 0.42, rng.uniform(2.75, 3.0)
    cab = 1.95
    axles = [Axle(front - 1.2, _WHEEL_M, 0.07), Axle(rear + 1.9, _WHEEL_M, 0.07)]
    arch_x, arch_z = axles[0].arch(sill)
    back = front - cab
    stations = np.r_[front, front - 0.05, front - 0.22, arch_x, back + 0.06, back + 0.02, back]
    edge = np.full(len(stations), sill)
    edge[3:10] = arch_z
    points = _shell(stations, edge, (0.62, 0.95, 1.5, 1.55, 2.35, top - 0.15, top), width, (0.22, 0.0))
    tags = np.full((len(stations) - 1, ROWS - 1), PAINT)
    tags[:, UNDER], tags[:, EDGE] = UNDERSIDE, TRIM
    tags[:2, EDGE:CREASE] = TRIM
    tags[1, BEND] = HEAD
    tags[0, CREASE] = DARK
    tags[:2, BELT] = GLASS
    tags[4:8, BELT] = GLASS
    paint = palette.paint(
        choose(rng, [("eceae4", 5), ("b3202a", 2), ("1d4f91", 3), ("e0a81a", 2), ("2d6b45", 1), ("3a3d42", 2)])
    )
    dark, trim = palette.plain("101113", 0.5), palette.plain("222326")
    surfaces = (
        paint,
        palette.glass(0.7),
        dark,
        palette.head_lamp(),
        palette.tail_lamp(),
        trim,
        palette.plain("08080a"),
    )
    sculpture.add(body(points, tags), *surfaces)
    add_wheels(sculpture, palette, axles, width / 2 * 0.97, 0.28, phase, spokes=9, rim_share=0.58, twin=(1,))
    sculpture.add(on_both_sides(box(length - 1.4, 0.1, 0.25).moved(-0.5, 0.42, 0.86)), dark)
    sculpture.add(on_both_sides(box(0.1, 0.18, 0.42, 0.03).moved(front - 0.1, 1.36, 2.0)), dark)
    bed_front, bed_rear = back - 0.12, rear + 0.02
    bed, centre = bed_front - bed_rear, (bed_front + bed_rear) / 2
    if name == "box":
        tall = rng.uniform(2.3, 2.7)
        colour = choose(rng, [("ecebe6", 6), ("d9d4c5", 1), ("2b5d9b", 1), ("c23b22", 1), ("e2b93b", 1)])
        sculpture.add(box(bed, 2.5, tall, 0.05).moved(centre, 0.0, 1.02 + tall / 2), palette.paint(colour, 0.0, 0.4))
    else:
        wall = 0.45 if name == "flatbed" else 1.0
        boards = palette.plain("8a6a45") if name == "flatbed" else palette.paint("c77f1a", 0.0, 0.3)
        sculpture.add(box(bed, 2.5, 0.16).moved(centre, 0.0, 1.1), dark)
        sculpture.add(on_both_sides(box(bed, 0.07, wall).moved(centre, 1.215, 1.18 + wall / 2)), boards)
        for x in (bed_front - 0.04, bed_rear + 0.04):
            sculpture.add(box(0.07, 2.36, wall).moved(x, 0.0, 1.18 + wall / 2), boards)
    tank = box(1.2, 0.5, 0.5, 0.12).moved((axles[0].x_m + axles[1].x_m) / 2, 0.95, 0.72)
    sculpture.add(on_both_sides(tank), palette.metal("a5a8ac"))
    sculpture.add(box(0.12, 2.3, 0.14).moved(rear + 0.12, 0.0, 0.5), dark)
    sculpture.add(on_both_sides(box(0.06, 0.4, 0.14).moved(rear + 0.05, 0.95, 0.88)), palette.tail_lamp())
    sculpture.add(plate(rear + 0.05, 0.5, -1.0), palette.plain("e9e9e4"))
    sculpture.add(plate(front + 0.005, 0.55, 1.0), palette.plain("e9e9e4"))
    guard = box(1.35, 0.5, 0.05).moved(axles[1].x_m, 0.95, 1.0)
    sculpture.add(on_both_sides(guard), dark)
