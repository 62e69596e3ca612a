"""A road network drawn by seed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.city.junction_shape import shape_junction
from core.city.profiles import main_profile, side_profile
from core.city.roads import (
    EGO_START_M,
    MAIN,
    WARM_UP_S,
    Arm,
    BusStop,
    Control,
    Crosswalk,
    District,
    DistrictStretch,
    Junction,
    Road,
    RoadNetwork,
    SignalHead,
    StopLine,
)
from core.city.seeds import generator
from core.city.signals import GROUPS_PER_PLAN, Phase, SignalPlan
from core.geometry.curve import Curve

Floats = NDArray[np.float64]

_STEP_M = 5.0  # between the points of a reference line
_CROSSWALK_M = 3.5
_MARGIN_M = 160.0
_KMH = 1 / 3.6
_SPEED_LIMITS = {District.DOWNTOWN: 50 * _KMH, District.RESIDENTIAL: 40 * _KMH, District.SUBURBAN: 60 * _KMH}


@dataclass
class _Draft:
    """A network while it is being laid out."""

    roads: list[Road]
    junctions: list[Junction] = field(default_factory=list)
    crosswalks: list[Crosswalk] = field(default_factory=list)
    stop_lines: list[StopLine] = field(default_factory=list)
    heads: list[SignalHead] = field(default_factory=list)
    plans: list[SignalPlan] = field(default_factory=list)
    bus_stops: list[BusStop] = field(default_factory=list)


def build_network(seed: int, min_length_m: float = 0.0) -> RoadNetwork:
    """One main road with side streets, junctions and what regulates them; the same for the same arguments.

    The main road is 380 to 560 m long, longer where `min_length_m` asks for it; its first metres do not
    depend on that length.
    """
    rng = generator(seed, "network")
    length_m = max(float(rng.uniform(380, 560)), min_length_m)
    district = District(rng.choice(list(District), p=[0.4, 0.35, 0.25]))
    main = Road(
        "Main Street",
        _reference_line(seed, length_m),
        main_profile(rng, district),
        _SPEED_LIMITS[district],
        _districts(rng, district, length_m),
    )
    draft = _Draft([main])
    position_m = float(rng.uniform(110, 170))
    while position_m < length_m - 70:
        _add_junction(draft, generator(seed, "junction", len(draft.junctions)), position_m)
        position_m += float(rng.uniform(130, 210))
    _add_middle_of_block(draft, generator(seed, "blocks"))
    return RoadNetwork(
        tuple(draft.roads),
        tuple(draft.junctions),
        tuple(draft.crosswalks),
        tuple(draft.stop_lines),
        tuple(draft.heads),
        tuple(draft.plans),
        tuple(draft.bus_stops),
    )


def _reference_line(seed: int, length_m: float) -> Curve:
    """Straights and bends joined by smooth changes of curvature; no tighter than 190 m of radius."""
    rng = generator(seed, "line")
    step_m, curvature = 1.0, np.zeros(0)
    turned_rad, kind = 0.0, rng.choice(["straight", "bend", "snake"], p=[0.25, 0.35, 0.4])
    while len(curvature) * step_m < length_m:
        piece_m = float(rng.uniform(70, 150))
        bend = 0.0 if kind == "straight" else float(rng.uniform(-1, 1) / 190)
        if kind == "bend":
            bend = abs(bend) * (1 if seed % 2 else -1)
        if abs(turned_rad + bend * piece_m) > 0.9:
            bend = -bend
        turned_rad += bend * piece_m
        curvature = np.concatenate([curvature, np.full(int(piece_m), bend)])
    window = np.hanning(42)[1:-1]
    curvature = np.convolve(np.pad(curvature, 20, mode="edge"), window / window.sum(), mode="same")[20:-20]
    count = int(np.ceil(length_m / step_m))
    heading = np.concatenate([[0.0], np.cumsum(curvature[:count] * step_m)])
    middle = (heading[1:] + heading[:-1]) / 2
    x, y = (np.concatenate([[0.0], np.cumsum(part * step_m)]) for part in (np.cos(middle), np.sin(middle)))
    # Streets reach up to 120 m to either side: keep all coordinates positive, as map masks want them.
    x, y = x - x.min() + _MARGIN_M, y - y.min() + _MARGIN_M
    every = np.unique(np.append(np.arange(0, count + 1, int(_STEP_M)), count))
    return Curve.through(np.stack([x, y, np.zeros_like(x)], -1)[every])


def _districts(rng: np.random.Generator, first: District, length_m: float) -> tuple[DistrictStretch, ...]:
    """Mostly one district; sometimes the road leads into another."""
    if rng.random() < 0.6:
        return (DistrictStretch(0.0, length_m, first),)
    second = District(rng.choice([kind for kind in District if kind is not first]))
    change_m = float(rng.uniform(0.35, 0.65)) * length_m
    return DistrictStretch(0.0, change_m, first), DistrictStretch(change_m, length_m, second)


def _add_junction(draft: _Draft, rng: np.random.Generator, main_s_m: float) -> None:
    main = draft.roads[MAIN]
    district = main.district_at(main_s_m)
    number = len(draft.roads)
    crossing = bool(rng.random() < 0.6)  # else a T
    busy = len(main.profile.driving(1)) > 1
    signals = bool(rng.random() < (0.75 if crossing else 0.35) + (0.25 if busy else 0.0))
    side = int(rng.choice([-1, 1]))
    reach_m = [float(rng.uniform(85, 120)), float(rng.uniform(85, 120)) if crossing else 0.0]
    line = _side_line(rng, main.curve, main_s_m, side, reach_m)
    road = Road(
        f"Side Street {number}",
        line,
        side_profile(rng, district),
        30 * _KMH if district is District.RESIDENTIAL else 40 * _KMH,
        (DistrictStretch(0.0, line.length_m, district),),
    )
    draft.roads.append(road)
    meets_s_m = float(line.project(main.curve.at(main_s_m))[0]) if crossing else 0.0

    arms = [Arm(MAIN, 0.0, 1), Arm(number, 0.0, 1), Arm(MAIN, 0.0, -1), Arm(number, 0.0, -1)]
    if side < 0:
        arms = [arms[0], arms[3], arms[2], arms[1]]
    if not crossing:
        arms.remove(Arm(number, 0.0, -1))
    first_group = len(draft.plans) * GROUPS_PER_PLAN if signals else None
    if signals:
        draft.plans.append(_signal_plan(rng, main, main_s_m))
    junction = shape_junction(
        draft.roads,
        arms,
        {MAIN: main_s_m, number: meets_s_m},
        float(rng.uniform(5.0, 7.5)),
        Control.SIGNALS if signals else Control.PRIORITY,
        first_group,
    )
    draft.junctions.append(junction)
    for arm in junction.arms:
        _regulate(draft, rng, len(draft.junctions) - 1, arm)


def _signal_plan(rng: np.random.Generator, main: Road, main_s_m: float) -> SignalPlan:
    """Mostly green when the ego comes: a log of a car that waits shows little."""
    green_s = float(rng.uniform(22, 32))
    comes_s = (main_s_m - EGO_START_M) / (0.85 * main.speed_limit_mps) - WARM_UP_S
    into_green = float(rng.uniform(0.3, 0.9)) if rng.random() < 0.85 else float(rng.uniform(-0.5, 0.1))
    return SignalPlan(green_s, float(rng.uniform(17, 22)), comes_s - into_green * green_s)


def _side_line(rng: np.random.Generator, main: Curve, s_m: float, side: int, reach_m: list[float]) -> Curve:
    """Leaves the main road's reference line to one side (`reach_m[0]`), and comes from the other (`reach_m[1]`)."""
    across = float(main.heading(s_m)) + side * (np.pi / 2 + float(rng.uniform(-0.14, 0.14)))
    ahead = np.array([np.cos(across), np.sin(across), 0.0])
    left = np.array([-ahead[1], ahead[0], 0.0])
    bends = rng.uniform(-1, 1, 2) / 260
    at = np.linspace(-reach_m[1], reach_m[0], int(sum(reach_m) / _STEP_M) + 1)
    bent = np.maximum(np.abs(at) - 30.0, 0.0) ** 2 / 2 * np.where(at > 0, bends[0], bends[1])
    return Curve.through(main.at(s_m) + at[:, None] * ahead + bent[:, None] * left)


def _regulate(draft: _Draft, rng: np.random.Generator, junction_number: int, arm: Arm) -> None:
    """Crosswalk, stop line and lamps of one arm."""
    junction, road = draft.junctions[junction_number], draft.roads[arm.road]
    signals = junction.control is Control.SIGNALS
    on_main = arm.road == MAIN
    chance = 0.92 if signals else (0.15 if on_main else 0.7)
    line_m = 0.6
    if rng.random() < chance:
        edges = sorted(arm.mouth_m + arm.outward * at for at in (0.6, 0.6 + _CROSSWALK_M))
        walk = junction.group(Phase.WALK_OVER_MAIN if on_main else Phase.WALK_OVER_SIDE)
        draft.crosswalks.append(Crosswalk(edges[0], edges[1], arm.road, walk, junction_number))
        line_m += _CROSSWALK_M + 1.0
        if walk is not None:
            _add_walk_heads(draft, road, arm, (edges[0] + edges[1]) / 2, walk)
    elif on_main and not signals:
        return
    group = junction.group(Phase.MAIN if on_main else Phase.SIDE)
    stop_s_m = arm.mouth_m + arm.outward * line_m
    draft.stop_lines.append(
        StopLine(arm.road, stop_s_m, -arm.outward, group, junction_number, gives_way=not signals and not on_main)
    )
    if group is not None:
        # Inbound traffic keeps right of its own direction, which is the left side seen from the junction.
        side = arm.side(left=True)
        heading = float(road.curve.heading(stop_s_m)) + (0.0 if arm.outward > 0 else np.pi)
        base = road.points(stop_s_m, road.profile.kerb_m(side) + side * 0.6)
        wide = len(road.profile.driving(-arm.outward)) > 1
        reach_m = abs(road.profile.kerb_m(side)) - road.profile.driving(-arm.outward)[0].width_m / 2 if wide else 0.0
        draft.heads.append(SignalHead((base[0], base[1], 0.0), heading, reach_m, group, False))


def _add_walk_heads(draft: _Draft, road: Road, arm: Arm, s_m: float, group: int) -> None:
    """One lamp on each kerb, shining across the road."""
    at = s_m + arm.outward * 1.2
    for side in (-1, 1):
        base = road.points(at, road.profile.kerb_m(side) + side * 0.5)
        across = float(road.curve.heading(at)) - side * np.pi / 2
        draft.heads.append(SignalHead((base[0], base[1], 0.0), across, 0.0, group, True))


def _add_middle_of_block(draft: _Draft, rng: np.random.Generator) -> None:
    """Zebra crossings and bus stops of the main road, away from its junctions."""
    network = RoadNetwork(tuple(draft.roads), tuple(draft.junctions), (), (), (), (), ())
    for stretch in network.stretches(MAIN):
        if stretch.length_m < 75:
            continue
        if rng.random() < 0.3:
            middle = float(rng.uniform(stretch.from_m + 35, stretch.to_m - 35))
            walk = Crosswalk(middle - 2.0, middle + 2.0, MAIN, None, None)
            draft.crosswalks.append(walk)
            draft.stop_lines += [
                StopLine(MAIN, walk.from_m - 1.5, 1, None, None),
                StopLine(MAIN, walk.to_m + 1.5, -1, None, None),
            ]
        elif rng.random() < 0.5:
            side = int(rng.choice([-1, 1]))
            start = float(rng.uniform(stretch.from_m + 20, stretch.to_m - 45))
            draft.bus_stops.append(BusStop(start, start + 22.0, MAIN, side))
