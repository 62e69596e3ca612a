"""From a move of the playhead to all cameras repainted, with every picture in memory."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.bench.drive import bench_drive
from app.bench.registry import Benchmark, Figure
from app.bench.window_process import measure_in_window, open_log_in, shown_cameras, wait_until

if TYPE_CHECKING:
    from app.main_window import MainWindow

MOVES = 200
BUDGET_MS = 16.0


def measure() -> list[Figure]:
    return measure_in_window("scrub", bench_drive())


def drive(window: MainWindow, log_path: Path, _started_s: float) -> list[Figure]:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    class Paints(QObject):
        """Which cells were painted since the last move."""

        def __init__(self) -> None:
            super().__init__()
            self.cells: set[QObject] = set()

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint:
                self.cells.add(watched)
            return False

    open_log_in(window, log_path)
    log = window.log
    assert log is not None
    cells = [window.cameras.cell(stream.name) for stream in log.cameras]
    last_start_s = max(log.t_s(int(stream.t_ns[0])) for stream in log.cameras)
    frames_s = [float(t_s) for t_s in window.playback.frames_s if t_s >= last_start_s]

    def is_shown() -> bool:
        return len(shown_cameras(window)) == len(cells)

    for t_s in frames_s:
        window.playback.seek(t_s)
        wait_until(is_shown)
    paints = Paints()
    for cell in cells:
        cell.installEventFilter(paints)
    chooser = random.Random(1)
    times_ms = []
    for _ in range(MOVES):
        t_s = chooser.choice([other for other in frames_s if other != window.playback.t_s])
        paints.cells.clear()
        started_s = time.perf_counter()
        window.playback.seek(t_s)
        while not (is_shown() and len(paints.cells) == len(cells)):
            QApplication.processEvents()
        times_ms.append((time.perf_counter() - started_s) * 1000)
    title = f"{len(cells)} cameras, a move of the playhead"
    return [
        Figure(f"{title}, median", float(np.median(times_ms)), "ms"),
        Figure(f"{title}, p95", float(np.percentile(times_ms, 95)), "ms", budget=BUDGET_MS),
    ]


BENCHMARK = Benchmark("scrub", "Scrubbing inside the cache", measure)
