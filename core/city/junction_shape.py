"""The outline of a junction: where kerbs meet, how they are rounded, where the plain strips begin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.city.roads import Arm, Control, Corner, Junction, Road

Floats = NDArray[np.float64]

_ARC_HANDLE = 0.5523  # of a cubic that stays within 0.03 % of a quarter circle
_HALF_POINTS = 8  # of a corner's lines, from a mouth to the middle


@dataclass(frozen=True)
class _Meeting:
    """Where two lines along two roads cross."""

    point_m: Floats
    a_s_m: float
    b_s_m: float


def shape_junction(
    roads: list[Road],
    arms: list[Arm],
    crossing_s_m: dict[int, float],
    radius_m: float,
    control: Control,
    first_group: int | None,
) -> Junction:
    """A junction of arms given counter-clockwise; their `mouth_m` are ignored and found here.

    `crossing_s_m` tells for each road where its reference line meets the others.
    """
    pairs = list(zip(arms, [*arms[1:], arms[0]], strict=True))
    reach = {(arm.road, arm.outward): 0.0 for arm in arms}
    for a, b in pairs:
        if a.road == b.road:
            continue
        kerb, back = (_meeting(roads, a, b, crossing_s_m, at_back) for at_back in (False, True))
        for arm, kerb_s, back_s in ((a, kerb.a_s_m, back.a_s_m), (b, kerb.b_s_m, back.b_s_m)):
            start = crossing_s_m[arm.road]
            needed = max((kerb_s - start) * arm.outward + radius_m, (back_s - start) * arm.outward) + 0.3
            reach[arm.road, arm.outward] = max(reach[arm.road, arm.outward], needed)
    shaped = [replace(arm, mouth_m=crossing_s_m[arm.road] + arm.outward * reach[arm.road, arm.outward]) for arm in arms]
    pairs = list(zip(shaped, [*shaped[1:], shaped[0]], strict=True))
    corners = tuple(_corner(roads, a, b, crossing_s_m, radius_m) for a, b in pairs)
    main = next(arm.road for arm in arms)
    return Junction(
        roads[main].points(crossing_s_m[main]),
        crossing_s_m[main],
        control,
        tuple(shaped),
        corners,
        np.concatenate([corner.kerb_m for corner in corners]),
        first_group,
    )


def _corner(roads: list[Road], a: Arm, b: Arm, crossing_s_m: dict[int, float], radius_m: float) -> Corner:
    road_a, road_b = roads[a.road], roads[b.road]
    side_a, side_b = a.side(left=True), b.side(left=False)
    if a.road == b.road:
        s = np.linspace(a.mouth_m, b.mouth_m, 2 * _HALF_POINTS)
        profile = road_a.profile
        return Corner(road_a.points(s, profile.kerb_m(side_a)), road_a.points(s, profile.back_m(side_a)), True)

    kerb = _meeting(roads, a, b, crossing_s_m, at_back=False)
    start_s, end_s = kerb.a_s_m + a.outward * radius_m, kerb.b_s_m + b.outward * radius_m
    start = road_a.points(start_s, road_a.profile.kerb_m(side_a))
    end = road_b.points(end_s, road_b.profile.kerb_m(side_b))
    arc = _rounded(start, kerb.point_m, end)
    middle = len(arc) // 2
    first = np.concatenate([_along(road_a, a.mouth_m, start_s, road_a.profile.kerb_m(side_a)), arc[: middle + 1]])
    second = np.concatenate([arc[middle:], _along(road_b, end_s, b.mouth_m, road_b.profile.kerb_m(side_b))])

    back = _meeting(roads, a, b, crossing_s_m, at_back=True)
    back_first = _along(road_a, a.mouth_m, back.a_s_m, road_a.profile.back_m(side_a))
    back_second = _along(road_b, back.b_s_m, b.mouth_m, road_b.profile.back_m(side_b))
    return Corner(_joined(first, second), _joined(back_first, back_second), False)


def _along(road: Road, from_s_m: float, to_s_m: float, offset_m: float) -> Floats:
    return road.points(np.linspace(from_s_m, to_s_m, 6), offset_m)


def _joined(first: Floats, second: Floats) -> Floats:
    return np.concatenate([_resampled(first), _resampled(second)[1:]])


def _resampled(line: Floats) -> Floats:
    """`_HALF_POINTS` points at equal distances along a polyline, ends kept."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0.0, lengths[-1], _HALF_POINTS)
    return np.stack([np.interp(at, lengths, line[:, axis]) for axis in range(3)], -1)


def _rounded(start: Floats, corner: Floats, end: Floats) -> Floats:
    """A smooth arc (17, 3) that leaves `start` and reaches `end` along the lines through `corner`."""
    t = np.linspace(0.0, 1.0, 17)[:, None]
    first, second = start + _ARC_HANDLE * (corner - start), end + _ARC_HANDLE * (corner - end)
    return (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * first + 3 * t**2 * (1 - t) * second + t**3 * end


def _meeting(roads: list[Road], a: Arm, b: Arm, crossing_s_m: dict[int, float], at_back: bool) -> _Meeting:
    """Where the left border of one arm crosses the right border of the next: kerb lines, or backs of pavements.

    Newton's method on straight tangents; the roads are nearly straight over the few metres it moves.
    """
    road_a, road_b = roads[a.road], roads[b.road]
    side_a, side_b = a.side(left=True), b.side(left=False)
    offset_a = road_a.profile.back_m(side_a) if at_back else road_a.profile.kerb_m(side_a)
    offset_b = road_b.profile.back_m(side_b) if at_back else road_b.profile.kerb_m(side_b)
    s_a = crossing_s_m[a.road] + a.outward * abs(offset_b)
    s_b = crossing_s_m[b.road] + b.outward * abs(offset_a)
    for _ in range(8):
        point_a, point_b = road_a.points(s_a, offset_a), road_b.points(s_b, offset_b)
        slopes = np.stack([road_a.curve.tangent(s_a)[:2], -road_b.curve.tangent(s_b)[:2]], -1)
        step = np.linalg.solve(slopes, (point_b - point_a)[:2])
        s_a, s_b = s_a + float(step[0]), s_b + float(step[1])
    return _Meeting(road_a.points(s_a, offset_a), s_a, s_b)
