"""Judge steps, stages and couplings by rules that are fixed."""

from __future__ import annotations

from typing import Any

from core.engine.context import JobContext, Outcome
from core.engine.requests import EvaluatePremiseRequest, EvaluateResult
from core.evaluation.studies.drives import OBSERVED_S, Place
from core.evaluation.studies.films import judged
from core.evaluation.studies.premise import TRAINED_FRAMES, PremiseFigures, premise_arms, with_stages
from core.evaluation.studies.premise_report import write_premise
from core.evaluation.studies.premise_rules import rules_of
from core.evaluation.studies.setting_up import set_up
from core.worldgen.conditions.viewpoints import FRAME_S

REQUEST = EvaluatePremiseRequest
_GIVEN_S = 0.5  # at most, of a drive


def run(request: EvaluatePremiseRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: a network cannot be read, they do not go with each other, or a folder cannot be written.
        JobCancelledError: from the context.
    """
    horizons = [times * TRAINED_FRAMES for times in sorted(set(request.horizons))]
    seconds = max(OBSERVED_S, horizons[-1] * FRAME_S + _GIVEN_S)
    bench = set_up(
        Place(request.cache, request.preset, seconds),
        request.drives,
        request.weights,
        request.tokenizer,
        frames=horizons[-1],
        folder=request.folder,
        threads=context.threads,
    )
    chosen = with_stages(bench.chosen, request.preset)
    sizes = {"grows_by": bench.reconstruction, "frames": horizons[-1]}
    arms = premise_arms(chosen, bench.tokenizer, bench.drives, **sizes)  # type: ignore[arg-type]
    rules = rules_of(arms, horizons)
    setting = request.model_dump(mode="json", include={"drives", "weights", "seeds", "horizons", "preset"})
    results: dict[str, Any] = {}
    for films in judged(
        bench.drives,
        arms.arms,
        request.seeds,
        bench.cells,
        PremiseFigures(horizons, bench.chunk),
        hz=1 / FRAME_S,
        tell=lambda share, text: context.progress(0.99 * share, text),
    ):
        results = write_premise(films, rules, horizons, setting, arms.missing, request.folder)
    return Outcome(EvaluateResult(folder=request.folder, results=results))
