"""Slow work off the GUI thread: request → compute → apply."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from core.errors import UserError

logger = logging.getLogger(__name__)


class Job(QObject):
    """One computation on a thread of its own; exactly one of `done` and `failed` follows, unless it was cancelled.

    Readers cannot be interrupted, so a cancelled job runs to its end unheard; its thread keeps no process alive.
    """

    done = Signal(object)
    failed = Signal(UserError)
    _answered = Signal(object, object)

    def __init__(self, compute: Callable[[], Any], *, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._compute = compute
        self._cancelled = False
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self.thread_running = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self.thread_running.start()

    def cancel(self) -> None:
        self._cancelled = True

    def _run(self) -> None:
        result, error = None, None
        try:
            result = self._compute()
        except UserError as told:
            error = told
        except Exception:
            logger.exception("%s failed", threading.current_thread().name)
            error = UserError(
                "Something went wrong that should not", remedy="The log file, under Help, holds the details."
            )
        if not self._cancelled:
            self._answered.emit(result, error)

    def _deliver(self, result: object, error: UserError | None) -> None:
        if self._cancelled:
            return
        if error is None:
            self.done.emit(result)
        else:
            self.failed.emit(error)
