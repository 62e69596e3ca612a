"""How fast the generator streams, by the size of its pictures and the number of its steps."""

from __future__ import annotations

from importlib import import_module
from multiprocessing import get_context
from typing import NamedTuple

from app.bench.registry import Benchmark, Figure

# Of the design, for a frame of one camera in four steps on two cores.
BUDGETS_S = {(64, 112): 0.06, (96, 160): 0.12, (128, 224): 0.25}
_STEPS = (1, 2, 4, 8, 50)
_BUDGETED_STEPS, _SIZE, _CAMERAS = 4, (64, 112), (1, 3, 6)


class Case(NamedTuple):
    size: tuple[int, int]
    cameras: int
    steps: int


def measure() -> list[Figure]:
    by_size = [Case(size, 1, _BUDGETED_STEPS) for size in BUDGETS_S]
    by_steps = [Case(_SIZE, 1, steps) for steps in _STEPS if steps != _BUDGETED_STEPS]
    by_cameras = [Case(_SIZE, cameras, _BUDGETED_STEPS) for cameras in _CAMERAS[1:]]
    cases = [*by_size, *by_steps, *by_cameras]
    with get_context("spawn").Pool(1) as pool:  # torch has no place in this process
        timings = pool.map(_timed, cases)
    figures = []
    for case, (seconds, processor_s, cache_bytes) in zip(cases, timings, strict=True):
        budget = BUDGETS_S[case.size] if case in by_size else None
        height, width = case.size
        name = f"{height}x{width}, cameras {case.cameras}, steps {case.steps}"
        figures.append(Figure(f"{name}: a frame of a camera", seconds, "s", budget))
        figures.append(Figure(f"{name}: processor time", processor_s, "s"))
        figures.append(Figure(f"{name}: cache", cache_bytes / 2**20, "MiB"))
    return figures


def _timed(case: Case) -> tuple[float, float, int]:
    # By name, as the engine's jobs: this is what imports torch.
    found = import_module("core.worldgen.timing").time_frames("tiny", case.size, case.cameras, case.steps)
    return found.seconds, found.processor_s, found.cache_bytes


BENCHMARK = Benchmark("worldgen", "Streaming by the generator", measure)
