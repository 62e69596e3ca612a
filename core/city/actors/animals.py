"""Dogs, cats and deer that walk on four legs. Lengths are shares of the height at the withers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.city.actors.figure import bend
from core.city.actors.kinds import STANDING
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Floats, Sculpture, ellipsoid, tube
from core.city.surfaces import Surface

_UPRIGHT = 0.3  # phase of a leg that stands straight below the body


@dataclass(frozen=True)
class Build:
    """The shape of a species or breed."""

    withers_m: float
    length: float  # hip to shoulder
    depth: float  # of the chest
    tuck: float  # how much the belly rises towards the hind legs
    breadth: float  # half breadth of the chest
    neck: float
    neck_rise_rad: float
    throat: float  # radius of the neck
    skull: float  # radius
    muzzle: float  # length
    ears: str  # upright, hanging, wide
    leg: float  # radius below the elbow
    tail: float
    tail_rise_rad: float
    tail_curl_rad: float


_DOG_COATS = (
    ("1d1a18", "8a5a30"), ("8a5a30", "d9c7a4"), ("c9a26a", "efe2c8"), ("d9d2c4", "5a3d24"), ("54402c", "1d1a18"),
    ("3a3a3c", "d9d2c4"),
)  # fmt: skip
_CAT_COATS = (("1d1a18", "1d1a18"), ("c98a4a", "efe2c8"), ("77736d", "3c3a37"), ("d9d2c4", "5a3d24"))


def build_dog(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A trotting dog, from terrier to shepherd."""
    withers = float(rng.choice([0.3, 0.42, 0.55, 0.62])) * rng.uniform(0.93, 1.07)
    coat, second = _DOG_COATS[int(rng.integers(len(_DOG_COATS)))]
    build = Build(
        withers_m=withers, length=rng.uniform(0.72, 0.9), depth=rng.uniform(0.46, 0.52), tuck=rng.uniform(0.06, 0.15),
        breadth=rng.uniform(0.15, 0.18), neck=0.22, neck_rise_rad=rng.uniform(0.75, 0.95), throat=0.105, skull=0.13,
        muzzle=rng.uniform(0.14, 0.2), ears=choose(rng, [("upright", 1), ("hanging", 1)]), leg=0.05,
        tail=rng.uniform(0.4, 0.55), tail_rise_rad=rng.uniform(-0.5, 0.5), tail_curl_rad=rng.uniform(0.5, 1.6),
    )  # fmt: skip
    fur = palette.fur(coat, second, 0.12)
    head = _draw(sculpture, palette, build, (fur, palette.fur(coat), fur), phase)
    along = np.array([np.cos(build.neck_rise_rad), 0.0, np.sin(build.neck_rise_rad)])
    collar = head - np.array([[0.5], [0.4]]) * (build.neck + build.skull) * along * withers
    band = tube(collar, np.array([[1.06, 1.16], [1.0, 1.06]]) * build.throat * withers, 8, caps=(False, False))
    sculpture.add(band, palette.plain(choose(rng, [("b01f24", 1), ("1f4f9c", 1), ("111111", 1)])), crease_deg=60.0)


def build_cat(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A walking cat, its tail up."""
    coat, second = _CAT_COATS[int(rng.integers(len(_CAT_COATS)))]
    build = Build(
        withers_m=rng.uniform(0.24, 0.28), length=1.0, depth=0.42, tuck=0.03, breadth=0.16, neck=0.14,
        neck_rise_rad=0.55, throat=0.1, skull=0.16, muzzle=0.03, ears="upright", leg=0.06, tail=1.0, tail_rise_rad=0.3,
        tail_curl_rad=rng.uniform(0.8, 1.5),
    )  # fmt: skip
    fur = palette.fur(coat, second, 0.05)
    _draw(sculpture, palette, build, (fur, palette.fur(coat), fur), phase)


def build_deer(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A walking roe deer; bucks carry antlers."""
    build = Build(
        withers_m=rng.uniform(0.72, 0.92), length=0.88, depth=0.4, tuck=0.05, breadth=0.135, neck=0.5,
        neck_rise_rad=1.0, throat=0.06, skull=0.085, muzzle=0.16, ears="wide", leg=0.028, tail=0.08, tail_rise_rad=-0.8,
        tail_curl_rad=0.0,
    )  # fmt: skip
    shade = choose(rng, [("8a5a34", 2), ("7a5a3c", 1), ("96663c", 1)])
    fur = palette.fur(shade, "93633c", 0.15)
    head = _draw(sculpture, palette, build, (fur, palette.fur("6b452a"), palette.fur("e8dcc8")), phase)
    if rng.random() < 0.5:
        _draw_antlers(sculpture, palette.plain("b79a72"), head, build.withers_m)


def _draw_antlers(sculpture: Sculpture, horn: Surface, head: Floats, scale: float) -> None:
    for side in (1.0, -1.0):
        base = head + np.array([-0.02, 0.035 * side, 0.06]) * scale
        middle, tip, tine = (
            base + np.array(offset) * (1.0, side, 1.0) * scale
            for offset in ((-0.05, 0.05, 0.14), (-0.06, 0.09, 0.3), (0.09, 0.08, 0.22))
        )
        sculpture.add(tube([base, middle, tip], np.array([0.018, 0.014, 0.004]) * scale, 5), horn, crease_deg=75.0)
        sculpture.add(tube([middle, tine], np.array([0.012, 0.004]) * scale, 4), horn, crease_deg=75.0)


def _draw(
    sculpture: Sculpture, palette: Palette, build: Build, coat: tuple[Surface, Surface, Surface], phase: float
) -> Floats:
    """Body, head, tail and legs in fur, legs and rump of `coat`; returns the centre of the skull in metres."""
    fur, limbs, rump = coat
    scale, half = build.withers_m, build.length / 2
    bob = 0.0 if phase == STANDING else 0.012 * np.cos(4.0 * np.pi * phase)
    belly, loin = 1.0 - build.depth, 1.0 - build.depth + build.tuck
    wide = build.breadth
    sections = np.array(  # x, back, belly, half breadth
        [
            [-half - 0.16, 0.86, 0.74, 0.05],
            [-half - 0.12, 0.94, 0.64, 0.6 * wide],
            [-half - 0.02, 0.985, loin - 0.02, 0.9 * wide],
            [-half + 0.22, 0.975, loin, 0.85 * wide],
            [0.0, 0.96, 0.5 * (belly + loin), 0.95 * wide],
            [half - 0.12, 0.97, belly, wide],
            [half + 0.04, 1.0, belly + 0.03, 0.92 * wide],
            [half + 0.14, 0.96, belly + 0.13, 0.65 * wide],
            [half + 0.19, 0.88, belly + 0.22, 0.3 * wide],
        ]
    )
    x, back, under, breadth = sections.T
    spine = np.stack([x, np.zeros(len(x)), (back + under) / 2 + bob], axis=1)
    radii = np.stack([breadth, (back - under) / 2], axis=1)
    body = tube(spine * scale, radii * scale, 10, tags=[1, 0, 0, 0, 0, 0, 0, 0])
    sculpture.add(body, fur, rump, crease_deg=75.0)
    _draw_tail(sculpture, build, fur, np.array([-half - 0.13, 0.0, 0.9 + bob]))
    for front, side, offset in ((True, 1.0, 0.0), (True, -1.0, 0.5), (False, 1.0, 0.55), (False, -1.0, 0.05)):
        hip = np.array([half - 0.02 if front else -half + 0.0, side * wide * 0.55, 0.76 + bob])
        leg_phase = _UPRIGHT if phase == STANDING else (phase + offset) % 1.0
        _draw_leg(sculpture, build, limbs, hip, leg_phase, hind=not front)
    return _draw_head(sculpture, palette, build, fur, limbs, np.array([half + 0.02, 0.0, 0.82 + bob]))


def _draw_tail(sculpture: Sculpture, build: Build, fur: Surface, root: Floats) -> None:
    angles = build.tail_rise_rad + build.tail_curl_rad * np.linspace(0.0, 1.0, 4)
    steps = np.stack([-np.cos(angles), np.zeros(4), np.sin(angles)], axis=1) * build.tail / 4
    path = np.concatenate([root[None], root + steps.cumsum(axis=0)])
    thick = 0.045 if build.tail > 0.2 else 0.06
    radii = thick * np.array([0.9, 1.0, 0.9, 0.75, 0.35])
    sculpture.add(tube(path * build.withers_m, radii * build.withers_m, 5), fur, crease_deg=80.0)


def _draw_head(
    sculpture: Sculpture, palette: Palette, build: Build, fur: Surface, limbs: Surface, root: Floats
) -> Floats:
    scale, skull = build.withers_m, build.skull
    rise = np.array([np.cos(build.neck_rise_rad), 0.0, np.sin(build.neck_rise_rad)])
    centre = root + rise * (build.neck + skull)
    neck = np.stack([root - rise * 0.05, root + rise * build.neck * 0.45, centre - rise * skull * 0.3])
    radii = np.array(
        [
            [0.8 * build.breadth, 0.42 * build.depth],
            [1.05 * build.throat, 1.25 * build.throat],
            [0.9 * build.throat, 0.95 * build.throat],
        ]
    )
    sculpture.add(tube(neck * scale, radii * scale, 8, caps=(False, True)), fur, crease_deg=75.0)
    tip = 0.95 * skull + build.muzzle
    profile = np.array(  # x, z, half breadth, half height
        [
            [-0.95 * skull, -0.05 * skull, 0.3 * skull, 0.35 * skull],
            [-0.6 * skull, 0.0, 0.8 * skull, 0.78 * skull],
            [0.15 * skull, 0.04 * skull, 0.86 * skull, 0.86 * skull],
            [0.8 * skull, -0.2 * skull, 0.52 * skull, 0.52 * skull],
            [tip, -0.36 * skull, 0.34 * skull, 0.34 * skull],
        ]
    )
    spine = centre + np.stack([profile[:, 0], np.zeros(5), profile[:, 1]], axis=1)
    sculpture.add(tube(spine * scale, profile[:, 2:] * scale, 8), fur, crease_deg=75.0)
    nose = ellipsoid((0.14 * skull * scale, 0.2 * skull * scale, 0.15 * skull * scale), 6, 4)
    nose = nose.moved(*(centre + np.array([tip, 0.0, -0.16 * skull])) * scale)
    sculpture.add(nose, palette.plain("0f0d0c"), crease_deg=75.0)
    for side in (1.0, -1.0):
        eye = ellipsoid((0.1 * skull * scale,) * 3, 4, 2)
        at = centre + np.array([0.5 * skull, side * 0.58 * skull, 0.28 * skull])
        sculpture.add(eye.moved(*at * scale), palette.plain("0f0d0c"), crease_deg=100.0)
        _draw_ear(sculpture, build, limbs, centre, side)
    return centre * scale


def _draw_ear(sculpture: Sculpture, build: Build, fur: Surface, centre: Floats, side: float) -> None:
    skull = build.skull
    base = centre + np.array([-0.25, side * 0.5, 0.6]) * skull
    tips = {"upright": (-0.1, 0.2, 1.0), "hanging": (0.25, 0.62, -1.0), "wide": (-0.7, 1.3, 0.95)}
    reach = np.array(tips[build.ears]) * (1.0, side, 1.0) * skull
    middle = base + reach * 0.5 + (np.array([0.0, 0.3 * side, 0.25]) * skull if build.ears == "hanging" else 0.0)
    path = np.stack([base, middle, base + reach])
    radii = np.array([[0.12, 0.3], [0.09, 0.36], [0.03, 0.08]]) * skull
    ear = tube(path * build.withers_m, radii * build.withers_m, 5, across=(0.2, 1.0, 0.1))
    sculpture.add(ear, fur, crease_deg=80.0)


def _draw_leg(sculpture: Sculpture, build: Build, fur: Surface, hip: Floats, phase: float, *, hind: bool) -> None:
    """A leg whose foot stands for 0.6 of the cycle and swings forward, lifted, for the rest."""
    scale, stride, thick = build.withers_m, 0.36, build.leg
    standing = phase < 0.6
    share = phase / 0.6 if standing else (phase - 0.6) / 0.4
    reach = stride * (0.5 - share if standing else share - 0.5)
    lift = 0.0 if standing else 0.13 * np.sin(np.pi * share)
    foot = np.array([hip[0] + reach - (0.06 if hind else 0.0), hip[1], thick + lift])
    top = hip + np.array([0.0, 0.0, 0.1])
    if hind:
        hock = foot + np.array([-0.1, 0.0, 0.22 + 0.2 * lift])
        link = 0.54 * max(float(np.linalg.norm(hock - hip)), 0.48)
        knee, hock = bend(hip, hock, link, link, (1.0, 0.0, 0.0))
        path = [top, hip, knee, hock, foot]
        radii = np.array([[0.8, 1.2], [1.7, 3.1], [1.3, 1.7], [0.8, 0.85], [0.85, 0.85]]) * thick
    else:
        elbow = hip + np.array([-0.05 + 0.25 * reach, 0.0, -0.28 + 0.3 * lift])
        link = max(0.5 * float(np.linalg.norm(foot - elbow)), 0.225)
        wrist, _ = bend(elbow, foot, link, link, (1.0, 0.0, 0.0))
        path = [top, hip, elbow, wrist, foot]
        radii = np.array([[0.9, 1.4], [1.4, 2.4], [1.1, 1.35], [0.85, 0.9], [0.85, 0.85]]) * thick
    sculpture.add(tube(np.array(path) * scale, radii * scale, 6), fur, crease_deg=80.0)
    paw = ellipsoid((1.6 * thick * scale, 1.05 * thick * scale, thick * scale), 6, 4)
    sculpture.add(paw.moved(*(foot + np.array([0.5 * thick, 0.0, 0.0])) * scale), fur, crease_deg=80.0)
