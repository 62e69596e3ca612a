"""How long it takes to make a scene of a log, and how much memory its process then holds."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psutil

from app.bench.drive import bench_drive
from app.bench.registry import Benchmark, Figure


def measure() -> list[Figure]:
    """The demo city, in the engine, as the window does it; the first time counts its start and imports."""
    from core.engine import Engine, LiftRequest
    from core.engine.requests import SceneResult

    drive = bench_drive()
    times_s = []
    engine = Engine()
    try:
        with tempfile.TemporaryDirectory() as folder:
            request = LiftRequest(scene_id="bench", log_path=drive, folder=Path(folder) / "scene")
            for _ in range(2):
                started_s = time.perf_counter()
                made = engine.submit(request).outcome().value
                times_s.append(time.perf_counter() - started_s)
            held_mib = psutil.Process(engine.pid).memory_info().rss / 2**20
    finally:
        engine.close()
    assert isinstance(made, SceneResult)
    return [
        Figure("the demo city, with the start of the engine", times_s[0], "s"),
        Figure("the demo city again", times_s[1], "s"),
        Figure("splats of its scene", made.splats, ""),
        Figure("resident memory of the engine, with the scene", held_mib, "MiB"),
    ]


BENCHMARK = Benchmark("lift", "Making a scene of a log", measure)
