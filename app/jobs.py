"""Slow work off the GUI thread: request → compute → apply."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from core.errors import UserError

logger = logging.getLogger(__name__)


class _Wire(QObject):
    """From a thread to the job that it runs for. The thread owns it too, so it outlives a job whose window is gone."""

    answered = Signal(object, object)


class Job(QObject):
    """One computation on a thread of its own; exactly one of `done` and `failed` follows, unless it was cancelled.

    Readers cannot be interrupted, so a job that is cancelled or deleted runs to its end unheard; its thread keeps no
    process alive.
    """

    done = Signal(object)
    failed = Signal(UserError)

    def __init__(self, compute: Callable[[], Any], *, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = False
        wire = _Wire()
        wire.answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self.thread_running = threading.Thread(
            target=lambda: wire.answered.emit(*_computed(compute)), name=name, daemon=True
        )

    def start(self) -> None:
        self.thread_running.start()

    def cancel(self) -> None:
        self._cancelled = True

    def _deliver(self, result: object, error: UserError | None) -> None:
        if self._cancelled:
            return
        if error is None:
            self.done.emit(result)
        else:
            self.failed.emit(error)


class JobLine(QObject):
    """Computations one after the other, in the order in which they are asked for, on one thread that starts with the
    first."""

    _answered = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._asked: SimpleQueue[tuple[Callable[[], Any], _Answers] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._answered.connect(lambda answer: answer(), Qt.ConnectionType.QueuedConnection)

    def do(
        self,
        compute: Callable[[], Any],
        *,
        done: Callable[[Any], object] = lambda result: None,
        failed: Callable[[UserError], object],
    ) -> None:
        """Compute on the thread; one of `done` and `failed` follows on this one."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._asked.put((compute, (done, failed)))

    def close(self) -> None:
        """Return when all that was asked for is done; nobody is told any more."""
        if self._thread is not None:
            self._answered.disconnect()
            self._asked.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            compute, (done, failed) = asked
            result, error = _computed(compute)
            self._answered.emit(partial(done, result) if error is None else partial(failed, error))


_Answers = tuple[Callable[[Any], object], Callable[[UserError], object]]


def _computed(compute: Callable[[], Any]) -> tuple[Any, UserError | None]:
    """What came of a computation, or why nothing did."""
    try:
        return compute(), None
    except UserError as told:
        return None, told
    except Exception:
        logger.exception("%s failed", threading.current_thread().name)
        remedy = "The log file, under Help, holds the details."
        return None, UserError("Something went wrong that should not", remedy=remedy)
