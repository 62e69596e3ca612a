"""The engine in the window: answers in the GUI thread, words for the status bar, no orphans."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.controllers.engine import EngineController, EngineJob
from core.engine import Engine
from core.errors import UserError

ENGINE_TESTS = Path(__file__).parents[2] / "core" / "engine"
ANSWER_MS = 60_000


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> type:
    """The request type of the engine's own small test jobs."""
    monkeypatch.syspath_prepend(str(ENGINE_TESTS))
    from engine_test_jobs import Play

    return Play


@pytest.fixture
def controller(qtbot: QtBot, play: type) -> Iterator[EngineController]:
    resource_tracker.ensure_running()  # lives as long as this process does
    threads, children = set(threading.enumerate()), set(psutil.Process().children(recursive=True))
    made = EngineController(engine=Engine({"play": play.__module__}))
    yield made
    made.close()
    assert set(threading.enumerate()) <= threads
    assert set(psutil.Process().children(recursive=True)) <= children


def test_answers_arrive_in_the_gui_thread(qtbot: QtBot, controller: EngineController, play: type) -> None:
    job = controller.submit(play(action="count", number=3))
    seen: list[tuple[str, object]] = []
    job.progressed.connect(lambda fraction, text: seen.append((text, threading.current_thread())))
    job.partial.connect(lambda value, arrays: seen.append((f"partial {arrays['step'][0]}", threading.current_thread())))
    with qtbot.waitSignal(job.done, timeout=ANSWER_MS) as done:
        assert controller.busy
    assert done.args is not None
    assert done.args[0].number == 3
    assert [text for text, _ in seen] == ["step 0", "partial 0", "step 1", "partial 1", "step 2", "partial 2"]
    assert {thread for _, thread in seen} == {threading.main_thread()}
    assert not controller.busy


def test_the_status_text_follows_long_work(
    qtbot: QtBot, controller: EngineController, play: type, tmp_path: Path
) -> None:
    texts: list[str] = []
    controller.text_changed.connect(texts.append)
    gate = tmp_path / "gate"
    job = controller.submit(play(action="wait", path=gate))
    qtbot.waitUntil(lambda: controller.text == "Engine play, 0 %", timeout=ANSWER_MS)
    with qtbot.waitSignal(job.done, timeout=ANSWER_MS):
        gate.touch()
    qtbot.waitUntil(lambda: not controller.busy and controller.text == "Engine idle", timeout=ANSWER_MS)
    assert [text for text in texts if text != "Engine starting"] == ["Engine play, 0 %", "Engine idle"]


def test_a_row_of_short_jobs_is_spoken_of_as_one_work(
    qtbot: QtBot, controller: EngineController, play: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller._patience.setInterval(1)
    controller._pause.setInterval(ANSWER_MS)
    texts: list[str] = []
    controller.text_changed.connect(texts.append)
    for number in range(20):
        with qtbot.waitSignal(controller.submit(play(action="echo", number=number)).done, timeout=ANSWER_MS):
            pass
    assert "Engine play, 0 %" in texts
    assert "Engine idle" not in texts


def test_the_time_until_the_process_is_there_is_spoken_of(
    qtbot: QtBot, controller: EngineController, play: type
) -> None:
    controller._patience.setInterval(0)
    job = controller.submit(play(action="echo"))
    with qtbot.waitSignal(job.done, timeout=ANSWER_MS):
        qtbot.waitUntil(lambda: controller.text == "Engine starting", timeout=ANSWER_MS)
    qtbot.waitUntil(lambda: controller.text == "Engine idle", timeout=ANSWER_MS)


def test_work_that_is_done_soon_is_not_spoken_of(
    qtbot: QtBot, controller: EngineController, play: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller._patience.setInterval(ANSWER_MS)
    texts: list[str] = []
    controller.text_changed.connect(texts.append)
    for number in range(3):
        with qtbot.waitSignal(controller.submit(play(action="echo", number=number)).done, timeout=ANSWER_MS):
            pass
    assert texts == []


def test_a_failure_and_a_cancel_are_told(qtbot: QtBot, controller: EngineController, play: type) -> None:
    job = controller.submit(play(action="fail", path=Path("x.json")))
    with qtbot.waitSignal(job.failed, timeout=ANSWER_MS) as failed:
        pass
    assert failed.args is not None
    error = failed.args[0]
    assert (error.field, error.path, error.remedy) == ("wheel", Path("x.json"), "Mend it.")
    job = controller.submit(play(action="wait"))
    with qtbot.waitSignal(job.progressed, timeout=ANSWER_MS):
        pass
    with qtbot.waitSignal(job.cancelled, timeout=ANSWER_MS) as cancelled:
        job.cancel()
    assert cancelled.args == [False]


def test_killed_at_work_it_says_so_and_goes_on(qtbot: QtBot, controller: EngineController, play: type) -> None:
    job = controller.submit(play(action="wait"))
    with qtbot.waitSignal(job.progressed, timeout=ANSWER_MS):
        pass
    with qtbot.waitSignals([job.failed, controller.stopped], timeout=ANSWER_MS):
        psutil.Process(controller.pid).kill()
    assert controller.text == "Engine stopped, starts again when needed"
    with qtbot.assertNotEmitted(controller.recovered):
        qtbot.wait(20)
    with qtbot.waitSignals([controller.submit(play(action="echo")).done, controller.recovered], timeout=ANSWER_MS):
        pass
    qtbot.waitUntil(lambda: controller.text == "Engine idle", timeout=ANSWER_MS)


def test_killed_while_idle_it_says_so(qtbot: QtBot, controller: EngineController, play: type) -> None:
    with qtbot.waitSignal(controller.submit(play(action="echo")).done, timeout=ANSWER_MS):
        pass
    with qtbot.waitSignal(controller.stopped, timeout=ANSWER_MS) as stopped:
        psutil.Process(controller.pid).kill()
    assert stopped.args is not None
    assert isinstance(stopped.args[0], UserError)
    assert "killed" in stopped.args[0].what


def test_after_closing_nothing_is_delivered(qtbot: QtBot, controller: EngineController, play: type) -> None:
    job: EngineJob = controller.submit(play(action="wait"))
    with qtbot.waitSignal(job.progressed, timeout=ANSWER_MS):
        pass
    with qtbot.assertNotEmitted(job.cancelled, wait=50):
        controller.close()
    assert not controller.busy


WINDOW = """
import sys

from PySide6.QtWidgets import QApplication, QWidget

from app.controllers.engine import EngineController
from core.engine import Engine
from engine_test_jobs import PLAY_JOBS, Play


def main():
    app = QApplication([])
    window = QWidget()
    window.show()
    controller = EngineController(window, engine=Engine(PLAY_JOBS))
    job = controller.submit(Play(action="wait"))
    job.progressed.connect(lambda *told: print(controller.pid, flush=True))
    if sys.argv[1] == "close":
        job.progressed.connect(window.close)
    app.exec()


if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("end", ["close", "kill"])
def test_no_engine_outlives_its_window(tmp_path: Path, end: str) -> None:
    """Not even one that nobody told to close its engine."""
    script = tmp_path / "window.py"
    script.write_text(WINDOW)
    path = os.pathsep.join([str(Path(__file__).parents[3]), str(ENGINE_TESTS)])
    command = [sys.executable, str(script), end]
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as window:
        assert window.stdout is not None
        engine = psutil.Process(int(window.stdout.readline()))
        if end == "kill":
            window.kill()
        else:
            assert window.wait(timeout=60) == 0
    _, alive = psutil.wait_procs([engine], timeout=20)
    assert not alive
