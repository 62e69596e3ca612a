"""Painted marks of a road, as rows that the asphalt's shader reads (columns: `core.city.kernels.material`)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.city.kernels import material as columns
from core.city.roads import LaneUse, Mark, MarkColour, MarkStyle, ProfileLane, RoadNetwork, RoadProfile, StopLine
from core.city.street.space import EXTENSION_M

Row = list[float]

_BAY_M = 5.8
_GAP_BEFORE_WALK_M = 0.5
_SHORTEST_LINE_M = 1.5


def road_marks(network: RoadNetwork, number: int) -> list[Row]:
    """All marks of one road: wheel tracks, lines, crossings, stop lines, arrows, parking bays."""
    road = network.roads[number]
    profile = road.profile
    rows: list[Row] = [
        [columns.WHEEL_TRACK, lane.centre_m, 1.6, -1e4, 1e4, 0, 0, 0]
        for lane in profile.driving(1) + profile.driving(-1)
    ]
    for low, high in _unbroken(network, number):
        for mark in profile.marks:
            rows += _line(mark, low, high)
    middle = (profile.left_kerb_m + profile.right_kerb_m) / 2
    half = (profile.left_kerb_m - profile.right_kerb_m) / 2 - 0.35
    rows += [
        [columns.ZEBRA, middle, half, walk.from_m, walk.to_m, 0.5, 1.0, 0]
        for walk in network.crosswalks
        if walk.road == number
    ]
    for line in network.stop_lines:
        if line.road == number:
            rows += _stop_line(profile, line)
    for lane in profile.lanes:
        if lane.use is LaneUse.PARKING:
            rows += _bays(network, number, lane)
    return rows


def extended_stretches(network: RoadNetwork, number: int) -> list[tuple[float, float]]:
    """The plain strips of a road; the first and the last go on straight beyond the network."""
    length = network.roads[number].curve.length_m
    return [
        (
            part.from_m - EXTENSION_M if part.from_m <= 0.01 else part.from_m,
            part.to_m + EXTENSION_M if part.to_m >= length - 0.01 else part.to_m,
        )
        for part in network.stretches(number)
    ]


def mark_table(rows: list[Row]) -> NDArray[np.float64]:
    return np.array(rows, dtype=np.float64).reshape(-1, columns.MARK_SIZE)


def _unbroken(network: RoadNetwork, number: int) -> list[tuple[float, float]]:
    """Where lines along the road run: they end at stop lines and crosswalks."""
    breaks = [
        (walk.from_m - _GAP_BEFORE_WALK_M, walk.to_m + _GAP_BEFORE_WALK_M)
        for walk in network.crosswalks
        if walk.road == number
    ]
    breaks += [
        (line.s_m - line.width_m / 2, line.s_m + line.width_m / 2) for line in network.stop_lines if line.road == number
    ]
    found = []
    for start, end in extended_stretches(network, number):
        at = start
        for low, high in sorted(breaks):
            if start <= low <= end:
                found.append((at, low))
                at = max(at, high)
        found.append((at, end))
    return [(low, high) for low, high in found if high - low > _SHORTEST_LINE_M]


def _line(mark: Mark, low_m: float, high_m: float) -> list[Row]:
    colour = 1.0 if mark.colour is MarkColour.YELLOW else 0.0
    dashed = mark.style is MarkStyle.DASHED
    dash, period = (mark.dash_m, mark.dash_m + mark.gap_m) if dashed else (0.0, 0.0)
    shifts = (mark.width_m, -mark.width_m) if mark.style is MarkStyle.DOUBLE else (0.0,)
    return [
        [columns.LINE, mark.offset_m + shift, mark.width_m / 2, low_m, high_m, dash, period, colour] for shift in shifts
    ]


def _stop_line(profile: RoadProfile, line: StopLine) -> list[Row]:
    lanes = profile.driving(line.direction)
    right, left = min(lane.right_m for lane in lanes), max(lane.left_m for lane in lanes)
    low, high = line.s_m - line.width_m / 2, line.s_m + line.width_m / 2
    # Giving way is a broken line across.
    kind, bar, period = (columns.ZEBRA, 0.5, 0.9) if line.gives_way else (columns.LINE, 0.0, 0.0)
    rows: list[Row] = [[kind, (right + left) / 2, (left - right) / 2 - 0.1, low, high, bar, period, 0]]
    return rows + (_arrows(lanes, line) if line.group is not None else [])


def _arrows(lanes: tuple[ProfileLane, ...], line: StopLine) -> list[Row]:
    """Arrows before a stop line: left on the innermost of several lanes, else ahead."""
    rows: list[Row] = []
    for index, lane in enumerate(lanes):
        kind = columns.ARROW_LEFT if index == 0 and len(lanes) > 1 else columns.ARROW_AHEAD
        for away in (7.0, 24.0):
            tail = line.s_m - line.direction * away
            low, high = sorted((tail, tail + line.direction * 3.3))
            rows.append([kind, lane.centre_m, 1.1, low, high, line.direction, 0, 0])
    return rows


def _bays(network: RoadNetwork, number: int, lane: ProfileLane) -> list[Row]:
    """Lines across a parking lane, where parking is allowed."""
    clear = network.kept_clear(number)
    return [
        [columns.LINE, lane.centre_m, lane.width_m / 2 - 0.1, before.to_m, after.from_m, 0.10, _BAY_M, 0]
        for before, after in pairwise(clear)
        if after.from_m - before.to_m > _BAY_M
    ]
