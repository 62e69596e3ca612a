"""Traffic on the lanes of a city, simulated step by step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.city.actors import ActorKind
from core.city.idm import acceleration, braking_to_stop
from core.city.lane_graph import DriveLane, LaneGraph, Turn
from core.city.population import populate, spawned
from core.city.right_of_way import Others, RightOfWay
from core.city.roads import WARM_UP_S, LaneUse
from core.city.seeds import generator
from core.city.vehicles import Vehicle, lane_speed
from core.city.walkers import Walkers

STEP_S = 0.05

_LOOK_M = 90.0
_LINE_GAP_M = 1.4  # the model keeps 2 m to a standing leader, but only 0.6 m to a line
_TURN_WEIGHTS = {Turn.STRAIGHT: 0.8, Turn.RIGHT: 0.12, Turn.LEFT: 0.08}
_CHANGE_PAUSE_S = 7.0
_CHANGE_END_M = 35.0  # nobody changes lanes this close before a junction
_SAFE_BRAKING_MPS2 = 2.5
_BUS_DWELL_S = 5.0


class Traffic:
    """All vehicles and walkers of a city from `WARM_UP_S` before the log starts until it ends.

    Deterministic by seed. `run` fills the trails; the first vehicle is the ego.
    """

    def __init__(self, graph: LaneGraph, seed: int, seconds: float) -> None:
        self.graph = graph
        self.first_step = -round(WARM_UP_S / STEP_S)
        self.last_step = int(np.ceil(seconds / STEP_S))
        self.vehicles = populate(graph, seed)
        self.gone: list[Vehicle] = []
        self.walkers = Walkers(graph.network, seed, -WARM_UP_S, WARM_UP_S + seconds)
        self._rules = RightOfWay(graph)
        self._rng = generator(seed, "traffic")
        self._entries = spawned(graph, seed, self.first_step, self.last_step, STEP_S)
        for vehicle in self.vehicles:
            self._choose_way(vehicle)

    @property
    def ego(self) -> Vehicle:
        return self.vehicles[0]

    def run(self) -> None:
        for step in range(self.first_step, self.last_step + 1):
            self._step(step)

    def _step(self, step: int) -> None:
        t_s = step * STEP_S
        self._enter(step)
        others = Others(self.graph, self.vehicles, t_s)
        self.walkers.step(t_s, STEP_S, lambda walk: self._vehicles_leave_room(walk, others))
        wishes = [self._acceleration(vehicle, t_s, others) for vehicle in self.vehicles]
        for number, vehicle in enumerate(self.vehicles):
            if (step + number) % 10 == 0:
                self._consider_change(vehicle, t_s, others)
            braking = wishes[number] < -0.4 or vehicle.speed_mps < 0.2
            vehicle.trail.append((step, vehicle.lane, vehicle.s_m, vehicle.left_m(t_s), braking))
        for vehicle, wish in zip(list(self.vehicles), wishes, strict=True):
            self._move(vehicle, wish)

    def _enter(self, step: int) -> None:
        for vehicle in self._entries.pop(step, ()):
            ahead = [other for other in self.vehicles if vehicle.lane in (other.lane, other.beside)]
            if all(other.rear_m > vehicle.front_m + 8.0 + vehicle.speed_mps for other in ahead):
                self._choose_way(vehicle)
                vehicle.speed_mps = min([vehicle.speed_mps, *(other.speed_mps + 2.0 for other in ahead)])
                self.vehicles.append(vehicle)

    def _move(self, vehicle: Vehicle, wish_mps2: float) -> None:
        speed = max(vehicle.speed_mps + wish_mps2 * STEP_S, 0.0)
        vehicle.s_m += (vehicle.speed_mps + speed) / 2 * STEP_S
        vehicle.speed_mps = speed
        lane = self.graph.lanes[vehicle.lane]
        while vehicle.s_m > lane.length_m and vehicle.next_lane is not None:
            vehicle.s_m -= lane.length_m
            vehicle.lane = vehicle.next_lane
            vehicle.beside = None
            if lane.junction is not None:
                vehicle.came_through = lane.id
            lane = self.graph.lanes[vehicle.lane]
            self._choose_way(vehicle)
        if vehicle.next_lane is None and vehicle.front_m > lane.length_m and vehicle is not self.ego:
            self.vehicles.remove(vehicle)
            self.gone.append(vehicle)

    def _choose_way(self, vehicle: Vehicle) -> None:
        choices = [self.graph.lanes[name] for name in self.graph.lanes[vehicle.lane].successors]
        if not choices:
            vehicle.next_lane = None
            return
        straight = [lane for lane in choices if lane.turn is Turn.STRAIGHT]
        if straight and (vehicle is self.ego or vehicle.kind in (ActorKind.BUS, ActorKind.TRUCK)):
            choices = straight
        # A left turn out of the only lane holds up everybody behind.
        alone = self.graph.lanes[vehicle.lane].left is None and self.graph.lanes[vehicle.lane].right is None
        weights = np.array([0.25 if alone and straight and lane.turn is Turn.LEFT else 1.0 for lane in choices]) * [
            _TURN_WEIGHTS[lane.turn] for lane in choices
        ]
        vehicle.next_lane = choices[int(self._rng.choice(len(choices), p=weights / weights.sum()))].id

    def _ahead(self, vehicle: Vehicle) -> Iterator[tuple[DriveLane, float]]:
        """The lanes ahead with the distance from the front axle to where each begins."""
        lane = self.graph.lanes[vehicle.lane]
        start_m = -vehicle.s_m
        name = vehicle.next_lane
        while True:
            yield lane, start_m
            start_m += lane.length_m
            if name is None or start_m > _LOOK_M:
                return
            lane = self.graph.lanes[name]
            name = lane.successors[0] if lane.junction is not None else None

    def _acceleration(self, vehicle: Vehicle, t_s: float, others: Others) -> float:
        driver = vehicle.driver
        way = list(self._ahead(vehicle))
        desired = lane_speed(way[0][0], vehicle)
        for lane, start_m in way[1:]:
            slow = lane_speed(lane, vehicle)
            desired = min(desired, (slow**2 + 2.4 * max(start_m, 0.0)) ** 0.5)
        gap_m, leader_mps = self._leader(vehicle, way, others)
        wish = acceleration(driver, vehicle.speed_mps, desired, gap_m, leader_mps)
        stop_m = self._must_stop(vehicle, way, t_s, others)
        if stop_m is not None:
            wish = min(wish, acceleration(driver, vehicle.speed_mps, desired, stop_m + _LINE_GAP_M, 0.0))
        return wish

    def _leader(self, vehicle: Vehicle, way: list[tuple[DriveLane, float]], others: Others) -> tuple[float, float]:
        """Gap to the next vehicle ahead and its speed."""
        for lane, start_m in way:
            for s_m, other in others.by_lane.get(lane.id, ()):
                if other is vehicle or start_m + s_m <= 0.0:
                    continue
                return start_m + s_m - other.behind_m - vehicle.ahead_m, other.speed_mps
        return float("inf"), 0.0

    def _must_stop(
        self, vehicle: Vehicle, way: list[tuple[DriveLane, float]], t_s: float, others: Others
    ) -> float | None:
        """Metres from the front bumper to where the vehicle has to stop; None when it may go on."""
        stops = []
        for lane, start_m in way:
            before = start_m - vehicle.ahead_m
            for crossing in lane.crossings:
                if start_m + crossing.to_m < 0 or not self.walkers.claim(crossing.crosswalk, crossing.offset_m):
                    continue
                lines = [stop.at_m for stop in lane.stops if 0.0 <= crossing.from_m - stop.at_m < 4.0]
                distance_m = before + (lines[0] if lines else crossing.stop_m)
                if distance_m > -1.0 and braking_to_stop(vehicle.speed_mps, distance_m) < 6.0:
                    stops.append(distance_m)
            if lane.junction is None and lane.id == vehicle.lane and vehicle.next_lane is not None:
                at_m = next((stop.at_m for stop in lane.stops[::-1] if stop.line.junction is not None), lane.length_m)
                distance_m = before + at_m
                connector = self.graph.lanes[vehicle.next_lane]
                if -1.5 < distance_m < _LOOK_M and not self._rules.may_enter(
                    vehicle, connector, distance_m, t_s, others
                ):
                    stops.append(distance_m)
            if vehicle.kind is ActorKind.BUS and lane.id == vehicle.lane:
                stops += self._bus_stop(vehicle, lane, t_s)
        return min(stops) if stops else None

    def _bus_stop(self, vehicle: Vehicle, lane: DriveLane, t_s: float) -> list[float]:
        for number, stop in enumerate(self.graph.network.bus_stops):
            if stop.road != lane.road or stop.side != -lane.direction or vehicle.served_stop == number:
                continue
            place = self.graph.network.roads[stop.road].points(stop.to_m if lane.direction > 0 else stop.from_m)
            distance_m = float(lane.curve.project(place)[0]) - 2.0 - vehicle.front_m
            if not -2.0 < distance_m < 60.0:
                continue
            if vehicle.speed_mps < 0.2 and distance_m < 4.0:
                vehicle.halt_s = vehicle.halt_s or t_s
                if t_s - vehicle.halt_s > _BUS_DWELL_S:
                    vehicle.served_stop, vehicle.halt_s = number, 0.0
                    continue
            return [distance_m]
        return []

    def _vehicles_leave_room(self, crosswalk: int, others: Others) -> bool:
        """Whether everybody who drives towards a crosswalk without lights can still stop before it."""
        for lane in self.graph.lanes.values():
            for crossing in lane.crossings:
                if crossing.crosswalk != crosswalk:
                    continue
                queues = [(lane, 0.0)]
                queues += [(self.graph.lanes[name], -self.graph.lanes[name].length_m) for name in lane.predecessors]
                for source, start_m in queues:
                    for s_m, other in others.by_lane.get(source.id, ()):
                        if other.next_lane != lane.id and source is not lane:
                            continue
                        distance_m = crossing.stop_m - (start_m + s_m + other.ahead_m)
                        passed = start_m + s_m - other.behind_m > crossing.to_m
                        if not passed and other.speed_mps > 0.3 and braking_to_stop(other.speed_mps, distance_m) > 2.2:
                            return False
        return True

    def _consider_change(self, vehicle: Vehicle, t_s: float, others: Others) -> None:
        """Change lanes when that helps enough and hurts nobody behind (MOBIL)."""
        lane = self.graph.lanes[vehicle.lane]
        if lane.use is not LaneUse.DRIVE or vehicle.kind in (ActorKind.BUS, ActorKind.CYCLIST):
            return
        if t_s - vehicle.changed_s < _CHANGE_PAUSE_S or vehicle.speed_mps < 3.0 or lane.junction is not None:
            return
        if not 8.0 < vehicle.s_m < lane.length_m - _CHANGE_END_M:
            return
        here = self._leader(vehicle, [(lane, -vehicle.s_m)], others)
        desired = lane_speed(lane, vehicle)
        now = acceleration(vehicle.driver, vehicle.speed_mps, desired, *here)
        for name in (lane.left, lane.right):
            if name is None:
                continue
            target = self.graph.lanes[name]
            s_m = vehicle.s_m * target.length_m / lane.length_m
            gain = self._gain(vehicle, target, s_m, desired, others)
            if gain is not None and gain - now > vehicle.driver.lane_change_gain_mps2:
                self._change(vehicle, lane, target, t_s)
                return

    def _gain(self, vehicle: Vehicle, target: DriveLane, s_m: float, desired: float, others: Others) -> float | None:
        """The acceleration in another lane, less what it costs the one behind; None when it is not safe."""
        queue = [(at, other) for at, other in others.by_lane.get(target.id, ()) if other is not vehicle]
        leader = next(((at, other) for at, other in queue if at > s_m), None)
        follower = next(((at, other) for at, other in reversed(queue) if at <= s_m), None)
        own = acceleration(vehicle.driver, vehicle.speed_mps, desired, float("inf"), 0.0)
        if leader is not None:
            gap_m = leader[0] - leader[1].behind_m - s_m - vehicle.ahead_m
            if gap_m < 5.0:
                return None
            own = acceleration(vehicle.driver, vehicle.speed_mps, desired, gap_m, leader[1].speed_mps)
        if follower is None:
            return own
        at, behind = follower
        gap_m = s_m - vehicle.behind_m - at - behind.ahead_m
        cost = -acceleration(behind.driver, behind.speed_mps, behind.speed_mps, gap_m, vehicle.speed_mps)
        if gap_m < 5.0 or cost > _SAFE_BRAKING_MPS2:
            return None
        return own - vehicle.driver.politeness * max(cost, 0.0)

    def _change(self, vehicle: Vehicle, lane: DriveLane, target: DriveLane, t_s: float) -> None:
        point = lane.curve.at(vehicle.s_m) + vehicle.left_m(t_s) * lane.curve.left(vehicle.s_m)
        s_m, left_m = target.curve.project(point)
        vehicle.s_m, vehicle.shift_m = float(s_m), float(left_m) - vehicle.side_m
        vehicle.lane, vehicle.beside, vehicle.changed_s = target.id, lane.id, t_s
        self._choose_way(vehicle)
