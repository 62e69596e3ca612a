"""The human figure: proportions, joints, clothes. Walkers and riders pose the same figure.

Proportions follow the drawing rule of eight heads (children have bigger heads); lengths are shares of the height.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Floats, Sculpture, Shape, ellipsoid, loft, tube
from core.city.surfaces import Surface

THIGH, SHIN, ANKLE = 0.245, 0.245, 0.042
UPPER_ARM, FOREARM = 0.172, 0.15
HIP_HALF, HIP_DROP, SHOULDER_HALF = 0.05, 0.02, 0.11
SPINE = 0.3  # from the hips to the shoulders
_LEFT_RIGHT = np.array([1.0, -1.0])

_FAIR_SKINS = (("e8bfa0", 5), ("d9a582", 4))
_DARK_SKINS = (("b5825c", 2), ("8d5a3b", 2), ("5b3826", 2))
_FAIR_HAIRS = (("1c1512", 3), ("3b271a", 5), ("6a4526", 3), ("b08a4a", 2), ("8a4a26", 1), ("7d7a78", 1))
_DARK_HAIRS = (("14100e", 5), ("241812", 2))
_TOPS = (
    ("23272e", 5), ("3c4a5e", 3), ("e6e3dc", 3), ("7a1f26", 2), ("2f5d8c", 3), ("55603a", 2), ("b8a27c", 2),
    ("c9572a", 1), ("d7b13c", 1), ("5c4030", 2), ("8d9499", 3), ("3f7a6a", 1), ("8a5a86", 1),
)  # fmt: skip
_TROUSERS = (("23364f", 6), ("15181d", 5), ("4a4d52", 3), ("8a7a5c", 2), ("3a3226", 1), ("5f7690", 2))
_SHOES = (("17181a", 4), ("e4e2dd", 3), ("5a3a22", 2), ("a33c2a", 1))


@dataclass(frozen=True)
class Looks:
    height_m: float
    breadth: float
    head: float  # height of the head as a share of the figure
    skin: Surface
    eyes: Surface
    hair: Surface | None
    long_hair: bool
    top: Surface
    trousers: Surface
    bare_from: int  # stretch of the leg from which skin shows: 4 never, 2 below the knee
    bare_arms: bool
    shoes: Surface
    skirt_m: float  # length of skirt or coat below the hips as a share of the height, 0 without
    skirt: Surface


def any_looks(palette: Palette, rng: np.random.Generator, age: str = "adult") -> Looks:
    """An adult, child or elderly person; every surface carries the palette's label."""
    woman = rng.random() < 0.5
    height = {"adult": rng.normal(1.66 if woman else 1.78, 0.06), "child": rng.uniform(1.05, 1.4)}.get(
        age, rng.normal(1.64, 0.06)
    )
    fair = rng.random() < 0.6
    hair_code = (
        choose(rng, _FAIR_HAIRS if fair else _DARK_HAIRS)
        if age != "elderly"
        else choose(rng, [("c9c7c3", 3), ("8c8a88", 2)])
    )
    bald = age != "child" and not woman and rng.random() < 0.2
    skin = choose(rng, _FAIR_SKINS if fair else _DARK_SKINS)
    pattern = int(rng.choice([0, 0, 0, 1, 2]))
    top_code = choose(rng, _TOPS)
    top = palette.cloth(top_code, choose(rng, _TOPS), pattern, 0.08) if pattern else palette.cloth(top_code)
    trousers = palette.cloth(choose(rng, _TROUSERS))
    summery = rng.random() < 0.2
    skirted = woman and rng.random() < 0.3
    coat = not skirted and rng.random() < 0.2
    return Looks(
        height_m=float(height),
        breadth=float(rng.uniform(0.92, 1.12) * (1.05 if age == "elderly" else 1.0)),
        head={"child": 0.165}.get(age, 0.132),
        skin=palette.skin(skin),
        eyes=palette.plain("1c1512"),
        hair=None if bald else palette.cloth(hair_code),
        long_hair=bool(woman and rng.random() < 0.6),
        top=top,
        trousers=palette.skin(skin) if skirted and summery else trousers,
        bare_from=2 if summery and not skirted else 4,
        bare_arms=bool(summery or rng.random() < 0.2),
        shoes=palette.cloth(choose(rng, _SHOES)),
        skirt_m=float(rng.uniform(0.16, 0.25)) if skirted else float(rng.uniform(0.06, 0.16)) if coat else 0.0,
        skirt=palette.cloth(choose(rng, _TOPS)) if skirted else top,
    )


@dataclass
class Joints:
    """Where the joints are, in metres; pairs are (2, 3), left then right."""

    pelvis: Floats
    chest: Floats
    neck: Floats
    head: Floats  # centre of the head
    hips: Floats
    knees: Floats
    ankles: Floats
    foot_pitch_rad: Floats  # (2,) toes down is positive
    shoulders: Floats
    elbows: Floats
    wrists: Floats


def bend(start: ArrayLike, end: ArrayLike, first: float, second: float, towards: ArrayLike) -> tuple[Floats, Floats]:
    """The middle joint and the reached end of a two-link limb that bends `towards` a direction."""
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    distance = float(np.linalg.norm(b - a))
    direction = (b - a) / distance
    reach = min(distance, (first + second) * 0.999)
    along = (first**2 - second**2 + reach**2) / (2.0 * reach)
    aside = np.asarray(towards, dtype=np.float64)
    aside = aside - (aside @ direction) * direction
    aside /= np.linalg.norm(aside)
    middle = a + direction * along + aside * np.sqrt(max(first**2 - along**2, 0.0))
    return middle, a + direction * reach


def upright(looks: Looks, pelvis: Floats, lean_rad: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Chest, neck, head centre and shoulders (2, 3) of a back that leans forward from the pelvis."""
    height = looks.height_m
    back = np.array([np.sin(lean_rad), 0.0, np.cos(lean_rad)])
    head_up = np.array([np.sin(lean_rad * 0.35), 0.0, np.cos(lean_rad * 0.35)])
    chest, neck = pelvis + back * 0.2 * height, pelvis + back * (SPINE + 0.02) * height
    head = neck + head_up * (0.035 + looks.head * 0.5) * height
    shoulders = (
        pelvis + back * (SPINE - 0.015) * height + _LEFT_RIGHT[:, None] * [0, SHOULDER_HALF * height * looks.breadth, 0]
    )
    return chest, neck, head, shoulders


def hips_of(looks: Looks, pelvis: Floats) -> Floats:
    return pelvis + looks.height_m * np.array([[0.0, HIP_HALF, -HIP_DROP], [0.0, -HIP_HALF, -HIP_DROP]])


def draw_figure(sculpture: Sculpture, looks: Looks, joints: Joints) -> None:
    """The dressed body without its head and what it carries."""
    _draw_torso(sculpture, looks, joints)
    for side in range(2):
        _draw_leg(sculpture, looks, joints, side)
        _draw_arm(sculpture, looks, joints, side)


# Along the back from the pelvis: distance, half breadth, half depth, tag of the stretch that follows.
_TORSO = np.array(
    [
        [-0.055, 0.046, 0.042, 1],
        [-0.012, 0.090, 0.066, 1],
        [0.055, 0.080, 0.060, 0],
        [0.130, 0.086, 0.062, 0],
        [0.215, 0.100, 0.070, 0],
        [0.270, 0.112, 0.062, 0],
        [0.306, 0.086, 0.046, 0],
        [0.328, 0.036, 0.038, 2],
        [0.370, 0.030, 0.033, 2],
    ]
)


def _draw_torso(sculpture: Sculpture, looks: Looks, joints: Joints) -> None:
    height, broad = looks.height_m, looks.breadth
    back = (joints.neck - joints.pelvis) / np.linalg.norm(joints.neck - joints.pelvis)
    path = joints.pelvis + _TORSO[:, :1] * back * height
    path[-1] = joints.neck + (joints.head - joints.neck) * 0.5
    radii = _TORSO[:, 1:3] * height * broad
    radii[-2:] /= broad
    torso = tube(path, radii, 8, tags=[int(tag) for tag in _TORSO[:-1, 3]], caps=(False, False))
    sculpture.add(torso, looks.top, looks.trousers, looks.skin, crease_deg=70.0)
    if looks.skirt_m:
        sculpture.add(_skirt(looks, joints, back), looks.skirt, crease_deg=70.0)


def _skirt(looks: Looks, joints: Joints, back: Floats) -> Shape:
    """A cone from the waist that is wide enough for the stride."""
    height, broad = looks.height_m, looks.breadth
    share = min(looks.skirt_m / THIGH, 1.3)
    ends = joints.hips + (joints.knees - joints.hips) * share
    spread = abs(ends[0, 0] - ends[1, 0]) / 2
    path = np.stack([joints.pelvis + back * 0.07 * height, joints.pelvis - back * 0.015 * height, ends.mean(axis=0)])
    radii = np.array([[0.078, 0.058], [0.106, 0.084], [0.118, 0.09]]) * height * broad
    radii[1, 1] += spread * 0.35
    radii[2, 1] += spread
    return tube(path, radii, 8, caps=(False, True))


def _draw_leg(sculpture: Sculpture, looks: Looks, joints: Joints, side: int) -> None:
    height, broad = looks.height_m, looks.breadth
    hip, knee, ankle = joints.hips[side], joints.knees[side], joints.ankles[side]
    path = np.stack([hip, hip + (knee - hip) * 0.55, knee, knee + (ankle - knee) * 0.35, ankle])
    slim = np.array([0.052, 0.045, 0.033, 0.034, 0.02])
    wide = np.array([0.054, 0.048, 0.038, 0.036, 0.03])
    radii = (slim if looks.bare_from < 4 else wide) * height * (0.5 + 0.5 * broad)
    tags = [1 if number >= looks.bare_from else 0 for number in range(4)]
    sculpture.add(tube(path, radii, 6, tags=tags), looks.trousers, looks.skin, crease_deg=75.0)
    sculpture.add(_shoe(looks, joints, side), looks.shoes, crease_deg=60.0)


# Of a shoe, heel to toe: distance from the ankle, half breadth, height of the upper.
_SHOE = ((-0.04, 0.02, 0.014), (-0.01, 0.026, 0.018), (0.05, 0.028, -0.002), (0.108, 0.015, -0.024))


def _shoe(looks: Looks, joints: Joints, side: int) -> Shape:
    """The sole flat at −ANKLE below the joint, then pitched about the joint."""
    sections = [
        [(x, -half, -ANKLE), (x, half, -ANKLE), (x, half * 0.9, (top - ANKLE) / 2), (x, 0.0, top),
         (x, -half * 0.9, (top - ANKLE) / 2)]
        for x, half, top in _SHOE
    ]  # fmt: skip
    shape = loft(np.array(sections) * looks.height_m).turned("y", float(joints.foot_pitch_rad[side]))
    return shape.moved(*joints.ankles[side])


def _draw_arm(sculpture: Sculpture, looks: Looks, joints: Joints, side: int) -> None:
    height, broad = looks.height_m, looks.breadth
    shoulder, elbow, wrist = joints.shoulders[side], joints.elbows[side], joints.wrists[side]
    inward = np.array([0.0, -0.034 * (1.0, -1.0)[side], 0.004]) * height
    path = np.stack([shoulder + inward, shoulder + (elbow - shoulder) * 0.1, elbow, wrist])
    radii = np.array([0.024, 0.033, 0.027, 0.02]) * height * (0.5 + 0.5 * broad)
    tags = [0, 0, 1] if looks.bare_arms else [0, 0, 0]
    sculpture.add(tube(path, radii, 5, tags=tags), looks.top, looks.skin, crease_deg=80.0)
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow) * height
    hand = np.stack([wrist - along * 0.012, wrist + along * 0.04, wrist + along * 0.085])
    radii = np.array([[0.017, 0.019], [0.014, 0.024], [0.008, 0.012]]) * height
    sculpture.add(tube(hand, radii, 4), looks.skin, crease_deg=95.0)


def draw_head(sculpture: Sculpture, looks: Looks, joints: Joints, hat: Surface | None = None) -> None:
    """Head with nose and hair; `hat` is a cap with a peak."""
    size, (x, y, z) = looks.head * looks.height_m, joints.head
    sculpture.add(ellipsoid((size * 0.4, size * 0.34, size * 0.52), 8, 6).moved(x, y, z), looks.skin, crease_deg=75.0)
    ridge, tip, left, right = (0.36, 0.0, 0.08), (0.5, 0.0, -0.1), (0.34, 0.07, -0.12), (0.34, -0.07, -0.12)
    nose = Shape.of(np.array([ridge, tip, left, right]) * size, [[0, 1, 2], [0, 3, 1], [1, 3, 2]])
    sculpture.add(nose.moved(x, y, z), looks.skin)
    eye = np.array([(0.365, 0.19, 0.03), (0.385, 0.1, 0.03), (0.375, 0.13, 0.1)]) * size
    eyes = Shape.of(eye, [[0, 2, 1]])
    sculpture.add(Shape.joined([eyes, eyes.mirrored()]).moved(x, y, z), looks.eyes)
    if looks.hair is not None:
        cap = ellipsoid((size * 0.44, size * 0.39, size * 0.46), 8, 5).moved(x - 0.07 * size, y, z + 0.13 * size)
        sculpture.add(cap, looks.hair, crease_deg=75.0)
        if looks.long_hair:
            path = [(-0.1, 0, 0.2), (-0.22, 0, -0.2), (-0.28, 0, -0.62), (-0.27, 0, -0.9)]
            radii = np.array([[0.36, 0.25], [0.41, 0.24], [0.36, 0.14], [0.2, 0.06]]) * size
            sculpture.add(tube(np.array(path) * size + joints.head, radii, 6), looks.hair, crease_deg=75.0)
    if hat is not None:
        dome = ellipsoid((size * 0.47, size * 0.42, size * 0.42), 8, 4).moved(x - 0.03 * size, y, z + 0.22 * size)
        peak = np.array([(0.3, 0.26, 0.24), (0.3, -0.26, 0.24), (0.72, -0.18, 0.17), (0.72, 0.18, 0.17)]) * size
        below = peak[::-1] - np.array([0.0, 0.0, 0.004])
        brim = Shape.joined([Shape.of(side, [[0, 1, 2], [0, 2, 3]]) for side in (peak, below)])
        sculpture.add(Shape.joined([dome, brim.moved(x, y, z)]), hat, crease_deg=75.0)
