"""Hold a scene that lies in a folder."""

from core.engine.context import JobContext, Outcome
from core.engine.requests import LoadScene, SceneResult
from core.scene import load_scene

REQUEST = LoadScene


def run(request: LoadScene, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the folder holds no scene.
    """
    scene = load_scene(request.folder)
    context.scenes.hold(request.scene_id, scene)
    return Outcome(SceneResult(scene_id=request.scene_id, folder=request.folder, splats=len(scene)))
