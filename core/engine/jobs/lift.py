"""Make a scene of a log without any network."""

from dataclasses import replace

from core.engine.chosen_images import check_chosen, counted
from core.engine.context import JobContext, Outcome
from core.engine.requests import LiftRequest, PartialScene, SceneResult
from core.logs import open_log
from core.scene import Scene, save_scene, scene_as_arrays, with_observation
from core.worldrec.lift import lift

REQUEST = LiftRequest
OBSERVING = 0.85  # how far the work has come when the scene is there
SAVING = 0.95  # and when only saving is left


def run(request: LiftRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the log cannot be opened, has no image in the window, or the folder cannot be written.
        JobCancelledError: from the context; the folder is as it was.
    """
    context.progress(0.0, "opening the log")
    log = open_log(request.log_path)
    check_chosen(log, request.window_s)

    def report(fraction: float, text: str) -> None:
        context.progress(OBSERVING * fraction, text)

    def show(unfinished: Scene, stage: str) -> None:
        names, arrays = scene_as_arrays(unfinished)
        value = PartialScene(scene_id=request.scene_id, names=names, splats=len(unfinished), stage=stage)
        context.partial(value, arrays)

    left_out: set[tuple[str, int]] = set()
    made = lift(counted(log, left_out), window_s=request.window_s, progress=report, partial=show)

    def report_observing(fraction: float) -> None:
        context.progress(OBSERVING + (SAVING - OBSERVING) * fraction, "noting what was seen")

    seen = with_observation(made, log, window_s=request.window_s, progress=report_observing)
    scene = replace(seen, source=str(request.log_path))
    context.progress(SAVING, "saving the scene")
    save_scene(scene, request.folder)
    context.scenes.hold(request.scene_id, scene)
    return Outcome(
        SceneResult(scene_id=request.scene_id, folder=request.folder, splats=len(scene), left_out=len(left_out))
    )
