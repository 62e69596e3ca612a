"""How much memory the window's process holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from app.bench.drive import bench_drive
from app.bench.registry import Benchmark, Figure
from app.bench.window_process import let_run, measure_in_window, open_log_in, wait_until

if TYPE_CHECKING:
    from app.main_window import MainWindow


def measure() -> list[Figure]:
    return measure_in_window("memory", bench_drive())


def drive(window: MainWindow, log_path: Path, _started_s: float) -> list[Figure]:
    let_run(0.5)
    figures = [_resident("empty window")]
    open_log_in(window, log_path)
    let_run(1.0)
    figures.append(_resident("after opening"))
    for name in ("after playing once", "after playing twice"):
        window.playback.seek(window.playback.start_s)
        window.playback.play()
        wait_until(lambda: not window.playback.playing)
        figures.append(_resident(name))
    return figures


def _resident(when: str) -> Figure:
    return Figure(f"resident memory, {when}", psutil.Process().memory_info().rss / 2**20, "MiB")


BENCHMARK = Benchmark("memory", "Memory of the window", measure)
