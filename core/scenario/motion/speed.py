"""Speed profiles: speed over time, speed over distance, and what follows from either.

Both are monotone between their knots (PCHIP; F. N. Fritsch, J. Butland, "A method for constructing local monotone
piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5, 1984), so a speed never falls below the lower of its two
neighbours and never below zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, FiniteFloat, field_validator

from core.scenario.motion.parameters import Parameters
from core.scenario.motion.ramps import integrated

Floats = NDArray[np.float64]

_STEP_S = 0.05
_STEP_M = 0.25


@dataclass(frozen=True, eq=False)
class Progress:
    """How far something is at each time."""

    t_s: Floats  # (n,) rising
    s_m: Floats  # (n,) metres since the first time, never falling
    speed_mps: Floats  # (n,) never negative

    def distance_at(self, t_s: ArrayLike) -> Floats:
        """Metres (...) at times (...); zero before the first, at the last speed after the last.

        Between two times the speed changes evenly.
        """
        t = np.asarray(t_s, dtype=np.float64)
        row = np.clip(np.searchsorted(self.t_s, t, side="right") - 1, 0, len(self.t_s) - 1)
        after = np.minimum(row + 1, len(self.t_s) - 1)
        since, step = np.maximum(t - self.t_s[row], 0.0), self.t_s[after] - self.t_s[row]
        rate = (self.speed_mps[after] - self.speed_mps[row]) / np.where(step > 0, step, 1.0)
        return self.s_m[row] + self.speed_mps[row] * since + rate * since**2 / 2

    def speed_at(self, t_s: ArrayLike) -> Floats:
        """Speeds (...) at times (...); those of the first and last time beyond them."""
        return np.interp(np.asarray(t_s, dtype=np.float64), self.t_s, self.speed_mps)

    def arrival_at(self, s_m: float) -> float | None:
        """When a place is reached first; None if never."""
        row = int(np.searchsorted(self.s_m, s_m - 1e-9, side="left"))
        if row == 0:
            return float(self.t_s[0])
        if row == len(self.s_m):
            speed = self.speed_mps[-1]
            return float(self.t_s[-1] + (s_m - self.s_m[-1]) / speed) if speed > 0 else None
        missing, v0, v1 = s_m - self.s_m[row - 1], self.speed_mps[row - 1], self.speed_mps[row]
        rate = (v1 - v0) / (self.t_s[row] - self.t_s[row - 1])
        # The root that has no difference of nearly equal numbers in it.
        reached = max(v0**2 + 2 * rate * missing, 0.0) ** 0.5
        return float(self.t_s[row - 1] + 2 * missing / max(v0 + reached, 1e-12))


class TimeKnot(Parameters):
    t_s: FiniteFloat
    speed_mps: Annotated[FiniteFloat, Field(ge=0)]


class DistanceKnot(Parameters):
    s_m: FiniteFloat
    speed_mps: Annotated[FiniteFloat, Field(ge=0)]


class SpeedOverTime(Parameters):
    """Speed at some times; it holds the first before, and the last after them."""

    over: Literal["time"] = "time"
    knots: tuple[TimeKnot, ...] = Field(min_length=1)

    @field_validator("knots")
    @classmethod
    def _in_order(cls, knots: tuple[TimeKnot, ...]) -> tuple[TimeKnot, ...]:
        if any(b.t_s <= a.t_s for a, b in pairwise(knots)):
            raise ValueError("the times of the knots do not rise")
        return knots

    @classmethod
    def of(cls, t_s: ArrayLike, speed_mps: ArrayLike) -> SpeedOverTime:
        """From times (n,), rising, and speeds (n,), not negative."""
        pairs = zip(np.asarray(t_s).tolist(), np.asarray(speed_mps).tolist(), strict=True)
        return cls(knots=tuple(TimeKnot(t_s=t, speed_mps=speed) for t, speed in pairs))

    def speed_at(self, t_s: ArrayLike) -> Floats:
        """Speeds (...) at times (...)."""
        return _monotone([knot.t_s for knot in self.knots], [knot.speed_mps for knot in self.knots], t_s)

    def progress(self, from_s: float, to_s: float) -> Progress:
        """The way made between two times."""
        inside = [knot.t_s for knot in self.knots if from_s < knot.t_s < to_s]
        t = np.union1d(_steps(from_s, to_s, _STEP_S), inside)
        speed = self.speed_at(t)
        return Progress(t, integrated(t, speed), speed)

    def with_knot(self, t_s: float, speed_mps: float, moved: int | None = None) -> SpeedOverTime:
        """With a knot more, or with the knot `moved` there; it takes the place of one at the same time."""
        kept = [knot for row, knot in enumerate(self.knots) if row != moved and abs(knot.t_s - t_s) > 1e-6]
        added = TimeKnot(t_s=t_s, speed_mps=max(speed_mps, 0.0))
        return SpeedOverTime(knots=tuple(sorted([*kept, added], key=lambda knot: knot.t_s)))

    def without_knot(self, row: int) -> SpeedOverTime:
        """Without a knot; the last one stays."""
        kept = tuple(knot for number, knot in enumerate(self.knots) if number != row)
        return SpeedOverTime(knots=kept) if kept else self


class SpeedOverDistance(Parameters):
    """Speed at some places along a path; it holds the first before, and the last after them."""

    over: Literal["distance"] = "distance"
    knots: tuple[DistanceKnot, ...] = Field(min_length=1)

    @field_validator("knots")
    @classmethod
    def _in_order(cls, knots: tuple[DistanceKnot, ...]) -> tuple[DistanceKnot, ...]:
        if any(b.s_m <= a.s_m for a, b in pairwise(knots)):
            raise ValueError("the places of the knots do not rise")
        return knots

    @classmethod
    def of(cls, s_m: ArrayLike, speed_mps: ArrayLike) -> SpeedOverDistance:
        """From places (n,), rising, and speeds (n,), not negative."""
        pairs = zip(np.asarray(s_m).tolist(), np.asarray(speed_mps).tolist(), strict=True)
        return cls(knots=tuple(DistanceKnot(s_m=s, speed_mps=speed) for s, speed in pairs))

    def speed_at(self, s_m: ArrayLike) -> Floats:
        """Speeds (...) at places (...)."""
        # Monotone in the square, so that a stop is reached at a finite rate.
        squares = [knot.speed_mps**2 for knot in self.knots]
        return np.sqrt(np.maximum(_monotone([knot.s_m for knot in self.knots], squares, s_m), 0.0))

    def progress(self, from_s: float, length_m: float) -> Progress:
        """The way made along a path of some length that is entered at a time.

        It ends where the path ends, or where the speed becomes zero for good.
        """
        inside = [knot.s_m for knot in self.knots if 0.0 < knot.s_m < length_m]
        s = np.union1d(_steps(0.0, length_m, _STEP_M), inside)
        speed = self.speed_at(s)
        stands = np.flatnonzero((speed[1:] + speed[:-1]) <= 1e-9)
        last = int(stands[0]) + 1 if len(stands) else len(s)
        s, speed = s[:last], speed[:last]
        taken = 2 * np.diff(s) / (speed[1:] + speed[:-1])
        return Progress(from_s + np.concatenate([[0.0], np.cumsum(taken)]), s, speed)


SpeedProfile = Annotated[SpeedOverTime | SpeedOverDistance, Field(discriminator="over")]


def over_distance(profile: SpeedOverTime, from_s: float, to_s: float) -> SpeedOverDistance:
    """The same drive with its speeds given over distance; of knots at one place, the last counts."""
    progress = profile.progress(from_s, to_s)
    t = np.union1d([from_s, to_s], [knot.t_s for knot in profile.knots if from_s < knot.t_s < to_s])
    s, speed = progress.distance_at(t), progress.speed_at(t)
    rising = np.append(np.diff(s) > 1e-6, True)
    return SpeedOverDistance.of(s[rising], speed[rising])


def over_time(profile: SpeedOverDistance, from_s: float, length_m: float) -> SpeedOverTime:
    """The same drive with its speeds given over time."""
    progress = profile.progress(from_s, length_m)
    places = np.union1d([0.0, progress.s_m[-1]], [knot.s_m for knot in profile.knots if 0 < knot.s_m < length_m])
    t = np.array([progress.arrival_at(float(s)) for s in places if s <= progress.s_m[-1]])
    return SpeedOverTime.of(t, progress.speed_at(t))


def from_arrivals(t_s: ArrayLike, s_m: ArrayLike) -> SpeedOverTime:
    """The speeds of a drive that is at places (n,), never going back, at times (n,), rising; n ≥ 2."""
    from scipy.interpolate import PchipInterpolator

    t = np.asarray(t_s, dtype=np.float64)
    with np.errstate(over="ignore"):  # as in `_monotone`
        way = PchipInterpolator(t, np.maximum.accumulate(np.asarray(s_m, dtype=np.float64)))
    fine = np.union1d(t, _steps(float(t[0]), float(t[-1]), _STEP_S))
    return SpeedOverTime.of(fine, np.maximum(way(fine, 1), 0.0))


def _monotone(places: list[float], values: list[float], at: ArrayLike) -> Any:
    from scipy.interpolate import PchipInterpolator

    query = np.clip(np.asarray(at, dtype=np.float64), places[0], places[-1])
    if len(places) == 1:
        return np.full(query.shape, values[0])
    with np.errstate(over="ignore"):  # slopes of next to nothing, whose harmonic mean is zero
        return PchipInterpolator(places, values)(query)


def _steps(start: float, end: float, step: float) -> Floats:
    return np.linspace(start, end, max(int(np.ceil((end - start) / step)), 1) + 1)
