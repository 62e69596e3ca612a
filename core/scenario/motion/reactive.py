"""Actors that react: each drives along its path behind whoever is ahead of it, after the intelligent-driver model.

The model itself is the one that the city's traffic drives by (`core.city.idm`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat

from core.city.idm import Driver, acceleration
from core.geometry import Pose, PoseTrack
from core.logs import Track
from core.scenario.motion.parameters import Parameters, Positive
from core.scenario.motion.reference import NS_PER_S, Reference
from core.scenario.motion.surroundings import STEP_S, Traffic

Floats = NDArray[np.float64]

_ASIDE_M = 0.4  # of room that a driver wants beside whom they pass


class Reactive(Parameters):
    """How an actor drives by itself along the path it has; from `from_s` on, before as it did."""

    desired_mps: Positive | None = None  # None: as fast as it went along that path at most
    headway_s: Positive = 1.3
    standstill_gap_m: Positive = 2.0
    acceleration_mps2: Positive = 1.6
    braking_mps2: Positive = 2.0
    from_s: FiniteFloat | None = None

    @property
    def driver(self) -> Driver:
        return Driver(
            headway_s=self.headway_s,
            standstill_gap_m=self.standstill_gap_m,
            acceleration_mps2=self.acceleration_mps2,
            braking_mps2=self.braking_mps2,
        )


def reacting(
    drivers: Sequence[tuple[Track, Reactive]], others: Sequence[Track], *, start_ns: int, until_s: float
) -> list[Track]:
    """The tracks of actors that react to one another and to others, the ego among these.

    Each step of a tenth of a second follows from the one before, the same on every machine.

    Args:
        drivers: tracks that give the paths, and how each is driven.
        others: tracks that do as they do; the ego as one of them.
        start_ns: the log's first time, from which seconds count.
        until_s: the end of the scenario.
    """
    cars = [_Car(track, model, start_ns, until_s) for track, model in drivers]
    traffic = Traffic.of(others, start_ns=start_ns, until_s=until_s)
    ahead = [_seen_from(car, traffic) for car in cars]
    for step in range(len(traffic.t_s) - 1):
        places = _places(cars, step)
        gaps = [_leader(row, step, ahead[row], cars, places) for row in range(len(cars))]
        for car, (gap_m, leader_mps) in zip(cars, gaps, strict=True):
            car.advance(step, gap_m, leader_mps)
    return [car.driven(start_ns) for car in cars]


class _Car:
    """One reacting actor: its places and speeds along its path, filled step by step."""

    def __init__(self, track: Track, model: Reactive, start_ns: int, until_s: float) -> None:
        self.track, self.model, self.driver = track, model, model.driver
        self.reference = Reference.of(track.poses, start_ns)
        steps = int(np.floor(until_s / STEP_S + 1e-9)) + 1
        self.t_s = STEP_S * np.arange(steps, dtype=np.float64)
        self.s_m = self.reference.place_at(self.t_s)
        self.speed_mps = np.gradient(self.s_m, STEP_S) if steps > 1 else np.zeros(1)
        self.desired_mps = model.desired_mps or max(float(self.speed_mps.max()), 1.0)
        self.from_s = max(float(self.reference.t_s[0]), -np.inf if model.from_s is None else model.from_s)

    def advance(self, step: int, gap_m: float, leader_mps: float) -> None:
        if self.t_s[step] < self.from_s - 1e-9:
            return
        speed = max(float(self.speed_mps[step]), 0.0)
        rate = acceleration(self.driver, speed, self.desired_mps, gap_m, leader_mps)
        after = max(speed + rate * STEP_S, 0.0)
        self.s_m[step + 1] = self.s_m[step] + (speed + after) / 2 * STEP_S
        self.speed_mps[step + 1] = after

    def driven(self, start_ns: int) -> Track:
        """The track: what it was until it began to react, then what came of it."""
        reacted = self.t_s > self.from_s + 1e-6
        s_m = self.s_m[reacted]
        t_ns = start_ns + np.round(self.t_s[reacted] * NS_PER_S).astype(np.int64)
        source_ns = start_ns + np.round(self.reference.time_at(s_m) * NS_PER_S).astype(np.int64)
        poses = self.reference.frame(s_m) @ self.reference.beside.at(source_ns)
        before = self.reference.recorded_s <= self.from_s + 1e-6
        was = self.track.poses
        matrices = np.concatenate([was.poses.matrix[before], poses.matrix])
        return replace(self.track, poses=PoseTrack(np.concatenate([was.t_ns[before], t_ns]), Pose(matrices)))


@dataclass(frozen=True, eq=False)
class _Seen:
    """Others as they are along and beside one's path; those that are out of the way are infinitely far."""

    rear_m: Floats  # (a, n)
    speed_mps: Floats  # (a, n) along the path


def _seen_from(car: _Car, traffic: Traffic) -> _Seen:
    line, rear, speed = car.reference.line, np.full(traffic.exists.shape, np.inf), np.zeros(traffic.exists.shape)
    widest_m = np.hypot(traffic.sizes_m[:, :1], traffic.sizes_m[:, 1:2])  # however they are turned
    reach_m = (widest_m + car.track.size_m[1]) / 2 + _ASIDE_M
    near = traffic.exists & line.may_reach(traffic.centres_m, reach_m)
    along, beside = line.project(traffic.centres_m[near])
    heading = line.heading(along)
    sizes_m = traffic.sizes_m[np.nonzero(near)[0]]
    length, width = _extent(sizes_m, traffic.headings_rad[near] - heading)
    in_way = np.abs(beside) < (width + car.track.size_m[1]) / 2 + _ASIDE_M
    rear[near] = np.where(in_way, along - length / 2, np.inf)
    velocities = traffic.velocities_mps[near]
    speed[near] = velocities[:, 0] * np.cos(heading) + velocities[:, 1] * np.sin(heading)
    return _Seen(rear, speed)


def _places(cars: Sequence[_Car], step: int) -> Pose | None:
    """Where the cars are at a step; None where there is but one, who has nobody to ask."""
    if len(cars) == 1:
        return None
    return Pose(np.concatenate([car.reference.frame(car.s_m[step : step + 1]).matrix for car in cars]))


def _leader(row: int, step: int, seen: _Seen, cars: Sequence[_Car], places: Pose | None) -> tuple[float, float]:
    """The gap of one car to whoever is next ahead, infinite without, and their speed."""
    car = cars[row]
    middle = float(car.s_m[step])
    rears, speeds = [seen.rear_m[:, step]], [seen.speed_mps[:, step]]
    others = np.array(
        [k for k, other in enumerate(cars) if k != row and other.t_s[step] >= other.reference.t_s[0]], dtype=np.int64
    )
    if len(others) and places is not None:
        along, beside = car.reference.line.project(places.translation[others])
        turn = places.heading[others] - car.reference.line.heading(along)
        length, width = _extent(np.array([cars[k].track.size_m for k in others]), turn)
        in_way = np.abs(beside) < (width + car.track.size_m[1]) / 2 + _ASIDE_M
        rears.append(np.where(in_way, along - length / 2, np.inf))
        speeds.append(np.array([cars[k].speed_mps[step] for k in others]) * np.cos(turn))
    rear, speed = np.concatenate(rears), np.concatenate(speeds)
    ahead = np.where(rear > middle, rear, np.inf)
    if not len(ahead) or np.isinf(ahead.min()):
        return float("inf"), 0.0
    nearest = int(ahead.argmin())
    return float(ahead[nearest]) - middle - car.track.size_m[0] / 2, float(speed[nearest])


def _extent(sizes_m: Floats, turn_rad: Floats) -> tuple[Floats, Floats]:
    """Length and width (...) along and across a path of boxes turned against it."""
    cos, sin = np.abs(np.cos(turn_rad)), np.abs(np.sin(turn_rad))
    return sizes_m[..., 0] * cos + sizes_m[..., 1] * sin, sizes_m[..., 0] * sin + sizes_m[..., 1] * cos
