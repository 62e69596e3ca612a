"""The window fixture: a real window that may leave nothing behind."""

import gc
import threading
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path

import psutil
import pytest
from driven_windows import open_and_build
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.editor import make_window
from app.main_window import MainWindow
from app.settings import SettingsStore

LEAVE_MS = 5000


def collect() -> None:
    """Let go of everything that is only waiting to be let go."""
    gc.collect()
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    """Nothing is built unless a test asks for it."""
    made = SettingsStore(tmp_path / "settings")
    made.update(build_scenes=False)
    return made


@pytest.fixture
def window(qtbot: QtBot, store: SettingsStore) -> Iterator[MainWindow]:
    """A shown window with settings of its own; fails when a widget, a thread or a process outlives it."""
    collect()
    resource_tracker.ensure_running()  # the first engine starts it, and it lives as long as this process
    threads = set(threading.enumerate())
    children = set(psutil.Process().children(recursive=True))
    made = make_window(QApplication.instance(), store)
    made.resize(1600, 1000)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close_unasked()
    made.deleteLater()
    del made
    collect()
    qtbot.waitUntil(lambda: not set(threading.enumerate()) - threads, timeout=LEAVE_MS)
    qtbot.waitUntil(lambda: not set(psutil.Process().children(recursive=True)) - children, timeout=LEAVE_MS)
    left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible() or isinstance(widget, MainWindow)]
    assert not left, f"widgets that outlived their window: {left}"


@pytest.fixture
def open_window(window: MainWindow, small_nuscenes: Path, qtbot: QtBot) -> MainWindow:
    """The window on a tiny log."""
    with qtbot.waitSignal(window.log_shown, timeout=20_000):
        window.open(small_nuscenes)
    assert window.log is not None
    return window


@pytest.fixture
def building(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """The window as users have it: it builds scenes by itself, into a cache of its own."""
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path / "cache"))
    window.store.update(build_scenes=True)
    return window


@pytest.fixture
def with_scene(building: MainWindow, small_pandaset: Path, qtbot: QtBot) -> MainWindow:
    """A window on a small drive and the scene that was built of it, without boxes over the pictures."""
    open_and_build(building, small_pandaset, qtbot)
    building.cameras.overlays.set("boxes", False)
    return building


@pytest.fixture
def drive_window(window: MainWindow, small_pandaset: Path, qtbot: QtBot) -> MainWindow:
    """A window on a small drive, without a scene: boxes are enough to be edited."""
    with qtbot.waitSignal(window.log_shown, timeout=20_000):
        window.open(small_pandaset)
    return window
