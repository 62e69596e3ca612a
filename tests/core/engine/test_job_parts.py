"""The engine's parts by themselves: shared arrays, the queue, what a job is given, what the parent may import."""

import gc
import os
import subprocess
import sys
import threading
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from engine_listening import SHARED
from engine_test_jobs import PLAY_JOBS, Play, Weighty

from core.engine import Engine, JobCancelledError, JobContext, JobRunner, Outcome
from core.engine.held_scenes import HeldScenes
from core.engine.job_queue import JobQueue, QueueFullError
from core.engine.messages import Ask
from core.engine.server import Asker, EngineServer
from core.engine.shared_arrays import SLOTS, ClosedError, Outbox, block_name, new_token, sweep, take
from core.errors import UserError


def ask(job: int, *, place: str | None = None, generation: int = 0, outdates: bool = False) -> Ask:
    return Ask(job=job, generation=generation, kind="play", place=place, outdates=outdates, body={})


def test_a_full_outbox_waits_until_something_is_taken() -> None:
    outbox = Outbox("full")
    refs = [outbox.put({"a": np.full(9, n)}) for n in range(SLOTS)]
    more: list[dict[str, object]] = []
    waiting = threading.Thread(target=lambda: more.append(dict(outbox.put({"a": np.full(9, 99)}))))
    waiting.start()
    assert take("full", refs[1])["a"][0] == 1
    assert not more
    outbox.taken(refs[1]["a"].slot)
    waiting.join(10)
    assert take("full", more[0])["a"][0] == 99  # type: ignore[arg-type]
    outbox.close()
    with pytest.raises(FileNotFoundError):
        take("full", refs[2])


def test_closing_frees_whoever_waits() -> None:
    outbox = Outbox("closing")
    for _ in range(SLOTS):
        outbox.put({"a": np.zeros(1)})
    errors: list[type[BaseException]] = []

    def put() -> None:
        try:
            outbox.put({"a": np.zeros(1)})
        except ClosedError as error:
            errors.append(type(error))

    waiting = threading.Thread(target=put)
    waiting.start()
    outbox.close()
    waiting.join(10)
    assert errors == [ClosedError]


def test_what_a_dead_sender_left_is_swept() -> None:
    for slot in (0, SLOTS - 1):
        SharedMemory(block_name("dead", slot), create=True, size=10).close()
    if SHARED.is_dir():
        (SHARED / block_name("dead", 1)).touch()  # made, but not yet given its size
    sweep("dead")
    for slot in range(SLOTS):
        with pytest.raises(FileNotFoundError):
            SharedMemory(block_name("dead", slot))
    sweep("dead")


only_linux = pytest.mark.skipif(not SHARED.is_dir(), reason="only Linux lists blocks")


@only_linux
def test_a_new_engine_sweeps_what_dead_processes_left_and_nothing_else() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    alive = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    zombie = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    zombie.kill()
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    orphans = [SHARED / block_name(f"{pid:x}-00aaff", 0) for pid in (ended.pid, zombie.pid, 1 << 60)]
    owned = [SHARED / block_name(f"{alive.pid:x}-00aaff", 0), SHARED / block_name(new_token(), 3)]
    foreign = SHARED / "driftless-of-somebody-else"
    try:
        for path in (*orphans, *owned, foreign):
            path.touch()
        orphans[0].write_bytes(bytes(4096))
        Engine(PLAY_JOBS)
        assert not any(path.exists() for path in orphans)
        assert all(path.exists() for path in (*owned, foreign))
    finally:
        for path in (*orphans, *owned, foreign):
            path.unlink(missing_ok=True)
        for process in (alive, zombie):
            process.communicate()


@only_linux
def test_a_sender_whose_blocks_were_swept_closes_all_the_same() -> None:
    outbox = Outbox("swept")
    outbox.put({"a": np.zeros(1)})
    (SHARED / block_name("swept", 0)).unlink()
    outbox.close()


def test_shared_memory_that_is_full_is_no_crash() -> None:
    outbox = Outbox("huge")
    with pytest.raises(MemoryError):
        outbox.put({"a": np.broadcast_to(np.zeros(1), 1 << 50)})
    outbox.close()


def test_the_queue_is_bounded_but_a_place_is_always_kept() -> None:
    queue = JobQueue(most=2)
    queue.put(ask(1))
    queue.put(ask(2, place="view"))
    with pytest.raises(QueueFullError):
        queue.put(ask(3))
    assert [old.job for old in queue.put(ask(4, place="view"))] == [2]
    taken = [queue.take(), queue.take()]
    assert [entry.ask.job for entry in taken if entry is not None] == [1, 4]


def test_a_request_of_an_old_generation_is_not_even_queued() -> None:
    queue = JobQueue()
    queue.put(ask(1, outdates=True))
    queue.put(ask(2))
    assert [old.job for old in queue.start_generation(3)] == [1]
    assert [old.job for old in queue.put(ask(4, outdates=True, generation=2))] == [4]
    assert queue.put(ask(5, outdates=True, generation=3)) == []


class Follower:
    def __init__(self) -> None:
        self.cancelled = False
        self.fractions: list[float] = []
        self.outcomes: list[Outcome] = []

    def progress(self, fraction: float, text: str) -> None:
        self.fractions.append(fraction)

    def partial(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


def test_progress_is_thinned_out_and_stays_within_bounds() -> None:
    now_s, follower = iter([0.0, 0.01, 0.06, 0.07, 0.2]), Follower()
    context = JobContext(HeldScenes(), 1, follower, clock=lambda: next(now_s))
    for fraction in (-0.1, 0.1, 0.2, 0.3, 1.2):
        context.progress(fraction)
    assert follower.fractions == [0.0, 0.2, 1.0]


def test_a_cancelled_job_ends_at_its_next_step() -> None:
    follower = Follower()
    context = JobContext(HeldScenes(), 1, follower)
    context.check()
    follower.cancelled = True
    with pytest.raises(JobCancelledError):
        context.progress(0.5)
    with pytest.raises(JobCancelledError):
        context.check()


def test_a_job_is_done_without_a_process() -> None:
    runner, follower = JobRunner(PLAY_JOBS), Follower()
    outcome = runner.run_here(Play(action="count", number=2), follower)
    assert outcome.value.number == 2  # type: ignore[attr-defined]
    assert len(follower.outcomes) == 2
    with pytest.raises(UserError, match="broken"):
        runner.run_here(Play(action="fail"))
    with pytest.raises(ZeroDivisionError):
        runner.run_here(Play(action="stumble"))


def test_memory_is_free_again_after_it_ran_out() -> None:
    gc.disable()
    try:
        with pytest.raises(UserError, match="Memory ran out"):
            JobRunner(PLAY_JOBS).run_here(Play(action="hold_and_run_out"))
        assert Weighty.alive == 0
    finally:
        gc.enable()


def test_whoever_asks_imports_neither_torch_nor_compilers() -> None:
    code = "import sys, core.engine; print(sorted({'torch', 'numba', 'scipy', 'cv2', 'PySide6'} & set(sys.modules)))"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_who_works_on_a_paused_request_waits_until_it_goes_on_or_ends() -> None:
    for ends in (False, True):
        queue = JobQueue()
        queue.put(ask(1))
        entry = queue.take()
        assert entry is not None
        asker, answered = Asker(cast(EngineServer, None), entry), threading.Event()
        queue.pause(1, paused=True)
        answers: list[bool] = []

        def work(answers: list[bool] = answers, asker: Asker = asker, answered: threading.Event = answered) -> None:
            answers.append(asker.cancelled)
            answered.set()

        waiting = threading.Thread(target=work)
        waiting.start()
        assert not answered.wait(0.05)
        if ends:
            queue.cancel(1)
        else:
            queue.pause(2, paused=False)
            assert not answered.wait(0.05)
            queue.pause(1, paused=False)
        waiting.join(10)
        assert answers == [ends]
        queue.pause(1, paused=True)
        assert entry.goes_on.is_set() is ends
