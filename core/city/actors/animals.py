"""Dogs, cats and deer that walk on four legs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.city.actors.figure import bend
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Floats, Sculpture, ellipsoid, tube
from core.city.surfaces import Surface


@dataclass(frozen=True)
class Build:
    """Measures of a four-legged animal as shares of its height at the shoulder."""

    shoulder_m: float
    length: float  # shoulder to hip
    chest: float  # half depth of the chest
    waist: float
    neck: float
    neck_rise_rad: float
    head: float
    snout: float
    ears: str  # upright, hanging, wide
    leg: float  # thickness
    tail: float
    tail_rise_rad: float


def build_dog(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A trotting dog, from terrier to shepherd."""
    size = float(rng.choice([0.3, 0.42, 0.55, 0.62])) * rng.uniform(0.93, 1.07)
    code, second = (("1d1a18", "8a5a30"), ("8a5a30", "d9c7a4"), ("d8b27a", "efe2c8"), ("ece7dd", "5a3d24"), ("54402c", "1d1a18"))[
        int(rng.integers(5))
    ]  # fmt: skip
    ears = choose(rng, [("upright", 1), ("hanging", 1)])
    build = Build(size, rng.uniform(0.95, 1.15), 0.25, 0.17, 0.34, 0.85, 0.17, rng.uniform(0.2, 0.3), ears, 0.068, 0.5,
                  rng.uniform(0.2, 0.9))  # fmt: skip
    _draw(sculpture, palette, build, palette.fur(code, second, 0.12), palette.fur(code), phase)


def build_cat(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A walking cat."""
    code, second = (("1d1a18", "1d1a18"), ("c98a4a", "efe2c8"), ("77736d", "3c3a37"), ("ece7dd", "5a3d24"))[
        int(rng.integers(4))
    ]
    build = Build(rng.uniform(0.24, 0.28), 1.25, 0.23, 0.2, 0.26, 0.6, 0.19, 0.1, "upright", 0.07, 1.0, 0.9)
    _draw(sculpture, palette, build, palette.fur(code, second, 0.06), palette.fur(code), phase)


def build_deer(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A walking roe deer; bucks carry antlers."""
    build = Build(rng.uniform(0.72, 0.92), 1.02, 0.22, 0.18, 0.58, 1.0, 0.13, 0.24, "wide", 0.045, 0.1, -0.6)
    fur = palette.fur("8a5a34", "a8754a", 0.15)
    head = _draw(sculpture, palette, build, fur, palette.fur("6b452a"), phase)
    if rng.random() < 0.5:
        horn, s = palette.plain("b79a72"), build.shoulder_m
        for side in (1.0, -1.0):
            base = head + np.array([-0.03, 0.04 * side, 0.1]) * s
            tip, tine = base + np.array([-0.05, 0.12 * side, 0.34]) * s, base + np.array([0.14, 0.1 * side, 0.26]) * s
            middle = base + np.array([-0.06, 0.07 * side, 0.17]) * s
            sculpture.add(tube([base, middle, tip], np.array([0.02, 0.015, 0.004]) * s, 5), horn, crease_deg=75.0)
            sculpture.add(tube([middle, tine], np.array([0.013, 0.004]) * s, 4), horn, crease_deg=75.0)


def _draw(sculpture: Sculpture, palette: Palette, build: Build, fur: Surface, limbs: Surface, phase: float) -> Floats:
    """Body, head, tail and legs; returns the centre of the head."""
    s, half = build.shoulder_m, build.length / 2
    back = 0.02 * np.cos(4.0 * np.pi * phase)
    spine_z = 1.0 - build.chest * 0.75 + back
    path = np.array(
        [
            (-half - 0.12, 0.06),
            (-half - 0.02, 0.03),
            (-half + 0.2, 0.0),
            (0.0, -0.01),
            (half - 0.15, -0.03),
            (half + 0.05, 0.0),
            (half + 0.16, 0.06),
        ]
    )
    c, w = build.chest, build.waist
    radii = np.array(
        [
            [0.06, 0.06],
            [w * 0.85, w],
            [w * 0.8, w * 0.98],
            [w * 0.9, (w + c) / 2],
            [c * 0.75, c],
            [c * 0.72, c * 0.92],
            [0.1, 0.12],
        ]
    )
    points = np.stack([path[:, 0], np.zeros(7), path[:, 1] + spine_z], axis=1)
    sculpture.add(tube(points * s, radii * s, 10), fur, crease_deg=70.0)
    head = _draw_head(sculpture, palette, build, fur, limbs, spine_z)
    tail_root = np.array([-half - 0.12, 0.0, spine_z + 0.1])
    tips = [
        tail_root
        + build.tail
        * t
        * np.array([-np.cos(build.tail_rise_rad * t * 1.5), 0.0, np.sin(build.tail_rise_rad * 1.5 * t)])
        for t in (0.5, 1.0)
    ]
    sculpture.add(tube(np.array([tail_root, *tips]) * s, np.array([0.05, 0.045, 0.015]) * s, 5), fur, crease_deg=75.0)
    for x, side, offset, hind in (
        (half - 0.04, 1, 0.0, False),
        (half - 0.04, -1, 0.5, False),
        (-half + 0.02, 1, 0.55, True),
        (-half + 0.02, -1, 0.05, True),
    ):
        _draw_leg(
            sculpture, build, limbs, np.array([x, side * build.chest * 0.45, spine_z]), (phase + offset) % 1.0, hind
        )
    return head


def _draw_head(
    sculpture: Sculpture, palette: Palette, build: Build, fur: Surface, limbs: Surface, spine_z: float
) -> Floats:
    s, half = build.shoulder_m, build.length / 2
    root = np.array([half + 0.02, 0.0, spine_z + 0.06])
    rise = np.array([np.cos(build.neck_rise_rad), 0.0, np.sin(build.neck_rise_rad)])
    centre = root + rise * build.neck
    neck = np.stack([root - rise * 0.06, root + rise * build.neck * 0.5, centre])
    sculpture.add(
        tube(neck * s, np.array([build.chest * 0.68, build.chest * 0.5, build.head * 0.62]) * s, 8),
        fur,
        crease_deg=70.0,
    )
    h = build.head
    skull = centre + np.array([0.02, 0.0, 0.02])
    path = np.stack(
        [
            skull + np.array([x, 0.0, z])
            for x, z in (
                (-h * 0.75, 0.0),
                (-h * 0.3, 0.02),
                (h * 0.35, 0.01),
                (h * 0.75, -0.04),
                (h * 0.7 + build.snout, -0.08),
            )
        ]
    )
    radii = np.array([[0.4, 0.4], [0.72, 0.74], [0.62, 0.62], [0.36, 0.38], [0.24, 0.24]]) * h
    sculpture.add(tube(path * s, radii * s, 8), fur, crease_deg=70.0)
    nose = path[-1] * s
    sculpture.add(
        ellipsoid((0.035 * s, 0.04 * s, 0.03 * s), 6, 4).moved(nose[0] + 0.005 * s, 0.0, nose[2] + 0.01 * s),
        palette.plain("0f0d0c"),
        crease_deg=70.0,
    )
    for side in (1.0, -1.0):
        base = skull + np.array([-0.1 * h, side * 0.5 * h, 0.5 * h])
        tip = {"upright": (-0.1, 0.25, 0.85), "hanging": (0.1, 0.55, -0.75), "wide": (-0.5, 0.95, 0.75)}[build.ears]
        end = base + np.array([tip[0], side * tip[1], tip[2]]) * h
        ear = tube(
            np.array([base - [0, 0, 0.1 * h], (base + end) / 2, end]) * s,
            np.array([[0.3, 0.14], [0.28, 0.1], [0.06, 0.04]]) * h * s,
            5,
            across=(1.0, 0.0, 0.0),
        )
        sculpture.add(ear, limbs, crease_deg=75.0)
    return skull * s


def _draw_leg(sculpture: Sculpture, build: Build, fur: Surface, hip: Floats, phase: float, hind: bool) -> None:
    """A leg whose foot stands for 0.6 of the cycle and swings forward, lifted, for the rest."""
    s, stride = build.shoulder_m, 0.36
    stands = phase < 0.6
    share = phase / 0.6 if stands else (phase - 0.6) / 0.4
    x = stride * (0.5 - share) if stands else stride * (-0.5 + share)
    lift = 0.0 if stands else 0.14 * np.sin(np.pi * share)
    t = build.leg
    foot = np.array([hip[0] + x - (0.06 if hind else 0.0), hip[1], 0.045 + lift])
    upper = hip + np.array([0.0, 0.0, -0.02])
    if hind:
        hock = foot + np.array([-0.1, 0.0, 0.24 + 0.1 * lift])
        reach = float(np.linalg.norm(hock - upper))
        knee, hock = bend(upper, hock, reach * 0.56, reach * 0.56, (1.0, 0.0, 0.0))
        path = [upper, knee, hock, foot]
        radii = np.array([[t * 1.6, t * 2.4], [t * 1.1, t * 1.5], [t * 0.7, t * 0.75], [t * 0.62, t * 0.62]])
    else:
        reach = float(np.linalg.norm(foot - upper))
        elbow, _ = bend(
            upper, foot, reach * 0.5 + 0.6 * lift * 0.5, reach * 0.52, (-0.4, 0.0, 0.0) if not lift else (1.0, 0.0, 0.3)
        )
        path = [upper, elbow, foot]
        radii = np.array([[t * 1.3, t * 1.9], [t * 0.85, t * 0.9], [t * 0.62, t * 0.62]])
    sculpture.add(tube(np.array(path) * s, radii * s, 6), fur, crease_deg=75.0)
    paw = ellipsoid((t * 1.35 * s, t * 0.85 * s, 0.045 * s), 6, 4).moved(*(foot + np.array([t * 0.5, 0.0, 0.0])) * s)
    sculpture.add(paw, fur, crease_deg=75.0)
