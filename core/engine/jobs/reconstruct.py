"""Make a scene of a log with WorldRec."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from core.engine.chosen_images import check_chosen, counted
from core.engine.context import JobCancelledError, JobContext, Outcome
from core.engine.earlier_scene import EarlierScene
from core.engine.requests import Metrics, PartialScene, ReconstructRequest, ReconstructResult
from core.errors import UserError
from core.evaluation.reconstruction import likeness_of
from core.logs import CameraStream, open_log
from core.scene import Scene, save_scene, scene_as_arrays, with_observation
from core.scene.stretches import Stretch, stretch_next_to
from core.worldrec.lift.lifting import MOST_TIMES
from core.worldrec.lift.views import is_held_out, spread, usable_images
from core.worldrec.reconstructing import Reconstruction, reconstruct
from core.worldrec.refine.refining import refine
from core.worldrec.updating import Update, extend

REQUEST = ReconstructRequest
MAKING = 0.8  # how far the work has come when the scene is there
OBSERVING = 0.85
SAVING = 0.98
_STEPS_OF_A_PASS = 25.0  # steps of refinement that take as long as reconstruction


def run(request: ReconstructRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the log cannot be opened, has no image in the window or not the cameras, no weights are there, the
            scene that should go on is of another log or of a stretch elsewhere, or the folder cannot be written.
        JobCancelledError: from the context, until the scene is refined; the folder is as it was. Later, being
            cancelled ends the job with the best scene so far.
    """
    return _Reconstruction(request, context).outcome()


class _Reconstruction:
    """One job under way."""

    def __init__(self, request: ReconstructRequest, context: JobContext) -> None:
        self._request = request
        self._context = context
        self._refining = self._stopped = False  # stopped by the user, who takes what is there
        context.progress(0.0, "opening the log")
        if request.device == "cuda" and not torch.cuda.is_available():
            raise UserError("There is no CUDA device", field="device", remedy="Choose auto or cpu.")
        self._left_out: set[tuple[str, int]] = set()
        self._log = counted(open_log(request.log_path), self._left_out)
        self._earlier = None if request.extends is None else EarlierScene.load(request.extends, self._log)
        self._new_s = check_chosen(self._log, self._asked_s(), request.cameras)
        self._window_s = self._new_s if self._earlier is None else self._earlier.joined_s(self._new_s)
        if not any(self._used()):
            remedy = f"Hold out none, or fewer than each {max(request.hold_out, 1)}th image."
            raise UserError("All images would be held out", path=self._log.path, field="hold_out", remedy=remedy)

    def outcome(self) -> Outcome:
        request, log = self._request, self._log
        began_s = time.perf_counter()
        scene, queries = self._improved()
        if request.refine_steps:
            self._refining = True
            scene = self._refined(scene)
        seconds = time.perf_counter() - began_s
        scene = with_observation(
            scene, log, window_s=self._window_s, cameras=request.cameras, progress=self._tell_observing
        )
        scene = replace(scene, source=str(request.log_path))
        metrics = self._measured(scene, queries, seconds)
        self._tell(SAVING, "saving the scene")
        save_scene(scene, request.folder)
        self._context.scenes.hold(request.scene_id, scene)
        result = ReconstructResult(
            scene_id=request.scene_id,
            folder=request.folder,
            splats=len(scene),
            left_out=len(self._left_out),
            metrics=metrics,
            window_s=self._window_s,
        )
        return Outcome(result)

    def _asked_s(self) -> Stretch | None:
        if self._request.window_s is not None or self._earlier is None:
            return self._request.window_s
        return stretch_next_to(self._earlier.made_of_s, self._log.duration_s)

    def _improved(self) -> tuple[Scene, int]:
        request = self._request
        share = MAKING / (1 + request.refine_steps / _STEPS_OF_A_PASS)
        stages = iter(("lifted",))

        def report(fraction: float, text: str) -> None:
            self._context.progress(share * fraction, text)

        def show(scene: Scene) -> None:
            self._show(scene, next(stages, "improved"))

        options: dict[str, Any] = {
            "preset": request.preset,
            "cameras": request.cameras,
            "hold_out": request.hold_out,
            "device": request.device,
            "progress": report,
            "partial": show,
        }
        made: Reconstruction | Update
        if self._earlier is None:
            made = reconstruct(self._log, window_s=self._new_s, **options)
        else:
            made = extend(self._earlier.scene, self._log, self._new_s, **options)
        if request.refine_steps:
            self._show(made.scene, "improved")
        return made.scene, made.queries

    def _refined(self, scene: Scene) -> Scene:
        request = self._request
        before = MAKING / (1 + request.refine_steps / _STEPS_OF_A_PASS)

        def report(fraction: float, text: str) -> bool:
            self._tell(before + (MAKING - before) * fraction, f"refining, {text}")
            return not self._stopped

        return refine(
            scene,
            self._log,
            steps=request.refine_steps,
            window_s=self._window_s,
            cameras=request.cameras,
            hold_out=request.hold_out,
            seed=request.seed,
            device=None if request.device == "auto" else request.device,
            progress=report,
            partial=lambda better: self._show(better, "refined"),
        )

    def _measured(self, scene: Scene, queries: int, seconds: float) -> Metrics:
        held_out, used = list(self._held_out()), list(self._used())
        shown = 0

        def tell() -> None:
            nonlocal shown
            share = shown / (len(held_out) + len(used))
            self._tell(OBSERVING + (SAVING - OBSERVING) * share, "comparing with the recording")
            shown += 1

        threads = self._context.threads
        unseen = likeness_of(scene, self._log, held_out, threads=threads, tell=tell)
        seen = likeness_of(scene, self._log, used, threads=threads, tell=tell)
        return Metrics(
            gaussians=len(scene),
            queries=queries,
            actors=len(scene.actors),
            seconds=round(seconds, 3),
            psnr_heldout=unseen and unseen.psnr_db,
            ssim_heldout=unseen and unseen.ssim,
            psnr_inputs=seen and seen.psnr_db,
        )

    def _used(self) -> Iterator[tuple[CameraStream, int]]:
        """Of the images that the scene is made of, evenly spread ones: those that the network looks at."""
        window_ns = self._log.t_ns(self._window_s[0]), self._log.t_ns(self._window_s[1])
        for stream in self._streams():
            for index in spread(usable_images(stream, window_ns, self._request.hold_out), MOST_TIMES):
                yield stream, index

    def _held_out(self) -> Iterator[tuple[CameraStream, int]]:
        """As many of the others."""
        first_ns, last_ns = self._log.t_ns(self._window_s[0]), self._log.t_ns(self._window_s[1])
        for stream in self._streams():
            inside = np.flatnonzero((first_ns <= stream.t_ns) & (stream.t_ns <= last_ns)).tolist()
            held_out = [index for index in inside if is_held_out(index, self._request.hold_out)]
            for index in spread(held_out, MOST_TIMES):
                yield stream, index

    def _streams(self) -> Iterator[CameraStream]:
        for stream in self._log.cameras:
            if self._request.cameras is None or stream.name in self._request.cameras:
                yield stream

    def _show(self, scene: Scene, stage: str) -> None:
        names, arrays = scene_as_arrays(scene)
        value = PartialScene(scene_id=self._request.scene_id, names=names, splats=len(scene), stage=stage)
        self._unless_stopped(lambda: self._context.partial(value, arrays))

    def _tell_observing(self, fraction: float) -> None:
        self._tell(MAKING + (OBSERVING - MAKING) * fraction, "noting what was seen")

    def _tell(self, fraction: float, text: str) -> None:
        self._unless_stopped(lambda: self._context.progress(fraction, text))

    def _unless_stopped(self, tell: Callable[[], None]) -> None:
        """Whoever cancels a scene that is being refined takes it as it is."""
        if self._stopped:
            return
        try:
            tell()
        except JobCancelledError:
            if not self._refining:
                raise
            self._stopped = True
