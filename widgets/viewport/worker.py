"""A thread that always works at the latest wish."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from core.spare_core import SPARE_CORES


class LatestWorker(QObject):
    """Calls jobs in a thread of its own, one at a time; of those that wait only the latest is kept.

    `done` carries what a job answered, to the thread in which this object lives. `last` is called in the thread before
    it ends.
    """

    done = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None, last: Callable[[], None] | None = None) -> None:
        super().__init__(parent)
        self._last = last
        self._condition = threading.Condition()
        self._waiting: Callable[[], object] | None = None
        self._working = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a job is worked at or waits."""
        with self._condition:
            return self._working or self._waiting is not None

    def ask(self, job: Callable[[], object]) -> None:
        with self._condition:
            self._waiting = job
            self._condition.notify()

    def close(self) -> None:
        """Drop what waits and wait for the end of what runs."""
        with self._condition:
            self._closed = True
            self._waiting = None
            self._condition.notify()
        self._thread.join()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            with SPARE_CORES.one():
                answer = job()
            with self._condition:
                self._working = False
                if self._closed:
                    break
            self.done.emit(answer)
        if self._last is not None:
            self._last()

    def _next(self) -> Callable[[], object] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._waiting is not None)
            job, self._waiting = self._waiting, None
            self._working = job is not None
            return job
