"""A core for the thread of the window, however much else its process has to compute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

from core.splats.threads import usable_cores

PATIENCE_S = 0.2


class SpareCores:
    """Lets only so many threads compute at a time as there are cores beside that of the window's thread.

    Threads that share its core would make it wait, and the more so those that run Python: with each of them the window
    has to share the interpreter, too. Nicer threads are no remedy. On a busy machine they are stopped while they hold
    the interpreter, and the window waits for it all the longer.
    """

    def __init__(self, count: int) -> None:
        self._free = Semaphore(count)

    @contextmanager
    def one(self, patience_s: float = PATIENCE_S) -> Iterator[None]:
        """Compute meanwhile; whoever has waited for longer than it has patience computes all the same."""
        taken = self._free.acquire(timeout=patience_s)
        try:
            yield
        finally:
            if taken:
                self._free.release()


SPARE_CORES = SpareCores(max(usable_cores() - 1, 1))
"""Those of this process."""
