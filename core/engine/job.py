"""A request on its way to the engine and back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.engine.context import JobCancelledError
from core.engine.messages import Ask, Cancelled, Event, Failed
from core.engine.requests import Request

if TYPE_CHECKING:
    from core.engine.child import Child
    from core.engine.client import Engine

OnEvent = Callable[[Event], None]

logger = logging.getLogger(__name__)


class Job:
    """One request on its way. Made by `Engine.submit`."""

    def __init__(self, engine: Engine, number: int, generation: int, request: Request, on_event: OnEvent) -> None:
        self.number = number
        self.generation = generation
        self.request = request
        self.child: Child | None = None  # the process that was asked; None while that has not been sent
        self._engine = engine
        self._on_event = on_event
        self._ended = threading.Event()
        self._last: Event | None = None

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def cancel(self) -> None:
        """Ask for the end; it comes as `Cancelled`, or as `Result` where that was faster."""
        self._engine.cancel(self)

    def pause(self, paused: bool = True) -> None:
        """Let it wait before its next step, or go on. One that has not begun does not wait."""
        self._engine.pause(self, paused=paused)

    def outcome(self, timeout_s: float | None = None) -> Event:
        """Wait for the result.

        Raises:
            UserError: the job failed.
            JobCancelledError: it was cancelled.
            TimeoutError: neither yet.
        """
        if not self._ended.wait(timeout_s):
            raise TimeoutError
        assert self._last is not None
        match self._last.answer:
            case Failed(error=error):
                raise error
            case Cancelled():
                raise JobCancelledError
        return self._last

    def tell(self, event: Event) -> None:
        """Hand an event on to whoever asked."""
        if event.final:
            self._last = event
        try:
            self._on_event(event)
        except Exception:
            logger.exception("an answer of the engine could not be used")
        if event.final:
            self._ended.set()


def ask_for(job: Job) -> Ask:
    request = job.request
    return Ask(
        job=job.number,
        generation=job.generation,
        kind=request.kind,
        place=request.place,
        outdates=request.outdates,
        body=request.model_dump(mode="json"),
    )
