"""The longest time for which the thread of the window answers nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.bench.drive import bench_drive
from app.bench.registry import Benchmark, Figure
from app.bench.window_process import let_run, measure_in_window, open_log_in

if TYPE_CHECKING:
    from app.main_window import MainWindow

BUDGET_MS = 50.0
PLAY_S = 5.0
SCRUB_S = 3.0
SCRUB_EVERY_MS = 16


def measure() -> list[Figure]:
    return measure_in_window("gui_block", bench_drive())


def drive(window: MainWindow, log_path: Path, _started_s: float) -> list[Figure]:
    """Open, scrub back and forth as with a mouse, and play, with the watchdog beating in the event loop."""
    from app.watchdog import Watchdog

    let_run(0.5)
    watchdog = Watchdog()
    watchdog.start()
    figures = []
    steps: dict[str, Callable[[], None]] = {
        "opening": lambda: open_log_in(window, log_path),
        "scrubbing": lambda: _scrub(window),
        "playing": lambda: _play(window),
    }
    for name, step in steps.items():
        watchdog.reset()
        step()
        figures.append(Figure(f"longest block while {name}", watchdog.longest_block_ms, "ms", budget=BUDGET_MS))
    watchdog.stop()
    return figures


def _play(window: MainWindow) -> None:
    window.playback.seek(window.playback.start_s)
    window.playback.play()
    let_run(PLAY_S)
    window.playback.pause()


def _scrub(window: MainWindow) -> None:
    from PySide6.QtCore import QTimer

    playback = window.playback
    span_s = playback.end_s - playback.start_s
    moves = 0

    def move() -> None:
        nonlocal moves
        moves += 1
        phase = (moves * SCRUB_EVERY_MS / 1000 / SCRUB_S * 4) % 2
        playback.seek(playback.start_s + span_s * (phase if phase < 1 else 2 - phase))

    timer = QTimer(window, interval=SCRUB_EVERY_MS)
    timer.timeout.connect(move)
    timer.start()
    let_run(SCRUB_S)
    timer.stop()


BENCHMARK = Benchmark("gui_block", "Blocks of the window's thread", measure)
