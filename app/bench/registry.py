"""What a benchmark is, and which there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from core.errors import UserError


@dataclass(frozen=True)
class Figure:
    """One measured value; `budget` is the most that the design allows, None where it names nothing."""

    name: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def within_budget(self) -> bool | None:
        return None if self.budget is None else self.value <= self.budget


@dataclass(frozen=True)
class Benchmark:
    name: str
    title: str
    measure: Callable[[], list[Figure]]  # raises UserError where it cannot run


NAMES = (
    "startup",
    "gui_block",
    "open",
    "scrub",
    "memory",
    "city",
    "splats",
    "lift",
    "worldrec",
    "worldgen",
    "jwm",
    "engine",
    "viewport",
    "kills",
)
"""Each is a module of this package that defines `BENCHMARK`; imported when it is to run."""


def benchmarks(name: str | None = None) -> list[Benchmark]:
    """The benchmark of a name, or all.

    Raises:
        UserError: there is none of that name.
    """
    if name is not None and name not in NAMES:
        raise UserError(f"There is no benchmark {name!r}", remedy=f"There are {', '.join(NAMES)}.")
    found: list[Benchmark] = [import_module(f"app.bench.{one}").BENCHMARK for one in NAMES if name in (None, one)]
    return found
