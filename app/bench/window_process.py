"""The real window in a process of its own, driven by a benchmark.

The parent calls `measure_in_window`; the child runs the command line as a user would and, where the event loop
would start, hands the window to the benchmark module's `drive(window, log_path, started_s)`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from app.bench.display import display
from app.bench.registry import Figure
from core.errors import UserError

if TYPE_CHECKING:
    from app.main_window import MainWindow

TIMEOUT_S = 30.0
BUILD_TIMEOUT_S = 300.0


def measure_in_window(name: str, log_path: Path | None = None) -> list[Figure]:
    """Figures that the module `app.bench.<name>` finds in a fresh window with fresh settings.

    Raises:
        UserError: no display, or the window ended without an answer.
    """
    with display() as environment, tempfile.TemporaryDirectory() as folder:
        own = {"DRIFTLESS_CONFIG_DIR": folder, "DRIFTLESS_LOG_DIR": folder}
        child = subprocess.run(
            child_command(name, log_path), env=environment | own, capture_output=True, text=True, check=False
        )
    if child.returncode or not child.stdout:
        lines = child.stderr.strip().splitlines() or ["it said nothing"]
        told = next((line for line in lines if line.startswith("driftless: ")), lines[-1])
        raise UserError(f"The window of the benchmark {name} failed: {told.removeprefix('driftless: ')}")
    return [Figure(**record) for record in json.loads(child.stdout)]


def child_command(name: str, path: Path | None = None) -> list[str]:
    """The command that runs a window with `drive` of the module `app.bench.<name>` in the place of the event loop."""
    return [sys.executable, "-P", "-m", __name__, name, repr(time.time()), str(path or "")]


def wait_until(condition: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
    """Let the event loop run until a condition holds, asked every millisecond.

    Raises:
        TimeoutError: it does not hold in time.
    """
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    end_s = time.monotonic() + timeout_s
    loop = QEventLoop()
    timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end_s else None)
    timer.start()
    loop.exec()
    timer.stop()
    if not condition():
        raise TimeoutError("the window did not get there")


def let_run(seconds: float) -> None:
    """Let the event loop run, exactly as it does for a user, for a while."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def open_log_in(window: MainWindow, path: Path) -> None:
    """Open a log and wait until the cameras show what they have at its start, and its scene is there."""
    window.open(path)
    wait_until(lambda: shown_cameras(window) == begun_cameras(window) != set())
    wait_until(window.has_scene, BUILD_TIMEOUT_S)


def begun_cameras(window: MainWindow) -> set[str]:
    """Cameras with an image at or before the playhead; none while no log is shown."""
    if window.log is None:
        return set()
    t_ns = window.log.t_ns(window.playback.t_s)
    return {stream.name for stream in window.log.cameras if stream.index_at(t_ns) is not None}


def shown_cameras(window: MainWindow) -> set[str]:
    """Those of them that show that image; their cells come into being a moment after the log is there."""
    from widgets.camera_panel.cell import CameraCell

    if window.log is None:
        return set()
    t_ns = window.log.t_ns(window.playback.t_s)
    streams = {cell.stream: cell.index for cell in window.cameras.findChildren(CameraCell)}
    return {stream.name for stream, index in streams.items() if index is not None and index == stream.index_at(t_ns)}


def _run_child(name: str, started_s: float, log_path: Path) -> None:
    """Run the command line with the benchmark in the place of the event loop, and print its figures."""
    from PySide6.QtWidgets import QApplication

    from app import cli
    from app.main_window import MainWindow

    drive = import_module(f"app.bench.{name}").drive

    def instead_of_event_loop() -> int:
        (window,) = (widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow))
        figures = drive(window, log_path, started_s)
        sys.stdout.write(json.dumps([asdict(figure) for figure in figures]))
        window.close()
        return 0

    QApplication.exec = staticmethod(instead_of_event_loop)  # type: ignore[method-assign]
    sys.argv = ["driftless"]
    cli.main()


if __name__ == "__main__":
    _run_child(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
