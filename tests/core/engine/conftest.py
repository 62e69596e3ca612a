"""An engine that may leave nothing behind."""

import threading
from collections.abc import Iterator
from multiprocessing import resource_tracker

import psutil
import pytest
from engine_listening import shared_blocks
from engine_test_jobs import PLAY_JOBS

from core.engine import Engine
from core.engine.registry import JOBS


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Fails when a thread, a process or a block of shared memory outlives the test."""
    resource_tracker.ensure_running()  # lives as long as this process does
    threads, children = set(threading.enumerate()), set(psutil.Process().children(recursive=True))
    yield
    assert set(threading.enumerate()) <= threads
    assert set(psutil.Process().children(recursive=True)) <= children
    assert not shared_blocks()


@pytest.fixture
def engine(nothing_left: None) -> Iterator[Engine]:
    made = Engine({**JOBS, **PLAY_JOBS})
    yield made
    made.close()
