"""The engine: the process that owns torch and the device, and what it can be asked.

Owns: the child process and its end, messages, arrays in shared memory, the queue of jobs, cancelling, restarting.
Does not own: the maths of models, drawing, anything of Qt. A job is a thin module of `core.engine.jobs`.

    engine = Engine()                                    # nothing runs yet
    job = engine.submit(LoadScene(scene_id="a", folder=folder), on_event)
    job.cancel()
    engine.close()

`on_event` is called on a thread of the engine's client with one `Event` after another, at last exactly one whose
answer is a `Result`, `Failed` or `Cancelled`; it must not block. Without a window, `JobRunner().run_here(request)`
does the same job in this process.

Decisions
- The child is spawned by the first job and ends with its parent, whatever ends that one: it watches the pipe and
  the parent's process. It exits at once; what it writes to disk is swapped in whole, so nothing is half written.
- Messages are JSON of pydantic models, never pickles. Arrays lie in shared memory, in one of a few numbered slots:
  so the sender waits for a slow receiver, and whoever survives knows the names of all that may be left.
- One job runs at a time. A newer request for the same view takes the place of one that waits; the one that
  runs is finished, else a dragged playhead would never show anything. `new_generation` is for when the old
  pictures are wrong: those that wait or run are then dropped.
- After a crash the jobs under way fail and the next job starts a new child, which is first given the scenes that
  the old one held.
- Nothing here imports a job statically: jobs are named by module path in `core.engine.registry` and imported in
  the child, so the window never reaches torch.
- An engine on another machine would be a Ray actor around `JobRunner` that takes the same requests and answers with
  the same messages; only what carries the arrays (`shared_arrays`) differs. `Engine` is the seam: whoever has
  its `submit`, `new_generation` and `close` can stand in for it.
"""

from core.engine.client import Engine, Phase
from core.engine.context import JobCancelledError, JobContext, Outcome
from core.engine.job import Job
from core.engine.messages import Cancelled, Event, Failed, Partial, Progress, Result, Started
from core.engine.requests import (
    DeviceRequest,
    DeviceResult,
    DropScene,
    EditScene,
    EvaluateCounterfactualRequest,
    EvaluateGenerationRequest,
    EvaluatePremiseRequest,
    EvaluateRequest,
    EvaluateResult,
    GeneratedChunk,
    GenerateRequest,
    GenerateResult,
    LiftRequest,
    LoadScene,
    Metrics,
    PartialScene,
    ReconstructRequest,
    ReconstructResult,
    RefineProgress,
    RefineRequest,
    RenderRequest,
    RenderResult,
    Request,
    SceneResult,
    View,
)
from core.engine.runner import JobRunner

__all__ = [
    "Cancelled",
    "DeviceRequest",
    "DeviceResult",
    "DropScene",
    "EditScene",
    "Engine",
    "EvaluateCounterfactualRequest",
    "EvaluateGenerationRequest",
    "EvaluatePremiseRequest",
    "EvaluateRequest",
    "EvaluateResult",
    "Event",
    "Failed",
    "GenerateRequest",
    "GenerateResult",
    "GeneratedChunk",
    "Job",
    "JobCancelledError",
    "JobContext",
    "JobRunner",
    "LiftRequest",
    "LoadScene",
    "Metrics",
    "Outcome",
    "Partial",
    "PartialScene",
    "Phase",
    "Progress",
    "ReconstructRequest",
    "ReconstructResult",
    "RefineProgress",
    "RefineRequest",
    "RenderRequest",
    "RenderResult",
    "Request",
    "Result",
    "SceneResult",
    "Started",
    "View",
]
