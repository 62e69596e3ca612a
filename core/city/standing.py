"""What stands still in the street: parked vehicles, a small work zone, debris; and an animal that does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.city.actors import ActorKind, actor_size
from core.city.looks import draw_look
from core.city.roads import KERB_HEIGHT_M, MAIN, LaneUse, ProfileLane, RoadNetwork, Stretch
from core.city.seeds import generator
from core.geometry import Pose

Floats = NDArray[np.float64]

_KINDS = {ActorKind.CAR: 0.84, ActorKind.VAN: 0.12, ActorKind.MOTORCYCLE: 0.04}
_ZONE_M = 14.0
_KERBWARDS_M = 0.06  # how far parked cars stand beyond the middle of their lane


@dataclass(frozen=True, eq=False)
class Standing:
    """An actor that keeps its place, or moves straight ahead at a constant speed."""

    name: str
    kind: ActorKind
    seed: int
    size_m: tuple[float, float, float]
    world_from_box: Pose  # at t = 0
    speed_mps: float = 0.0


def draw_standing(network: RoadNetwork, seed: int) -> list[Standing]:
    """All standing actors of a city."""
    rng = generator(seed, "standing")
    zone = _work_zone(network, rng)
    found = zone[1] if zone else []
    for road in range(len(network.roads)):
        for lane in network.roads[road].profile.lanes:
            if lane.use is LaneUse.PARKING:
                closed = zone[0] if zone and road == MAIN and lane.direction == zone[2] else None
                found += _parked(network, road, lane, seed, closed)
    return [*found, *_debris(network, seed), *_animals(network, seed), *_waiting(network, seed)]


def _parked(network: RoadNetwork, road: int, lane: ProfileLane, seed: int, closed: Stretch | None) -> list[Standing]:
    rng = generator(seed, "parked", road, lane.direction)
    clear = [*network.kept_clear(road, 1.5), *([closed] if closed else [])]
    occupied = float(rng.uniform(0.45, 0.85))
    length_m = network.roads[road].curve.length_m
    found: list[Standing] = []
    at_m = float(rng.uniform(0, 4))
    while at_m < length_m:
        kinds = list(_KINDS)
        kind = kinds[int(rng.choice(len(kinds), p=list(_KINDS.values())))]
        look = draw_look(rng, kind, seed)
        size = actor_size(kind, look)
        middle_m = at_m + size[0] / 2
        free = all(middle_m + size[0] / 2 < gap.from_m or at_m > gap.to_m for gap in clear)
        aside_m, skew_rad = float(rng.normal(0, 0.04)), float(rng.normal(0, 0.012))
        if free and rng.random() < occupied:
            kerbwards_m = lane.centre_m + np.sign(lane.centre_m) * _KERBWARDS_M
            pose = _pose(network, road, middle_m, kerbwards_m + aside_m, lane.direction, size[2], skew_rad)
            found.append(Standing(f"parked-{road}-{lane.direction}-{len(found)}", kind, look, size, pose))
        at_m += size[0] + float(rng.uniform(0.8, 1.7))
    return found


def _pose(
    network: RoadNetwork, road: int, s_m: float, offset_m: float, direction: int, height_m: float, turn_rad: float = 0.0
) -> Pose:
    line = network.roads[road]
    heading = float(line.curve.heading(s_m)) + (0.0 if direction > 0 else np.pi) + turn_rad
    kerbs = line.profile.right_kerb_m, line.profile.left_kerb_m
    ground_m = 0.0 if kerbs[0] <= offset_m <= kerbs[1] else KERB_HEIGHT_M
    return Pose.from_heading(heading, line.points(s_m, offset_m, ground_m + height_m / 2))


def _work_zone(network: RoadNetwork, rng: np.random.Generator) -> tuple[Stretch, list[Standing], int] | None:
    """Cones and barriers around a patch at the kerb: in the parking lane, or half on the pavement."""
    if rng.random() > 0.45:
        return None
    clear = network.kept_clear(MAIN, 3.0)
    direction = int(rng.choice([-1, 1]))
    side = -direction
    profile = network.main.profile
    parking = profile.driving(direction, LaneUse.PARKING)
    inner = abs(parking[0].centre_m) - parking[0].width_m / 2 + 0.25 if parking else abs(profile.kerb_m(side)) + 0.5
    outer = inner + 1.7
    for _ in range(12):
        start_m = float(rng.uniform(60, max(network.main.curve.length_m * 0.55, 90)))
        zone = Stretch(start_m, start_m + _ZONE_M)
        if all(zone.to_m < gap.from_m or zone.from_m > gap.to_m for gap in clear):
            break
    else:
        return None
    found = []
    spots = [(zone.from_m, outer), (zone.from_m + 1.2, (inner + outer) / 2)]
    spots += [(at, inner) for at in np.linspace(zone.from_m + 2.4, zone.to_m - 0.6, 6)]
    for number, (s_m, offset) in enumerate(spots):
        size = actor_size(ActorKind.CONE, number % 2)
        pose = _pose(network, MAIN, s_m, side * offset, direction, size[2], float(rng.uniform(-3, 3)))
        found.append(Standing(f"cone{number}", ActorKind.CONE, number % 2, size, pose))
    for number, s_m in enumerate((zone.from_m + 4.0, zone.from_m + 9.0)):
        size = actor_size(ActorKind.BARRIER, number)
        pose = _pose(network, MAIN, s_m, side * outer, direction, size[2], 0.0 if size[0] > size[1] else np.pi / 2)
        found.append(Standing(f"barrier{number}", ActorKind.BARRIER, number, size, pose))
    return Stretch(zone.from_m - 1.5, zone.to_m + 1.5), found, direction


def _debris(network: RoadNetwork, seed: int) -> list[Standing]:
    """A box or a piece of tyre at the kerb."""
    rng = generator(seed, "debris")
    found = []
    for number in range(int(rng.choice([0, 1, 2], p=[0.55, 0.3, 0.15]))):
        look = draw_look(rng, ActorKind.DEBRIS, seed)
        size = actor_size(ActorKind.DEBRIS, look)
        side = int(rng.choice([-1, 1]))
        profile = network.main.profile
        beyond = profile.kerb_m(side) + side * (0.4 + size[1] / 2)
        pose = _pose(network, MAIN, float(rng.uniform(70, 200)), beyond, -side, size[2], float(rng.uniform(-3, 3)))
        found.append(Standing(f"debris{number}", ActorKind.DEBRIS, look, size, pose))
    return found


def _animals(network: RoadNetwork, seed: int) -> list[Standing]:
    """A cat on the pavement, or a deer behind it where there is green."""
    rng = generator(seed, "animals")
    if rng.random() > 0.35:
        return []
    side = int(rng.choice([-1, 1]))
    profile = network.main.profile
    behind_m = profile.roadside(side).setback_m
    kind = ActorKind.DEER if behind_m > 6.0 and rng.random() < 0.6 else ActorKind.CAT
    look = draw_look(rng, kind, seed)
    size = actor_size(kind, look)
    offset = profile.back_m(side) + side * (behind_m * 0.5 if kind is ActorKind.DEER else -0.35)
    pose = _pose(network, MAIN, float(rng.uniform(80, 170)), offset, 1, size[2], float(rng.uniform(-0.15, 0.15)))
    return [Standing(f"{kind.value}0", kind, look, size, pose, float(rng.choice([0.0, 0.5])))]


def _waiting(network: RoadNetwork, seed: int) -> list[Standing]:
    """People at bus stops, most of them looking at the road."""
    rng = generator(seed, "waiting")
    found: list[Standing] = []
    for stop in network.bus_stops:
        near, far = network.roads[stop.road].profile.pavement_m(stop.side)
        places = np.arange(stop.from_m + 3.0, stop.to_m - 3.0, 1.3)
        for s_m in rng.choice(places, size=int(rng.integers(1, 5)), replace=False):
            look = draw_look(rng, ActorKind.PEDESTRIAN, seed)
            size = actor_size(ActorKind.PEDESTRIAN, look)
            towards_road = -stop.side * np.pi / 2 + float(rng.normal(0, 0.5))
            offset = near + 0.2 * (far - near)
            pose = _pose(network, stop.road, float(s_m), offset, 1, size[2], towards_road)
            found.append(Standing(f"waiting{len(found)}", ActorKind.PEDESTRIAN, look, size, pose))
    return found
