"""Cyclists and motorcyclists, each with their machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

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
from core.city.actors.shapes import RIM, TYRE, Floats, Sculpture, Shape, box, ellipsoid, grid, tube
from core.city.surfaces import Surface

_FORWARD = np.array([1.0, 0.0, 0.0])

# Half breadth and half height along the spine of tank and seat.
_TANK = [(0.08, 0.07), (0.17, 0.13), (0.15, 0.12), (0.09, 0.07)]
_SEAT = [(0.1, 0.05), (0.13, 0.06), (0.11, 0.05), (0.06, 0.03)]


def _thin_wheel(radius: float, tyre: float, spokes: int, turn: float, spoke_radius: float) -> Shape:
    """A tyre on a narrow rim with spokes through the hub, about the y axis; tags TYRE and RIM."""
    sides = 18
    angles = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)
    around = np.stack([np.sin(angles), np.zeros(sides), np.cos(angles)], axis=1)
    well = radius - 2.0 * tyre
    outline = [(well, 0.8), (well, -0.8), (radius, -0.35), (radius, 0.35), (well, 0.8)]
    rings = [around * r + np.array([0.0, y * tyre, 0.0]) for r, y in outline]
    tags = [[tag] * sides for tag in (RIM, TYRE, TYRE, TYRE)]
    parts = [grid(rings, tags, closed=True).welded()]
    for angle in np.arange(spokes) * np.pi / spokes:
        spoke = tube([(-well, 0.0, 0.0), (well, 0.0, 0.0)], [spoke_radius] * 2, 3, tags=[RIM], caps=(False, False))
        parts.append(spoke.turned("y", angle))
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


Span = tuple[ArrayLike, ArrayLike]


def _pipes(
    sculpture: Sculpture, spans: Sequence[Span], radius: float, surface: Surface, *, capped: bool = False
) -> None:
    """Straight pipes between pairs of points."""
    for start, end in spans:
        a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
        across = (1.0, 0.0, 0.0) if abs((b - a)[1]) > 0.5 * np.linalg.norm(b - a) else (0.0, 1.0, 0.0)
        pipe = tube([a, b], [radius, radius], 3, across=across, caps=(capped, capped))
        sculpture.add(pipe, surface, crease_deg=130.0)


def build_cyclist(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A cyclist on a bicycle; `phase` is one turn of the pedals."""
    looks = replace(any_looks(palette, rng), skirt_m=0.0, long_hair=False)
    looks = replace(looks, height_m=float(np.clip(looks.height_m, 1.6, 1.85)))
    sporty = bool(rng.random() < 0.4)
    frame = palette.metal(choose(rng, _FRAME_COLOURS), 0.4)
    turn = 2.0 * np.pi * phase
    arm = np.array([np.cos(turn), 0.0, -np.sin(turn)]) * 0.17
    pedals = np.stack([_CRANK + arm + _across(0.1), _CRANK - arm - _across(0.1)])
    _draw_bicycle(sculpture, palette, frame, sporty, phase, pedals)
    grips = _bar(sporty) + np.array([[0.12 if sporty else -0.02, y, 0.0] for y in (0.24, -0.24)])
    ankles = pedals + np.array([-0.05, 0.0, ANKLE * looks.height_m + 0.01])
    pelvis = _SADDLE + np.array([0.0, 0.0, 0.065 + 0.055 * looks.height_m])
    joints = _seated(looks, pelvis, 0.75 if sporty else 0.32, ankles, grips, [0.15, 0.15])
    draw_figure(sculpture, looks, joints)
    draw_head(sculpture, looks, joints)
    if sporty or rng.random() < 0.5:
        _helmet(sculpture, palette, rng, looks, joints)


_FRAME_COLOURS = [("b01f24", 2), ("20242a", 4), ("2a5b9a", 2), ("d8d6d0", 2), ("3f7a4a", 1), ("d98a1a", 1)]
_CRANK, _SADDLE = np.array([-0.08, 0.0, 0.29]), np.array([-0.25, 0.0, 0.82])
_HEAD_TOP, _HEAD_LOW = np.array([0.36, 0.0, 0.8]), np.array([0.41, 0.0, 0.64])


def _across(y: float) -> Floats:
    return np.array([0.0, y, 0.0])


def _bar(sporty: bool) -> Floats:
    return np.array([0.33, 0.0, 0.95 if sporty else 1.08])


def _draw_bicycle(
    sculpture: Sculpture, palette: Palette, frame: Surface, sporty: bool, phase: float, pedals: Floats
) -> None:
    radius, rear, front = 0.345, -0.5, 0.55
    steel, black = palette.metal("a8abae"), palette.rubber()
    for x in (rear, front):
        wheel = _thin_wheel(radius, 0.02 if sporty else 0.026, 5, phase * 2.0, 0.004).moved(x, 0.0, radius)
        sculpture.add(wheel, black, steel, crease_deg=70.0)
    rear_hub, front_hub = (np.array([x, 0.0, radius]) for x in (rear, front))
    below = _SADDLE - np.array([0.0, 0.0, 0.08])
    main = [(_CRANK, _SADDLE), (below, _HEAD_TOP), (_CRANK, _HEAD_LOW), (_HEAD_LOW, _HEAD_TOP)]
    _pipes(sculpture, main, 0.018, frame)
    for side in (_across(0.045), _across(-0.045)):
        stays = [(rear_hub + side, _CRANK + side * 0.4), (rear_hub + side, below + side * 0.2)]
        _pipes(sculpture, stays, 0.01, frame)
        _pipes(sculpture, [(front_hub + side, _HEAD_LOW + side * 0.7)], 0.013, frame)
    bar = _bar(sporty)
    ahead = np.array([0.12 if sporty else -0.02, 0.0, 0.0])
    steering = [(_HEAD_TOP, bar), (bar, bar + ahead + _across(0.24)), (bar, bar + ahead - _across(0.24))]
    _pipes(sculpture, steering, 0.013, steel)
    saddle = [(-0.4, 0.0, 0.86), (-0.3, 0.0, 0.86), (-0.1, 0.0, 0.85)]
    sculpture.add(tube(saddle, [(0.07, 0.02), (0.075, 0.025), (0.02, 0.015)], 6), black, crease_deg=60.0)
    cranks = [(_CRANK + _across(s * 0.06), pedal - _across(s * 0.04)) for s, pedal in zip((1, -1), pedals, strict=True)]
    _pipes(sculpture, cranks, 0.011, steel)
    for pedal in pedals:
        sculpture.add(box(0.09, 0.09, 0.02).moved(*pedal), black)
    chain_ring = [_CRANK - _across(0.035), _CRANK - _across(0.025)]
    sculpture.add(tube(chain_ring, [0.09, 0.09], 7, across=(1.0, 0.0, 0.0)), steel)
    if not sporty:
        sculpture.add(box(0.34, 0.1, 0.02).moved(rear + 0.02, 0.0, 0.75), palette.metal("55585c"))
    tail_x = _SADDLE[0] - 0.16 if sporty else rear - 0.2
    sculpture.add(box(0.03, 0.06, 0.05).moved(tail_x, 0.0, 0.72), palette.tail_lamp())
    sculpture.add(box(0.04, 0.06, 0.06).moved(bar[0] + 0.08, 0.0, bar[2] - 0.1), palette.head_lamp())


def _helmet(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, looks: Looks, joints: Joints) -> None:
    size, (x, y, z) = looks.head * looks.height_m, joints.head
    colour = palette.plastic(choose(rng, [("f0efe8", 2), ("1c1d20", 2), ("c4202a", 1), ("d8e04a", 1)]))
    shell = ellipsoid((size * 0.56, size * 0.44, size * 0.4), 8, 5).moved(x - 0.04 * size, y, z + 0.28 * size)
    sculpture.add(shell, colour, crease_deg=70.0)


def build_motorcycle(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A motorcycle with its rider; `phase` turns the wheels."""
    looks = replace(any_looks(palette, rng), skirt_m=0.0, bare_from=4, bare_arms=False)
    leather = palette.cloth(choose(rng, [("17181a", 4), ("2a2d33", 2), ("5a1c1c", 1), ("3b3f2f", 1)]))
    gloves = palette.cloth("141414")
    looks = replace(looks, top=leather, skin=gloves, shoes=gloves, height_m=float(np.clip(looks.height_m, 1.62, 1.86)))
    code = choose(rng, [("b0141a", 3), ("111215", 3), ("1f4f9c", 2), ("e6e4de", 2), ("d9761a", 1), ("3b7a35", 1)])
    _draw_motorcycle(sculpture, palette, palette.paint(code, 0.3), phase)
    grips = np.array([[0.24, 0.34, 1.06], [0.24, -0.34, 1.06]])
    height = looks.height_m
    ankles = np.array([[-0.18, 0.2, 0.36 + ANKLE * height], [-0.18, -0.2, 0.36 + ANKLE * height]])
    joints = _seated(looks, (-0.3, 0.0, 0.83 + 0.055 * height), 0.4, ankles, grips, [0.1, 0.1])
    draw_figure(sculpture, looks, joints)
    size, (x, y, z) = looks.head * height, joints.head
    shell = palette.plastic(choose(rng, [("f0efe8", 2), ("131416", 3), ("c4202a", 1), ("2a4f9a", 1)]))
    helmet = ellipsoid((size * 0.64, size * 0.54, size * 0.66), 10, 7).moved(x, y, z)
    sculpture.add(helmet, shell, crease_deg=60.0)
    visor = ellipsoid((size * 0.5, size * 0.54, size * 0.28), 10, 4).moved(x + 0.18 * size, y, z + 0.12 * size)
    sculpture.add(visor, palette.glass(0.95), crease_deg=60.0)


def _draw_motorcycle(sculpture: Sculpture, palette: Palette, paint: Surface, phase: float) -> None:
    rear, front, radius = -0.7, 0.72, 0.31
    steel, black, dark = palette.metal("a8abae"), palette.rubber(), palette.plain("18191b", 0.5)
    for x in (rear, front):
        wheel = _thin_wheel(radius, 0.062, 4, phase, 0.024).moved(x, 0.0, radius)
        sculpture.add(wheel, black, palette.metal("77797c"), crease_deg=60.0)
    for y in (-0.09, 0.09):
        _pipes(sculpture, [((front, y, radius), (0.36, y, 0.9))], 0.025, steel)
        _pipes(sculpture, [((rear - 0.04, y, radius), (-0.15, y, 0.42))], 0.03, dark, capped=True)
    sculpture.add(box(0.5, 0.3, 0.4, 0.07).moved(0.05, 0.0, 0.44), dark)
    for path, radii, sides, surface in (
        ([(-0.12, 0.78), (0.1, 0.86), (0.3, 0.86), (0.38, 0.84)], _TANK, 10, paint),
        ([(-0.82, 0.9), (-0.62, 0.84), (-0.3, 0.77), (-0.08, 0.78)], _SEAT, 8, black),
        ([(-0.86, 0.86), (-0.6, 0.76), (-0.3, 0.68)], [(0.12, 0.06), (0.12, 0.06), (0.06, 0.03)], 8, paint),
        (
            [(front - 0.2, 0.6), (front, 0.66), (front + 0.2, 0.58)],
            [(0.06, 0.01), (0.08, 0.02), (0.05, 0.01)],
            6,
            paint,
        ),
        ([(0.3, 0.95), (0.48, 0.94), (0.56, 0.9)], [(0.14, 0.13), (0.15, 0.14), (0.1, 0.09)], 10, paint),
        ([(0.55, 0.9), (0.585, 0.9)], [(0.085, 0.085), (0.07, 0.07)], 10, palette.head_lamp()),
    ):
        spine = [(x, 0.0, z) for x, z in path]
        sculpture.add(tube(spine, radii, sides), surface, crease_deg=60.0)
    sculpture.add(box(0.04, 0.16, 0.07).moved(-0.9, 0.0, 0.84), palette.tail_lamp())
    sculpture.add(box(0.012, 0.2, 0.16).moved(-0.92, 0.0, 0.68), palette.plain("e9e9e4"))
    exhaust = [(-0.85, -0.21, 0.42), (-0.4, -0.2, 0.33), (0.15, -0.19, 0.34)]
    sculpture.add(tube(exhaust, [0.055, 0.05, 0.03], 6), steel, crease_deg=70.0)
    for y in (-0.34, 0.34):
        _pipes(sculpture, [((0.34, 0, 1.0), (0.24, y, 1.06)), ((0.28, y * 0.75, 1.05), (0.32, y, 1.18))], 0.014, steel)
        sculpture.add(box(0.03, 0.13, 0.08).moved(0.32, y, 1.21), dark)
