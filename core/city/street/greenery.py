"""Trees of several kinds, hedges, shrubs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.city.roads import KERB_HEIGHT_M, District, Road, RoadNetwork
from core.city.seeds import generator
from core.city.street.builder import MeshBuilder
from core.city.street.space import EXTENSION_M, Space
from core.city.surfaces import Label, Material, Surface

Floats = NDArray[np.float64]
Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Species:
    """Shape of a kind of tree, metres; `crown` are half axes across and up."""

    name: str
    trunk_m: float  # height of the lowest leaves
    radius_m: float  # of the trunk
    crown: tuple[float, float]
    cone: float  # 0 ellipsoid, 1 cone with its tip up
    cards: int
    leaf: Rgb
    fresh: Rgb
    bark: Rgb


SPECIES = (
    Species(
        "linden", 2.4, 0.17, (2.5, 2.9), 0.25, 210, (0.040, 0.090, 0.016), (0.11, 0.19, 0.035), (0.13, 0.10, 0.075)
    ),
    Species("plane", 3.2, 0.24, (3.6, 3.2), 0.0, 330, (0.055, 0.105, 0.022), (0.15, 0.21, 0.05), (0.26, 0.24, 0.19)),
    Species("maple", 2.2, 0.15, (2.3, 2.3), 0.1, 180, (0.075, 0.085, 0.018), (0.24, 0.17, 0.035), (0.12, 0.09, 0.07)),
    Species("poplar", 1.8, 0.16, (1.25, 5.2), 0.15, 250, (0.045, 0.095, 0.022), (0.10, 0.17, 0.04), (0.17, 0.15, 0.12)),
    Species("birch", 2.8, 0.11, (1.7, 3.1), 0.3, 150, (0.070, 0.12, 0.025), (0.17, 0.22, 0.06), (0.52, 0.50, 0.46)),
    Species(
        "spruce", 0.9, 0.15, (2.0, 4.2), 1.0, 260, (0.018, 0.045, 0.020), (0.045, 0.085, 0.032), (0.10, 0.07, 0.05)
    ),
)
_STREET = tuple(species for species in SPECIES if species.name not in ("poplar", "spruce"))


class Forester:
    """Plants trees; every leaf card gets a number of its own."""

    def __init__(self, builder: MeshBuilder) -> None:
        self._builder = builder
        self._cards = 0

    def plant(
        self, place_m: Floats, species: Species, scale: float, rng: np.random.Generator, *, near: bool = True
    ) -> None:
        """A tree; far from the street it has no boughs, and fewer but larger leaf cards."""
        builder = self._builder
        number = builder.instance(Label.VEGETATION, species.name)
        across, up = (scale * axis for axis in species.crown)
        foot = np.asarray(place_m, dtype=float)
        lean = rng.normal(0, 0.12, 2)
        middle = foot + np.array([*lean, species.trunk_m * scale + up * 0.92])
        self._wood(foot, middle, species, scale, across, up, number, rng, near)
        count = int(species.cards * scale**1.6 * (1.0 if near else 0.5))
        direction = rng.normal(size=(count, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        # Clusters: the crown bulges around a few boughs, with gaps between.
        boughs = rng.normal(size=(9, 3))
        boughs /= np.linalg.norm(boughs, axis=1, keepdims=True)
        bulge = 0.80 + 0.34 * np.clip((direction @ boughs.T).max(1) * 2.2 - 1.3, -0.4, 1.0)
        depth = rng.uniform(0.30, 1.0, count) ** 0.45 * bulge
        height = depth * direction[:, 2]
        taper = np.where(height > -1, 1 - species.cone * 0.5 * (height + 1), 1.0)
        local = np.column_stack([direction[:, :2] * depth[:, None] * across * taper[:, None], height * up])
        centres = middle + local
        self._leaves(centres, local / [across, across, up], depth, scale if near else 1.3 * scale, species, number, rng)

    def _wood(
        self, foot: Floats, middle: Floats, species: Species, scale: float, across: float, up: float, number: int,
        rng: np.random.Generator, near: bool,
    ) -> None:  # fmt: skip
        bark = Surface(Material.BARK, Label.VEGETATION, species.bark, seed=len(species.name))
        thick = species.radius_m * scale
        top = middle + np.array([0, 0, 0.45 * up])
        bend = rng.normal(0, 0.06, (4, 3)) * [1, 1, 0]
        shares = np.array([0, 0.05, 0.35, 1.0])
        trunk = foot + shares[:, None] * (top - foot) + bend * shares[:, None]
        self._builder.tube(trunk, thick * np.array([1.5, 1.1, 0.85, 0.25]), bark, number, sides=8, cap=False)
        if species.cone > 0.8 or not near:
            return
        fork = foot + 0.9 * (middle - foot) - [0, 0, 0.45 * up]
        for turn in np.arange(5) * 2.4 + rng.uniform(0, 6):
            reach = np.array([np.cos(turn) * across * 0.62, np.sin(turn) * across * 0.62, up * rng.uniform(0.5, 0.95)])
            path = np.stack([fork, fork + 0.5 * reach + [0, 0, 0.05 * up], fork + reach])
            self._builder.tube(path, thick * np.array([0.5, 0.33, 0.12]), bark, number, sides=5, cap=False)

    def _leaves(
        self, centres: Floats, outwards: Floats, depth: Floats, scale: float, species: Species, number: int,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        count = len(centres)
        size = 0.66 * min(scale, 1.3) * rng.uniform(0.8, 1.15, count)
        normal = outwards * 0.8 + rng.normal(0, 0.55, (count, 3))
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
        side = np.cross(normal, rng.normal(size=(count, 3)))
        side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
        other = np.cross(normal, side)
        square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        offset = square[None, :, :1] * side[:, None] + square[None, :, 1:] * other[:, None]
        corners = centres[:, None] + size[:, None, None] * offset
        cards = self._cards + np.arange(count)
        self._cards += count
        origin = 8.0 * np.stack([cards % 256, cards // 256], -1)
        uv = origin[:, None] + size[:, None, None] * square[None]
        # Light falls on a crown as on one round body, not on each card by itself.
        round_normal = outwards[:, None] * 1.2 + 0.55 * offset * 0.5 + [0, 0, 0.25]
        round_normal /= np.linalg.norm(round_normal, axis=-1, keepdims=True) + 1e-9
        ambient = np.clip(0.18 + 0.75 * depth**2 + 0.22 * outwards[:, 2], 0.15, 1.0)
        surface = Surface(
            Material.LEAVES, Label.VEGETATION, species.leaf, species.fresh, (0.17,), seed=int(rng.integers(1, 50))
        )
        self._builder.quads(corners, uv, surface, number, round_normal, ambient)


def add_trees(builder: MeshBuilder, network: RoadNetwork, space: Space, seed: int) -> None:
    forester = Forester(builder)
    for number, road in enumerate(network.roads):
        parts = network.stretches(number)
        start = -EXTENSION_M if parts[0].from_m <= 0.01 else parts[0].from_m
        for side in (1, -1):
            rng = generator(seed, "trees", number, side)
            roadside = road.profile.roadside(side)
            species = _STREET[rng.integers(len(_STREET))]
            spacing = rng.uniform(9, 15)
            pit = roadside.verge_m < 0.8
            offset = road.profile.kerb_m(side) + side * (0.15 + (1.0 if pit else roadside.verge_m / 2))
            clear = network.kept_clear(number, 2.5)
            s = start + rng.uniform(2, 8)
            while s < road.curve.length_m + EXTENSION_M:
                outside = s < 0 or s > road.curve.length_m
                blocked = not outside and any(part.from_m <= s <= part.to_m for part in clear)
                place = road.points(s, offset, KERB_HEIGHT_M - 0.02)
                wide = not pit or roadside.pavement_m > 3.0
                if (
                    not blocked
                    and wide
                    and rng.random() < (0.55 if pit else 0.85)
                    and space.clearance(place[:2], number)[0] > 1
                ):
                    forester.plant(place, species, float(rng.uniform(0.8, 1.2)), rng)
                s += spacing * rng.uniform(0.85, 1.2)
            _plant_gardens(forester, space, road, side, start, generator(seed, "gardens", number, side))


def _plant_gardens(
    forester: Forester, space: Space, road: Road, side: int, start_m: float, rng: np.random.Generator
) -> None:
    """Trees between and behind the houses."""
    for s in np.arange(start_m, road.curve.length_m + EXTENSION_M, 8.0):
        density = {District.DOWNTOWN: 0.10, District.RESIDENTIAL: 0.35, District.SUBURBAN: 0.55}[
            road.district_at(float(s))
        ]
        if rng.random() > density:
            continue
        setback = road.profile.roadside(side).setback_m
        away = (
            rng.uniform(2.0, max(setback - 2.5, 2.5))
            if setback > 5 and rng.random() < 0.35
            else rng.uniform(setback + 10, setback + 38)
        )
        place = road.points(s + rng.uniform(-3, 3), road.profile.back_m(side) + side * away, KERB_HEIGHT_M - 0.04)
        room = 2.2
        spots = place[:2] + room * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
        if space.clearance(place[:2])[0] > 1.5 and all(space.is_place_free(spot) for spot in spots):
            species = SPECIES[rng.integers(len(SPECIES))]
            forester.plant(place, species, float(rng.uniform(0.75, 1.35)), rng, near=False)


def add_hedge(
    builder: MeshBuilder, line: Floats, height_m: float, half_width_m: float, rng: np.random.Generator
) -> None:
    """A clipped hedge along points (n, 3): a rounded, slightly uneven body."""
    number = builder.instance(Label.VEGETATION, "hedge")
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    left = np.stack([-tangent[:, 1], tangent[:, 0], np.zeros(len(line))], -1)
    profile = np.array([[-1.0, 0.0], [-1.05, 0.6], [-0.85, 0.96], [0.0, 1.03], [0.85, 0.96], [1.05, 0.6], [1.0, 0.0]])
    wobble = 1 + rng.normal(0, 0.045, (len(line), len(profile), 1))
    points = line[:, None] + wobble * (
        profile[None, :, :1] * half_width_m * left[:, None] + profile[None, :, 1:] * height_m * np.array([0, 0, 1.0])
    )
    s = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    around = np.concatenate([[0], np.cumsum(np.hypot(*(np.diff(profile, axis=0) * [half_width_m, height_m]).T))])
    tone = rng.uniform(0.8, 1.2)
    surface = Surface(
        Material.HEDGE,
        Label.VEGETATION,
        (0.028 * tone, 0.062 * tone, 0.014),
        (0.065 * tone, 0.105 * tone, 0.025),
        (0.1,),
        seed=int(rng.integers(1, 99)),
    )
    for k in range(len(profile) - 1):
        builder.strip(points[:, k + 1], points[:, k], s, around[k + 1], around[k], surface, number)
    for end, order in ((0, 1), (-1, -1)):
        ring = points[end][::order]
        fan = np.stack([np.broadcast_to(ring[0], (5, 3)), ring[2:], ring[1:-1]], 1)
        local = np.stack([(fan - line[end]) @ left[end], fan[..., 2]], -1)
        builder.triangles(fan, local, surface, number)
