"""Hold scenes of logs, made by several methods, against what they have not seen."""

from __future__ import annotations

from dataclasses import replace

import torch

from core.engine.chosen_images import check_chosen
from core.engine.context import JobContext, Outcome
from core.engine.requests import EvaluateRequest, EvaluateResult
from core.errors import UserError
from core.evaluation.comparing import Compared, Setting, compared
from core.evaluation.report import write_report
from core.logs import open_log

REQUEST = EvaluateRequest
WRITING = 0.99  # how far the work has come when only the report is left


def run(request: EvaluateRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: a log cannot be opened or has no image to compare with, no weights are there, or the folder cannot be
            written.
        JobCancelledError: from the context; nothing is written.
    """
    if request.device == "cuda" and not torch.cuda.is_available():
        raise UserError("There is no CUDA device", field="device", remedy="Choose auto or cpu.")
    setting = Setting(
        methods=request.methods,
        refine_steps=request.refine_steps,
        hold_out=request.hold_out,
        width=request.width,
        lidar=request.lidar,
        preset=request.preset,
        weights=request.weights,
        device=request.device,
        seed=request.seed,
    )
    found: list[Compared] = []
    for number, path in enumerate(request.log_paths):

        def tell(share: float, text: str, number: int = number, name: str = path.name) -> None:
            context.progress(WRITING * (number + share) / len(request.log_paths), f"{name}: {text}")

        tell(0.0, "opening the log")
        log = open_log(path)
        window_s = check_chosen(log, request.window_s)
        found.append(compared(log, replace(setting, window_s=window_s), threads=context.threads, tell=tell))
    context.progress(WRITING, "writing the report")
    results = write_report(found, replace(setting, window_s=request.window_s), request.folder)
    return Outcome(EvaluateResult(folder=request.folder, results=results))
