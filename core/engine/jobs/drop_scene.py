"""Hold a scene no longer."""

from core.engine.context import JobContext, Outcome
from core.engine.requests import DropScene, Nothing
from core.engine.runner import free_memory

REQUEST = DropScene


def run(request: DropScene, context: JobContext) -> Outcome:
    context.scenes.drop(request.scene_id)
    free_memory()
    return Outcome(Nothing())
