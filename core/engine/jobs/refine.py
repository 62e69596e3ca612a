"""Optimise a scene until it looks like its log."""

from __future__ import annotations

from contextlib import suppress

from core.engine.context import JobCancelledError, JobContext, Outcome
from core.engine.requests import RefineProgress, RefineRequest, SceneResult
from core.errors import UserError
from core.logs import open_log
from core.scene import Scene, save_scene
from core.worldrec.refine.refining import refine
from core.worldrec.refine.values import values_of

REQUEST = RefineRequest
SAVING = 0.98  # how far the work has come when only saving is left


def run(request: RefineRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the scene is not held, the log cannot be opened, has no image in the window or is not the scene's,
            or the folder cannot be written.
        JobCancelledError: from the context, before the first step. Later, being cancelled ends the job with the best
            scene so far.
    """
    scene = context.scenes.get(request.scene_id)
    context.progress(0.0, "opening the log")
    log = open_log(request.log_path)

    def report(share: float, text: str) -> bool:
        try:
            context.progress(SAVING * share, text)
        except JobCancelledError:
            return False
        return True

    def show(better: Scene) -> None:
        with suppress(JobCancelledError):
            context.partial(RefineProgress(scene_id=request.scene_id, splats=len(better)), dict(values_of(better)))

    try:
        refined = refine(
            scene,
            log,
            steps=request.steps,
            window_s=request.window_s,
            cameras=request.cameras,
            hold_out=request.hold_out,
            seed=request.seed,
            progress=report,
            partial=show,
        )
    except ValueError as error:
        remedy = f"Choose a stretch between 0 and {log.duration_s:.1f} s, and cameras of the log."
        raise UserError(f"The scene cannot be refined: {error}", path=log.path, remedy=remedy) from error
    save_scene(refined, request.folder)
    context.scenes.hold(request.scene_id, refined)
    return Outcome(SceneResult(scene_id=request.scene_id, folder=request.folder, splats=len(refined)))
