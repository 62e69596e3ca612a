"""Which building stands where: rows along the streets, towers behind, a skyline far away."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.city.roads import KERB_HEIGHT_M, District, Road, RoadNetwork
from core.city.seeds import generator
from core.city.street.builder import MeshBuilder, standing
from core.city.street.greenery import add_hedge
from core.city.street.houses import HouseStyle, add_house, detached_house, terraced_house, tower, town_house
from core.city.street.space import EXTENSION_M, Space
from core.city.surfaces import Label, Material, Surface

Floats = NDArray[np.float64]


def add_blocks(builder: MeshBuilder, network: RoadNetwork, space: Space, seed: int) -> None:
    for number, road in enumerate(network.roads):
        parts = network.stretches(number)
        first = -EXTENSION_M if parts[0].from_m <= 0.01 else 0.0
        for side in (1, -1):
            rng = generator(seed, "row", number, side)
            _add_row(builder, space, road, number, side, first, road.curve.length_m + EXTENSION_M, rng)
    _add_second_row(builder, network, space, generator(seed, "behind"))
    _add_skyline(builder, space, generator(seed, "skyline"))
    _add_hills(builder, space, generator(seed, "hills"))


def _add_row(
    builder: MeshBuilder, space: Space, road: Road, number: int, side: int, s_m: float, end_m: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Houses from one end to the other; a lot that is not free is tried again a little further on."""
    style: HouseStyle | None = None
    left_over = 0
    leaning = False
    while s_m < end_m:
        district = road.district_at(s_m)
        if left_over == 0 or style is None:
            style, left_over, width, depth, gap = _next_house(rng, district, main=number == 0)
        elif district is District.RESIDENTIAL:
            style = terraced_house(rng, style)
        front = road.profile.back_m(side) + side * max(road.profile.roadside(side).setback_m, 0.05)
        outline = _lot(road, side, s_m, s_m + width, front, depth)
        if not space.is_free(outline, 0.02, skip=None):
            s_m += 1.5
            left_over, leaning = 0, False
            continue
        left_over -= 1
        # Counter-clockwise with the front first, the second edge is at the end of the lot or at its start.
        onwards = left_over > 0 or (gap == 0.0 and s_m + 2 * width < end_m)
        party = (onwards, leaning) if side > 0 else (leaning, onwards)
        add_house(builder, outline, style, rng, party=party if style.storeys < 4 else (False, False))
        space.take(outline)
        if road.profile.roadside(side).setback_m > 2.5:
            _add_garden_border(builder, space, road, side, s_m, s_m + width + gap, rng)
        s_m += width + gap
        leaning = gap == 0.0


def _next_house(
    rng: np.random.Generator, district: District, *, main: bool
) -> tuple[HouseStyle, int, float, float, float]:
    """Style, how many alike in a row, width, depth, gap after it."""
    if district is District.DOWNTOWN:
        gap = 0.0 if rng.random() < 0.85 else float(rng.uniform(3, 8))
        return (
            town_house(rng, shops=main or rng.random() < 0.4),
            1,
            float(rng.uniform(9, 20)),
            float(rng.uniform(11, 15)),
            gap,
        )
    if district is District.RESIDENTIAL and rng.random() < 0.6:
        return (
            terraced_house(rng),
            int(rng.integers(3, 7)),
            float(rng.uniform(5.6, 8.0)),
            float(rng.uniform(8.5, 10.5)),
            0.0,
        )
    wide = district is District.SUBURBAN
    return (
        detached_house(rng), 1, float(rng.uniform(9, 14)), float(rng.uniform(8, 10.5)),
        float(rng.uniform(4, 12 if wide else 7)),
    )  # fmt: skip


def _lot(road: Road, side: int, from_m: float, to_m: float, front_m: float, depth_m: float) -> Floats:
    """Footprint (4, 2), counter-clockwise, the front first; neighbours share their sides also in bends."""
    offsets = np.array([front_m, front_m, front_m + side * depth_m, front_m + side * depth_m])
    s = np.array([from_m, to_m, to_m, from_m] if side > 0 else [to_m, from_m, from_m, to_m])
    return road.points(s, offsets)[:, :2]


def _add_garden_border(
    builder: MeshBuilder, space: Space, road: Road, side: int, from_m: float, to_m: float, rng: np.random.Generator
) -> None:
    """A hedge, a low wall or a fence behind the pavement, with a gap for the path."""
    kind = rng.random()
    if kind < 0.12:
        return
    gate = rng.uniform(from_m + 2, to_m - 2) if to_m - from_m > 6 else from_m
    height = float(rng.uniform(0.7, 1.6))
    offset = road.profile.back_m(side) + side * 0.45
    for low, high in ((from_m, gate - 0.8), (gate + 0.8, to_m)):
        if high - low < 1.0:
            continue
        s = np.linspace(low, high, max(2, int((high - low) / 0.6)))
        line = road.points(s, offset, KERB_HEIGHT_M - 0.02)
        if (space.clearance(line[:, :2]) < 0.1).any():
            continue
        if kind < 0.62:
            add_hedge(builder, line, height, 0.35, rng)
        elif kind < 0.85:
            _add_low_wall(builder, line, min(height, 1.0), rng)
        else:
            _add_fence(builder, line, min(height, 1.1))


def _add_low_wall(builder: MeshBuilder, line: Floats, height_m: float, rng: np.random.Generator) -> None:
    number = builder.instance(Label.WALL, "wall")
    colour = (0.32, 0.14, 0.09) if rng.random() < 0.5 else (0.5, 0.47, 0.42)
    surface = Surface(Material.BRICK, Label.WALL, colour, seed=int(rng.integers(99)))
    cap = Surface(Material.PLASTER, Label.WALL, (0.42, 0.40, 0.37))
    for a, b in zip(line[:-1:2], line[2::2], strict=False):
        heading = float(np.arctan2(*(b - a)[1::-1]))
        length = float(np.linalg.norm(b - a)) + 0.02
        builder.box(standing((a + b) / 2, heading), (length, 0.24, height_m), surface, number)
        builder.box(standing((a + b) / 2 + [0, 0, height_m], heading), (length, 0.32, 0.06), cap, number, bottom=True)


def _add_fence(builder: MeshBuilder, line: Floats, height_m: float) -> None:
    number = builder.instance(Label.WALL, "fence")
    wood = Surface(Material.PLAIN, Label.WALL, (0.42, 0.40, 0.36), parameters=(0.9,))
    for a, b in pairwise(line):
        heading = float(np.arctan2(*(b - a)[1::-1]))
        length = float(np.linalg.norm(b - a))
        for z in (0.3, height_m - 0.25):
            builder.box(standing((a + b) / 2 + [0, 0, z], heading), (length, 0.05, 0.09), wood, number)
        for share in np.arange(0.1, 1.0, 0.28):
            builder.box(standing(a + share * (b - a), heading), (0.09, 0.03, height_m), wood, number)


def _add_second_row(builder: MeshBuilder, network: RoadNetwork, space: Space, rng: np.random.Generator) -> None:
    """Larger and smaller houses behind the first row, seen over it and through its gaps."""
    for road in network.roads:
        for s in np.arange(-EXTENSION_M, road.curve.length_m + EXTENSION_M, 19.0):
            for side in (1, -1):
                district = road.district_at(float(s))
                away = side * rng.uniform(30, 75)
                centre = road.points(s, away)[:2]
                heading = float(road.curve.heading(s)) + rng.normal(0, 0.1)
                size = rng.uniform([11, 10], [22, 15])
                if district is not District.DOWNTOWN:
                    size = rng.uniform([9, 8], [14, 10])
                frame = standing([*centre, 0], heading + (0.0 if side > 0 else np.pi))
                outline = (np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size / 2) @ frame[:2, :2].T + centre
                if rng.random() < 0.25 or not space.is_free(outline, 4.0):
                    continue
                downtown = district is District.DOWNTOWN
                style = (
                    (tower(rng, 5, 13) if rng.random() < 0.55 else town_house(rng, shops=False))
                    if downtown
                    else detached_house(rng)
                )
                add_house(builder, outline, style, rng, detail=not downtown)
                space.take(outline)


def _add_skyline(builder: MeshBuilder, space: Space, rng: np.random.Generator) -> None:
    """Blocks around the district, higher on one side where the centre of the town lies."""
    centre_rad = rng.uniform(-np.pi, np.pi)
    for angle in np.arange(-np.pi, np.pi, 0.05):
        nearness = np.cos((angle - centre_rad) / 2) ** 6
        radius = space.reach_m * rng.uniform(0.75, 1.0) + rng.uniform(60, 260)
        place = space.centre_m + radius * np.array([np.cos(angle), np.sin(angle)])
        size = rng.uniform([16, 14], [34, 22])
        frame = standing([*place, 0], rng.uniform(-np.pi, np.pi))
        outline = (np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size / 2) @ frame[:2, :2].T + place
        if not space.is_free(outline, 12.0):
            continue
        tall = int(4 + 22 * nearness * rng.random())
        add_house(builder, outline, tower(rng, max(3, tall - 2), tall + 2), rng, detail=False)
        space.take(outline)


def _add_hills(builder: MeshBuilder, space: Space, rng: np.random.Generator) -> None:
    """Wooded ridges all around, the farther ones higher."""
    number = builder.instance(Label.TERRAIN, "hills")
    angle = np.linspace(-np.pi, np.pi, 193)
    phases = rng.uniform(0, 2 * np.pi, 8)
    for ridge, (radius, height) in enumerate(((620.0, 20.0), (950.0, 52.0))):
        radius += space.reach_m
        wave = sum(np.sin((k + 2) * angle + phases[(k + ridge) % 8]) / (1 + 0.35 * k) for k in range(8))
        top = height * (0.62 + 0.22 * np.asarray(wave))
        circle = np.stack([np.cos(angle), np.sin(angle)], -1)
        steps = np.array([0.0, 0.35, 0.7, 1.0])
        rings = [
            np.column_stack([space.centre_m + circle * (radius + 220 * step), -2 + top * np.sin(step * np.pi / 2)])
            for step in steps
        ]
        surface = Surface(Material.HILL, Label.TERRAIN, (0.10, 0.14, 0.05), (0.035, 0.065, 0.022), seed=ridge)
        for near, far in pairwise(rings):
            builder.strip(near, far, angle * radius, 0.0, 80.0, surface, number)
