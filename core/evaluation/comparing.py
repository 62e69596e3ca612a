"""Ways to make a scene of a log, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.evaluation.frames import EDITED, HELD_OUT, Frame, Judged, frames_of
from core.evaluation.measuring import Drawn, Figures, drawn, measured
from core.logs import DrivingLog
from core.scene import Scene
from core.worldrec.model.config import Preset
from core.worldrec.reconstructing import reconstruct
from core.worldrec.refine.refining import refine

LIFT, WORLDREC, REFINED, LIFT_REFINED = "lift", "worldrec", "refined", "lift-refined"
METHODS = (LIFT, WORLDREC, REFINED, LIFT_REFINED)

Tell = Callable[[float, str], object]
"""Told the share that is done and what is being done; may raise an error to stop."""


@dataclass(frozen=True)
class Setting:
    """What is compared, and how."""

    methods: tuple[str, ...] = (LIFT, WORLDREC, REFINED)
    refine_steps: tuple[int, ...] = (50, 150)
    hold_out: int = 3
    window_s: tuple[float, float] | None = None
    width: int | None = None
    lidar: bool = True
    preset: Preset = "tiny"
    weights: Path | None = None  # of another network, instead of the preset's
    device: str = "auto"
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Sample:
    """One frame, as it was recorded and as every scene shows it."""

    group: str
    frame: Frame
    pictures: dict[str, Drawn]


@dataclass(frozen=True, eq=False)
class Compared:
    """A log's figures by method, which beside those of `measured` have `gaussians` and `seconds`, and samples."""

    name: str
    path: Path
    figures: dict[str, Figures]
    samples: list[Sample]


def compared(
    log: DrivingLog, setting: Setting, *, threads: int | None = None, tell: Tell = lambda *_: None
) -> Compared:
    """Make scenes of a log by all methods and hold each against what it has not seen.

    Raises:
        UserError: no image can be read or is held out, or no weights are there.
        ValueError: no image lies in the window.
    """
    window_s = setting.window_s or (0.0, log.duration_s)
    tell(0.0, "collecting pictures")
    judged = frames_of(log, window_s, hold_out=setting.hold_out, width=setting.width)
    seen = log if setting.lidar else replace(log, lidar=None)
    chosen = _telling(judged)
    figures: dict[str, Figures] = {}
    pictures: list[dict[str, Drawn]] = [{} for _ in chosen]
    count = _scenes(setting)
    for number, (name, scene, seconds) in enumerate(_made(seen, setting, window_s, tell)):
        tell((number + 0.7) / count, f"judging {name}")
        worth = measured(scene, log, judged, threads=threads)
        figures[name] = worth | {"gaussians": float(len(scene)), "seconds": seconds}
        for (group, frame), shown in zip(chosen, pictures, strict=True):
            edited = judged.edited.scene(scene, log) if group == EDITED and judged.edited else scene
            shown[name] = drawn(edited, frame, threads=threads)
    samples = [Sample(group, frame, shown) for (group, frame), shown in zip(chosen, pictures, strict=True)]
    return Compared(log.name, Path(log.path), figures, samples)


def _scenes(setting: Setting) -> int:
    steps = len(setting.refine_steps)
    return sum(steps if method in (REFINED, LIFT_REFINED) else 1 for method in setting.methods)


def _made(
    log: DrivingLog, setting: Setting, window_s: tuple[float, float], tell: Tell
) -> Iterator[tuple[str, Scene, float]]:
    """Names of methods, their scenes, and the seconds that these took."""
    tell(0.0, "reconstructing")
    began_s = time.perf_counter()
    lifts: list[tuple[Scene, float]] = []

    def keep(scene: Scene) -> None:
        if not lifts:
            lifts.append((scene, time.perf_counter() - began_s))

    made = reconstruct(
        log,
        preset=setting.preset,
        weights=setting.weights,
        window_s=window_s,
        hold_out=setting.hold_out,
        device=setting.device,
        partial=keep,
    )
    starts = {LIFT: lifts[0], WORLDREC: (made.scene, time.perf_counter() - began_s)}
    for name, (scene, seconds) in starts.items():
        if name in setting.methods:
            yield name, scene, seconds
    for method, start in ((REFINED, WORLDREC), (LIFT_REFINED, LIFT)):
        for steps in setting.refine_steps if method in setting.methods else ():
            tell(0.5, f"refining for {steps} steps")
            scene, before_s = starts[start]
            began_s = time.perf_counter()
            better = refine(
                scene,
                log,
                steps=steps,
                window_s=window_s,
                hold_out=setting.hold_out,
                seed=setting.seed,
                device=None if setting.device == "auto" else setting.device,
            )
            yield f"{start} + {steps} steps", better, before_s + time.perf_counter() - began_s


def _telling(judged: Judged) -> list[tuple[str, Frame]]:
    """A few frames to look at: the middle of the first camera, most that moves, and what nobody recorded."""
    held_out = judged.groups[HELD_OUT]
    first = [frame for frame in held_out if frame.title.split(",")[0] == held_out[0].title.split(",")[0]]
    chosen = [(HELD_OUT, first[len(first) // 2])]
    busiest = max(held_out, key=lambda frame: int(frame.moving.sum()))
    if busiest.moving.any() and busiest is not chosen[0][1]:
        chosen.append((HELD_OUT, busiest))
    elsewhere = [frame for frame in held_out if frame.title.split(",")[0] != held_out[0].title.split(",")[0]]
    if elsewhere:
        chosen.append((HELD_OUT, elsewhere[len(elsewhere) // 2]))
    for group in ("3 m", EDITED):
        frames: Sequence[Frame] = judged.groups.get(group, [])
        if frames:
            chosen.append((group, frames[int(np.argmax([frame.moving.sum() for frame in frames]))]))
    return chosen
