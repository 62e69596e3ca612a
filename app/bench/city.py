"""How fast the procedural city is drawn and written."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from app.bench.registry import Benchmark, Figure
from core.city import CityDrive, CitySpec, write_city

FULL = CitySpec(seed=1, seconds=5.0, hz=10.0, rig="surround6", width=224, height=128, samples=4, lidar=True)
PREVIEW = FULL.model_copy(update={"samples": 1, "lidar": False})
PREVIEWS = 10
BUDGET_S = 25.0
PREVIEW_BUDGET_S = 0.1


def measure() -> list[Figure]:
    """A drive of six cameras written by all cores; before it a short one, so that no compiling is counted."""
    _written_s(FULL.model_copy(update={"seconds": 0.2}))
    whole_s = _written_s(FULL)
    return [
        Figure("six cameras 128×224, 5 s at 10 Hz, 4 samples, with lidar", whole_s, "s", budget=BUDGET_S),
        Figure("of it per frame set", whole_s / FULL.frames, "s", budget=BUDGET_S / FULL.frames),
        Figure("preview with 1 sample, per frame set", _preview_s(), "s", budget=PREVIEW_BUDGET_S),
    ]


def _written_s(spec: CitySpec) -> float:
    with tempfile.TemporaryDirectory() as folder:
        started_s = time.perf_counter()
        write_city(spec, Path(folder) / "city")
        return time.perf_counter() - started_s


def _preview_s() -> float:
    """Mean seconds for the pictures of all cameras at one time, by the threads of this process."""
    drive = CityDrive(PREVIEW)
    drive.render_all(0.0)
    started_s = time.perf_counter()
    for frame in range(1, PREVIEWS + 1):
        drive.render_all(drive.spec.t_ns(frame) / 1e9)
    return (time.perf_counter() - started_s) / PREVIEWS


BENCHMARK = Benchmark("city", "Drawing the city", measure)
