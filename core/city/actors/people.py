"""Pedestrians: adults, children and elderly people who walk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.city.actors.figure import (
    ANKLE,
    FOREARM,
    HIP_DROP,
    SHIN,
    THIGH,
    UPPER_ARM,
    Joints,
    Looks,
    any_looks,
    draw_figure,
    draw_head,
    hips_of,
    upright,
)
from core.city.actors.kinds import STANDING
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Floats, Sculpture, box, tube

_LEG_PHASES = np.array([0.0, 0.5])


def _bump(phase: Floats, centre: float, width: float) -> Floats:
    away = (phase - centre + 0.5) % 1.0 - 0.5
    return np.exp(-((away / width) ** 2))


def walking(looks: Looks, phase: float, vigour: float, stoop_rad: float) -> Joints:
    """Joints at a phase of the walk, after the course of hip, knee and ankle angles in normal gait.

    The left heel strikes at phase 0; the pelvis is as high as the standing leg lets it be, the ground at z = 0.
    """
    leg = (phase + _LEG_PHASES) % 1.0
    hip = vigour * 0.42 * np.cos(2.0 * np.pi * leg) + 0.04
    knee = vigour * (0.95 * _bump(leg, 0.73, 0.13) + 0.22 * _bump(leg, 0.14, 0.09)) + 0.06
    pitch = vigour * (0.75 * _bump(leg, 0.6, 0.1) - 0.3 * _bump(leg, 0.98, 0.07))
    swing = -0.36 * vigour * np.cos(2.0 * np.pi * leg) - 0.02
    bent = 0.3 + 0.2 * vigour * (1.0 - np.cos(2.0 * np.pi * leg))
    return _joints(looks, _Angles(hip, knee, pitch, swing, bent), stoop_rad)


def standing(looks: Looks, stoop_rad: float) -> Joints:
    """Joints of a person at rest, the weight on both feet."""
    angles = _Angles(
        hip=np.array([0.06, -0.04]), knee=np.array([0.08, 0.04]), pitch=np.zeros(2), swing=np.array([0.02, -0.04]),
        bent=np.array([0.25, 0.2]),
    )  # fmt: skip
    return _joints(looks, angles, stoop_rad)


@dataclass(frozen=True)
class _Angles:
    """In radians, left then right; forward is positive, `bent` is the elbow's flexion."""

    hip: Floats
    knee: Floats
    pitch: Floats
    swing: Floats
    bent: Floats


def _joints(looks: Looks, angles: _Angles, stoop_rad: float) -> Joints:
    height, pitch = looks.height_m, angles.pitch
    thigh = _hanging(angles.hip) * THIGH * height
    shin = _hanging(angles.hip - angles.knee) * SHIN * height
    sole = np.maximum(0.108 * np.sin(pitch), -0.04 * np.sin(pitch)) + ANKLE * np.cos(pitch)
    deepest = (thigh + shin)[:, 2] - sole * height
    pelvis = np.array([0.0, 0.0, -deepest.min() + HIP_DROP * height])
    hips = hips_of(looks, pelvis)
    chest, neck, head, shoulders = upright(looks, pelvis, stoop_rad)
    outward = np.array([0.13, -0.13])
    elbows = shoulders + _hanging(angles.swing, outward) * UPPER_ARM * height
    wrists = elbows + _hanging(angles.swing + angles.bent, outward * 0.3) * FOREARM * height
    knees = hips + thigh
    return Joints(pelvis, chest, neck, head, hips, knees, knees + shin, pitch, shoulders, elbows, wrists)


def _hanging(angle: Floats, outward: Floats | float = 0.0) -> Floats:
    """Directions (2, 3) of limbs that hang down, swung forward by an angle."""
    return np.stack([np.sin(angle), np.broadcast_to(outward, (2,)), -np.cos(angle)], axis=1)


def build_pedestrian(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A walking person, or one who stands; `phase` covers two steps."""
    age = choose(rng, [("adult", 70), ("child", 12), ("elderly", 18)])
    looks = any_looks(palette, rng, age)
    vigour = {"elderly": 0.65, "child": 1.05}.get(age, 1.0) * rng.uniform(0.9, 1.08)
    stoop = rng.uniform(0.12, 0.24) if age == "elderly" else 0.03
    joints = standing(looks, stoop) if phase == STANDING else walking(looks, phase, vigour, stoop)
    draw_figure(sculpture, looks, joints)
    capped = rng.random() < 0.2 and not looks.long_hair
    hat = palette.cloth(choose(rng, [("1b2a49", 2), ("7a1f26", 1), ("2a2b2d", 2)])) if capped else None
    draw_head(sculpture, looks, joints, hat)
    carried = choose(rng, [("nothing", 55), ("backpack", 18), ("handbag", 17), ("shopping", 10)])
    _draw_carried(sculpture, palette, rng, joints, carried, looks.height_m)
    if age == "elderly" and rng.random() < 0.5:
        hand = joints.wrists[1] + np.array([0.02, 0.0, -0.1])
        foot = np.array([hand[0] + 0.06, hand[1] - 0.02, 0.0])
        sculpture.add(tube([foot, hand], [0.012, 0.014], 3), palette.plain("5a3d24"))


def _draw_carried(
    sculpture: Sculpture, palette: Palette, rng: np.random.Generator, joints: Joints, what: str, height: float
) -> None:
    code = choose(rng, [("1b1d21", 4), ("6b3d22", 2), ("27415f", 2), ("8c2a2a", 1), ("b99a5b", 1)])
    if what == "backpack":
        path = joints.chest + np.array([[-0.095, 0.0, -0.1], [-0.1, 0.0, 0.03], [-0.075, 0.0, 0.1]]) * height
        radii = np.array([[0.075, 0.045], [0.09, 0.05], [0.055, 0.03]]) * height
        sculpture.add(tube(path, radii, 5), palette.cloth(code), crease_deg=50.0)
    elif what in ("handbag", "shopping"):
        big = 1.35 if what == "shopping" else 1.0
        x, y, z = joints.wrists[0]
        bag = box(0.16 * height * big, 0.05 * height * big, 0.12 * height * big).moved(x, y, z - 0.18 * height)
        surface = palette.plastic("e8e6e0") if what == "shopping" else palette.cloth(code)
        sculpture.add(bag, surface, crease_deg=50.0)
        for dx in (-0.04, 0.04):
            strap = tube(
                [(x, y, z - 0.04 * height), (x + dx * height, y, z - 0.13 * height)],
                [0.006, 0.006],
                3,
                caps=(False, False),
            )
            sculpture.add(strap, surface)
