"""How sure a mean difference between two ways to make the same films is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Unit = tuple[str, int]
"""A drive and a seed of the noise."""

LEAST_DRIVES = 3
"""With two, the bounds would be those two."""
_DRAWS = 2000
_SHARE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean, and between which bounds it lies with 95 %."""

    mean: float
    low: float | None  # None with too few drives to tell
    high: float | None
    drives: int

    @property
    def above_zero(self) -> bool:
        return self.low is not None and self.low > 0

    @property
    def below_zero(self) -> bool:
        return self.high is not None and self.high < 0


def paired(one: Mapping[Unit, float | None], other: Mapping[Unit, float | None]) -> Interval | None:
    """Of how much more the one has than the other of the same drive and seed; None if they have no drive in common.

    A way that knows no seeds has one film of each drive, with which all of the other are compared. A bootstrap
    (Efron, 1979) of two levels: drives are drawn anew, and seeds within each; percentiles of the means.
    """
    return combined([(1.0, one), (-1.0, other)])


def combined(values: Sequence[tuple[float, Mapping[Unit, float | None]]], constant: float = 0.0) -> Interval | None:
    """The same of a weighted sum of figures and a constant; None if no drive has all of them."""
    by_drive: dict[str, list[float]] = {}
    for drive, seed in sorted({unit for _, each in values for unit in each}):
        found = [(factor, _of_seed(each, drive, seed)) for factor, each in values]
        known = [factor * value for factor, value in found if value is not None]
        if len(known) == len(found):
            by_drive.setdefault(drive, []).append(sum(known) + constant)
    return interval_of(by_drive)


def interval_of(by_drive: Mapping[str, list[float]]) -> Interval | None:
    """Of values of drives, several of each."""
    drives = [values for values in by_drive.values() if values]
    if not drives:
        return None
    mean = float(np.mean([np.mean(values) for values in drives]))
    if len(drives) < LEAST_DRIVES:
        return Interval(mean, None, None, len(drives))
    random = np.random.default_rng(0)
    count = len(drives)
    within = [np.take(each, random.integers(len(each), size=(_DRAWS, count, len(each)))).mean(-1) for each in drives]
    chosen = random.integers(count, size=(1, _DRAWS, count))
    means = np.take_along_axis(np.stack(within), chosen, 0)[0].mean(-1)
    low, high = np.quantile(means, [(1 - _SHARE) / 2, (1 + _SHARE) / 2])
    return Interval(mean, float(low), float(high), count)


def _of_seed(values: Mapping[Unit, float | None], drive: str, seed: int) -> float | None:
    """That of a drive and seed, or the only one of the drive."""
    of_drive = {number: value for (name, number), value in values.items() if name == drive}
    return next(iter(of_drive.values())) if len(of_drive) == 1 else of_drive.get(seed)
