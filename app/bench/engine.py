"""How fast the engine starts, answers, hands over and draws."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.bench.registry import Benchmark, Figure

if TYPE_CHECKING:
    from core.engine import Engine, Request
    from core.scene import Scene

RUNS = 100
DRAWINGS = 20
CAMERAS, WIDTH, HEIGHT = 6, 448, 256
SPLATS = 50_000
STREET_M = 60.0


def measure() -> list[Figure]:
    """With a process that does nothing else; the first drawing, which may compile kernels, is not counted."""
    from app.bench.engine_job import HandOver
    from core.engine import Engine
    from core.engine.registry import JOBS

    engine = Engine({**JOBS, HandOver.kind: HandOver.__module__})
    nothing = HandOver(pictures=0, width=WIDTH, height=HEIGHT)
    frame_set = HandOver(pictures=CAMERAS, width=WIDTH, height=HEIGHT)
    try:
        start_s = _seconds(lambda: _ask(engine, nothing))
        trips_ms = [1000 * _seconds(lambda: _ask(engine, nothing)) for _ in range(RUNS)]
        transfers_ms = [1000 * _seconds(lambda: _ask(engine, frame_set)) for _ in range(RUNS)]
        drawings_ms = _drawings_ms(engine)
        close_s = _seconds(engine.close)
    finally:
        engine.close()
    size = f"{CAMERAS} pictures {HEIGHT}×{WIDTH}"
    return [
        Figure("start to the first answer", start_s, "s"),
        Figure("round trip, median", median(trips_ms), "ms"),
        Figure(f"{size} handed over, median", median(transfers_ms), "ms"),
        Figure(f"{size} of {SPLATS // 1000} 000 splats drawn and handed over, median", median(drawings_ms), "ms"),
        Figure("closing", close_s, "s"),
    ]


def _drawings_ms(engine: Engine) -> list[float]:
    from core.engine import LoadScene, RenderRequest, View
    from core.geometry import PinholeCamera, Pose
    from core.scene import save_scene

    camera = PinholeCamera(WIDTH, HEIGHT, WIDTH / 2, WIDTH / 2, WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5)
    ahead = Pose.from_rotation([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [0.0, 0.0, 1.6])
    turns = [Pose.from_heading(number, [0.0, 0.0, 0.0]) for number in range(CAMERAS)]
    views = tuple(View.of(f"camera {number}", camera, turn @ ahead, 0.0) for number, turn in enumerate(turns))
    with tempfile.TemporaryDirectory() as folder:
        save_scene(_street(), folder)
        _ask(engine, LoadScene(scene_id="bench", folder=Path(folder)))
    request = RenderRequest(scene_id="bench", views=views)
    _ask(engine, request)
    return [1000 * _seconds(lambda: _ask(engine, request)) for _ in range(DRAWINGS)]


def _street() -> Scene:
    """Splats on the ground and on walls all around, as fine as those of a lifted log."""
    import numpy as np

    from core.scene import Scene, Sky
    from core.splats import GaussianCloud

    chance = np.random.default_rng(1)
    means_m = chance.uniform(-STREET_M / 2, STREET_M / 2, (SPLATS, 3))
    means_m[:, 2] = chance.uniform(0, 8, SPLATS) * (np.abs(means_m[:, 1]) > STREET_M / 5)
    turns = chance.normal(size=(SPLATS, 4))
    cloud = GaussianCloud(
        means_m=means_m.astype(np.float32),
        quaternions=(turns / np.linalg.norm(turns, axis=1, keepdims=True)).astype(np.float32),
        scales_m=chance.uniform(0.03, 0.2, (SPLATS, 3)).astype(np.float32),
        opacities=chance.uniform(0.3, 0.95, SPLATS).astype(np.float32),
        colours=chance.uniform(0, 1, (SPLATS, 3)).astype(np.float32),
    )
    return Scene(name="bench", start_ns=0, duration_s=1.0, static=cloud, sky=Sky.plain())


def _ask(engine: Engine, request: Request) -> None:
    engine.submit(request).outcome()


def _seconds(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s


BENCHMARK = Benchmark("engine", "The engine", measure)
