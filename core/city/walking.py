"""Ways for people on foot: along pavements, around corners, over crosswalks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.city.roads import KERB_HEIGHT_M, Arm, Crosswalk, RoadNetwork, Stretch

Floats = NDArray[np.float64]

_STEP_M = 0.25
_STRIDE_M = 0.4  # people turn as far as their next and last step lie
_SMOOTHED = 5  # points that a corner of the way is rounded over


@dataclass(frozen=True)
class WayCrossing(Stretch):
    """Where a way leads over a crosswalk, in metres along the way, kerb to kerb."""

    crosswalk: int
    start_offset_m: float  # across the road, from its middle
    towards: int  # +1: to the left of the road


@dataclass(frozen=True, eq=False)
class Way:
    """A polyline (n, 3) at the height of the ground, and the crosswalks on it."""

    points_m: Floats
    length_m: float
    crossings: tuple[WayCrossing, ...]

    def at(self, x_m: Floats) -> tuple[Floats, Floats]:
        """Points (n, 3) and headings (n,) at distances along the way."""
        places = np.linspace(0.0, self.length_m, len(self.points_m))
        point, before, after = (
            np.stack([np.interp(at, places, self.points_m[:, axis]) for axis in range(3)], -1)
            for at in (x_m, x_m - _STRIDE_M, x_m + _STRIDE_M)
        )
        ahead = after - before
        return point, np.arctan2(ahead[:, 1], ahead[:, 0])

    @cached_property
    def headings_rad(self) -> Floats:
        """Headings (n,) at the points."""
        return self.at(np.linspace(0.0, self.length_m, len(self.points_m)))[1]


@dataclass(frozen=True)
class _Place:
    """On the pavement at one side of a strip, walking towards higher (+1) or lower (-1) s."""

    road: int
    strip: int
    side: int
    s_m: float
    towards: int


class WayFinder:
    """Draws ways over the pavements of a network."""

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._strips = [network.stretches(road) for road in range(len(network.roads))]
        self._arms: dict[tuple[int, int, int], tuple[int, int]] = {}
        for number, junction in enumerate(network.junctions):
            for index, arm in enumerate(junction.arms):
                ends = [strip.from_m if arm.outward > 0 else strip.to_m for strip in self._strips[arm.road]]
                self._arms[arm.road, ends.index(arm.mouth_m), -arm.outward] = (number, index)

    def draw(self, rng: np.random.Generator, road: int, s_m: float, needed_m: float) -> Way:
        """A way of at least `needed_m` that starts on a pavement near a place of a road, unless the pavement ends."""
        strips = self._strips[road]
        strip = min(range(len(strips)), key=lambda i: _outside(strips[i], s_m))
        s_m = float(np.clip(s_m, strips[strip].from_m + 0.5, strips[strip].to_m - 0.5))
        towards, side = int(rng.choice([-1, 1])), int(rng.choice([-1, 1]))
        # Keep right of one's own direction, as most people do.
        outer = (towards > 0) == (side < 0)
        share = float(rng.uniform(0.55, 0.85) if outer else rng.uniform(0.15, 0.45))
        trace = _Trace(self._network, share)
        place: _Place | None = _Place(road, strip, side, s_m, towards)
        trace.pavement(road, side, s_m, s_m)
        while place is not None and trace.length_m < needed_m:
            place = self._onward(rng, place, trace)
        return trace.way()

    def _onward(self, rng: np.random.Generator, place: _Place, trace: _Trace) -> _Place | None:
        """One stretch of pavement, then perhaps a crosswalk, or the corner at its end."""
        strip = self._strips[place.road][place.strip]
        for index, walk in self._crosswalks(place, strip):
            at_m = (walk.from_m + walk.to_m) / 2 + float(rng.uniform(-0.9, 0.9))
            if rng.random() < 0.45:
                trace.pavement(place.road, place.side, place.s_m, at_m)
                trace.crosswalk(index, walk, place.side, at_m)
                towards = place.towards
                if walk.junction is not None and rng.random() < 0.75:
                    towards = -1 if at_m < (strip.from_m + strip.to_m) / 2 else 1
                return _Place(place.road, place.strip, -place.side, at_m, towards)
        end_m = strip.to_m if place.towards > 0 else strip.from_m
        trace.pavement(place.road, place.side, place.s_m, end_m)
        found = self._arms.get((place.road, place.strip, place.towards))
        if found is None:
            return None
        number, index = found
        junction = self._network.junctions[number]
        arm = junction.arms[index]
        left = place.side == arm.side(left=True)
        corner = junction.corners[index if left else index - 1]
        trace.corner(corner.kerb_m, corner.back_m, reverse=not left)
        return self._into(junction.arms[(index + (1 if left else -1)) % len(junction.arms)], entered_on_left=not left)

    def _into(self, arm: Arm, entered_on_left: bool) -> _Place:
        ends = [strip.from_m if arm.outward > 0 else strip.to_m for strip in self._strips[arm.road]]
        return _Place(arm.road, ends.index(arm.mouth_m), arm.side(left=entered_on_left), arm.mouth_m, arm.outward)

    def _crosswalks(self, place: _Place, strip: Stretch) -> list[tuple[int, Crosswalk]]:
        found = [
            (index, walk)
            for index, walk in enumerate(self._network.crosswalks)
            if walk.road == place.road
            and strip.from_m <= walk.from_m <= strip.to_m
            and ((walk.from_m + walk.to_m) / 2 - place.s_m) * place.towards > 1.0
        ]
        return sorted(found, key=lambda entry: entry[1].from_m * place.towards)


class _Trace:
    """A way under construction."""

    def __init__(self, network: RoadNetwork, share: float) -> None:
        self._network, self._share = network, share
        self._pieces: list[Floats] = []
        self._crossings: list[WayCrossing] = []
        self.length_m = 0.0

    def pavement(self, road: int, side: int, from_s_m: float, to_s_m: float) -> None:
        profile = self._network.roads[road].profile
        near, far = profile.pavement_m(side)
        s = np.linspace(from_s_m, to_s_m, max(int(abs(to_s_m - from_s_m) / 1.0), 1) + 1)
        self._add(self._network.roads[road].points(s, near + self._share * (far - near), KERB_HEIGHT_M))

    def crosswalk(self, index: int, walk: Crosswalk, side: int, s_m: float) -> None:
        road = self._network.roads[walk.road]
        start, end = (road.profile.kerb_m(which) for which in (side, -side))
        near_edge = road.points(s_m, start + side * 0.15, KERB_HEIGHT_M)
        self._add(near_edge[None])
        enter_m = self.length_m
        self._add(road.points([s_m, s_m], [start - side * 0.15, end + side * 0.15], 0.0))
        self._add(road.points(s_m, end - side * 0.15, KERB_HEIGHT_M)[None])
        self._crossings.append(WayCrossing(enter_m, self.length_m, index, start, -side))
        near, far = road.profile.pavement_m(-side)
        self._add(road.points(s_m, near + self._share * (far - near), KERB_HEIGHT_M)[None])

    def corner(self, kerb_m: Floats, back_m: Floats, reverse: bool) -> None:
        share = 0.25 + 0.6 * self._share
        line = kerb_m + share * (back_m - kerb_m) + [0.0, 0.0, KERB_HEIGHT_M]
        self._add(line[::-1] if reverse else line)

    def way(self) -> Way:
        line = np.concatenate(self._pieces)
        lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        count = max(int(lengths[-1] / _STEP_M), 1) + 1
        at = np.linspace(0.0, lengths[-1], count)
        even = np.stack([np.interp(at, lengths, line[:, axis]) for axis in range(3)], -1)
        padded = np.pad(even, ((_SMOOTHED, _SMOOTHED), (0, 0)), mode="edge")
        window = np.hanning(2 * _SMOOTHED + 3)[1:-1]
        smooth = np.stack([np.convolve(padded[:, axis], window / window.sum(), mode="valid") for axis in range(3)], -1)
        smooth[:, 2] = even[:, 2]
        return Way(smooth, float(lengths[-1]), tuple(self._crossings))

    def _add(self, points: Floats) -> None:
        if self._pieces:
            points = np.concatenate([self._pieces[-1][-1:], points])
        self.length_m += float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
        self._pieces.append(points)


def _outside(strip: Stretch, s_m: float) -> float:
    return max(strip.from_m - s_m, s_m - strip.to_m, 0.0)
