"""People on foot, some with dogs: when they walk, wait and cross."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.city.actors import ActorKind
from core.city.looks import draw_look
from core.city.roads import MAIN, District, RoadNetwork
from core.city.seeds import generator
from core.city.signals import SignalState
from core.city.walking import Way, WayFinder

Floats = NDArray[np.float64]

_EACH_M = {District.DOWNTOWN: 7.5, District.RESIDENTIAL: 11.0, District.SUBURBAN: 15.0}
"""Metres of the main road for each walker."""

_SEE_M = 2.6
_WAIT_BEFORE_M = 0.5  # people wait this far before the kerb
_ANNOUNCE_M = 2.0  # vehicles notice people who come this close to a crosswalk
_CLEAR_M = 2.6  # people are out of a lane's way this far beyond its middle
_APPROACH_M = 8.5  # a lane is kept free for people who are this far before its middle


@dataclass(eq=False)
class Walker:
    name: str
    seed: int
    way: Way
    wanted_mps: float
    x_m: float = 0.0
    speed_mps: float = 0.0
    side_m: float = 0.0  # to the left of the way
    dog: int | None = None  # seed of its looks
    trail: list[tuple[float, float]] = field(default_factory=list)  # x, left


class Walkers:
    """All walkers; vehicles ask `claim` whether to stay before a crosswalk."""

    def __init__(self, network: RoadNetwork, seed: int, start_s: float, seconds: float) -> None:
        self._network = network
        self.all = _draw_walkers(network, seed, seconds - start_s)
        self._ways = _Ways([walker.way for walker in self.all])
        self._claims: list[tuple[int, float, int]] = []  # crosswalk, offset of the walker, direction over the road

    def claim(self, crosswalk: int, offset_m: float) -> bool:
        """Whether somebody is, or soon will be, where a lane at an offset from its road's middle crosses."""
        return any(
            walk == crosswalk and -_CLEAR_M < (offset_m - at_m) * towards < _APPROACH_M
            for walk, at_m, towards in self._claims
        )

    def step(self, t_s: float, step_s: float, vehicles_leave_room: Callable[[int], bool]) -> None:
        """One step; `vehicles_leave_room` tells whether one may step onto a crosswalk without lights."""
        self._claims = self._claimed(t_s)
        around = _Around(*self._ways.at(np.array([walker.x_m for walker in self.all])))
        for number, walker in enumerate(self.all):
            wish = walker.wanted_mps if walker.x_m < walker.way.length_m - 0.3 else 0.0
            if self._must_wait(walker, t_s, vehicles_leave_room):
                wish = 0.0
            wish = self._give_room(number, around, wish, step_s)
            change = min(max(wish - walker.speed_mps, -2.5 * step_s), 1.2 * step_s)
            walker.speed_mps = max(walker.speed_mps + change, 0.0)
            walker.trail.append((walker.x_m, walker.side_m))
            walker.x_m += walker.speed_mps * step_s

    def _claimed(self, t_s: float) -> list[tuple[int, float, int]]:
        claimed = []
        for walker in self.all:
            for crossing in walker.way.crossings:
                group = self._network.crosswalks[crossing.crosswalk].group
                near_m = crossing.from_m - walker.x_m
                on_it = near_m <= 0.1 and walker.x_m < crossing.to_m
                may_go = group is None or self._network.signal_state(group, t_s) is SignalState.GREEN
                if on_it or (may_go and 0.0 < near_m < _ANNOUNCE_M):
                    at_m = crossing.start_offset_m + crossing.towards * max(-near_m, -1.0)
                    claimed.append((crossing.crosswalk, at_m, crossing.towards))
        return claimed

    def _must_wait(self, walker: Walker, t_s: float, vehicles_leave_room: Callable[[int], bool]) -> bool:
        for crossing in walker.way.crossings:
            gap_m = crossing.from_m - walker.x_m
            if not 0.0 < gap_m < _WAIT_BEFORE_M + 0.3 * walker.speed_mps:
                continue
            group = self._network.crosswalks[crossing.crosswalk].group
            if group is None:
                return not vehicles_leave_room(crossing.crosswalk)
            return self._network.signal_state(group, t_s) is not SignalState.GREEN
        return False

    def _give_room(self, number: int, around: _Around, wish: float, step_s: float) -> float:
        """Step aside for whoever is ahead; slow down when that is not enough."""
        walker, push = self.all[number], 0.0
        for index in around.near[number]:
            other, same_way = self.all[index], around.same_way[number, index]
            ahead = around.ahead_m[number, index]
            aside = around.left_m[number, index] + other.side_m * same_way - walker.side_m
            if abs(aside) < 0.75:
                push -= np.sign(aside if abs(aside) > 0.02 else number - index) * (1.0 - ahead / _SEE_M)
                if ahead < 0.85:
                    wish = min(wish, max(other.speed_mps * same_way, 0.0) * 0.8)
        if push == 0.0:
            push = -0.4 * walker.side_m
        walker.side_m = min(max(walker.side_m + min(max(push, -0.6), 0.6) * step_s, -0.55), 0.55)
        return wish


class _Ways:
    """The ways of all walkers as one table, so that one step takes one look-up."""

    def __init__(self, ways: list[Way]) -> None:
        self._table = np.concatenate([np.column_stack([way.points_m[:, :2], way.headings_rad]) for way in ways])
        self._last = np.array([len(way.points_m) - 1 for way in ways])
        self._first = np.concatenate([[0], np.cumsum(self._last + 1)[:-1]])
        self._per_m = self._last / np.array([way.length_m for way in ways])

    def at(self, x_m: Floats) -> tuple[Floats, Floats]:
        """Points (n, 2) and headings (n,) of all walkers, to the nearest point of their ways."""
        rows = self._table[self._first + np.clip(np.round(x_m * self._per_m).astype(int), 0, self._last)]
        return rows[:, :2], rows[:, 2]


class _Around:
    """Where all walkers are as each of them sees it."""

    def __init__(self, points: Floats, headings: Floats) -> None:
        offsets = points[None] - points[:, None]
        cos, sin = np.cos(headings)[:, None], np.sin(headings)[:, None]
        self.ahead_m = cos * offsets[..., 0] + sin * offsets[..., 1]
        self.left_m = cos * offsets[..., 1] - sin * offsets[..., 0]
        self.same_way = np.where(np.cos(headings[:, None] - headings[None]) >= 0.0, 1.0, -1.0)
        seen = (self.ahead_m > 0.05) & (self.ahead_m < _SEE_M) & (np.abs(self.left_m) < 1.3)
        self.near = [np.flatnonzero(row) for row in seen]


def walker_poses(walker: Walker) -> tuple[Floats, Floats]:
    """Points on the ground (n, 3) and headings (n,) of a walker's trail."""
    x, side = (np.array(values) for values in zip(*walker.trail, strict=True))
    points, heading = walker.way.at(x)
    points = points + side[:, None] * np.stack([-np.sin(heading), np.cos(heading), np.zeros_like(heading)], -1)
    return points, heading


def _draw_walkers(network: RoadNetwork, seed: int, seconds: float) -> list[Walker]:
    rng = generator(seed, "walkers")
    finder = WayFinder(network)
    walkers: list[Walker] = []
    for road in range(len(network.roads)):
        length_m = network.roads[road].curve.length_m
        each_m = _EACH_M[network.roads[road].districts[0].district] * (1.0 if road == MAIN else 2.0)
        for _ in range(int(length_m / each_m * float(rng.uniform(0.6, 1.2)))):
            look = draw_look(rng, ActorKind.PEDESTRIAN, seed)
            speed = float(np.clip(rng.normal(1.35, 0.18), 0.8, 1.9))
            if rng.random() < 0.08:
                speed = 0.0
            elif rng.random() < 0.05:
                speed = float(rng.uniform(2.4, 3.0))
            way = finder.draw(rng, road, float(rng.uniform(3.0, length_m - 3.0)), speed * seconds + 4.0)
            dog = draw_look(rng, ActorKind.DOG, seed) if 0.0 < speed < 2.0 and rng.random() < 0.1 else None
            walkers.append(Walker(f"walker{len(walkers)}", look, way, speed, speed_mps=speed, dog=dog))
    return walkers
