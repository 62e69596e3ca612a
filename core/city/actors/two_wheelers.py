"""Cyclists and motorcyclists, each with their machine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from core.city.actors.coachwork import on_both_sides, plate
from core.city.actors.figure import (
    ANKLE,
    FOREARM,
    SHIN,
    THIGH,
    UPPER_ARM,
    Joints,
    Looks,
    any_looks,
    bend,
    draw_figure,
    draw_head,
    hips_of,
    upright,
)
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import RIM, TYRE, Sculpture, Shape, box, ellipsoid, grid, panel, tube
from core.city.surfaces import Surface

_FORWARD = np.array([1.0, 0.0, 0.0])


def _thin_wheel(radius: float, tyre: float, spokes: int, turn: float, spoke_width: float) -> Shape:
    """A tyre on a narrow rim with spokes through the hub, about the y axis; tags TYRE and RIM."""
    sides = 18
    angles = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)
    around = np.stack([np.sin(angles), np.zeros(sides), np.cos(angles)], axis=1)
    well = radius - 2.0 * tyre
    outline = [
        (well, 0.6),
        (well, -0.6),
        (radius - 0.8 * tyre, -1.0),
        (radius, 0.0),
        (radius - 0.8 * tyre, 1.0),
        (well, 0.6),
    ]
    rings = [around * r + np.array([0.0, y * tyre, 0.0]) for r, y in outline]
    tags = [[tag] * sides for tag in (RIM, TYRE, TYRE, TYRE, TYRE)]
    parts = [grid(rings, tags, closed=True).welded()]
    reach, half = well, spoke_width / 2
    for angle in np.arange(spokes) * np.pi / spokes:
        flat = panel([[-reach, 0.001, -half], [-reach, 0.001, half], [reach, 0.001, half], [reach, 0.001, -half]], RIM)
        parts.append(on_both_sides(flat).turned("y", angle))
    return Shape.joined(parts).turned("y", 2.0 * np.pi * turn)


def _seated(
    looks: Looks, pelvis: ArrayLike, lean: float, ankles: ArrayLike, grips: ArrayLike, pitch: ArrayLike
) -> Joints:
    seat = np.asarray(pelvis, dtype=np.float64)
    height = looks.height_m
    chest, neck, head, shoulders = upright(looks, seat, lean)
    hips = hips_of(looks, seat)
    legs = [bend(h, a, THIGH * height, SHIN * height, _FORWARD) for h, a in zip(hips, np.asarray(ankles), strict=True)]
    arms = [
        bend(s, g, UPPER_ARM * height, FOREARM * height, (-0.4, 0.5 * side, -1.0))
        for s, g, side in zip(shoulders, np.asarray(grips), (1.0, -1.0), strict=True)
    ]
    return Joints(
        seat, chest, neck, head, hips,
        np.array([leg[0] for leg in legs]), np.array([leg[1] for leg in legs]), np.asarray(pitch, dtype=np.float64),
        shoulders, np.array([arm[0] for arm in arms]), np.array([arm[1] for arm in arms]),
    )  # fmt: skip


def _pipes(sculpture: Sculpture, pairs: list[tuple[ArrayLike, ArrayLike]], radius: float, surface: Surface) -> None:
    for start, end in pairs:
        a, b = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
        across = (1.0, 0.0, 0.0) if abs((b - a)[1]) > 0.5 * np.linalg.norm(b - a) else (0.0, 1.0, 0.0)
        sculpture.add(tube([a, b], [radius, radius], 5, across=across, caps=(False, False)), surface, crease_deg=75.0)


def build_cyclist(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A cyclist on a bicycle; `phase` is one turn of the pedals."""
    looks = replace(any_looks(palette, rng), skirt_m=0.0)
    looks = replace(looks, height_m=float(np.clip(looks.height_m, 1.6, 1.85)))
    sporty = rng.random() < 0.4
    radius, rear, front = 0.345, -0.5, 0.55
    frame = palette.metal(
        choose(rng, [("b01f24", 2), ("20242a", 4), ("2a5b9a", 2), ("d8d6d0", 2), ("3f7a4a", 1), ("d98a1a", 1)]), 0.4
    )
    steel, black = palette.metal("a8abae"), palette.rubber()
    for x in (rear, front):
        wheel = _thin_wheel(radius, 0.02 if sporty else 0.026, 5, phase * 2.5, 0.007).moved(x, 0.0, radius)
        sculpture.add(wheel, black, steel, crease_deg=70.0)
    crank, seat, head = np.array([-0.08, 0, 0.29]), np.array([-0.25, 0, 0.82]), np.array([0.36, 0, 0.8])
    low_head, bar = np.array([0.41, 0, 0.64]), np.array([0.33, 0, 0.95 if sporty else 1.08])
    hubs = [np.array([x, 0, radius]) for x in (rear, front)]
    _pipes(
        sculpture, [(crank, seat), (seat - [-0.02, 0, 0.07], head), (crank, low_head), (low_head, head)], 0.018, frame
    )
    for y in (-0.045, 0.045):
        side = np.array([0, y, 0])
        _pipes(
            sculpture,
            [(hubs[0] + side, crank + side * 0.4), (hubs[0] + side, seat + side * 0.2 - [0, 0, 0.08])],
            0.01,
            frame,
        )
        _pipes(sculpture, [(hubs[1] + side, low_head + side * 0.7)], 0.013, frame)
    forward = 0.12 if sporty else -0.02
    grips = np.array([[bar[0] + forward, 0.24, bar[2]], [bar[0] + forward, -0.24, bar[2]]])
    _pipes(sculpture, [(head, bar), *((bar, grip) for grip in grips)], 0.013, steel)
    sculpture.add(box(0.26, 0.15, 0.05, 0.02).moved(seat[0] - 0.02, 0.0, seat[2] + 0.04), black)
    turn = 2.0 * np.pi * phase
    pedal = np.array([np.cos(turn), 0.0, -np.sin(turn)]) * 0.17
    pedals = np.stack([crank + pedal + [0, 0.1, 0], crank - pedal + [0, -0.1, 0]])
    _pipes(
        sculpture,
        [(crank + [0, 0.06, 0], pedals[0] - [0, 0.04, 0]), (crank - [0, 0.06, 0], pedals[1] + [0, 0.04, 0])],
        0.011,
        steel,
    )
    for at in pedals:
        sculpture.add(box(0.09, 0.09, 0.02).moved(*at), black)
    disc = tube([crank + [0, -0.02, 0], crank + [0, -0.03, 0]], [0.09, 0.09], 12, across=(1.0, 0.0, 0.0))
    sculpture.add(disc, steel)
    height = looks.height_m
    ankles = pedals + np.array([-0.05, 0.0, ANKLE * height + 0.01])
    joints = _seated(
        looks, seat + [0, 0, 0.065 + 0.055 * height], 0.75 if sporty else 0.32, ankles, grips, [0.15, 0.15]
    )
    draw_figure(sculpture, looks, joints)
    helmeted = sporty or rng.random() < 0.5
    draw_head(sculpture, looks, joints)
    if helmeted:
        _helmet(sculpture, palette, rng, looks, joints)
    if not sporty:
        sculpture.add(box(0.34, 0.1, 0.02).moved(rear + 0.02, 0.0, 0.75), palette.metal("55585c"))
    sculpture.add(
        box(0.03, 0.06, 0.05).moved(rear - 0.2 if not sporty else seat[0] - 0.16, 0.0, 0.72), palette.tail_lamp()
    )
    sculpture.add(box(0.04, 0.06, 0.06).moved(bar[0] + 0.08, 0.0, bar[2] - 0.1), palette.head_lamp())


def _helmet(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, looks: Looks, joints: Joints) -> None:
    size, (x, y, z) = looks.head * looks.height_m, joints.head
    colour = palette.plastic(choose(rng, [("f0efe8", 2), ("1c1d20", 2), ("c4202a", 1), ("d8e04a", 1)]))
    shell = ellipsoid((size * 0.56, size * 0.44, size * 0.4), 10, 6).moved(x - 0.04 * size, y, z + 0.28 * size)
    sculpture.add(shell, colour, crease_deg=70.0)


def build_motorcycle(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A motorcycle with its rider; `phase` turns the wheels."""
    looks = replace(any_looks(palette, rng), skirt_m=0.0, bare_from=4, bare_arms=False, long_hair=False, hair=None)
    leather = palette.cloth(choose(rng, [("17181a", 4), ("2a2d33", 2), ("5a1c1c", 1), ("3b3f2f", 1)]))
    looks = replace(looks, top=leather, height_m=float(np.clip(looks.height_m, 1.62, 1.86)))
    rear, front, radius = -0.7, 0.72, 0.31
    paint = palette.paint(
        choose(rng, [("b0141a", 3), ("111215", 3), ("1f4f9c", 2), ("e6e4de", 2), ("d9761a", 1), ("3b7a35", 1)]), 0.3
    )
    steel, black, dark = palette.metal("a8abae"), palette.rubber(), palette.plain("18191b", 0.5)
    for x in (rear, front):
        sculpture.add(
            _thin_wheel(radius, 0.062, 4, phase, 0.04).moved(x, 0.0, radius),
            black,
            palette.metal("77797c"),
            crease_deg=60.0,
        )
    head = np.array([0.36, 0.0, 0.9])
    for y in (-0.09, 0.09):
        _pipes(sculpture, [((front, y, radius), (head[0], y, head[2]))], 0.025, steel)
        _pipes(sculpture, [((rear, y, radius), (-0.15, y, 0.42))], 0.03, dark)
    sculpture.add(box(0.5, 0.3, 0.4, 0.07).moved(0.05, 0.0, 0.44), dark)
    tank = [(0.38, 0, 0.84), (0.3, 0, 0.86), (0.1, 0, 0.86), (-0.12, 0, 0.78)]
    sculpture.add(
        tube(tank[::-1], [[0.09, 0.07], [0.15, 0.12], [0.17, 0.13], [0.08, 0.07]], 10), paint, crease_deg=60.0
    )
    seat = [(-0.08, 0, 0.78), (-0.3, 0, 0.77), (-0.62, 0, 0.84), (-0.82, 0, 0.9)]
    sculpture.add(tube(seat[::-1], [[0.06, 0.03], [0.11, 0.05], [0.13, 0.06], [0.1, 0.05]], 8), black, crease_deg=60.0)
    tail = [(-0.3, 0, 0.68), (-0.6, 0, 0.76), (-0.86, 0, 0.86)]
    sculpture.add(tube(tail[::-1], [[0.06, 0.03], [0.12, 0.06], [0.12, 0.06]], 8), paint, crease_deg=60.0)
    sculpture.add(
        tube(
            [(front - 0.2, 0, 0.6), (front, 0, 0.66), (front + 0.2, 0, 0.58)],
            [[0.06, 0.01], [0.08, 0.02], [0.05, 0.01]],
            6,
        ),
        paint,
    )
    fairing = tube(
        [(0.3, 0, 0.95), (0.48, 0, 0.93), (0.56, 0, 0.9)], [[0.14, 0.13], [0.15, 0.13], [0.1, 0.09]], 10, tags=[0, 0]
    )
    sculpture.add(fairing, paint, crease_deg=60.0)
    lamp = tube([(0.55, 0, 0.9), (0.585, 0, 0.9)], [0.085, 0.07], 10)
    sculpture.add(lamp, palette.head_lamp())
    sculpture.add(box(0.04, 0.16, 0.07).moved(-0.9, 0.0, 0.84), palette.tail_lamp())
    sculpture.add(plate(-0.93, 0.66, -1.0, 0.2, 0.16), palette.plain("e9e9e4"))
    _pipes(
        sculpture, [((0.15, -0.19, 0.34), (-0.4, -0.2, 0.33)), ((-0.4, -0.2, 0.33), (-0.85, -0.21, 0.42))], 0.045, steel
    )
    grips = np.array([[0.24, 0.34, 1.06], [0.24, -0.34, 1.06]])
    _pipes(sculpture, [((0.34, 0, 1.0), grips[0]), ((0.34, 0, 1.0), grips[1])], 0.016, steel)
    for y in (-0.3, 0.3):
        sculpture.add(box(0.03, 0.13, 0.08, 0.012).moved(0.33, y * 1.1, 1.2), dark)
    height = looks.height_m
    ankles = np.array([[-0.18, 0.2, 0.36 + ANKLE * height], [-0.18, -0.2, 0.36 + ANKLE * height]])
    joints = _seated(looks, (-0.3, 0.0, 0.83 + 0.055 * height), 0.38, ankles, grips, [0.1, 0.1])
    draw_figure(sculpture, looks, joints)
    size, (x, y, z) = looks.head * height, joints.head
    shell = palette.plastic(choose(rng, [("f0efe8", 2), ("131416", 3), ("c4202a", 1), ("2a4f9a", 1)]))
    sculpture.add(
        ellipsoid((size * 0.62, size * 0.54, size * 0.62), 12, 8).moved(x, y, z + 0.02), shell, crease_deg=60.0
    )
    visor = ellipsoid((size * 0.56, size * 0.5, size * 0.24), 12, 4).moved(x + 0.09 * size, y, z + 0.1 * size)
    sculpture.add(visor, palette.glass(0.95), crease_deg=60.0)
