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
from core.geometry import PoseTrack
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
        gaps = [_leader(car, step, ahead[row], cars) for row, car in enumerate(cars)]
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
        kept = self.t_s >= self.reference.t_s[0] - 1e-9
        s_m = self.s_m[kept]
        t_ns = start_ns + np.round(self.t_s[kept] * NS_PER_S).astype(np.int64)
        source_ns = start_ns + np.round(self.reference.time_at(s_m) * NS_PER_S).astype(np.int64)
        poses = self.reference.frame(s_m) @ self.reference.beside.at(source_ns)
        return replace(self.track, poses=PoseTrack(t_ns, poses))


@dataclass(frozen=True, eq=False)
class _Seen:
    """Others as they are along and beside one's path; those that are out of the way are infinitely far."""

    rear_m: Floats  # (a, n)
    speed_mps: Floats  # (a, n) along the path


def _seen_from(car: _Car, traffic: Traffic) -> _Seen:
    along, beside = car.reference.line.project(traffic.centres_m[..., :2])
    heading = car.reference.line.heading(along)
    length, width = _extent(traffic.sizes_m[:, None], traffic.headings_rad - heading)
    in_way = traffic.exists & (np.abs(beside) < (width + car.track.size_m[1]) / 2 + _ASIDE_M)
    speed = traffic.velocities_mps[..., 0] * np.cos(heading) + traffic.velocities_mps[..., 1] * np.sin(heading)
    return _Seen(np.where(in_way, along - length / 2, np.inf), speed)


def _leader(car: _Car, step: int, seen: _Seen, cars: Sequence[_Car]) -> tuple[float, float]:
    """The gap to whoever is next ahead, infinite without, and their speed."""
    front = float(car.s_m[step]) + car.track.size_m[0] / 2
    middle = float(car.s_m[step])
    found = list(zip(seen.rear_m[:, step].tolist(), seen.speed_mps[:, step].tolist(), strict=True))
    for other in cars:
        if other is not car and other.t_s[step] >= other.reference.t_s[0]:
            pose = other.reference.frame(other.s_m[step : step + 1])
            along, beside = car.reference.line.project(pose.translation)
            turn = pose.heading - car.reference.line.heading(along)
            length, width = _extent(np.array([other.track.size_m]), turn)
            if abs(beside[0]) < (width[0] + car.track.size_m[1]) / 2 + _ASIDE_M:
                found.append((float(along[0] - length[0] / 2), float(other.speed_mps[step] * np.cos(turn[0]))))
    ahead = [(rear - front, speed) for rear, speed in found if middle < rear < np.inf]
    return min(ahead, default=(np.inf, 0.0))


def _extent(sizes_m: Floats, turn_rad: Floats) -> tuple[Floats, Floats]:
    """Length and width (...) along and across a path of boxes turned against it."""
    cos, sin = np.abs(np.cos(turn_rad)), np.abs(np.sin(turn_rad))
    return sizes_m[..., 0] * cos + sizes_m[..., 1] * sin, sizes_m[..., 0] * sin + sizes_m[..., 1] * cos
