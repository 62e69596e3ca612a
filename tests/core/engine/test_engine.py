"""What whoever asks the engine may rely on."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from engine_listening import ANSWER_S, Heard, shared_blocks
from engine_test_jobs import PLAY_JOBS, Picture, Play

from core.engine import Cancelled, Engine, JobCancelledError, Partial, Phase, Progress, Result, Started
from core.engine.client import MOST_UNANSWERED
from core.errors import UserError

PARENT = """
import sys
import threading

from core.engine import Engine, Progress
from engine_test_jobs import PLAY_JOBS, Play


def main():
    engine, working = Engine(PLAY_JOBS), threading.Event()

    def on_event(event):
        if isinstance(event.answer, Progress) and not working.is_set():
            print(engine.pid, flush=True)
            working.set()

    engine.submit(Play(action=sys.argv[1], number=1000), on_event)
    working.wait()
    if sys.argv[2] == "stay":
        threading.Event().wait()


if __name__ == "__main__":
    main()
"""


def test_arrays_cross_unharmed(engine: Engine) -> None:
    event = engine.submit(Play(action="arrays", number=1000)).outcome(ANSWER_S)
    count = 1000
    assert event.arrays["rgb"].dtype == np.uint8
    assert np.array_equal(event.arrays["rgb"].ravel(), np.arange(count * 6) % 251)
    assert np.array_equal(event.arrays["depth_m"], np.linspace(0, 1, count, dtype=np.float32))
    assert np.array_equal(event.arrays["back to front"], np.arange(count)[::-1])
    assert event.arrays["nothing"].shape == (0, 3)
    assert event.arrays["one"] == 2.5
    event.arrays["rgb"][:] = 0  # they are the receiver's own


def test_nothing_starts_before_the_first_job(engine: Engine) -> None:
    assert engine.pid is None
    value = engine.submit(Play(action="echo", number=7)).outcome(ANSWER_S).value
    assert value is not None
    assert (value.number, value.text) == (7, str(engine.pid))  # type: ignore[attr-defined]
    assert str(engine.pid) != str(os.getpid())


def test_events_come_in_order_and_end_once(engine: Engine) -> None:
    heard = Heard()
    engine.submit(Play(action="count", number=4), heard).outcome(ANSWER_S)
    assert isinstance(heard.events[0].answer, Started)
    assert [event.final for event in heard.events] == [False] * (len(heard.events) - 1) + [True]
    fractions = [event.answer.fraction for event in heard.of(Progress)]  # type: ignore[union-attr]
    assert fractions == [0.0, 0.25, 0.5, 0.75]
    assert [event.value.number for event in heard.of(Partial)] == [0, 1, 2, 3]  # type: ignore[union-attr]
    assert [event.arrays["step"].tolist() for event in heard.of(Partial)] == [[n] * 3 for n in range(4)]


def test_a_slow_receiver_is_waited_for(engine: Engine) -> None:
    numbers: list[int] = []

    def slowly(event: object) -> None:
        numbers.extend(int(array[0]) for array in event.arrays.values())  # type: ignore[attr-defined]
        time.sleep(0.002)

    engine.submit(Play(action="flood", number=100), slowly).outcome(ANSWER_S)
    assert numbers == list(range(100))
    assert len(shared_blocks()) <= 4


def test_a_running_job_is_cancelled(engine: Engine) -> None:
    heard = Heard()
    job = engine.submit(Play(action="wait"), heard)
    heard.wait_for(Progress)
    job.cancel()
    with pytest.raises(JobCancelledError):
        job.outcome(ANSWER_S)
    assert engine.submit(Play(action="echo", number=3)).outcome(ANSWER_S).value is not None


def test_a_paused_job_goes_on_or_is_cancelled(engine: Engine) -> None:
    for ends in (False, True):
        heard = Heard()
        job = engine.submit(Play(action="count", number=5), heard)
        heard.wait_for(Progress)
        job.pause()
        if ends:
            job.cancel()
            with pytest.raises(JobCancelledError):
                job.outcome(ANSWER_S)
        else:
            job.pause(False)
            assert job.outcome(ANSWER_S).value is not None


def test_a_waiting_job_is_cancelled_and_never_started(engine: Engine) -> None:
    running, waiting = Heard(), Heard()
    first = engine.submit(Play(action="wait"), running)
    second = engine.submit(Play(action="echo"), waiting)
    running.wait_for(Progress)
    second.cancel()
    waiting.wait_for(Cancelled)
    assert not waiting.of(Started)
    assert not first.ended
    first.cancel()


def test_a_newer_request_takes_the_place_of_one_that_waits(engine: Engine, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    running = Heard()
    first = engine.submit(Play(action="wait", path=gate, slot="cameras"), running)
    running.wait_for(Started)
    heard = [Heard() for _ in range(5)]
    later = [engine.submit(Play(action="echo", number=n, slot="cameras"), heard[n]) for n in range(5)]
    other = engine.submit(Play(action="echo", number=9, slot="viewport"))
    for old in heard[:-1]:
        answer = old.wait_for(Cancelled).answer
        assert isinstance(answer, Cancelled)
        assert answer.superseded
    gate.touch()
    assert first.outcome(ANSWER_S)  # what runs is finished
    assert later[-1].outcome(ANSWER_S).value.number == 4  # type: ignore[union-attr]
    assert other.outcome(ANSWER_S).value.number == 9  # type: ignore[union-attr]


def test_a_new_generation_drops_what_is_no_longer_true(engine: Engine, tmp_path: Path) -> None:
    running = Heard()
    first = engine.submit(Picture(action="wait"), running)
    running.wait_for(Started)
    waiting = engine.submit(Picture(action="echo"))
    lasting = engine.submit(Play(action="echo", number=5))
    engine.new_generation()
    after = engine.submit(Picture(action="echo", number=6))
    for job in (first, waiting):
        with pytest.raises(JobCancelledError):
            job.outcome(ANSWER_S)
    assert lasting.outcome(ANSWER_S).value.number == 5  # type: ignore[union-attr]
    assert after.outcome(ANSWER_S).value.number == 6  # type: ignore[union-attr]


def test_an_answer_that_is_too_late_is_dropped(engine: Engine, tmp_path: Path) -> None:
    """The engine finished before it heard of the new generation."""
    gate, heard = tmp_path / "gate", Heard()
    job = engine.submit(Picture(action="wait", path=gate), heard)
    heard.wait_for(Progress)
    process = psutil.Process(engine.pid)
    process.suspend()
    engine.new_generation()
    gate.touch()
    process.resume()
    with pytest.raises(JobCancelledError):
        job.outcome(ANSWER_S)
    assert not heard.of(Result)


def test_too_many_requests_are_refused(engine: Engine) -> None:
    running = Heard()
    first = engine.submit(Play(action="wait"), running)
    running.wait_for(Progress)
    jobs = [engine.submit(Play(action="echo")) for _ in range(MOST_UNANSWERED)]
    with pytest.raises(UserError, match="too much to do"):
        jobs[-1].outcome(ANSWER_S)
    first.cancel()
    assert jobs[0].outcome(ANSWER_S)


def test_a_user_error_crosses_intact(engine: Engine) -> None:
    with pytest.raises(UserError) as caught:
        engine.submit(Play(action="fail", path=Path("a/b.json"))).outcome(ANSWER_S)
    error = caught.value
    assert (error.what, error.path, error.field, error.remedy) == (
        "It is broken",
        Path("a/b.json"),
        "wheel",
        "Mend it.",
    )


def test_a_mistake_fails_the_job_and_reaches_the_log(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(UserError, match="ZeroDivisionError"):
        engine.submit(Play(action="stumble")).outcome(ANSWER_S)
    assert "by nothing" in caplog.text
    assert "engine_test_jobs.py" in caplog.text, "the log holds the trace"
    assert engine.submit(Play(action="echo")).outcome(ANSWER_S)


@pytest.mark.parametrize("action", ["numpy_memory", "device_memory"])
def test_running_out_of_memory_is_told_and_survived(engine: Engine, action: str) -> None:
    engine.submit(Play(action="echo")).outcome(ANSWER_S)
    pid = engine.pid
    with pytest.raises(UserError, match="Memory ran out") as caught:
        engine.submit(Play(action=action)).outcome(ANSWER_S)
    assert caught.value.remedy
    engine.submit(Play(action="echo")).outcome(ANSWER_S)
    assert engine.pid == pid


def test_after_a_fault_of_the_device_another_process_goes_on(engine: Engine) -> None:
    ended = threading.Event()
    told: list[str] = []

    def on_phase(phase: Phase, why: str) -> None:
        if phase is Phase.STOPPED:
            told.append(why)
            ended.set()

    engine.on_phase = on_phase
    with pytest.raises(UserError, match="illegal memory access"):
        engine.submit(Play(action="device_fault")).outcome(ANSWER_S)
    assert ended.wait(ANSWER_S)
    assert "graphics device" in told[0]
    assert engine.submit(Play(action="echo")).outcome(ANSWER_S)


def test_an_event_handler_that_fails_harms_nobody(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    def broken(event: object) -> None:
        raise ValueError("handler")

    engine.submit(Play(action="echo"), broken).outcome(ANSWER_S)
    assert "could not be used" in caplog.text
    assert engine.submit(Play(action="echo")).outcome(ANSWER_S)


def test_killed_at_work_it_says_so_and_starts_again(engine: Engine) -> None:
    heard = Heard()
    job = engine.submit(Play(action="wait"), heard)
    heard.wait_for(Progress)
    first_pid = engine.pid
    assert first_pid is not None
    psutil.Process(first_pid).kill()
    with pytest.raises(UserError, match="killed") as caught:
        job.outcome(ANSWER_S)
    assert caught.value.remedy == "It starts again with the next job."
    engine.submit(Play(action="echo")).outcome(ANSWER_S)
    assert engine.pid != first_pid


def test_phases_are_told(nothing_left: None) -> None:
    phases: list[tuple[Phase, str]] = []
    engine = Engine(PLAY_JOBS)
    engine.on_phase = lambda phase, why: phases.append((phase, why))
    with pytest.raises(UserError):
        engine.submit(Play(action="die")).outcome(ANSWER_S)
    engine.submit(Play(action="echo")).outcome(ANSWER_S)
    engine.close()
    assert [phase for phase, _ in phases] == [Phase.AWAKE, Phase.STOPPED, Phase.AWAKE, Phase.ASLEEP]
    assert "killed" in phases[1][1]


def test_arrays_that_a_crash_leaves_are_removed(engine: Engine) -> None:
    with pytest.raises(UserError, match="exit code 3"):
        engine.submit(Play(action="leave_arrays_and_die")).outcome(ANSWER_S)
    assert not shared_blocks()


def test_closing_ends_a_job_at_work(nothing_left: None) -> None:
    engine, heard = Engine(PLAY_JOBS), Heard()
    job = engine.submit(Play(action="wait"), heard)
    heard.wait_for(Progress)
    engine.close()
    with pytest.raises(JobCancelledError):
        job.outcome(0)
    engine.close()
    with pytest.raises(RuntimeError):
        engine.submit(Play(action="echo"))


def test_an_engine_that_hangs_is_killed_at_closing(nothing_left: None) -> None:
    engine, heard = Engine(PLAY_JOBS), Heard()
    engine.submit(Play(action="wait"), heard)
    heard.wait_for(Progress)
    psutil.Process(engine.pid).suspend()
    engine.close()


@pytest.mark.parametrize("action", ["wait", "count"])
def test_it_ends_when_its_parent_is_killed(tmp_path: Path, action: str) -> None:
    with started_parent(tmp_path, action, "stay") as parent:
        pid = engine_of(parent)
        children = psutil.Process(parent.pid).children(recursive=True)
        assert pid in {child.pid for child in children}
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    assert not shared_blocks(parent.pid)


def test_it_ends_when_its_parent_forgets_to_close(tmp_path: Path) -> None:
    with started_parent(tmp_path, "wait", "leave") as parent:
        pid = engine_of(parent)
        assert parent.wait(timeout=ANSWER_S) == 0
    assert not psutil.pid_exists(pid)


def started_parent(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    script = folder / "parent.py"
    script.write_text(PARENT)
    path = os.pathsep.join([str(Path(__file__).parents[3]), str(Path(__file__).parent)])
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.Popen(
        [sys.executable, str(script), *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )


def engine_of(parent: subprocess.Popen[str]) -> int:
    """The number of the engine's process, once it works."""
    assert parent.stdout is not None
    return int(parent.stdout.readline())
