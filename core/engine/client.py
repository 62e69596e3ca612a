"""The engine as the rest of the program sees it."""

from __future__ import annotations

import atexit
import itertools
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum

from core.engine.child import Child
from core.engine.job import Job, OnEvent, ask_for
from core.engine.job_queue import busy
from core.engine.messages import (
    Cancel,
    Cancelled,
    Event,
    Failed,
    JobAnswer,
    NewGeneration,
    Order,
    Partial,
    Pause,
    Result,
    Said,
    Shutdown,
    Taken,
)
from core.engine.registry import JOBS
from core.engine.requests import (
    DropScene,
    LiftRequest,
    LoadScene,
    Message,
    ReconstructRequest,
    RefineRequest,
    Request,
)
from core.engine.shared_arrays import sweep_orphans, take
from core.errors import UserError

MOST_UNANSWERED = 64
CLOSE_WAIT_S = 2.0
RESTART = "It starts again with the next job."

OnPhase = Callable[["Phase", str], object]

logger = logging.getLogger(__name__)


class Phase(StrEnum):
    ASLEEP = "asleep"  # no process yet, or closed
    AWAKE = "awake"
    STOPPED = "stopped"  # crashed; the next job starts a new one


class Engine:
    """One engine process, started by the first job and, after a crash, by the next one. Safe from any thread."""

    def __init__(self, jobs: Mapping[str, str] = JOBS) -> None:
        self._job_modules = dict(jobs)
        self.on_phase: OnPhase = lambda phase, why: None
        """Told, on any thread, what the process does now and why it stopped."""
        self._numbers = itertools.count(1)
        self._generation = 0
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}  # unanswered
        self._scenes: dict[str, LoadScene] = {}  # what a new process has to be told
        self._child: Child | None = None
        self._latest: Child | None = None  # the same, or the last one that ended
        self._closed = False
        self._orders: queue.SimpleQueue[Job | Order | None] = queue.SimpleQueue()
        self._sender: threading.Thread | None = None
        sweep_orphans()

    @property
    def pid(self) -> int | None:
        """The number of the process; None while there is none."""
        with self._lock:
            return None if self._child is None else self._child.pid

    def submit(self, request: Request, on_event: OnEvent = lambda event: None) -> Job:
        """Ask for something.

        Raises:
            RuntimeError: the engine was closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the engine is closed")
            job = Job(self, next(self._numbers), self._generation, request, on_event)
            is_full = len(self._jobs) >= MOST_UNANSWERED
            if not is_full:
                self._jobs[job.number] = job
                self._start_sender()
                self._orders.put(job)
        if is_full:
            job.tell(_failed(job, busy()))
        return job

    def cancel(self, job: Job) -> None:
        if not job.ended:
            self._orders.put(Cancel(job=job.number))

    def pause(self, job: Job, *, paused: bool) -> None:
        """Let a job that runs wait before its next step, or go on."""
        if not job.ended:
            self._orders.put(Pause(job=job.number, paused=paused))

    def new_generation(self) -> None:
        """What was asked before is no longer true: drop the answers of all requests that say so."""
        with self._lock:
            self._generation += 1
            self._orders.put(NewGeneration(generation=self._generation))

    def close(self) -> None:
        """End the process and wait for it; what was not answered counts as cancelled."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            sender = self._sender
        atexit.unregister(self.close)
        self._orders.put(Shutdown())
        self._orders.put(None)
        if sender is not None:
            sender.join(CLOSE_WAIT_S)
            if self._latest is not None:
                self._latest.end(CLOSE_WAIT_S)
            sender.join()  # it waited for the child to read, if at all
        self._end_all(lambda job: Event(_cancelled(job)))

    def _start_sender(self) -> None:
        if self._sender is None:
            atexit.register(self.close)  # runs before multiprocessing waits for its children
            self._sender = threading.Thread(target=self._send_all, name="engine sender", daemon=True)
            self._sender.start()

    def _send_all(self) -> None:
        """On the sender's thread: starting a process and writing to a full pipe take time."""
        while (order := self._orders.get()) is not None:
            match order:
                case Job():
                    self._ask(order)
                case Cancel(job=number):
                    self._cancel(number)
                case _:
                    child = self._child
                    if child is not None:
                        child.send(order)

    def _ask(self, job: Job) -> None:
        with self._lock:
            if self._closed or job.ended:
                return
            child = job.child = self._child or Child(self._job_modules)
            is_new = self._child is None
            self._child = self._latest = child
        if is_new:
            try:
                child.start(self._receive, self._bury)
            except OSError as error:
                self._bury(child, f"The engine cannot be started ({error.strerror})")
                return
            self.on_phase(Phase.AWAKE, "")
            self._inform(child)
        child.send(ask_for(job))

    def _inform(self, child: Child) -> None:
        """Tell a new process what the one before it knew."""
        with self._lock:
            scenes, generation = list(self._scenes.values()), self._generation
        child.send(NewGeneration(generation=generation))
        for request in scenes:
            child.send(ask_for(Job(self, next(self._numbers), generation, request, lambda event: None)))

    def _cancel(self, number: int) -> None:
        with self._lock:
            job = self._jobs.get(number)
        if job is not None and job.child is not None:
            job.child.send(Cancel(job=number))

    def _receive(self, child: Child, answer: JobAnswer | Said) -> None:
        """On the reader's thread."""
        if isinstance(answer, Said):
            logging.getLogger(answer.logger).log(answer.level, "engine: %s", answer.text)
            return
        arrays = {}
        if isinstance(answer, Partial | Result) and answer.arrays:
            arrays = take(child.token, answer.arrays)
            self._orders.put(Taken(slot=next(iter(answer.arrays.values())).slot))
        with self._lock:
            job = self._jobs.get(answer.job)
            is_stale = job is not None and job.request.outdates and job.generation < self._generation
            if job is None or (is_stale and not isinstance(answer, Result | Failed | Cancelled)):
                return
            if is_stale:
                answer, arrays = _cancelled(job, superseded=True), {}
            event = Event(answer, _value(job.request, answer), arrays)
            if event.final:
                del self._jobs[job.number]
            if isinstance(answer, Result):
                self._remember(job.request)
        job.tell(event)

    def _remember(self, request: Request) -> None:
        """Which scenes the engine holds."""
        match request:
            case LoadScene(scene_id=scene_id):
                self._scenes[scene_id] = request
            case LiftRequest() | ReconstructRequest() | RefineRequest():
                self._scenes[request.scene_id] = LoadScene(scene_id=request.scene_id, folder=request.folder)
            case DropScene(scene_id=scene_id):
                self._scenes.pop(scene_id, None)

    def _bury(self, child: Child, why: str) -> None:
        """On the reader's thread, after a process ended."""
        with self._lock:
            if self._child is child:
                self._child = None
                is_crash = not self._closed
        self.on_phase(Phase.STOPPED if is_crash else Phase.ASLEEP, why)
        if is_crash:
            logger.error("%s", why)
            error = UserError(why, remedy=RESTART)
            self._end_all(lambda job: _failed(job, error), child)

    def _end_all(self, event: Callable[[Job], Event], child: Child | None = None) -> None:
        """Tell all unanswered jobs, or those that one process was asked."""
        with self._lock:
            ending = [job for job in self._jobs.values() if child is None or job.child is child]
            for job in ending:
                del self._jobs[job.number]
        for job in ending:
            job.tell(event(job))


def _value(request: Request, answer: JobAnswer) -> Message | None:
    match answer:
        case Partial(value=value):
            return request.partial.model_validate(value)
        case Result(value=value):
            return request.result.model_validate(value)
    return None


def _failed(job: Job, error: UserError) -> Event:
    return Event(Failed.of(error, job=job.number, generation=job.generation))


def _cancelled(job: Job, *, superseded: bool = False) -> Cancelled:
    return Cancelled(job=job.number, generation=job.generation, superseded=superseded)
