"""Who may enter a junction, and who gives way."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.city.idm import braking_to_stop
from core.city.lane_graph import DriveLane, LaneGraph, Turn
from core.city.roads import MAIN, Control
from core.city.signals import Phase, SignalState
from core.city.vehicles import LANE_CHANGE_S, Vehicle

_CONFLICT_M = 2.6  # connectors that come closer than this cannot be used at once
_LOOK_M = 60.0
_CROSSING_MPS = 6.0
_MOST_BRAKING_FOR_AMBER_MPS2 = 3.0
_MOST_BRAKING_FOR_RED_MPS2 = 6.0


class RightOfWay:
    """The rules at all junctions of a lane graph."""

    def __init__(self, graph: LaneGraph) -> None:
        self._graph = graph
        self._conflicts = _conflicts(graph)

    def may_enter(self, vehicle: Vehicle, connector: DriveLane, distance_m: float, t_s: float, others: Others) -> bool:
        """Whether a vehicle that is `distance_m` before its stop line may go on into a connector."""
        state = self._signal(connector, t_s)
        braking = braking_to_stop(vehicle.speed_mps, distance_m)
        if state is SignalState.AMBER and braking < _MOST_BRAKING_FOR_AMBER_MPS2:
            return False
        if state is SignalState.RED and braking < _MOST_BRAKING_FOR_RED_MPS2:
            return False
        rivals = self._conflicts[connector.id]
        if not rivals.isdisjoint(others.used(connector.junction)):
            return False
        if others.exit_is_full(vehicle, connector):
            return False
        own_rank = self._rank(connector)
        needed_s = 1.0 + (distance_m + connector.length_m + vehicle.size_m[0]) / _CROSSING_MPS
        for other, other_distance_m in others.approaching(connector.junction):
            if other is vehicle or other.next_lane is None or other_distance_m > _LOOK_M:
                continue
            rival = self._graph.lanes[other.next_lane]
            if rival.id not in rivals:
                continue
            rank = self._rank(rival)
            first = rank < own_rank or (rank == own_rank and other_distance_m < distance_m)
            if not first or self._signal(rival, t_s) is SignalState.RED:
                continue
            if other_distance_m / max(other.speed_mps, 2.5) < needed_s:
                return False
        return True

    def _signal(self, connector: DriveLane, t_s: float) -> SignalState:
        assert connector.junction is not None
        junction = self._graph.network.junctions[connector.junction]
        group = junction.group(Phase.MAIN if connector.road == MAIN else Phase.SIDE)
        return SignalState.GREEN if group is None else self._graph.network.signal_state(group, t_s)

    def _rank(self, connector: DriveLane) -> float:
        """Lower goes first."""
        assert connector.junction is not None
        turn = {Turn.STRAIGHT: 0.0, Turn.RIGHT: 0.5, Turn.LEFT: 1.0}[connector.turn]
        gives_way = self._graph.network.junctions[connector.junction].control is Control.PRIORITY
        return turn + (2.0 if gives_way and connector.road != MAIN else 0.0)


class Others:
    """Where everybody is at one step."""

    def __init__(self, graph: LaneGraph, vehicles: Iterable[Vehicle], t_s: float) -> None:
        self.by_lane: dict[str, list[tuple[float, Vehicle]]] = {}  # front axles along a lane, in order
        self._used: dict[int, set[str]] = {}
        self._approaching: dict[int, list[tuple[Vehicle, float]]] = {}
        for vehicle in vehicles:
            lane = graph.lanes[vehicle.lane]
            self.by_lane.setdefault(lane.id, []).append((vehicle.s_m, vehicle))
            if vehicle.beside is not None and t_s - vehicle.changed_s < 0.6 * LANE_CHANGE_S:
                other = graph.lanes[vehicle.beside]
                self.by_lane.setdefault(other.id, []).append((vehicle.s_m * other.length_m / lane.length_m, vehicle))
            if lane.junction is not None:
                self._used.setdefault(lane.junction, set()).add(lane.id)
            elif vehicle.came_through is not None and vehicle.rear_m < 0.5:
                junction = graph.lanes[vehicle.came_through].junction
                assert junction is not None
                self._used.setdefault(junction, set()).add(vehicle.came_through)
            if lane.junction is None and vehicle.next_lane is not None:
                junction = graph.lanes[vehicle.next_lane].junction
                assert junction is not None
                self._approaching.setdefault(junction, []).append((vehicle, lane.length_m - vehicle.front_m))
        for queue in self.by_lane.values():
            queue.sort(key=lambda place: place[0])

    def used(self, junction: int | None) -> set[str]:
        """Connectors of a junction that somebody is on."""
        return self._used.get(junction, set()) if junction is not None else set()

    def approaching(self, junction: int | None) -> list[tuple[Vehicle, float]]:
        """Who drives towards a junction, and how far the front bumper is from it."""
        return self._approaching.get(junction, []) if junction is not None else []

    def exit_is_full(self, vehicle: Vehicle, connector: DriveLane) -> bool:
        """Whether somebody slow stands where this vehicle would have to wait behind the junction."""
        room_m = connector.length_m + vehicle.size_m[0] + 3.0
        for name, start_m in ((connector.id, 0.0), (connector.successors[0], connector.length_m)):
            for s_m, other in self.by_lane.get(name, ()):
                if other.speed_mps < 2.0 and start_m + s_m - other.behind_m < room_m:
                    return True
        return False


def _conflicts(graph: LaneGraph) -> dict[str, frozenset[str]]:
    connectors = [lane for lane in graph.lanes.values() if lane.junction is not None]
    lines = {lane.id: lane.curve.at(np.linspace(0.0, lane.length_m, 24))[:, :2] for lane in connectors}
    found: dict[str, set[str]] = {lane.id: set() for lane in connectors}
    for a in connectors:
        for b in connectors:
            if a.junction != b.junction or a.predecessors == b.predecessors or a.id >= b.id:
                continue
            gaps = np.linalg.norm(lines[a.id][:, None] - lines[b.id][None], axis=-1)
            parallel = a.turn is Turn.STRAIGHT and b.turn is Turn.STRAIGHT and a.road == b.road
            if gaps.min() < _CONFLICT_M and not parallel:
                found[a.id].add(b.id)
                found[b.id].add(a.id)
    return {name: frozenset(rivals) for name, rivals in found.items()}
