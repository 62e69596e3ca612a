"""What a job is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from core.engine.held_scenes import HeldScenes
from core.engine.messages import Arrays
from core.engine.requests import Message

PROGRESS_EVERY_S = 0.05


class JobCancelledError(Exception):
    """The asker wants no answer any more."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a job made."""

    value: Message
    arrays: Arrays = field(default_factory=dict)


class Listener(Protocol):
    """Whoever follows a job."""

    @property
    def cancelled(self) -> bool: ...

    def progress(self, fraction: float, text: str) -> None: ...

    def partial(self, outcome: Outcome) -> None: ...


class JobContext:
    """The engine as a job sees it. A job calls `progress` or `check` between its steps, as often as it likes."""

    def __init__(
        self,
        scenes: HeldScenes,
        threads: int,
        listener: Listener | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scenes = scenes
        self.threads = threads  # how many a job may use: one core is left to the window
        self._listener = listener
        self._clock = clock
        self._told_s = -float("inf")

    def check(self) -> None:
        """
        Raises:
            JobCancelledError: the job shall end; let it through.
        """
        if self._listener is not None and self._listener.cancelled:
            raise JobCancelledError

    def progress(self, fraction: float, text: str = "") -> None:
        """Tell how much is done, 0 to 1, and what is being done. Told on at most twenty times a second.

        Raises:
            JobCancelledError: the job shall end; let it through.
        """
        self.check()
        now_s = self._clock()
        if self._listener is not None and now_s - self._told_s >= PROGRESS_EVERY_S:
            self._told_s = now_s
            self._listener.progress(min(max(fraction, 0.0), 1.0), text)

    def partial(self, value: Message, arrays: Arrays | None = None) -> None:
        """Something to show already, of the type that the request names.

        Raises:
            JobCancelledError: the job shall end; let it through.
        """
        self.check()
        if self._listener is not None:
            self._listener.partial(Outcome(value, arrays or {}))
