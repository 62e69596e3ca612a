"""Trucks and buses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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
    SHOULDER,
    UNDER,
    Axle,
    add_wheels,
    body,
    on_both_sides,
    plate,
)
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Floats, Integers, Sculpture, box, grid, panel
from core.city.surfaces import Surface

PAINT, GLASS, DARK, HEAD, TAIL, TRIM, UNDERSIDE = range(7)
_WHEEL_M = 0.5
_WIDTH_M = 2.5
_LIP_M = 0.06
_LETTERS = ((0.62, 0.22), (0.1, 0.42), (-0.42, 0.5))  # middle and width of the words on a destination sign
_ENDS = np.array([0.0, 0.8, 0.975])  # breadth of the first and last three stations


def _stations(front: float, rear: float, axles: Sequence[Axle], between: Sequence[int], edge: float) -> Floats:
    """x and edge height (n, 2): three at each end, seven for each axle, `between` of them after each axle."""
    parts = [[(front, edge), (front - 0.06, edge), (front - 0.26, edge)]]
    ends = [front - 0.26, *(x for axle in axles for x in axle.arch(edge)[0][[0, -1]]), rear + 0.22]
    for number, (axle, count) in enumerate(zip(axles, between, strict=True)):
        parts.append(list(zip(*axle.arch(edge), strict=True)))
        parts.append([(x, edge) for x in np.linspace(ends[2 * number + 2], ends[2 * number + 3], count + 2)[1:-1]])
    parts.append([(rear + 0.22, edge), (rear + 0.05, edge), (rear, edge)])
    return np.array([station for part in parts for station in part])


def _shell(stations: Floats, axles: Sequence[Axle], heights: Sequence[float], lean: tuple[float, float]) -> Floats:
    """Points (stations, ROWS, 3) of an upright box-like skin with rounded ends.

    `heights` of the rows BEND to CREST above the ground; `lean` how far front and rear lie back at roof height.
    """
    points = np.zeros((len(stations), ROWS, 3))
    points[..., 0], points[:, : EDGE + 1, 2] = stations[:, :1], stations[:, 1:]
    points[..., 1] = _WIDTH_M / 2 * np.array([0.0, 0.97, 0.99, 1.0, 1.0, 0.995, 0.97, 0.85, 0.0])
    points[:3, :, 1] *= _ENDS[:, None]
    points[-3:, :, 1] *= _ENDS[::-1, None]
    points[:, BEND:, 2] = heights
    for axle in axles:
        first = int(np.argmin(np.abs(stations[:, 0] - axle.x_m))) - ARCH_STATIONS // 2
        lip_x, lip_z = axle.lip(_LIP_M)
        points[first : first + ARCH_STATIONS, BEND:, 0] = lip_x[:, None]
        points[first : first + ARCH_STATIONS, BEND, 2] = np.maximum(lip_z, heights[0])
    for row in range(CREASE, BELT + 1):
        points[:, row, 2] = np.maximum(points[:, row, 2], points[:, row - 1, 2] + 0.02)
    base, top = heights[BELT - BEND], heights[-1]
    share = np.clip((points[..., 2] - base) / (top - base), 0.0, 1.0) ** 1.3
    points[:3, :, 0] -= lean[0] * share[:3]
    points[-3:, :, 0] += lean[1] * share[-3:]
    points[[0, -1], CREST] = points[[0, -1], CREST - 1]
    return points


def _add_shell(sculpture: Sculpture, palette: Palette, points: Floats, tags: Integers, paint: Surface) -> None:
    surfaces = (
        paint, palette.glass(0.7), palette.plain("101113", 0.4), palette.head_lamp(), palette.tail_lamp(),
        palette.plain("26272a"), palette.plain("08080a"),
    )  # fmt: skip
    sculpture.add(body(points, tags), *surfaces, crease_deg=32.0)


def _side(x: tuple[float, float], z: tuple[float, float], y: float = 1.256, y_top: float | None = None) -> Floats:
    """Corners of an upright rectangle on the left side, for `panel`."""
    top = y if y_top is None else y_top
    return np.array([[x[0], y, z[0]], [x[1], y, z[0]], [x[1], top, z[1]], [x[0], top, z[1]]])


def build_bus(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A city bus standing on z = 0; `phase` turns its wheels."""
    length, height = rng.uniform(10.8, 12.4), rng.uniform(2.95, 3.15)
    front, rear, sill = length / 2, -length / 2, 0.3
    axles = [Axle(front - 2.7, _WHEEL_M, 0.06), Axle(rear + 3.2, _WHEEL_M, 0.06)]
    stations = _stations(front, rear, axles, (1, 1), sill)
    points = _shell(stations, axles, (0.5, 0.78, 1.1, 1.14, 2.5, height - 0.14, height), (0.2, 0.06))
    tags = np.full((len(stations) - 1, ROWS - 1), PAINT)
    tags[:, UNDER], tags[:, EDGE], tags[:, BELT] = UNDERSIDE, TRIM, GLASS
    tags[:2, SHOULDER:RAIL] = GLASS
    tags[:2, RAIL] = DARK
    tags[-3:, BELT] = PAINT, PAINT, GLASS
    tags[1:3, BEND] = HEAD, PAINT
    tags[-2, CREASE] = TAIL
    code = choose(rng, [("b3202a", 4), ("1f5fa8", 3), ("e0b21a", 2), ("2f7d4a", 2), ("e8e6df", 3), ("5a2d82", 1)])
    _add_shell(sculpture, palette, points, tags, palette.paint(code))
    add_wheels(sculpture, palette, axles, 1.21, 0.29, phase, spokes=9, rim_share=0.58, twin=(1,))
    _trim_bus(sculpture, palette, front, rear, height, "e8e6df" if code != "e8e6df" else "1f5fa8")
    for x in (front - 1.05, (axles[0].x_m + axles[1].x_m) / 2, rear + 1.9):
        _door(sculpture, palette, x)


def _trim_bus(sculpture: Sculpture, palette: Palette, front: float, rear: float, height: float, accent: str) -> None:
    dark, light = palette.plain("101113", 0.4), palette.plain("e9e9e4")
    for x in np.linspace(front - 1.75, rear + 1.6, 7):
        pillar = panel(_side((x + 0.04, x - 0.04), (1.14, 2.5), 1.249, 1.217))
        sculpture.add(on_both_sides(pillar), dark)
    sculpture.add(on_both_sides(panel(_side((front - 3.5, rear + 4.0), (0.8, 0.98)))), palette.plain(accent))
    # The sign leans back with the front.
    foot, head = (front - 0.2 * ((z - 1.14) / (height - 1.14)) ** 1.3 for z in (2.56, 2.8))
    for y, width, code, margin in ((0.0, 1.7, "0a0a0a", 0.0), *((y, w, "f6a81c", 0.25) for y, w in _LETTERS)):
        near, far = (foot + (head - foot) * share + 0.012 + 0.024 * margin for share in (margin, 1.0 - margin))
        low, high = 2.56 + 0.24 * margin, 2.8 - 0.24 * margin
        left, right = y + width / 2, y - width / 2
        letters = panel([[near, right, low], [near, left, low], [far, left, high], [far, right, high]])
        sculpture.add(letters, palette.plain(code))
    sculpture.add(plate(rear - 0.006, 0.95, -1.0, 1.3, 0.5), dark)
    for z in (0.85, 0.98, 1.11):
        sculpture.add(plate(rear - 0.01, z, -1.0, 1.2, 0.05), palette.plain("2a2b2e"))
    sculpture.add(plate(front + 0.005, 0.5, 1.0), light)
    sculpture.add(plate(rear - 0.01, 0.5, -1.0), light)
    sculpture.add(on_both_sides(box(0.12, 0.2, 0.42).moved(front + 0.12, 1.24, 2.15)), dark)
    sculpture.add(on_both_sides(box(0.3, 0.06, 0.06).moved(front - 0.02, 1.2, 2.36)), dark)
    sculpture.add(box(2.2, 1.5, 0.2).moved(-1.5, 0.0, height + 0.08), palette.plain("cfcfca"))
    sculpture.add(box(1.3, 1.3, 0.14).moved(2.2, 0.0, height + 0.05), palette.plain("cfcfca"))


def _door(sculpture: Sculpture, palette: Palette, x: float) -> None:
    """Two glazed leaves on the right side."""
    for centre in (x - 0.31, x + 0.31):
        frame = panel(_side((centre + 0.3, centre - 0.3), (0.36, 2.48), 1.258, 1.225)).mirrored()
        pane = panel(_side((centre + 0.24, centre - 0.24), (0.48, 2.4), 1.262, 1.229)).mirrored()
        sculpture.add(frame, palette.plain("1a1b1d"))
        sculpture.add(pane, palette.glass(0.6))


def build_truck(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A truck standing on z = 0; `phase` turns its wheels."""
    load = choose(rng, [("box", 60), ("flatbed", 20), ("tipper", 20)])
    length, top = rng.uniform(7.2, 9.2), rng.uniform(2.75, 3.0)
    front, rear = length / 2, -length / 2
    back = front - 1.95
    axles = [Axle(front - 1.2, _WHEEL_M, 0.07), Axle(rear + 1.9, _WHEEL_M, 0.07)]
    code = choose(rng, [("eceae4", 5), ("b3202a", 2), ("1d4f91", 3), ("e0a81a", 2), ("2d6b45", 1), ("3a3d42", 2)])
    _draw_cab(sculpture, palette, palette.paint(code), axles[0], (front, back, top))
    add_wheels(sculpture, palette, axles, 1.21, 0.28, phase, spokes=9, rim_share=0.58, twin=(1,))
    _draw_chassis(sculpture, palette, front, rear, axles)
    draw = {"box": _draw_box, "flatbed": _draw_flatbed, "tipper": _draw_tipper}[load]
    draw(sculpture, palette, rng, back - 0.14, rear + 0.02)


def _draw_cab(
    sculpture: Sculpture, palette: Palette, paint: Surface, axle: Axle, extent: tuple[float, float, float]
) -> None:
    front, back, top = extent
    stations = _stations(front, back, [axle], (0,), 0.42)
    points = _shell(stations, [axle], (0.62, 0.98, 1.48, 1.55, 2.32, top - 0.16, top), (0.26, 0.0))
    tags = np.full((len(stations) - 1, ROWS - 1), PAINT)
    tags[:, UNDER], tags[:, EDGE] = UNDERSIDE, TRIM
    tags[:2, EDGE] = TRIM
    tags[0, BEND], tags[1, BEND] = TRIM, HEAD
    tags[0, CREASE] = DARK
    tags[:2, BELT] = GLASS
    tags[4:8, BELT] = GLASS
    _add_shell(sculpture, palette, points, tags, paint)
    dark = palette.plain("101113", 0.5)
    high = points[0, CREST, 2]
    visor = box(0.22, 2.1, 0.05).turned("y", 0.35).moved(front - 0.08, 0.0, high - 0.3)
    sculpture.add(visor, dark)
    for x in (axle.x_m + 0.7, back + 0.18):
        sculpture.add(on_both_sides(panel(_side((x + 0.008, x - 0.008), (0.75, 2.3), 1.257, 1.222))), dark)
    sculpture.add(on_both_sides(panel(_side((back + 0.5, back + 0.3), (1.28, 1.32), 1.262))), dark)
    sculpture.add(on_both_sides(box(0.12, 0.2, 0.44).moved(front - 0.05, 1.36, 2.0)), dark)
    sculpture.add(on_both_sides(box(0.05, 0.2, 0.05).moved(front - 0.1, 1.27, 2.25)), dark)
    sculpture.add(plate(front + 0.006, 0.52, 1.0), palette.plain("e9e9e4"))
    sculpture.add(plate(front + 0.006, 1.22, 1.0, 0.3, 0.12), palette.metal())
    for z in (1.08, 1.36):
        sculpture.add(plate(front + 0.005, z, 1.0, 1.5, 0.04), palette.metal("8d9094"))


def _draw_chassis(sculpture: Sculpture, palette: Palette, front: float, rear: float, axles: Sequence[Axle]) -> None:
    dark = palette.plain("101113", 0.5)
    sculpture.add(on_both_sides(box(front - rear - 1.4, 0.1, 0.25).moved(-0.5, 0.42, 0.86)), dark)
    sculpture.add(on_both_sides(box(0.1, 0.5, 0.16).moved(axles[1].x_m, 0.4, _WHEEL_M)), dark)
    middle = (axles[0].x_m + axles[1].x_m) / 2
    sculpture.add(box(1.1, 0.5, 0.46, 0.12).moved(middle + 0.3, 0.93, 0.72), palette.metal("a5a8ac"))
    sculpture.add(box(0.8, 0.45, 0.42).moved(middle + 0.3, -0.95, 0.72), dark)
    for z in (0.5, 0.72):
        guard = box(axles[0].x_m - axles[1].x_m - 2.2, 0.03, 0.09).moved(middle, 1.2, z)
        sculpture.add(on_both_sides(guard), palette.metal("9a9da0"))
    sculpture.add(box(0.12, 2.3, 0.14).moved(rear + 0.12, 0.0, 0.5), dark)
    sculpture.add(on_both_sides(box(0.06, 0.42, 0.15).moved(rear + 0.05, 0.95, 0.86)), palette.tail_lamp())
    sculpture.add(plate(rear + 0.012, 0.86, -1.0), palette.plain("e9e9e4"))
    arc = np.linspace(0.25, np.pi - 0.25, 6)
    radius = _WHEEL_M + 0.07
    rim = np.stack([np.cos(arc) * radius + axles[1].x_m, np.zeros(6), np.sin(arc) * radius + _WHEEL_M], axis=1)
    outside = np.stack([rim + np.array([0.0, y, 0.0]) for y in (0.7, 1.23)], axis=1)
    guard, inside = grid(outside), grid(outside[:, ::-1] - np.array([0.0, 0.0, 0.012]))
    for face in (guard, inside):
        sculpture.add(on_both_sides(face), dark, crease_deg=45.0)


def _draw_box(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, start: float, end: float) -> None:
    tall, length, centre = rng.uniform(2.3, 2.7), start - end, (start + end) / 2
    code = choose(rng, [("ecebe6", 6), ("d9d4c5", 1), ("2b5d9b", 1), ("c23b22", 1), ("e2b93b", 1)])
    sculpture.add(box(length, _WIDTH_M, tall, 0.05).moved(centre, 0.0, 1.04 + tall / 2), palette.paint(code, 0.0, 0.4))
    logo = choose(rng, [("c4202a", 2), ("1f5fa8", 2), ("2f7d4a", 2), ("e0861a", 1), ("2a2b2e", 1)])
    if code == "ecebe6":
        low, middle = 1.04 + tall * 0.35, 1.04 + tall * 0.5
        band = panel(
            [
                [start - 0.5, 1.255, low],
                [end + 0.9, 1.255, low],
                [end + 0.5, 1.255, low + 0.5],
                [start - 0.9, 1.255, low + 0.5],
            ]
        )
        sculpture.add(on_both_sides(band), palette.plain(logo))
        name = panel(_side((start - 1.1, start - 1.1 - 0.45 * length), (middle + 0.3, middle + 0.62)))
        sculpture.add(on_both_sides(name), palette.plain(logo))
    frame = palette.metal("8d9094", 0.5)
    for y in (-1.2, 0.0, 1.2):
        sculpture.add(plate(end - 0.004, 1.04 + tall / 2, -1.0, 0.03, tall - 0.15, y), palette.plain("3a3b3e"))
    for y in (-0.32, 0.32):
        sculpture.add(box(0.03, 0.03, tall - 0.2).moved(end - 0.015, y, 1.04 + tall / 2), frame)
    sculpture.add(box(length, _WIDTH_M, 0.1).moved(centre, 0.0, 1.03), palette.plain("2a2b2e"))
    cooler = box(0.35, 1.5, 0.55, 0.06).moved(start + 0.02, 0.0, 1.04 + tall - 0.45)
    if rng.random() < 0.4:
        sculpture.add(cooler, palette.plain("d8d8d4"))


def _draw_flatbed(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, start: float, end: float) -> None:
    length, centre, wall = start - end, (start + end) / 2, 0.45
    boards, steel = palette.metal("9a9da0", 0.6), palette.plain("2a2b2e")
    sculpture.add(box(length, _WIDTH_M, 0.16).moved(centre, 0.0, 1.1), steel)
    sculpture.add(on_both_sides(box(length, 0.05, wall).moved(centre, 1.225, 1.18 + wall / 2)), boards)
    for x, height in ((start - 0.03, 1.1), (end + 0.03, wall)):
        sculpture.add(box(0.05, 2.4, height).moved(x, 0.0, 1.18 + height / 2), boards)
    for x in np.linspace(start - 0.05, end + 0.05, 4):
        sculpture.add(on_both_sides(box(0.08, 0.05, wall + 0.06).moved(x, 1.24, 1.2 + wall / 2)), steel)
    x = start - 0.7
    while x > end + 0.8 and rng.random() < 0.8:
        size = rng.uniform((0.9, 1.0, 0.5), (1.2, 1.9, 1.2))
        load = palette.plain(choose(rng, [("a9814f", 2), ("d9d6cc", 1), ("7c8a92", 1), ("a04a34", 1)]))
        sculpture.add(box(*size).moved(x, rng.uniform(-0.2, 0.2), 1.18 + size[2] / 2), load)
        x -= 1.35


def _draw_tipper(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, start: float, end: float) -> None:
    paint = palette.paint(choose(rng, [("c77f1a", 2), ("8a8d90", 2), ("4a6b3a", 1), ("9c2a22", 1)]), 0.0, 0.3)
    low, high, top = 1.12, 2.2, 1.24
    outside = np.array(
        [[start - 0.05, top - 0.12, low], [end + 0.3, top - 0.12, low], [end + 0.02, top, high], [start, top, high]]
    )
    inside = outside - [0.0, 0.06, 0.0]
    sculpture.add(on_both_sides(panel(outside)), paint)
    sculpture.add(on_both_sides(panel(inside[::-1])), paint)
    for (a, b), (c, d) in zip(pairwise([*outside, outside[0]]), pairwise([*inside, inside[0]]), strict=True):
        sculpture.add(on_both_sides(panel([b, a, c, d])), paint)
    for x in np.linspace(start - 0.5, end + 0.9, 4):
        rib = box(0.1, 0.06, high - low).turned("x", -0.11).moved(x, top - 0.04, (low + high) / 2)
        sculpture.add(on_both_sides(rib), paint)
    sculpture.add(box(start - end - 0.3, 2.2, 0.1).moved((start + end) / 2 + 0.12, 0.0, low), palette.plain("4a4540"))
    sculpture.add(box(0.06, 2.34, high - low + 0.25).moved(start, 0.0, (low + high) / 2 + 0.12), paint)
    gate = box(0.06, 2.3, high - low + 0.05).turned("y", -0.25).moved(end + 0.17, 0.0, (low + high) / 2)
    sculpture.add(gate, paint)
    if rng.random() < 0.6:
        heap = box(start - end - 0.9, 2.0, 0.75, 0.35).moved((start + end) / 2, 0.0, 1.85)
        sculpture.add(heap, palette.plain(choose(rng, [("6b5a44", 1), ("8a8478", 1), ("a08a5a", 1)])), crease_deg=60.0)
