"""`driftless city`: write a drive through the procedural city."""

from __future__ import annotations

import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from core.city import CitySpec, write_city
from core.errors import UserError

Report = Callable[[int, int], bool]  # (done, total) → whether to go on


def go_on(_done: int, _total: int) -> bool:
    """The report of those who do not care."""
    return True


def make_city(out: Path, spec: CitySpec, *, workers: int | None = None, report: Report = go_on) -> None:
    """Write the drive of `spec` into the folder `out`, which appears complete or not at all.

    Raises:
        UserError: `out` holds something already or cannot be written.
    """
    require_free(out)
    with temporary_folder(out) as folder:
        write_city(spec, folder, workers=workers, progress=report)


def city_spec(size: str, **values: Any) -> CitySpec:
    """A specification from the command line's values.

    Raises:
        UserError: a value that the city does not know; the message names it.
    """
    matched = re.fullmatch(r"(\d+)x(\d+)", size)
    if matched is None:
        raise UserError(f"{size!r} is no picture size", field="--size", remedy="Write width x height, as in 448x256.")
    try:
        return CitySpec(width=int(matched[1]), height=int(matched[2]), **values)
    except ValueError as error:
        raise UserError(f"There is no such city: {error}") from error


def require_free(out: Path) -> None:
    """Raises UserError unless `out` is a folder to be made or an empty one."""
    if out.exists() and not out.is_dir():
        raise UserError("This is a file, not a folder", path=out, remedy="Name a folder that is to be made.")
    if out.is_dir() and any(out.iterdir()):
        raise UserError("The folder is not empty", path=out, remedy="Nothing is overwritten: name another one.")


@contextmanager
def temporary_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes `out` at the end and vanishes when anything fails or the process is ended."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise UserError(f"The folder cannot be made ({error.strerror})", path=out) from error
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield folder
        folder.chmod(0o755)
        if out.is_dir():
            out.rmdir()
        folder.rename(out)
    finally:
        signal.signal(signal.SIGTERM, before)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def shown_progress(plain: bool) -> Iterator[Report]:
    """A progress bar on a terminal, or lines `progress DONE TOTAL` for another program to read."""
    if plain:
        yield _print_progress
        return
    columns = (TextColumn("Making the city"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int) -> bool:
            bar.update(task, completed=done, total=total)
            return True

        yield report


def _print_progress(done: int, total: int) -> bool:
    sys.stdout.write(f"progress {done} {total}\n")
    sys.stdout.flush()
    return True
