"""How the engine's tests listen to it."""

import os
import threading
from pathlib import Path

from core.engine import Event

SHARED = Path("/dev/shm")
ANSWER_S = 60.0


def shared_blocks(pid: int | None = None) -> set[str]:
    """Names of the blocks of shared memory between a process and its engines, where the system lists them."""
    owner = os.getpid() if pid is None else pid
    return {path.name for path in SHARED.glob(f"driftless-{owner:x}-*")} if SHARED.is_dir() else set()


class Heard:
    """The events of a job, and a way to wait for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, kind: type) -> Event:
        """The first event whose answer is of a kind."""
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.of(kind)), ANSWER_S)
            return self.of(kind)[0]

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event.answer, kind)]
