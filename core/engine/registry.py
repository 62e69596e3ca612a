"""Which module does which job."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from core.engine.context import JobContext, Outcome
from core.engine.requests import Request

JOBS: Mapping[str, str] = {
    "load_scene": "core.engine.jobs.load_scene",
    "device": "core.engine.jobs.device",
    "drop_scene": "core.engine.jobs.drop_scene",
    "edit_scene": "core.engine.jobs.edit_scene",
    "lift": "core.engine.jobs.lift",
    "evaluate": "core.engine.jobs.evaluate",
    "evaluate_counterfactual": "core.engine.jobs.evaluate_counterfactual",
    "evaluate_generation": "core.engine.jobs.evaluate_generation",
    "evaluate_premise": "core.engine.jobs.evaluate_premise",
    "generate": "core.engine.jobs.generate",
    "reconstruct": "core.engine.jobs.reconstruct",
    "refine": "core.engine.jobs.refine",
    "render": "core.engine.jobs.render",
}
"""A request's kind → the module of its job, imported when the first such request is worked on."""


class JobModule(Protocol):
    REQUEST: type[Request]

    def run(self, request: Request, context: JobContext) -> Outcome:
        """
        Raises:
            UserError: what was asked cannot be done.
            JobCancelledError: from the context.
        """


def job_module(jobs: Mapping[str, str], kind: str) -> JobModule:
    return cast(JobModule, import_module(jobs[kind]))
