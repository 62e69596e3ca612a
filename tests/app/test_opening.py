"""Opening in the background: progress, cancel, what happens meanwhile."""

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

import app.controllers.log as log_controller
from app import demo
from app.controllers.log import LogController
from app.main_window import MainWindow
from core.errors import UserError
from core.logs import DrivingLog


class SlowReader:
    """Stands in for `open_log`; reads only when let."""

    def __init__(self) -> None:
        self.gate = threading.Event()

    def __call__(self, path: Path) -> DrivingLog:
        self.gate.wait(30)
        if path.name == "crash":
            raise ZeroDivisionError
        if path.name == "bad":
            raise UserError("It is bad", path=path)
        return small_drive()


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> SlowReader:
    made = SlowReader()
    monkeypatch.setattr(log_controller, "open_log", made)
    return made


def test_slow_opening_shows_progress_and_can_be_cancelled(window: MainWindow, reader: SlowReader, qtbot: QtBot) -> None:
    window.open(Path("/drives/slow"))
    assert window.opening.card is None, "what is quick shows no progress"
    qtbot.waitUntil(lambda: window.opening.card is not None)
    card = window.opening.card
    assert card is not None
    assert card.isVisible()
    cancel = next(button for button in card.findChildren(QPushButton) if button.text() == "Cancel")
    cancel.click()
    assert window.opening.card is None
    assert not window.logs.busy
    reader.gate.set()
    qtbot.wait(50)
    assert not window.has_log()
    assert window.welcome.isVisible()


def test_the_last_request_wins(qtbot: QtBot, reader: SlowReader) -> None:
    controller = LogController()
    opened: list[object] = []
    controller.opened.connect(opened.append)
    controller.failed.connect(lambda path, error: opened.append(error))
    controller.open(Path("bad"))
    with qtbot.waitSignal(controller.opened):
        controller.open(Path("good"))
        reader.gate.set()
    qtbot.wait(50)
    assert opened == [controller.log]


def test_an_unforeseen_error_is_told_and_not_lost(
    qtbot: QtBot, reader: SlowReader, caplog: pytest.LogCaptureFixture
) -> None:
    reader.gate.set()
    controller = LogController()
    with qtbot.waitSignal(controller.failed) as failed:
        controller.open(Path("crash"))
    assert isinstance(failed.args[1], UserError)
    assert "ZeroDivisionError" in caplog.text
    assert not controller.busy


def test_closing_the_window_ends_the_making_of_the_city(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path))
    code = "import time; print('progress 3 9', flush=True); time.sleep(60)"
    monkeypatch.setattr(demo, "demo_command", lambda out: [sys.executable, "-c", code])
    with qtbot.waitSignal(window.demo.progressed, timeout=10_000):
        window.actions_["demo.open"].trigger()
    assert window.opening.card is not None
    assert window.opening.card.bar.maximum() == 9
    window.close()
    assert not window.demo.busy
