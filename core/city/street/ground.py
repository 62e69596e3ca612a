"""Carriageways, kerbs, pavements, verges, junctions, terrain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.city.kernels import material as paint_columns
from core.city.roads import KERB_HEIGHT_M, KERB_WIDTH_M, Corner, Junction, LaneUse, MarkColour, MarkStyle, RoadNetwork
from core.city.street.builder import MeshBuilder
from core.city.street.space import EXTENSION_M, Space
from core.city.surfaces import Label, Material, Surface

Floats = NDArray[np.float64]

ASPHALT = (0.095, 0.096, 0.100)
KERB = Surface(Material.PAVEMENT, Label.PAVEMENT, (0.31, 0.305, 0.29), parameters=(1.0, 0.6), seed=3)
GRASS = Surface(Material.GRASS, Label.TERRAIN, (0.062, 0.098, 0.030), (0.135, 0.130, 0.055))
GRAVEL = Surface(Material.ASPHALT, Label.TERRAIN, (0.26, 0.235, 0.20))

_STEP_M = 2.5
_FAR_M = 1500.0


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
        marks += _marks(network, number)
        asphalt = Surface(
            Material.ASPHALT,
            Label.ROAD,
            ASPHALT,
            parameters=(0.0, first, len(marks) - first, profile.left_kerb_m, profile.right_kerb_m),
            seed=number,
        )
        slabs = pavement_surface(seed * 31 + number)
        for start, end in _extended(network, number):
            s = np.linspace(start, end, max(2, int((end - start) / _STEP_M) + 1))
            edges = np.linspace(profile.right_kerb_m, profile.left_kerb_m, 7)
            for right, left in zip(edges[:-1], edges[1:], strict=True):
                builder.strip(road.points(s, right), road.points(s, left), s, right, left, asphalt)
            for side in (1, -1):
                _add_roadside(builder, road.points, s, profile.kerb_m(side), side, profile.roadside(side).verge_m,
                              profile.roadside(side).pavement_m, slabs)  # fmt: skip
    for junction in network.junctions:
        _add_junction(builder, network, junction, seed)
    return np.array(marks, dtype=np.float64).reshape(-1, paint_columns.MARK_SIZE)


def _extended(network: RoadNetwork, number: int) -> list[tuple[float, float]]:
    """The plain strips of a road; the first and the last go on straight beyond the network."""
    length = network.roads[number].curve.length_m
    parts = [(part.from_m, part.to_m) for part in network.stretches(number)]
    return [
        (start - EXTENSION_M if start <= 0.01 else start, end + EXTENSION_M if end >= length - 0.01 else end)
        for start, end in parts
    ]


def _marks(network: RoadNetwork, number: int) -> list[list[float]]:
    """Rows of painted marks of one road, see `kernels.material`."""
    road = network.roads[number]
    profile = road.profile
    rows: list[list[float]] = []
    walks = [walk for walk in network.crosswalks if walk.road == number]
    lines = [line for line in network.stop_lines if line.road == number]
    for lane in profile.driving(1) + profile.driving(-1):
        rows.append([paint_columns.WHEEL_TRACK, lane.centre_m, 1.6, -1e4, 1e4, 0, 0, 0])
    for start, end in _extended(network, number):
        # Lines end where a stop line or a crosswalk begins.
        blocked = [(w.from_m - 0.5, w.to_m + 0.5) for w in walks if start <= w.from_m <= end]
        blocked += [(line.s_m - 0.25, line.s_m + 0.25) for line in lines if start <= line.s_m <= end]
        blocked.sort()
        merged: list[list[float]] = []
        for low, high in blocked:
            if merged and low <= merged[-1][1] + 2.0:
                merged[-1][1] = max(merged[-1][1], high)
            else:
                merged.append([low, high])
        cuts = [start, *(edge for pair in merged for edge in pair), end]
        for low, high in zip(cuts[::2], cuts[1::2], strict=True):
            if high - low < 1.5:
                continue
            for mark in profile.marks:
                colour = 1.0 if mark.colour is MarkColour.YELLOW else 0.0
                half = mark.width_m / 2
                dash, period = (mark.dash_m, mark.dash_m + mark.gap_m) if mark.style is MarkStyle.DASHED else (0.0, 0.0)
                shifts = (mark.width_m, -mark.width_m) if mark.style is MarkStyle.DOUBLE else (0.0,)
                for shift in shifts:
                    rows.append([paint_columns.LINE, mark.offset_m + shift, half, low, high, dash, period, colour])
    for walk in walks:
        middle = (profile.left_kerb_m + profile.right_kerb_m) / 2
        half = (profile.left_kerb_m - profile.right_kerb_m) / 2 - 0.35
        rows.append([paint_columns.ZEBRA, middle, half, walk.from_m, walk.to_m, 0.5, 1.0, 0.0])
    for line in lines:
        lanes = profile.driving(line.direction)
        right, left = min(lane.right_m for lane in lanes), max(lane.left_m for lane in lanes)
        kind_period = (0.5, 0.9) if line.gives_way else (0.0, 0.0)
        low, high = line.s_m - line.width_m / 2, line.s_m + line.width_m / 2
        row = [paint_columns.LINE, (right + left) / 2, (left - right) / 2 - 0.1, low, high, 0.0, 0.0, 0.0]
        if line.gives_way:
            row[0], row[5:7] = paint_columns.ZEBRA, kind_period
        rows.append(row)
        if line.group is not None:
            rows += _arrows(profile.driving(line.direction), line.s_m, line.direction)
    parking = [lane for lane in profile.lanes if lane.use is LaneUse.PARKING]
    for lane in parking:
        rows.append(
            [paint_columns.LINE, lane.centre_m, lane.width_m / 2 - 0.1, 0.0, road.curve.length_m, 0.10, 5.8, 0.0]
        )
    return rows


def _arrows(lanes: tuple, stop_s_m: float, direction: int) -> list[list[float]]:
    """Arrows before a stop line: ahead, and left on the innermost of several lanes."""
    rows = []
    for index, lane in enumerate(lanes):
        kind = paint_columns.ARROW_LEFT if index == 0 and len(lanes) > 1 else paint_columns.ARROW_AHEAD
        for away in (7.0, 24.0):
            tail = stop_s_m - direction * away
            low, high = (tail, tail + 3.3) if direction > 0 else (tail - 3.3, tail)
            rows.append([kind, lane.centre_m, 1.1, low, high, direction, 0.0, 0.0])
    return rows


def _add_roadside(builder, points, s, kerb_m, side, verge_m, pavement_m, slabs) -> None:  # type: ignore[no-untyped-def]
    """Kerb stone, verge and pavement along one edge of a carriageway."""
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
    while size > 0.7 and len(corner):
        distance = space.clearance(corner + size / 2)
        reach = size * 0.7072
        whole = distance > reach
        kept = corner[whole]
        quads = np.zeros((len(kept), 4, 3))
        for index, step in enumerate(((0, 0), (size, 0), (size, size), (0, size))):
            quads[:, index, :2] = kept + step
        quads[..., 2] = z
        if len(kept):
            builder.quads(quads, quads[..., :2], GRASS)
        split = corner[~whole & (distance > -reach)]
        size /= 2
        corner = (split[:, None] + size * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).reshape(-1, 2)
