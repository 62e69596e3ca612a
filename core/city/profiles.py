"""Cross sections drawn by seed."""

from __future__ import annotations

import numpy as np

from core.city.roads import (
    District,
    LaneUse,
    Mark,
    MarkColour,
    MarkStyle,
    ProfileLane,
    RoadProfile,
    Roadside,
)

_GUTTER_M = 0.25
_PARKING_M = 2.2
_BICYCLE_M = 1.6
_LANES_A_SIDE = {
    District.DOWNTOWN: ((1, 2, 3), (0.35, 0.45, 0.2)),
    District.RESIDENTIAL: ((1, 2), (0.85, 0.15)),
    District.SUBURBAN: ((1, 2), (0.7, 0.3)),
}
_PARKING_CHANCE = {District.DOWNTOWN: 0.7, District.RESIDENTIAL: 0.85, District.SUBURBAN: 0.35}


def main_profile(rng: np.random.Generator, district: District) -> RoadProfile:
    """The cross section of the main road."""
    counts, weights = _LANES_A_SIDE[district]
    lanes_a_side = int(rng.choice(counts, p=weights))
    lane_m = float(rng.uniform(3.1, 3.5))
    bicycle = bool(rng.random() < (0.4 if district is District.DOWNTOWN else 0.25))
    parking = [bool(rng.random() < _PARKING_CHANCE[district]) for _ in range(2)]
    colour = MarkColour.YELLOW if rng.random() < 0.5 else MarkColour.WHITE
    if lanes_a_side > 1:
        centre = MarkStyle.DOUBLE
    else:
        centre = MarkStyle(rng.choice([MarkStyle.DOUBLE, MarkStyle.SOLID, MarkStyle.DASHED], p=[0.35, 0.15, 0.5]))
    sides = [_half(lanes_a_side, lane_m, bicycle, parked) for parked in parking]
    return _assembled(sides, Mark(0.0, centre, colour), [_roadside(rng, district) for _ in range(2)])


def side_profile(rng: np.random.Generator, district: District) -> RoadProfile:
    """The cross section of a side street: one lane each way."""
    lane_m = float(rng.uniform(2.9, 3.2))
    centre = Mark(0.0, MarkStyle.DASHED, MarkColour.WHITE, dash_m=3.0, gap_m=6.0) if rng.random() < 0.6 else None
    sides = [_half(1, lane_m, False, bool(rng.random() < _PARKING_CHANCE[district])) for _ in range(2)]
    return _assembled(sides, centre, [_roadside(rng, district) for _ in range(2)])


def _half(lanes: int, lane_m: float, bicycle: bool, parking: bool) -> tuple[list[tuple[LaneUse, float]], list[Mark]]:
    """Uses and widths of the lanes on one side from the middle outwards, and marks at positive offsets."""
    uses = [(LaneUse.DRIVE, lane_m)] * lanes
    marks = [Mark(lane_m * i, MarkStyle.DASHED) for i in range(1, lanes)]
    edge = lane_m * lanes
    if bicycle:
        marks.append(Mark(edge, MarkStyle.DASHED if parking else MarkStyle.SOLID, dash_m=1.0, gap_m=1.0))
        uses.append((LaneUse.BICYCLE, _BICYCLE_M))
        edge += _BICYCLE_M
    if parking:
        marks.append(Mark(edge, MarkStyle.SOLID, width_m=0.1))
        uses.append((LaneUse.PARKING, _PARKING_M))
    elif not bicycle:
        marks.append(Mark(edge, MarkStyle.SOLID, width_m=0.1))
    return uses, marks


def _assembled(
    sides: list[tuple[list[tuple[LaneUse, float]], list[Mark]]], centre: Mark | None, roadsides: list[Roadside]
) -> RoadProfile:
    """Both halves about the reference line; `sides` and `roadsides` are right, left."""
    lanes: list[ProfileLane] = []
    marks = [] if centre is None else [centre]
    kerbs = []
    for side, (uses, outer) in zip((-1, 1), sides, strict=True):
        edge = 0.0
        for use, width in uses:
            borders = sorted((side * edge, side * (edge + width)))
            lanes.append(ProfileLane(use, -side, *borders))
            edge += width
        kerbs.append(side * (edge + (0.0 if uses[-1][0] is LaneUse.PARKING else _GUTTER_M)))
        marks += [
            Mark(side * mark.offset_m, mark.style, mark.colour, mark.width_m, mark.dash_m, mark.gap_m) for mark in outer
        ]
    lanes.sort(key=lambda lane: lane.centre_m)
    marks.sort(key=lambda mark: mark.offset_m)
    return RoadProfile(tuple(lanes), tuple(marks), kerbs[0], kerbs[1], *roadsides)


def _roadside(rng: np.random.Generator, district: District) -> Roadside:
    match district:
        case District.DOWNTOWN:
            return Roadside(1.5 if rng.random() < 0.3 else 0.0, float(rng.uniform(3.0, 5.0)), 0.0)
        case District.RESIDENTIAL:
            verge = float(rng.uniform(1.4, 2.4)) if rng.random() < 0.6 else 0.0
            return Roadside(verge, float(rng.uniform(1.8, 2.6)), float(rng.uniform(3.0, 6.0)))
        case District.SUBURBAN:
            return Roadside(float(rng.uniform(2.0, 4.0)), float(rng.uniform(1.6, 2.2)), float(rng.uniform(6.0, 11.0)))
