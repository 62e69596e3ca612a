"""Small jobs for the engine's tests; the engine's process imports this module by name."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from core.engine import JobContext, Outcome, Request
from core.engine.requests import Message
from core.errors import UserError


class Told(Message):
    number: int = 0
    text: str = ""


class Play(Request):
    """Do what `action` names."""

    kind = "play"
    result = Told
    partial = Told

    action: str
    number: int = 0
    path: Path | None = None
    slot: str | None = None

    @property
    def place(self) -> str | None:
        return self.slot


class Picture(Play):
    """The same, worthless in a new generation."""

    outdates = True


REQUEST = Play
PLAY_JOBS = {"play": __name__}


def run(request: Play, context: JobContext) -> Outcome:
    return ACTIONS[request.action](request, context)


def echo(request: Play, context: JobContext) -> Outcome:
    return Outcome(Told(number=request.number, text=str(os.getpid())))


def arrays(request: Play, context: JobContext) -> Outcome:
    count = request.number
    made: dict[str, Any] = {
        "rgb": (np.arange(count * 6) % 251).astype(np.uint8).reshape(count, 2, 3),
        "depth_m": np.linspace(0, 1, count, dtype=np.float32),
        "back to front": np.arange(count)[::-1],
        "nothing": np.zeros((0, 3), np.float32),
        "one": np.array(2.5),
    }
    return Outcome(Told(), made)


def count(request: Play, context: JobContext) -> Outcome:
    for step in range(request.number):
        context.progress(step / request.number, f"step {step}")
        context.partial(Told(number=step), {"step": np.full(3, step)})
        time.sleep(0.06)
    return Outcome(Told(number=request.number))


def wait(request: Play, context: JobContext) -> Outcome:
    """Until cancelled, or until the file is there."""
    context.progress(0.0, "waiting")
    while request.path is None or not request.path.exists():
        context.check()
        time.sleep(0.005)
    return Outcome(Told(number=request.number))


def flood(request: Play, context: JobContext) -> Outcome:
    for number in range(request.number):
        context.partial(Told(number=number), {"a": np.full(1000, number)})
    return Outcome(Told())


def fail(request: Play, context: JobContext) -> Outcome:
    raise UserError("It is broken", path=request.path, field="wheel", remedy="Mend it.")


def stumble(request: Play, context: JobContext) -> Outcome:
    raise ZeroDivisionError("by nothing")


def numpy_memory(request: Play, context: JobContext) -> Outcome:
    return Outcome(Told(), {"huge": np.zeros(1 << 60, np.uint8)})


def device_memory(request: Play, context: JobContext) -> Outcome:
    raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB")


def device_fault(request: Play, context: JobContext) -> Outcome:
    raise RuntimeError("CUDA error: an illegal memory access was encountered")


def hold_and_run_out(request: Play, context: JobContext) -> Outcome:
    block = Weighty()
    raise MemoryError(block.weight)


def die(request: Play, context: JobContext) -> Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    return echo(request, context)


def leave_arrays_and_die(request: Play, context: JobContext) -> Outcome:
    """Die while arrays that were sent have not been taken."""
    threading.Timer(0.3, os._exit, (3,)).start()
    while True:
        context.partial(Told(), {"a": np.zeros(100_000)})


class Weighty:
    """Counts how many of it are alive."""

    alive = 0

    def __init__(self) -> None:
        self.weight = 1
        Weighty.alive += 1

    def __del__(self) -> None:
        Weighty.alive -= 1


ACTIONS = {
    action.__name__: action
    for action in (
        echo,
        arrays,
        count,
        wait,
        flood,
        fail,
        stumble,
        numpy_memory,
        device_memory,
        device_fault,
        hold_and_run_out,
        die,
        leave_arrays_and_die,
    )
}
