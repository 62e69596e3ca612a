"""The demo city: made once by a child process that never outlives its window."""

import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app import demo
from app.controllers.demo import DemoController

Script = Callable[[str], None]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """What the child does instead of making a city; `out` is the folder it should make."""
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path))

    def use(code: str) -> None:
        body = f"import pathlib, sys, time\nout = pathlib.Path(sys.argv[1])\n{code}"
        monkeypatch.setattr(demo, "demo_command", lambda out: [sys.executable, "-c", body, str(out)])

    return use


def test_a_city_is_made_once(qtbot: QtBot, script: Script) -> None:
    script("print('progress 1 2', flush=True); print('progress 2 2', flush=True); out.mkdir(parents=True)")
    controller = DemoController()
    told: list[tuple[int, int]] = []
    controller.progressed.connect(lambda done, total: told.append((done, total)))
    with qtbot.waitSignal(controller.ready, timeout=10_000) as ready:
        controller.open()
    assert ready.args == [demo.demo_folder()]
    assert told[-1] == (2, 2)
    assert not controller.busy
    script("sys.exit('must not run again')")
    with qtbot.waitSignal(controller.ready, timeout=0):
        controller.open()


def test_cancelling_ends_the_child(qtbot: QtBot, script: Script) -> None:
    script("print('progress 0 9', flush=True); time.sleep(60)")
    controller = DemoController()
    before = set(psutil.Process().children())
    with qtbot.waitSignal(controller.progressed, timeout=10_000):
        controller.open()
    assert set(psutil.Process().children()) > before
    with qtbot.waitSignal(controller.ended), qtbot.assertNotEmitted(controller.failed):
        controller.cancel()
    assert not controller.busy
    controller.close()
    assert set(psutil.Process().children()) == before


def test_a_cancelled_child_may_clean_up_before_the_window_goes(qtbot: QtBot, script: Script, tmp_path: Path) -> None:
    script(
        "import signal\n"
        "half_made = pathlib.Path(str(out) + '.half'); half_made.parent.mkdir(parents=True); half_made.touch()\n"
        "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), half_made.unlink(), sys.exit(1)))\n"
        "print('progress 0 9', flush=True); time.sleep(60)"
    )
    controller = DemoController()
    with qtbot.waitSignal(controller.progressed, timeout=10_000):
        controller.open()
    controller.close()
    assert list(demo.demo_folder().parent.iterdir()) == []


def test_a_child_that_fails_says_why(qtbot: QtBot, script: Script) -> None:
    script("sys.exit('driftless: The disk is full.')")
    controller = DemoController()
    with qtbot.waitSignal(controller.failed, timeout=10_000) as failed:
        controller.open()
    assert "The disk is full." in str(failed.args[0])
    assert not controller.busy


def test_a_command_that_is_not_there_is_told(qtbot: QtBot, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script("")
    monkeypatch.setattr(demo, "demo_command", lambda out: ["/nowhere/python", str(out)])
    controller = DemoController()
    with qtbot.waitSignal(controller.failed, timeout=10_000):
        controller.open()
    assert not controller.busy
