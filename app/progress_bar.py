"""A progress bar on the terminal for work that tells what share of it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

Report = Callable[[float, str], None]  # share that is done, 0 to 1, and what is being done


@contextmanager
def shown_share(title: str) -> Iterator[Report]:
    """A bar on standard error until the block ends; where that is no terminal, nothing moves."""
    columns = (
        TextColumn(title),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0, now="")
        yield lambda share, text: bar.update(task, completed=share, now=text)
        bar.update(task, completed=1.0, now="")
