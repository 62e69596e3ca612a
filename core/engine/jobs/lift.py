"""Make a scene of a log without any network."""

from core.engine.context import JobContext, Outcome
from core.engine.requests import LiftRequest, SceneResult
from core.logs import open_log
from core.scene import save_scene
from core.worldrec.lift import lift

REQUEST = LiftRequest
SAVING = 0.95  # how far the work has come when only saving is left


def run(request: LiftRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the log cannot be opened, or the folder not be written.
        JobCancelledError: from the context; the folder is as it was.
    """
    context.progress(0.0, "opening the log")
    log = open_log(request.log_path)

    def report(fraction: float, text: str) -> None:
        context.progress(SAVING * fraction, text)

    scene = lift(log, window_s=request.window_s, progress=report)
    context.progress(SAVING, "saving the scene")
    save_scene(scene, request.folder)
    context.scenes.hold(request.scene_id, scene)
    return Outcome(SceneResult(scene_id=request.scene_id, folder=request.folder, splats=len(scene)))
