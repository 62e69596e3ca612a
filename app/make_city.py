"""`driftless city`: write a drive through the procedural city."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from core.city import CitySpec
from core.errors import UserError

Report = Callable[[int, int], bool]  # (done, total) → whether to go on

GETTING_READY = "Getting ready (half a minute the first time)"


def city_spec(size: str, **values: Any) -> CitySpec:
    """A specification from the command line's values.

    Raises:
        UserError: a value that the city does not know; the message names the option.
    """
    matched = re.fullmatch(r"(\d+)x(\d+)", size)
    if matched is None:
        raise UserError(f"{size!r} is no picture size", field="--size", remedy="Write width x height, as in 448x256.")
    try:
        return CitySpec(width=int(matched[1]), height=int(matched[2]), **values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        option = "--size" if name in ("width", "height") else f"--{name}"
        reason = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{first['input']!r} will not do: {reason}", field=option) from error


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """Being ended by another program unwinds this one, so that a half-made folder vanishes."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def shown_progress(plain: bool) -> Iterator[Report]:
    """A progress bar on a terminal, or lines `progress DONE TOTAL` for another program to read."""
    if plain:
        yield _print_progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(GETTING_READY, total=None)

        def report(done: int, total: int) -> bool:
            bar.update(task, completed=done, total=total, description="Making the city" if done else GETTING_READY)
            return True

        yield report


def _print_progress(done: int, total: int) -> bool:
    sys.stdout.write(f"progress {done} {total}\n")
    sys.stdout.flush()
    return True
