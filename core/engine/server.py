"""The engine's child process."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from typing import Any

from core.engine.child import DEVICE_LOST
from core.engine.context import JobCancelledError, Outcome
from core.engine.job_queue import Entry, JobQueue, QueueFullError, busy
from core.engine.messages import (
    ORDER,
    Ask,
    Cancel,
    Cancelled,
    Failed,
    JobAnswer,
    NewGeneration,
    Partial,
    Pause,
    Progress,
    Result,
    Said,
    Shutdown,
    Started,
    Taken,
)
from core.engine.registry import job_module
from core.engine.runner import JobRunner
from core.engine.shared_arrays import ClosedError, Outbox
from core.errors import UserError
from core.splats.threads import usable_cores

PARENT_EVERY_S = 0.5
NICE = 5

logger = logging.getLogger(__name__)


def run_engine(connection: Connection, token: str, jobs: Mapping[str, str]) -> None:
    """What the child does: it never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which then closes the engine
    step_back()
    threads = max(usable_cores() - 1, 1)
    os.environ["OMP_NUM_THREADS"] = str(threads)  # torch reads it when a job imports it
    server = EngineServer(connection, Outbox(token), JobRunner(jobs, threads=threads))
    end = threading.Lock()

    def leave() -> None:
        # At once, whatever the worker does; the lock lets only one thread clean up.
        end.acquire()
        server.close()
        os._exit(0)

    threading.Thread(target=watch_parent, args=(leave,), name="engine parent", daemon=True).start()
    logging.getLogger().addHandler(Forward(server.say))
    server.serve()
    leave()


def step_back() -> None:
    """The window comes first."""
    if sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICE)


def watch_parent(leave: Callable[[], None]) -> None:
    """Leave when the parent ended; its number changes even if somebody else keeps its pipes open."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    while not wait([parent.sentinel], PARENT_EVERY_S) and (os.name == "nt" or os.getppid() == parent.pid):
        pass
    leave()


class Forward(logging.Handler):
    """Sends what is logged to the parent, whose log file the user can find."""

    def __init__(self, say: Callable[[Said], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(Said(level=record.levelno, logger=record.name, text=self.format(record)))


class EngineServer:
    """Takes orders from a pipe on the caller's thread and works on a thread of its own."""

    def __init__(self, connection: Connection, outbox: Outbox, runner: JobRunner) -> None:
        self._connection = connection
        self._outbox = outbox
        self._runner = runner
        self._queue = JobQueue()
        self._sending = threading.Lock()
        self._device_lost = False

    def serve(self) -> None:
        """Until the other side says so or is gone."""
        threading.Thread(target=self._work, name="engine worker", daemon=True).start()
        try:
            while not isinstance(order := ORDER.validate_json(self._connection.recv_bytes()), Shutdown):
                self._obey(order)
        except (EOFError, OSError):
            pass  # the other side is gone

    def close(self) -> None:
        self._queue.close()
        self._outbox.close()

    def say(self, said: Said) -> None:
        self._send(said)

    def _obey(self, order: Ask | Cancel | Pause | NewGeneration | Taken) -> None:
        match order:
            case Ask():
                self._enqueue(order)
            case Cancel(job=job):
                ask = self._queue.cancel(job)
                if ask is not None:
                    self._send(Cancelled(**_head(ask)))
            case Pause(job=job, paused=paused):
                self._queue.pause(job, paused=paused)
            case NewGeneration(generation=generation):
                self._drop(self._queue.start_generation(generation))
            case Taken(slot=slot):
                self._outbox.taken(slot)

    def _enqueue(self, ask: Ask) -> None:
        try:
            self._drop(self._queue.put(ask))
        except QueueFullError:
            self._send(Failed.of(busy(), **_head(ask)))

    def _drop(self, asks: list[Ask]) -> None:
        for ask in asks:
            self._send(Cancelled(superseded=True, **_head(ask)))

    def _work(self) -> None:
        while (entry := self._queue.take()) is not None:
            try:
                self._send(self._answer(entry))
            except ClosedError:
                return
            if self._device_lost:
                os._exit(DEVICE_LOST)  # what was not yet taken is the parent's to remove

    def _answer(self, entry: Entry) -> JobAnswer:
        """Do a job; never fails but for a pipe that is closed."""
        ask, head = entry.ask, _head(entry.ask)
        self._send(Started(**head))
        try:
            request = job_module(self._runner.jobs, ask.kind).REQUEST.model_validate(ask.body)
            outcome = self._runner.run_here(request, Asker(self, entry))
            return Result(**head, **self._packed(outcome))
        except JobCancelledError:
            return Cancelled(superseded=entry.outdated, **head)
        except UserError as error:
            return Failed.of(error, **head)
        except MemoryError as error:
            remedy = "Make /dev/shm larger, or ask for less at a time."
            return Failed.of(UserError(f"The engine cannot hand over its result ({error})", remedy=remedy), **head)
        except ClosedError:
            raise
        except Exception as error:
            logger.exception("the job %s failed", ask.kind)
            self._device_lost = "CUDA error" in str(error)
            what = f"Something went wrong in the engine ({type(error).__name__}: {error})"
            return Failed.of(UserError(what, remedy="The log file, under Help, holds the details."), **head)

    def tell(self, ask: Ask, fraction: float, text: str) -> None:
        self._send(Progress(fraction=fraction, text=text, **_head(ask)))

    def hand_on(self, ask: Ask, outcome: Outcome) -> None:
        self._send(Partial(**_head(ask), **self._packed(outcome)))

    def _packed(self, outcome: Outcome) -> dict[str, Any]:
        return {"value": outcome.value.model_dump(mode="json"), "arrays": self._outbox.put(outcome.arrays)}

    def _send(self, answer: JobAnswer | Said) -> None:
        content = answer.model_dump_json().encode()
        try:
            with self._sending:
                self._connection.send_bytes(content)
        except OSError:
            self.close()  # the other side is gone; the thread that reads from it ends the process


class Asker:
    """Whoever asked, as a job's listener."""

    def __init__(self, server: EngineServer, entry: Entry) -> None:
        self._server = server
        self._entry = entry

    @property
    def cancelled(self) -> bool:
        """Whoever asks this while the job is paused waits for it to go on."""
        self._entry.goes_on.wait()
        return self._entry.cancel.is_set()

    def progress(self, fraction: float, text: str) -> None:
        self._server.tell(self._entry.ask, fraction, text)

    def partial(self, outcome: Outcome) -> None:
        self._server.hand_on(self._entry.ask, outcome)


def _head(ask: Ask) -> dict[str, int]:
    return {"job": ask.job, "generation": ask.generation}
