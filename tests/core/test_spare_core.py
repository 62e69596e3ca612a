"""Threads leave a core to the window, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import pytest

from core.spare_core import REST_S, SpareCores

LONG_S = 60.0


def test_only_so_many_compute_at_a_time_as_there_are_cores() -> None:
    cores, begun, go = SpareCores(2), threading.Semaphore(0), threading.Event()
    now, most, lock = 0, 0, threading.Lock()

    def compute() -> None:
        nonlocal now, most
        with cores.one(LONG_S):
            with lock:
                now += 1
                most = max(most, now)
            begun.release()
            go.wait()
            with lock:
                now -= 1

    threads = [threading.Thread(target=compute) for _ in range(6)]
    for thread in threads:
        thread.start()
    begun.acquire()
    begun.acquire()
    assert not begun.acquire(timeout=0.05)
    go.set()
    for thread in threads:
        thread.join()
    assert most == 2


def test_who_has_no_patience_left_computes_all_the_same_and_gives_nothing_back() -> None:
    cores = SpareCores(1)
    with cores.one(LONG_S):
        for _ in range(2):
            with cores.one(0.01):
                pass
    with cores.one(LONG_S):
        begun = threading.Event()
        other = threading.Thread(target=lambda: _enter(cores, begun))
        other.start()
        assert not begun.wait(0.05)
    other.join()
    assert begun.is_set()


def test_a_core_is_free_again_after_an_error() -> None:
    cores = SpareCores(1)
    with pytest.raises(ValueError, match="bad"), cores.one(LONG_S):
        raise ValueError("bad")
    begun = threading.Event()
    _enter(cores, begun)
    assert begun.is_set()


def test_what_nobody_waits_for_begins_when_nothing_has_stirred_for_a_while() -> None:
    cores, begun = SpareCores(1), threading.Event()
    with cores.one_at_rest(LONG_S):
        pass
    cores.stir()
    stirred_s = time.monotonic()
    with cores.one_at_rest(LONG_S):
        assert time.monotonic() - stirred_s > REST_S / 2
    cores.stir()
    threading.Thread(target=lambda: _enter_at_rest(cores, begun, LONG_S)).start()
    for _ in range(5):
        assert not begun.wait(REST_S / 4)
        cores.stir()
    assert begun.wait(LONG_S)


def test_what_nobody_waits_for_does_not_wait_for_ever() -> None:
    cores, begun = SpareCores(1), threading.Event()
    cores.stir()
    threading.Thread(target=lambda: _enter_at_rest(cores, begun, 2 * REST_S)).start()
    while not begun.wait(REST_S / 4):
        cores.stir()


def _enter_at_rest(cores: SpareCores, begun: threading.Event, patience_s: float) -> None:
    with cores.one_at_rest(patience_s):
        begun.set()


def _enter(cores: SpareCores, begun: threading.Event) -> None:
    with cores.one(LONG_S):
        begun.set()
