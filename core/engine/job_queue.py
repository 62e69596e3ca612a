"""The requests that wait for the engine's worker."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from core.engine.messages import Ask
from core.errors import UserError

MOST_WAITING = 64


@dataclass(eq=False)
class Entry:
    """A request that waits or is worked on."""

    ask: Ask
    cancel: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)  # not set while it is paused
    outdated: bool = False

    def __post_init__(self) -> None:
        self.goes_on.set()

    def end(self) -> None:
        """Tell whoever works on it to stop."""
        self.cancel.set()
        self.goes_on.set()


class QueueFullError(Exception):
    pass


def busy() -> UserError:
    return UserError("The engine has too much to do already", remedy="Wait until some of it is done, or cancel it.")


class JobQueue:
    """First come, first served, one at a time; safe to use from several threads."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._waiting: list[Entry] = []
        self._running: Entry | None = None
        self._generation = 0
        self._closed = False

    def put(self, ask: Ask) -> list[Ask]:
        """Wait for the worker, in the place of an older request for the same place; returns what will not be done.

        Raises:
            QueueFullError: too many wait.
        """
        with self._changed:
            if ask.outdates and ask.generation < self._generation:
                return [ask]
            for index, entry in enumerate(self._waiting):
                if ask.place is not None and entry.ask.place == ask.place:
                    self._waiting[index] = Entry(ask)
                    return [entry.ask]
            if len(self._waiting) >= self._most:
                raise QueueFullError
            self._waiting.append(Entry(ask))
            self._changed.notify()
            return []

    def take(self) -> Entry | None:
        """The next request, waiting for one; it counts as running until the next call. None: the queue is closed."""
        with self._changed:
            self._running = None
            self._changed.wait_for(lambda: self._closed or self._waiting)
            if self._closed:
                return None
            self._running = self._waiting.pop(0)
            return self._running

    def cancel(self, job: int) -> Ask | None:
        """Take out a request that waits and return it; one that runs is told."""
        with self._changed:
            if self._running is not None and self._running.ask.job == job:
                self._running.end()
            found = next((entry for entry in self._waiting if entry.ask.job == job), None)
            if found is None:
                return None
            self._waiting.remove(found)
            return found.ask

    def pause(self, job: int, *, paused: bool) -> None:
        """Let a request that runs wait, or go on; one that waits for the worker is left alone."""
        with self._changed:
            running = self._running
            if running is None or running.ask.job != job or running.cancel.is_set():
                return
            if paused:
                running.goes_on.clear()
            else:
                running.goes_on.set()

    def start_generation(self, generation: int) -> list[Ask]:
        """Take out and return the requests that wait and that this outdates; one that runs is told."""
        with self._changed:
            self._generation = generation
            outdated = [entry for entry in self._waiting if self._is_old(entry.ask)]
            self._waiting = [entry for entry in self._waiting if not self._is_old(entry.ask)]
            if self._running is not None and self._is_old(self._running.ask):
                self._running.outdated = True
                self._running.end()
            return [entry.ask for entry in outdated]

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_old(self, ask: Ask) -> bool:
        return ask.outdates and ask.generation < self._generation
