"""Work shared by plain threads, safe to call from any of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar, cast

Range = tuple[int, int]
Item = TypeVar("Item")
Result = TypeVar("Result")


def usable_cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_ranges(count: int, size: int) -> list[Range]:
    """`count` pieces of work in ranges of at most `size`."""
    return [(begin, min(begin + size, count)) for begin in range(0, count, size)]


def by_core(count: int) -> list[slice]:
    """The rows of a table in one part for each core."""
    return [slice(*part) for part in in_ranges(count, max(-(-count // usable_cores()), 1))]


def share(work: Callable[[int, int], None], ranges: Iterable[Range], threads: int) -> None:
    """Call `work(begin, end)` for each range, in this thread and up to `threads - 1` others, in any order.

    `work` should leave the interpreter free, as compiled kernels do. Where the helpers are busy with another
    caller's work, this thread does all of its own: no caller ever waits for another one.

    Raises:
        Exception: whatever `work` raised first.
    """
    ranges = list(ranges)
    left = iter(ranges)  # a list's iterator hands each item to one thread only
    helpers = min(threads, len(ranges)) - 1
    futures = [_helpers().submit(_drain, work, left) for _ in range(helpers)]
    try:
        _drain(work, left)
    finally:
        waiting = [future for future in futures if not future.cancel()]
    for future in waiting:
        future.result()


def of_each(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """`work` of each item, in their order; shared as `share` does."""
    found: list[Result | None] = [None] * len(items)

    def work_range(begin: int, end: int) -> None:
        for i in range(begin, end):
            found[i] = work(items[i])

    share(work_range, in_ranges(len(items), 1), usable_cores())
    return cast(list[Result], found)


def _drain(work: Callable[[int, int], None], left: Iterator[Range]) -> None:
    for begin, end in left:
        work(begin, end)


@cache
def _helpers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(usable_cores() - 1, 1), thread_name_prefix="splats")


if hasattr(os, "register_at_fork"):
    # A forked child has none of its parent's threads.
    os.register_at_fork(after_in_child=_helpers.cache_clear)
