"""One process of the engine, from its start to its end, as its parent sees it."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection

from core.engine.messages import ANSWER, JobAnswer, Order, Said
from core.engine.shared_arrays import new_token, sweep

EXIT_WAIT_S = 2.0
DEVICE_LOST = 70
"""The exit code after a fault of the device, which no later job of the same process would survive."""

OnAnswer = Callable[["Child", JobAnswer | Said], None]
OnEnd = Callable[["Child", str], None]


class Child:
    """A spawned engine and the thread that reads from it."""

    def __init__(self, jobs: Mapping[str, str]) -> None:
        self.token = new_token()
        context = multiprocessing.get_context("spawn")
        self._connection, self._childs_end = context.Pipe()
        # Not a daemon, which could have no children of its own: it ends with its parent by itself.
        arguments = (self._childs_end, self.token, dict(jobs))
        self._process = context.Process(target=_run, args=arguments, name="engine", daemon=False)
        self._started = threading.Event()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def start(self, on_answer: OnAnswer, on_end: OnEnd) -> None:
        """`on_answer` is called on a thread of its own, and at last `on_end` with the reason in words.

        Raises:
            OSError: the system starts no process; nothing is called then.
        """
        try:
            self._process.start()
            self._reader = threading.Thread(
                target=self._read, args=(on_answer, on_end), name="engine reader", daemon=True
            )
            self._reader.start()
        finally:
            self._childs_end.close()  # so that the pipe breaks when the child ends
            self._started.set()

    def send(self, order: Order) -> None:
        """To a child that has ended nothing is sent; `on_end` tells of that."""
        with suppress(OSError):
            self._connection.send_bytes(order.model_dump_json().encode())

    def end(self, wait_s: float) -> None:
        """Wait for the end, which was asked for, and kill the child if it takes longer."""
        self._started.wait()
        if self._process.pid is None:
            return
        self._reader.join(wait_s)
        if self._reader.is_alive():
            self._process.kill()
        self._reader.join()

    def _read(self, on_answer: OnAnswer, on_end: OnEnd) -> None:
        try:
            while True:
                on_answer(self, ANSWER.validate_json(self._connection.recv_bytes()))
        except (EOFError, OSError):
            pass  # the child has ended
        finally:
            self._process.join(EXIT_WAIT_S)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._connection.close()
            try:
                sweep(self.token)
            finally:
                on_end(self, _reason(self._process.exitcode))


def _run(connection: Connection, token: str, jobs: Mapping[str, str]) -> None:
    """In the child, where alone the server is imported."""
    from core.engine.server import run_engine

    run_engine(connection, token, jobs)


def _reason(exit_code: int | None) -> str:
    if exit_code == -getattr(signal, "SIGKILL", 9):
        return "The engine stopped: it was killed, perhaps for want of memory"
    if exit_code == DEVICE_LOST:
        return "The engine stopped: the graphics device failed"
    if exit_code is not None and exit_code < 0:
        return f"The engine stopped by itself ({signal.Signals(-exit_code).name})"
    return f"The engine stopped by itself (exit code {exit_code})"
