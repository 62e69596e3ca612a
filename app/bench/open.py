"""From *Open* to the first picture, and to all of them."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.bench.drive import bench_drive
from app.bench.registry import Benchmark, Figure
from app.bench.window_process import begun_cameras, let_run, measure_in_window, shown_cameras, wait_until

if TYPE_CHECKING:
    from app.main_window import MainWindow

RUNS = 3


def measure() -> list[Figure]:
    path = bench_drive()
    runs = [measure_in_window("open", path) for _ in range(RUNS)]
    return [Figure(same[0].name, median(figure.value for figure in same), "s") for same in zip(*runs, strict=True)]


def drive(window: MainWindow, log_path: Path, _started_s: float) -> list[Figure]:
    let_run(0.5)
    started_s = time.perf_counter()
    window.open(log_path)
    wait_until(lambda: shown_cameras(window) != set())
    first_s = time.perf_counter() - started_s
    wait_until(lambda: shown_cameras(window) == begun_cameras(window))
    all_s = time.perf_counter() - started_s
    return [Figure("first picture after Open", first_s, "s"), Figure("all pictures after Open", all_s, "s")]


BENCHMARK = Benchmark("open", "Opening a log", measure)
