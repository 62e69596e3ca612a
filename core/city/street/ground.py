"""Carriageways, kerbs, pavements, verges, junctions, terrain."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.city.roads import KERB_HEIGHT_M, KERB_WIDTH_M, Corner, Junction, Road, RoadNetwork
from core.city.street.builder import MeshBuilder
from core.city.street.paint import extended_stretches, mark_table, road_marks
from core.city.street.space import Space
from core.city.surfaces import Label, Material, Surface

Floats = NDArray[np.float64]

ASPHALT = (0.095, 0.096, 0.100)
KERB = Surface(Material.PAVEMENT, Label.PAVEMENT, (0.31, 0.305, 0.29), parameters=(1.0, 0.6), seed=3)
GRASS = Surface(Material.GRASS, Label.TERRAIN, (0.062, 0.098, 0.030), (0.135, 0.130, 0.055))

_STEP_M = 2.5
_FAR_M = 1500.0
_UNDERLAY_M = -0.04
_LEAST_M = 0.75
_OVERLAP_M = 0.5
_EARTH = Surface(Material.PAVEMENT, Label.TERRAIN, (0.17, 0.165, 0.155), parameters=(0.5, 0.5), seed=8)


def pavement_surface(seed: int) -> Surface:
    """The slabs of one street."""
    rng = np.random.default_rng([seed, 77])
    tone = rng.uniform(0.19, 0.26)
    length, width = [(0.6, 0.4), (0.5, 0.5), (0.9, 0.6), (0.3, 0.3)][rng.integers(4)]
    return Surface(
        Material.PAVEMENT, Label.PAVEMENT, (tone, tone * 0.985, tone * 0.95), parameters=(length, width), seed=seed
    )


def add_roads(builder: MeshBuilder, network: RoadNetwork, seed: int) -> Floats:
    """Mesh all roads between their junctions; returns the painted marks (k, MARK_SIZE)."""
    marks: list[list[float]] = []
    for number, road in enumerate(network.roads):
        profile = road.profile
        first = len(marks)
        marks += road_marks(network, number)
        asphalt = Surface(
            Material.ASPHALT,
            Label.ROAD,
            ASPHALT,
            parameters=(0.0, first, len(marks) - first, profile.left_kerb_m, profile.right_kerb_m),
            seed=number,
        )
        slabs = pavement_surface(seed * 31 + number)
        for start, end in extended_stretches(network, number):
            s = np.linspace(start, end, max(2, int((end - start) / _STEP_M) + 1))
            edges = np.linspace(profile.right_kerb_m, profile.left_kerb_m, 7)
            for right, left in pairwise(edges):
                builder.strip(road.points(s, right), road.points(s, left), s, right, left, asphalt)
            for side in (1, -1):
                _add_roadside(builder, road, s, side, slabs)
    for junction in network.junctions:
        _add_junction(builder, network, junction, seed)
    return mark_table(marks)


def _add_roadside(builder: MeshBuilder, road: Road, s: Floats, side: int, slabs: Surface) -> None:
    """Kerb stone, verge and pavement along one edge of a carriageway."""
    points, kerb_m = road.points, road.profile.kerb_m(side)
    verge_m, pavement_m = road.profile.roadside(side).verge_m, road.profile.roadside(side).pavement_m
    edges = [(kerb_m, kerb_m + side * KERB_WIDTH_M, KERB)]
    at = kerb_m + side * KERB_WIDTH_M
    if verge_m > 0.01:
        edges.append((at, at + side * verge_m, GRASS))
        at += side * verge_m
    middle = at + side * pavement_m / 2
    edges += [(at, middle, slabs), (middle, at + side * pavement_m, slabs)]
    top = KERB_HEIGHT_M
    for near, far, surface in edges:
        right, left = (near, far) if side > 0 else (far, near)
        builder.strip(points(s, right, top), points(s, left, top), s, right, left, surface)
    foot, head = points(s, kerb_m, 0.0), points(s, kerb_m, top)
    if side > 0:
        builder.strip(foot, head, s, 0.0, top, KERB)
    else:
        builder.strip(head, foot, s, top, 0.0, KERB)


def _add_junction(builder: MeshBuilder, network: RoadNetwork, junction: Junction, seed: int) -> None:
    outline = junction.outline_m
    asphalt = Surface(Material.ASPHALT, Label.ROAD, ASPHALT, seed=91)
    centre = junction.centre_m.copy()
    centre[2] = 0.0
    for inner, outer in ((0.0, 0.5), (0.5, 1.0)):
        a = centre + inner * (outline - centre)
        b = centre + outer * (outline - centre)
        a2, b2 = np.roll(a, -1, 0), np.roll(b, -1, 0)
        quads = np.stack([a, b, b2, a2], 1)
        builder.quads(quads, quads[..., :2], asphalt)
    slabs = pavement_surface(seed * 31 + network.junctions.index(junction) + 50)
    for corner in junction.corners:
        _add_corner(builder, corner, slabs)


def _add_corner(builder: MeshBuilder, corner: Corner, slabs: Surface) -> None:
    """The ribbon runs counter-clockwise around the junction: its kerb has the carriageway on the left."""
    kerb, back = corner.kerb_m.copy(), corner.back_m.copy()
    across = back - kerb
    width = np.linalg.norm(across, axis=1, keepdims=True)
    stone = kerb + across * np.minimum(KERB_WIDTH_M / np.maximum(width, 1e-6), 1.0)
    s = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff((kerb + back) / 2, axis=0), axis=1))])
    raised = np.array([0, 0, KERB_HEIGHT_M])
    builder.strip(stone + raised, kerb + raised, s, KERB_WIDTH_M, 0.0, KERB)
    middle = (stone + back) / 2
    half = width[:, 0] / 2
    builder.strip(middle + raised, stone + raised, s, half, 0.0, slabs)
    builder.strip(back + raised, middle + raised, s, 2 * half, half, slabs)
    builder.strip(kerb + raised, kerb, s, KERB_HEIGHT_M, 0.0, KERB)


def add_terrain(builder: MeshBuilder, space: Space) -> None:
    """Lawn from the backs of the pavements to the hills, in squares that shrink towards the streets."""
    z = KERB_HEIGHT_M - 0.03
    size = 48.0
    centre = space.centre_m
    n = int(2 * _FAR_M / size)
    corner = (
        np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), -1).reshape(-1, 2) * size - _FAR_M + centre
    )
    # Shows only in the slits between the smallest squares and the pavements.
    corners = centre + _FAR_M * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    builder.quads(np.column_stack([corners, np.full(4, _UNDERLAY_M)]), corners, _EARTH)
    while size >= _LEAST_M and len(corner):
        distance = space.clearance(corner + size / 2)
        reach = size * 0.7072
        # The rim may lie under the pavements, which stand a little higher.
        whole = distance > (reach - _OVERLAP_M if size > _LEAST_M else -_OVERLAP_M)
        kept = corner[whole]
        quads = np.zeros((len(kept), 4, 3))
        for index, step in enumerate(((0, 0), (size, 0), (size, size), (0, size))):
            quads[:, index, :2] = kept + step
        quads[..., 2] = z
        if len(kept):
            builder.quads(quads, quads[..., :2], GRASS)
        split = corner[~whole & (distance > -reach - _OVERLAP_M)]
        size /= 2
        corner = (split[:, None] + size * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).reshape(-1, 2)
