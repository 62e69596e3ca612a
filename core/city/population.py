"""Who drives in a city: the ego, the vehicles at the start, and those that come later."""

from __future__ import annotations

import numpy as np

from core.city.actors import ActorKind, actor_size
from core.city.idm import Driver
from core.city.lane_graph import DriveLane, LaneGraph
from core.city.looks import draw_look
from core.city.roads import EGO_START_M, MAIN, LaneUse
from core.city.seeds import generator
from core.city.vehicles import Vehicle

EGO_SIZE_M = (4.6, 1.9, 1.6)

_KINDS = {
    ActorKind.CAR: 0.66,
    ActorKind.VAN: 0.13,
    ActorKind.TRUCK: 0.07,
    ActorKind.BUS: 0.05,
    ActorKind.MOTORCYCLE: 0.09,
}
_WIDE = (ActorKind.TRUCK, ActorKind.BUS)
_ROOM_M = 11.0  # between two vehicles at the start, bumper to bumper


def populate(graph: LaneGraph, seed: int) -> list[Vehicle]:
    """Vehicles on all lanes before the first step; the ego comes first, on the main road."""
    rng = generator(seed, "population")
    starts = [lane for lane in graph.lanes.values() if lane.road == MAIN and lane.direction > 0]
    entry = [lane for lane in starts if lane.use is LaneUse.DRIVE and not lane.predecessors]
    lane = entry[int(rng.integers(len(entry)))]
    ego = Vehicle(
        "ego",
        ActorKind.CAR,
        0,
        EGO_SIZE_M,
        Driver(speed_factor=float(rng.uniform(0.9, 1.0)), headway_s=1.4),
        lane.id,
        EGO_START_M,
        0.75 * lane.speed_mps,
    )
    density = float(rng.uniform(0.8, 1.4))
    vehicles = [ego]
    for lane in graph.lanes.values():
        if lane.junction is None:
            vehicles += _on_lane(lane, density, seed, ego)
    return vehicles


def spawned(graph: LaneGraph, seed: int, first_step: int, last_step: int, step_s: float) -> dict[int, list[Vehicle]]:
    """Vehicles that come into the city, by step."""
    entries: dict[int, list[Vehicle]] = {}
    for lane in graph.lanes.values():
        if lane.predecessors or lane.junction is not None:
            continue
        rng = generator(seed, "entries", lane.id)
        mean_s = 16.0 if lane.use is LaneUse.BICYCLE else (5.5 if lane.road == MAIN else 13.0)
        t_s = first_step * step_s + float(rng.exponential(mean_s))
        number = 0
        while t_s < last_step * step_s:
            vehicle = _vehicle(rng, lane, f"{lane.id}-in{number}", 0.0, seed)
            vehicle.s_m = vehicle.behind_m + 0.5
            entries.setdefault(round(t_s / step_s), []).append(vehicle)
            t_s += 2.0 + float(rng.exponential(mean_s))
            number += 1
    return entries


def _on_lane(lane: DriveLane, density: float, seed: int, ego: Vehicle) -> list[Vehicle]:
    rng = generator(seed, "on lane", lane.id)
    mean_m = 75.0 if lane.use is LaneUse.BICYCLE else (30.0 if lane.road == MAIN else 48.0)
    last_m = lane.length_m - 14.0
    at_m = float(rng.exponential(mean_m / density)) + 6.0
    found: list[Vehicle] = []
    while True:
        vehicle = _vehicle(rng, lane, f"{lane.id}-{len(found)}", at_m, seed)
        vehicle.s_m = at_m + vehicle.behind_m
        if vehicle.front_m > last_m:
            return found
        if lane.id != ego.lane or vehicle.rear_m > ego.front_m + _ROOM_M or vehicle.front_m < ego.rear_m - _ROOM_M:
            found.append(vehicle)
        at_m = vehicle.front_m + _ROOM_M + float(rng.exponential(mean_m / density))


def _vehicle(rng: np.random.Generator, lane: DriveLane, name: str, at_m: float, seed: int) -> Vehicle:
    kind = ActorKind.CYCLIST
    if lane.use is LaneUse.DRIVE:
        kinds = list(_KINDS)
        kind = kinds[int(rng.choice(len(kinds), p=list(_KINDS.values())))]
        if kind in _WIDE and (lane.road != MAIN or (kind is ActorKind.BUS and lane.right is not None)):
            kind = ActorKind.VAN
    look = draw_look(rng, kind, seed)
    driver = Driver(
        speed_factor=float(rng.uniform(0.85, 1.08)),
        headway_s=float(rng.uniform(1.0, 1.6)),
        acceleration_mps2=1.1 if kind in _WIDE else float(rng.uniform(1.4, 2.0)),
    )
    aside_m = {ActorKind.MOTORCYCLE: 0.5, ActorKind.TRUCK: 0.03, ActorKind.BUS: 0.03}.get(kind, 0.12)
    side_m = float(rng.uniform(-aside_m, aside_m))
    limit = 5.0 if kind is ActorKind.CYCLIST else lane.speed_mps
    return Vehicle(name, kind, look, actor_size(kind, look), driver, lane.id, at_m, 0.7 * limit, side_m=side_m)
