"""How fast scene and generator stream together: three cameras of a city of its own, by every coupling."""

from __future__ import annotations

from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from app.bench.registry import Benchmark, Figure
from core.city import CitySpec, write_city
from core.logs import open_log

# Of the design, on two cores; the last for pictures of 128×224, as which they are shown.
FIRST_S, FRAME_SET_S, FRAME_S = 3.0, 1.0, 0.25
COUPLINGS = ("reconstruction", "serial", "joint")
_CAMERAS, _FRAMES = 3, 20


def measure() -> list[Figure]:
    with TemporaryDirectory(prefix="driftless-") as folder:
        spec = CitySpec.model_validate(
            {"seed": 7, "seconds": 3.0, "hz": 10.0, "rig": "front3", "width": 224, "height": 128, "samples": 1}
        )
        path = write_city(spec, Path(folder) / "city")
        with get_context("spawn").Pool(1) as pool:  # torch has no place in this process
            timings = pool.apply(_timed, (path,))
    figures = []
    for coupling, (first_s, frame_set_s, processor_s) in zip(COUPLINGS, timings, strict=True):
        figures += [
            Figure(f"{coupling}: first chunk", first_s, "s", FIRST_S),
            Figure(f"{coupling}: a frame of three cameras", frame_set_s, "s", FRAME_SET_S),
            Figure(f"{coupling}: a frame of one camera", frame_set_s / _CAMERAS, "s", FRAME_S),
            Figure(f"{coupling}: processor time of that", processor_s / _CAMERAS, "s"),
        ]
    return figures


def _timed(path: Path) -> list[tuple[float, float, float]]:
    log = open_log(path)
    # By name, as the engine's jobs: these are what imports torch.
    scene = import_module("core.worldrec.reconstructing").reconstruct(log).scene
    scene = import_module("core.scene").with_observation(scene, log)
    time_stream = import_module("core.jwm.timing").time_stream
    time_stream(log, scene, COUPLINGS[-1], _FRAMES)  # what is compiled and loaded once does not count
    return [time_stream(log, scene, coupling, _FRAMES) for coupling in COUPLINGS]


BENCHMARK = Benchmark("jwm", "Streaming by scene and generator", measure)
