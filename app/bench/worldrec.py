"""How time and memory of reconstruction grow with frames, cameras and queries, on a city of its own."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psutil

from app.bench.registry import Benchmark, Figure
from core.city import CitySpec, write_city
from core.heap import keep_freed_memory
from core.logs import DrivingLog, open_log

PASS_S = 4.0
"""Of the design, for a scene of three cameras and 64 k Gaussians on two cores."""
MOST_EXPONENT = 1.2
"""Near-linear: twice as much takes at most 2.3 times as long."""
_HZ = 5.0
_FRAMES, _CAMERAS, _SPLATS = (2, 4, 8), (1, 2, 3), (16_000, 32_000, 64_000)
_PASSES = 3  # of which the median counts: other programs make some longer
_LOOK_EVERY_S = 0.01


class Measured(NamedTuple):
    """One pass."""

    seconds: float
    processor_s: float  # of all threads together: other programs do not lengthen it as much
    mebibytes: float  # beyond what was held before
    queries: int


def measure() -> list[Figure]:
    with TemporaryDirectory(prefix="driftless-") as folder:
        spec = CitySpec.model_validate(
            {"seed": 7, "seconds": 2.0, "hz": _HZ, "rig": "front3", "width": 224, "height": 128, "samples": 1}
        )
        path = write_city(spec, Path(folder) / "city")
        frames = [_in_own_process(path, frames, _CAMERAS[-1], _SPLATS[-1]) for frames in _FRAMES]
        cameras = [_in_own_process(path, _FRAMES[-1], cameras, _SPLATS[-1]) for cameras in _CAMERAS[:-1]]
        splats = [_in_own_process(path, _FRAMES[-1], _CAMERAS[-1], splats) for splats in _SPLATS[:-1]]
    whole = frames[-1]
    figures = [Figure("seconds, three cameras, eight frames", whole.seconds, "s", PASS_S)]
    figures += _growth("frames", _FRAMES, frames)
    figures += _growth("cameras", _CAMERAS, [*cameras, whole])
    queries = [each.queries for each in (*splats, whole)]
    figures += _growth("queries", queries, [*splats, whole])
    return figures


def _growth(name: str, counts: Any, measured: list[Measured]) -> Iterator[Figure]:
    """Each measurement, and the exponents of time and memory over the counts: 1 is linear."""
    for count, each in zip(counts, measured, strict=True):
        yield Figure(f"{name} {count}: processor time", each.processor_s, "s")
        yield Figure(f"{name} {count}: memory", each.mebibytes, "MiB")
    span = math.log(counts[-1] / counts[0])
    for kind, values in (
        ("processor time", [each.processor_s for each in measured]),
        ("memory", [each.mebibytes for each in measured]),
    ):
        exponent = math.log(max(values[-1], 1e-3) / max(values[0], 1e-3)) / span
        yield Figure(f"{name}: exponent of {kind}", exponent, "", MOST_EXPONENT)


def _in_own_process(path: Path, frames: int, cameras: int, splats: int) -> Measured:
    """Only so is memory that of one pass: what a process has freed, it may keep."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_warm_pass, (path, frames, cameras, splats))


def _warm_pass(path: Path, frames: int, cameras: int, splats: int) -> Measured:
    keep_freed_memory()  # as the engine does
    log = open_log(path)
    _pass(log, _FRAMES[0], _CAMERAS[0], _SPLATS[0])  # what is compiled and loaded once does not count
    passes = [_pass(log, frames, cameras, splats) for _ in range(_PASSES)]
    return passes[0]._replace(  # the later ones find memory that was freed
        seconds=median(each.seconds for each in passes), processor_s=median(each.processor_s for each in passes)
    )


def _pass(log: DrivingLog, frames: int, cameras: int, splats: int) -> Measured:
    # By name, as the engine's jobs: this is what imports torch.
    reconstruct = import_module("core.worldrec.reconstructing").reconstruct
    names = [stream.name for stream in log.cameras[:cameras]]
    window_s = 0.0, (frames - 0.5) / _HZ
    with _peak() as peak:
        began_s, worked_s = time.perf_counter(), time.process_time()
        made = reconstruct(log, window_s=window_s, cameras=names, max_splats=splats)
        seconds, processor_s = time.perf_counter() - began_s, time.process_time() - worked_s
    return Measured(seconds, processor_s, peak[0], made.queries)


@contextmanager
def _peak() -> Iterator[list[float]]:
    """The most memory that the process came to hold, MiB beyond what it held before."""
    process, ended = psutil.Process(), threading.Event()
    before = process.memory_info().rss
    most = [0.0]

    def watch() -> None:
        while not ended.wait(_LOOK_EVERY_S):
            most[0] = max(most[0], (process.memory_info().rss - before) / 2**20)

    watcher = threading.Thread(target=watch, name="memory watch", daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        ended.set()
        watcher.join()


BENCHMARK = Benchmark("worldrec", "Reconstruction against frames, cameras and queries", measure)
