"""Means of films, and differences between arms with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.evaluation.film_cells import Figures
from core.evaluation.studies.films import Films
from core.evaluation.studies.intervals import Interval, paired

Against = Mapping[str, Mapping[str, Interval]]
"""Arm → figure → how much more it has than the arm that it is compared with."""


@dataclass(frozen=True)
class Missing:
    """What a study would have compared, had the weights been there."""

    what: str
    file: str
    command: str  # that makes them


def means_of(films: Films) -> dict[str, Figures]:
    """Mean figures of each arm: over drives, of the means over seeds. `films` is their number."""
    found: dict[str, Figures] = {}
    for arm in films.arms:
        units = films.judged[arm]
        if not units:
            continue
        names = dict.fromkeys(name for each in units.values() for name in each.figures)
        found[arm] = {name: _mean(films, arm, name) for name in names} | {"films": float(len(units))}
    return found


def against(films: Films, one: str, figures: Sequence[str]) -> Against:
    """All arms against one of them, on the drives that both have films of."""
    found: dict[str, dict[str, Interval]] = {}
    for arm in films.arms:
        if arm == one:
            continue
        pairs = ((name, paired(films.values(arm, name), films.values(one, name))) for name in figures)
        if intervals := {name: each for name, each in pairs if each is not None}:
            found[arm] = intervals
    return found


def as_json(values: Any) -> Any:
    """Rounded, and intervals as objects."""
    if isinstance(values, Interval):
        return as_json(asdict(values))
    if isinstance(values, Mapping):
        return {name: as_json(each) for name, each in values.items()}
    return round(values, 4) if isinstance(values, float) else values


def interval_told(each: Interval | None, places: int = 2) -> str:
    """As `+0.31 [+0.12, +0.50]`."""
    if each is None:
        return "–"
    bounds = "" if each.low is None or each.high is None else f" [{each.low:+.{places}f}, {each.high:+.{places}f}]"
    return f"{each.mean:+.{places}f}{bounds}"


def _mean(films: Films, arm: str, figure: str) -> float | None:
    by_drive: dict[str, list[float]] = {}
    for (drive, _), value in films.values(arm, figure).items():
        if value is not None:
            by_drive.setdefault(drive, []).append(value)
    return float(np.mean([np.mean(values) for values in by_drive.values()])) if by_drive else None
