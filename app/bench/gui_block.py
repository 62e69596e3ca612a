"""The longest time for which the thread of the window answers nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.bench.drive import bench_drive
from app.bench.hands import Hands
from app.bench.registry import Benchmark, Figure
from app.bench.slowness import slowness
from app.bench.window_process import BUILD_TIMEOUT_S, let_run, measure_in_window, open_log_in, wait_until

if TYPE_CHECKING:
    from app.main_window import MainWindow

EDIT_AT_S = 1.0
BUDGET_MS = 50.0
COMPUTED_BUDGET_MS = 40.0  # of these, for what the thread does itself
PLAY_S = 5.0
SCRUB_S = 3.0
SCRUB_EVERY_MS = 16


def measure() -> list[Figure]:
    return measure_in_window("gui_block", bench_drive())


def drive(window: MainWindow, log_path: Path, _started_s: float) -> list[Figure]:
    """Open, scrub back and forth as with a mouse, play and edit, with the watchdog beating in the event loop."""
    let_run(0.5)
    figures = _blocks(
        {
            "opening": lambda: open_log_in(window, log_path),
            "scrubbing": lambda: _scrub(window),
            "playing": lambda: _play(window),
        }
    )
    window.playback.pause()
    window.playback.seek(EDIT_AT_S)  # playing ends elsewhere each time, where an actor may be under a tree
    wait_until(lambda: window.centre.viewport.settled, BUILD_TIMEOUT_S)
    figures += _blocks(Hands(window).gestures())
    window.projects.discard_when_left()
    return figures


def _blocks(steps: dict[str, Callable[[], None]]) -> list[Figure]:
    """Of each step the longest block, and the longest stretch that the thread itself computed: the rest it was kept
    waiting. On a machine that has more to do they are far apart, and all computing takes longer: by how much, is told
    at the end."""
    from app.watchdog import Watchdog

    waiting, computing = Watchdog(), Watchdog.of_processor()
    waiting.start()
    computing.start()
    figures, slow = [], []
    for name, step in steps.items():
        waiting.reset()
        computing.reset()
        step()
        figures.append(Figure(f"longest block while {name}", waiting.longest_block_ms, "ms", budget=BUDGET_MS))
        computed_ms = computing.longest_block_ms
        figures.append(Figure("longest it computed itself", computed_ms, "ms", budget=COMPUTED_BUDGET_MS))
        slow.append(slowness())
    waiting.stop()
    computing.stop()
    return [*figures, Figure("computing takes longer than on an idle machine", median(slow), "×")]


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
