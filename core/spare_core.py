"""A core for the thread of the window, however much else its process has to compute, and what can wait until hands
rest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

from core.splats.threads import usable_cores

PATIENCE_S = 0.2
REST_S = 0.3  # after the last stir hands are at rest


class SpareCores:
    """Lets only so many threads compute at a time as there are cores beside that of the window's thread.

    Threads that share its core would make it wait, and the more so those that run Python: with each of them the window
    has to share the interpreter, too. Nicer threads are no remedy. On a busy machine they are stopped while they hold
    the interpreter, and the window waits for it all the longer.
    """

    def __init__(self, count: int) -> None:
        self._free = Semaphore(count)
        self._stirred_s = -REST_S

    def stir(self) -> None:
        """Somebody scrubs or drags: what nobody waits for stands back for a moment."""
        self._stirred_s = time.monotonic()

    @contextmanager
    def one(self, patience_s: float = PATIENCE_S) -> Iterator[None]:
        """Compute meanwhile; whoever has waited for longer than it has patience computes all the same."""
        taken = self._free.acquire(timeout=patience_s)
        try:
            yield
        finally:
            if taken:
                self._free.release()

    def wait_for_rest(self, patience_s: float) -> None:
        """Return as soon as nothing stirs, or after that long."""
        until_s = time.monotonic() + patience_s
        while (left_s := min(self._stirred_s + REST_S, until_s) - time.monotonic()) > 0:
            time.sleep(left_s)

    @contextmanager
    def one_at_rest(self, patience_s: float) -> Iterator[None]:
        """Compute what nobody waits for: once nothing stirs, and a core is free. It has patience once for each."""
        self.wait_for_rest(patience_s)
        with self.one(patience_s):
            yield


SPARE_CORES = SpareCores(max(usable_cores() - 1, 1))
"""Those of this process."""
