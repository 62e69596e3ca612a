"""From a scene to a better one of the same splats."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from core.errors import UserError
from core.logs import DrivingLog
from core.scene import Exposure, Scene
from core.splats.torch_rasteriser import splat
from core.worldrec.lift.progress import Progress
from core.worldrec.lift.views import spread
from core.worldrec.refine.adam import SparseAdam
from core.worldrec.refine.exposures import LearntExposures
from core.worldrec.refine.losses import difference
from core.worldrec.refine.pictures import MOST_IMAGES, Picture, read, usable
from core.worldrec.refine.settings import Settings
from core.worldrec.refine.table import SplatTable
from core.worldrec.refine.values import Values, with_values

CHECKS = 8
"""How often the scene is judged on the way, and previews are handed out."""
JUDGES = 6
"""Pictures by which it is judged."""
READING = 0.05
"""How far the work has come when the images are read."""


def refine(
    scene: Scene,
    log: DrivingLog,
    *,
    steps: int,
    window_s: tuple[float, float] | None = None,
    cameras: Sequence[str] | None = None,
    hold_out: int = 0,
    seed: int = 0,
    device: str | None = None,
    progress: Progress | None = None,
    partial: Callable[[Scene], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    settings: Settings | None = None,
) -> Scene:
    """A scene whose splats are optimised until its pictures look like the recorded ones.

    Deterministic for a seed on the CPU; on CUDA, gsplat adds in any order.

    Args:
        scene: made of this log, by whatever means.
        log: what the scene shall look like.
        steps: of the optimiser; each draws a few pictures.
        window_s: first and last time in seconds of the log; all of it if None.
        cameras: names of the cameras to look through; all if None.
        hold_out: of every so many images of each camera the last is not looked at; none for 0.
        seed: decides the order of the pictures.
        device: of torch; CUDA where it is, else the CPU, if None.
        progress: told the share that is done and what is being done, between images and between steps; returns False to
            stop.
        partial: given the scene so far, several times and whenever it became better.
        cancelled: asked as often whether to stop.
        settings: of the optimiser.

    Returns:
        The best scene so far by the pictures it was held against, at worst the one given, whether stopped or not.

    Raises:
        ValueError: no step, no splat, no image in the window, or no such camera.
        UserError: no image can be read, or the scene was made of another log.
    """
    _check(scene, log, steps, cameras)
    settings = settings or Settings()
    low_s, high_s = window_s or (0.0, log.duration_s)
    most = min(MOST_IMAGES, steps * settings.pictures)
    images = usable(log, (log.t_ns(low_s), log.t_ns(high_s)), cameras, hold_out, most)
    if not images:
        raise ValueError("nothing to refine by: no image in the window")
    stopped = False

    def goes_on(share: float, text: str) -> bool:
        nonlocal stopped
        stopped = stopped or cancelled() or (progress is not None and progress(share, text) is False)
        return not stopped

    chosen = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    pictures = read(images, chosen, lambda share: goes_on(READING * share, "reading images"))
    if stopped:
        return scene
    run = _Run(scene, pictures, settings, chosen)
    order = _shuffled(len(pictures), seed)
    every = max(math.ceil(steps / CHECKS), 1)
    for step in range(steps):
        if not goes_on(READING + (1 - READING) * step / steps, f"step {step + 1} of {steps}"):
            break
        share = settings.last + (1 - settings.last) * 0.5 * (1 + math.cos(math.pi * step / steps))
        run.step([pictures[next(order)] for _ in range(settings.pictures)], share)
        if (step + 1) % every == 0 and step + 1 < steps and run.judge() and partial is not None:
            partial(run.best)
    run.judge()
    return run.best


def _check(scene: Scene, log: DrivingLog, steps: int, cameras: Sequence[str] | None) -> None:
    if steps < 1 or not len(scene):
        raise ValueError("nothing to refine: no step, or a scene without splats")
    unknown = set(cameras or ()) - {stream.name for stream in log.cameras}
    if unknown:
        raise ValueError(f"the log has no camera {', '.join(sorted(unknown))}")
    if scene.start_ns != log.start_ns:
        raise UserError("The scene was not made of this log", path=log.path, remedy="Make a scene of this log first.")


_SOLID = 0.5  # alpha of a surface whose depth can be told


class _Run:
    """The splats on their way, and the best of them so far."""

    def __init__(self, scene: Scene, pictures: list[Picture], settings: Settings, device: torch.device) -> None:
        self._scene, self._settings = scene, settings
        self.table, self._start = SplatTable(scene, device), SplatTable(scene, device)
        self._depths: dict[int, Tensor] = {}  # of the start, by picture
        self.exposures = LearntExposures(scene, {picture.stream for picture in pictures}, device)
        self._judges = [pictures[i] for i in spread(list(range(len(pictures))), JUDGES)]
        table, rates = self.table, settings.rates
        columns = [
            (table.offsets, rates.means),
            (table.log_scales, rates.scales),
            (table.quaternions, rates.quaternions),
            (table.logits, rates.opacities),
            (table.colours, rates.colours),
        ]
        if table.harmonics is not None:
            columns.append((table.harmonics, rates.harmonics))
        cameras = [(self.exposures.gains, rates.gains), (self.exposures.biases, rates.biases)]
        self._optimisers = [SparseAdam(each, settings.keep) for each in (columns, [(table.dome, rates.sky)], cameras)]
        self._best: tuple[Values, Mapping[str, Exposure]] | None = None
        self._least = self._judged()

    def step(self, pictures: Sequence[Picture], share: float) -> None:
        for picture in pictures:
            rgb, depth, alpha = self._drawn(self.table, picture)
            loss = self._loss(rgb, picture) + self.exposures.drift()
            if self._settings.depth:
                loss = loss + self._settings.depth * self._moved(depth, alpha, picture)
            torch.autograd.backward(loss / len(pictures))
        for optimiser in self._optimisers:
            optimiser.step(share)

    def judge(self) -> bool:
        """Whether the splats are now better than ever before; they are then kept."""
        loss = self._judged()
        if not loss < self._least:
            return False
        self._least, self._best = loss, (self.table.values(), self.exposures.values())
        return True

    @property
    def best(self) -> Scene:
        if self._best is None:
            return self._scene
        values, exposures = self._best
        return replace(with_values(self._scene, values), exposures=exposures)

    @torch.no_grad()
    def _judged(self) -> float:
        losses = [self._loss(self._drawn(self.table, picture)[0], picture) for picture in self._judges]
        return float(np.mean([float(loss) for loss in losses]))

    def _loss(self, rgb: Tensor, picture: Picture) -> Tensor:
        return difference(rgb, picture.target, picture.valid, self._settings.dissimilarity)

    def _moved(self, depth: Tensor, alpha: Tensor, picture: Picture) -> Tensor:
        """How far surfaces are, relatively, from where the scene had them at the start."""
        if id(picture) not in self._depths:
            with torch.no_grad():
                _, start_depth, start_alpha = self._drawn(self._start, picture)
            self._depths[id(picture)] = torch.where(start_alpha > _SOLID, start_depth, 0.0)
        start = self._depths[id(picture)]
        there = (start > 0) & (alpha.detach() > _SOLID)
        off = ((depth - start) / start.clamp_min(1.0)).abs().clamp_max(1.0)
        return (off * there).mean()

    def _drawn(self, table: SplatTable, picture: Picture) -> tuple[Tensor, Tensor, Tensor]:
        shapes = table.at(picture.t_ns, picture.eye_m)
        drawn = splat(*shapes, picture.camera_from_world, picture.intrinsics, picture.width, picture.height)
        shown = drawn.rgb + (1 - drawn.alpha) * table.sky(picture.directions)
        return self.exposures.recorded(shown, picture.stream), drawn.depth_m, drawn.alpha


def _shuffled(count: int, seed: int) -> Iterator[int]:
    """All numbers below `count` in a random order, then again in another one, for ever."""
    rng = np.random.default_rng(seed)
    while True:
        yield from rng.permutation(count).tolist()
