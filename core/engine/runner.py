"""Jobs done in this process: by the engine's child, by commands without a window, by tests."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping

from core.engine.context import JobContext, Listener, Outcome
from core.engine.held_scenes import HeldScenes
from core.engine.registry import JOBS, job_module
from core.engine.requests import Request
from core.errors import UserError
from core.heap import give_back_memory, keep_freed_memory
from core.splats.threads import usable_cores


class JobRunner:
    """Does one job after another and holds the scenes between them."""

    def __init__(self, jobs: Mapping[str, str] = JOBS, *, threads: int | None = None) -> None:
        self.jobs = jobs
        self.scenes = HeldScenes()
        self.threads = usable_cores() if threads is None else threads

    def run_here(self, request: Request, listener: Listener | None = None) -> Outcome:
        """Do a job on this thread.

        Raises:
            UserError: it cannot be done; also when memory ran out, after what can be freed was freed.
            JobCancelledError: the listener said so.
        """
        context = JobContext(self.scenes, self.threads, listener)
        keep_freed_memory()
        try:
            return job_module(self.jobs, request.kind).run(request, context)
        except MemoryError:
            pass
        except RuntimeError as error:  # torch.OutOfMemoryError is one, whatever the device
            if "out of memory" not in str(error).lower():
                raise
        finally:
            give_back_memory()
        # Only here, where the error's frames no longer hold on to the job's arrays.
        free_memory()
        raise UserError(
            f"Memory ran out while {request.title}",
            remedy="Close other programs, or ask for less: a shorter stretch of the log or smaller pictures.",
        )


def free_memory() -> None:
    """Give back what nobody uses, the device's too where torch was imported."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
