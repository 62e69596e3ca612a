"""From the command to a window that is drawn."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.bench.registry import Benchmark, Figure
from app.bench.window_process import measure_in_window, wait_until

if TYPE_CHECKING:
    from app.main_window import MainWindow

RUNS = 5


def measure() -> list[Figure]:
    measure_in_window("startup")  # brings the files into memory
    times_s = [measure_in_window("startup")[0].value for _ in range(RUNS)]
    return [
        Figure("command to visible window, median", median(times_s), "s", budget=1.5),
        Figure("command to visible window, longest", max(times_s), "s", budget=1.5),
    ]


def drive(window: MainWindow, _log_path: Path, started_s: float) -> list[Figure]:
    """Wait until the window is on the screen and painted once."""
    from PySide6.QtCore import QEvent, QObject

    class Paints(QObject):
        seen = False

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
            self.seen = self.seen or event.type() == QEvent.Type.Paint
            return False

    paints = Paints()
    window.welcome.installEventFilter(paints)
    wait_until(lambda: paints.seen and window.windowHandle().isExposed())
    return [Figure("command to visible window", time.time() - started_s, "s", budget=1.5)]


BENCHMARK = Benchmark("startup", "Starting the window", measure)
