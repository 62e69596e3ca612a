"""The lanes of a road network as a graph to drive on, and as the lane map of a log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.city.roads import Arm, Crosswalk, LaneUse, ProfileLane, RoadNetwork, StopLine, Stretch
from core.geometry.curve import Curve
from core.logs.lanes import Lane, LaneMap

Floats = NDArray[np.float64]

_ARC_HANDLE = 0.5523
_STEP_M = 2.0
_TURN_SPEED_MPS = {"left": 6.0, "right": 4.5}


class Turn(StrEnum):
    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class LaneCrossing(Stretch):
    """Where a crosswalk lies along a lane, and where a vehicle that gives way to its pedestrians stands."""

    crosswalk: int  # index in the network
    stop_m: float
    offset_m: float  # of the lane from the road's middle


@dataclass(frozen=True)
class LaneStop:
    at_m: float  # of the front bumper
    line: StopLine


@dataclass(frozen=True, eq=False, kw_only=True)
class DriveLane:
    """A lane between two junctions, or a connector through one; metres along `curve`, in driving direction."""

    id: str
    curve: Curve
    width_m: float
    use: LaneUse
    road: int
    direction: int
    rank: int  # 0 is next to the middle of the road
    speed_mps: float
    junction: int | None = None  # of a connector
    turn: Turn = Turn.STRAIGHT
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    left: str | None = None  # neighbours in the same direction
    right: str | None = None
    stops: tuple[LaneStop, ...] = ()
    crossings: tuple[LaneCrossing, ...] = ()

    @property
    def length_m(self) -> float:
        return self.curve.length_m


class LaneGraph:
    """All lanes of a network for driving and cycling, by id."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.lanes: dict[str, DriveLane] = {}
        for road in range(len(network.roads)):
            for number, stretch in enumerate(network.stretches(road)):
                self._add_strip(road, number, stretch)
        for junction in range(len(network.junctions)):
            self._add_connectors(junction)

    def _add_strip(self, number: int, strip: int, stretch: Stretch) -> None:
        road = self.network.roads[number]
        for direction in (1, -1):
            for use in (LaneUse.DRIVE, LaneUse.BICYCLE):
                lanes = road.profile.driving(direction, use)
                names = [_strip_name(number, strip, direction, use, rank) for rank in range(len(lanes))]
                for rank, lane in enumerate(lanes):
                    line = road.points(_spaced(stretch.from_m, stretch.to_m), lane.centre_m)
                    curve = Curve.through(line if direction > 0 else line[::-1])
                    self.lanes[names[rank]] = DriveLane(
                        id=names[rank],
                        curve=curve,
                        width_m=lane.width_m,
                        use=use,
                        road=number,
                        direction=direction,
                        rank=rank,
                        speed_mps=road.speed_limit_mps,
                        left=names[rank - 1] if rank > 0 else None,
                        right=names[rank + 1] if rank + 1 < len(names) else None,
                        stops=self._stops(number, stretch, lane, curve),
                        crossings=self._crossings(number, stretch, lane, curve),
                    )

    def _stops(self, road: int, stretch: Stretch, lane: ProfileLane, curve: Curve) -> tuple[LaneStop, ...]:
        lines = [
            line
            for line in self.network.stop_lines
            if line.road == road and line.direction == lane.direction and stretch.from_m <= line.s_m <= stretch.to_m
        ]
        found = [LaneStop(self._along(road, line.s_m, lane, curve) - line.width_m / 2, line) for line in lines]
        return tuple(sorted(found, key=lambda stop: stop.at_m))

    def _crossings(self, road: int, stretch: Stretch, lane: ProfileLane, curve: Curve) -> tuple[LaneCrossing, ...]:
        found = []
        for index, walk in enumerate(self.network.crosswalks):
            if walk.road == road and stretch.from_m <= walk.from_m <= stretch.to_m:
                ends = sorted(self._along(road, s, lane, curve) for s in (walk.from_m, walk.to_m))
                found.append(LaneCrossing(ends[0], ends[1], index, ends[0] - 1.3, lane.centre_m))
        return tuple(sorted(found, key=lambda crossing: crossing.from_m))

    def _along(self, road: int, s_m: float, lane: ProfileLane, curve: Curve) -> float:
        return float(curve.project(self.network.roads[road].points(s_m, lane.centre_m))[0])

    def _add_connectors(self, number: int) -> None:
        junction = self.network.junctions[number]
        for source in junction.arms:
            for target in junction.arms:
                if source == target:
                    continue
                turn = self._turn(source, target)
                for from_lane, to_lane in self._pairs(source, target, turn):
                    self._connect(number, from_lane, to_lane, turn)

    def _turn(self, source: Arm, target: Arm) -> Turn:
        roads = self.network.roads
        into = float(roads[source.road].curve.heading(source.mouth_m)) + (np.pi if source.outward > 0 else 0.0)
        out = float(roads[target.road].curve.heading(target.mouth_m)) + (0.0 if target.outward > 0 else np.pi)
        bend = (out - into + np.pi) % (2 * np.pi) - np.pi
        if abs(bend) < np.pi / 4:
            return Turn.STRAIGHT
        return Turn.LEFT if bend > 0 else Turn.RIGHT

    def _pairs(self, source: Arm, target: Arm, turn: Turn) -> list[tuple[DriveLane, DriveLane]]:
        """Inbound and outbound lanes joined by a turn: inner to inner, outer to outer, straight rank by rank."""
        inbound, outbound = self._at_mouth(source, inbound=True), self._at_mouth(target, inbound=False)
        if turn is Turn.LEFT:
            return [(inbound[0], outbound[0])]
        if turn is Turn.RIGHT:
            return [(inbound[-1], outbound[-1])]
        cycling = zip(
            self._at_mouth(source, True, LaneUse.BICYCLE), self._at_mouth(target, False, LaneUse.BICYCLE), strict=False
        )
        return [*zip(inbound, outbound, strict=False), *cycling]

    def _at_mouth(self, arm: Arm, inbound: bool, use: LaneUse = LaneUse.DRIVE) -> list[DriveLane]:
        direction = -arm.outward if inbound else arm.outward
        stretches = self.network.stretches(arm.road)
        ends = [stretch.from_m if arm.outward > 0 else stretch.to_m for stretch in stretches]
        strip = ends.index(arm.mouth_m)
        count = len(self.network.roads[arm.road].profile.driving(direction, use))
        return [self.lanes[_strip_name(arm.road, strip, direction, use, rank)] for rank in range(count)]

    def _connect(self, junction: int, source: DriveLane, target: DriveLane, turn: Turn) -> None:
        name = f"junction{junction}-{source.id}-{target.id}"
        start, end = source.curve.at(source.length_m), target.curve.at(0.0)
        if turn is Turn.STRAIGHT:
            ahead = np.linalg.norm(end - start) / 3
            handles = start + ahead * source.curve.tangent(source.length_m), end - ahead * target.curve.tangent(0.0)
        else:
            corner = _crossing_point(start, source.curve.tangent(source.length_m), end, target.curve.tangent(0.0))
            handles = start + _ARC_HANDLE * (corner - start), end + _ARC_HANDLE * (corner - end)
        t = np.linspace(0.0, 1.0, 13)[:, None]
        line = (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * handles[0] + 3 * t**2 * (1 - t) * handles[1] + t**3 * end
        self.lanes[name] = DriveLane(
            id=name,
            curve=Curve.through(line),
            width_m=min(source.width_m, target.width_m),
            use=source.use,
            road=source.road,
            direction=source.direction,
            rank=source.rank,
            speed_mps=_TURN_SPEED_MPS.get(turn, source.speed_mps),
            junction=junction,
            turn=turn,
            successors=(target.id,),
            predecessors=(source.id,),
        )
        self.lanes[source.id] = replace(source, successors=(*self.lanes[source.id].successors, name))
        before = self.lanes[target.id]
        self.lanes[target.id] = replace(before, predecessors=(*before.predecessors, name))


def _strip_name(road: int, strip: int, direction: int, use: LaneUse, rank: int) -> str:
    way = "ahead" if direction > 0 else "back"
    return f"road{road}-{strip}-{way}-{'lane' if use is LaneUse.DRIVE else 'bicycle'}{rank}"


def _spaced(from_m: float, to_m: float) -> Floats:
    return np.linspace(from_m, to_m, max(int((to_m - from_m) / _STEP_M), 2) + 1)


def _crossing_point(a: Floats, along_a: Floats, b: Floats, along_b: Floats) -> Floats:
    """Where two level lines meet."""
    steps = np.linalg.solve(np.stack([along_a[:2], -along_b[:2]], -1), (b - a)[:2])
    return a + steps[0] * along_a


def lane_map(graph: LaneGraph) -> LaneMap:
    """The lanes for driving, with crossings and drivable areas, in the city's world."""
    network = graph.network
    return LaneMap(
        lanes={lane.id: _map_lane(lane) for lane in graph.lanes.values() if lane.use is LaneUse.DRIVE},
        crossings=tuple(crosswalk_outline(network, walk) for walk in network.crosswalks),
        drivable=tuple(
            strip_outline(network, number, stretch)
            for number in range(len(network.roads))
            for stretch in network.stretches(number)
        )
        + tuple(junction.outline_m for junction in network.junctions),
    )


def _map_lane(lane: DriveLane) -> Lane:
    s = _spaced(0.0, lane.length_m)
    centre, left = lane.curve.at(s), lane.curve.left(s) * lane.width_m / 2
    return Lane(
        id=lane.id,
        centre_m=centre,
        left_m=centre + left,
        right_m=centre - left,
        successors=lane.successors,
        predecessors=lane.predecessors,
        left_neighbour=lane.left,
        right_neighbour=lane.right,
        in_junction=lane.junction is not None,
        speed_limit_mps=lane.speed_mps,
    )


def crosswalk_outline(network: RoadNetwork, walk: Crosswalk) -> Floats:
    """Corners (4, 3) of a crosswalk, kerb to kerb."""
    road = network.roads[walk.road]
    right, left = road.profile.right_kerb_m, road.profile.left_kerb_m
    return road.points([walk.from_m, walk.to_m, walk.to_m, walk.from_m], [right, right, left, left])


def strip_outline(network: RoadNetwork, number: int, stretch: Stretch) -> Floats:
    """Border (n, 3) of the carriageway between two junctions."""
    road, s = network.roads[number], _spaced(stretch.from_m, stretch.to_m)[::2]
    s = np.union1d(s, [stretch.to_m])
    right, left = road.points(s, road.profile.right_kerb_m), road.points(s, road.profile.left_kerb_m)
    return np.concatenate([right, left[::-1]])
