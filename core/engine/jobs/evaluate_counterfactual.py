"""Hold what scene and generators show of edited drives against the truth."""

from __future__ import annotations

from typing import Any

from core.engine.context import JobContext, Outcome
from core.engine.requests import EvaluateCounterfactualRequest, EvaluateResult
from core.evaluation.studies.counterfactual import counterfactual_arms, counterfactual_figures
from core.evaluation.studies.counterfactual_report import write_counterfactual
from core.evaluation.studies.drives import Place
from core.evaluation.studies.films import judged
from core.evaluation.studies.setting_up import set_up
from core.worldgen.conditions.viewpoints import FRAME_S

REQUEST = EvaluateCounterfactualRequest


def run(request: EvaluateCounterfactualRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: a network cannot be read, they do not go with each other, or a folder cannot be written.
        JobCancelledError: from the context.
    """
    bench = set_up(
        Place(request.cache, request.preset, relit=request.relit),
        request.drives,
        request.weights,
        request.tokenizer,
        frames=request.frames,
        folder=request.folder,
        threads=context.threads,
    )
    chosen, grows_by = bench.chosen, bench.reconstruction
    arms = counterfactual_arms(chosen, bench.tokenizer, steps=request.steps, grows_by=grows_by, relit=request.relit)
    told = {"drives", "weights", "steps", "seeds", "frames", "preset", "relit"}
    setting = request.model_dump(mode="json", include=told)
    results: dict[str, Any] = {}
    for films in judged(
        bench.drives,
        arms,
        request.seeds,
        bench.cells,
        counterfactual_figures,
        hz=1 / FRAME_S,
        tell=lambda share, text: context.progress(0.99 * share, text),
    ):
        results = write_counterfactual(films, setting, bench.chosen.missing, request.folder)
    return Outcome(EvaluateResult(folder=request.folder, results=results))
