"""Let generators make drives that they did not learn from, and hold these against what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.engine.context import JobContext, Outcome
from core.engine.requests import EvaluateGenerationRequest, EvaluateResult
from core.errors import UserError
from core.evaluation.film_cells import FilmCells
from core.evaluation.generation import Generator, check_alike, least_height, truth_of
from core.evaluation.generation_report import write_report
from core.evaluation.generation_table import evaluated
from core.logs import open_log
from core.networks.files import hash_of, models_folder
from core.worldgen.model.config import Preset
from core.worldgen.shipped import STAGES, tokenizer_weights_of, worldgen_weights_of
from core.worldgen.tokenizer import load_tokenizer

REQUEST = EvaluateGenerationRequest
REVISION = 4  # of what films are judged by; films that were judged by another are judged anew
OPENING = 0.1  # how far the work has come when all logs are read


def run(request: EvaluateGenerationRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: a log or a network cannot be read, they do not fit together, or the folder cannot be written.
        JobCancelledError: from the context.
    """
    tokens = request.tokenizer or tokenizer_weights_of(request.preset)
    tokenizer = load_tokenizer(tokens)
    paths = request.weights or _all_stages(request.preset)
    generators = [Generator.of(path) for path in paths]
    config = generators[0].network.config
    check_alike(generators, tokenizer)
    height = request.height or least_height(generators)
    larger = sorted({each.network.config.image_height for each in generators} - {height})
    if any(each % height for each in larger):
        told = " and ".join(str(each) for each in larger)
        raise UserError(
            f"Pictures {told} pixels high are not shrunk evenly to {height}", field="--height", remedy="Name a divisor."
        )
    truths = []
    for number, path in enumerate(request.log_paths):
        context.progress(OPENING * number / len(request.log_paths), f"{path.name}: reading")
        sizes = {"height": height, "patch": config.patch, "frames": request.frames, "chunk": config.chunk}
        truths.append(truth_of(open_log(path), tokenizer, larger=larger, **sizes))
    setting = request.model_dump(mode="json", include={"log_paths", "weights", "steps", "seeds", "frames", "steered"})
    common = f"{hash_of(tokens)} {request.frames} {height} {REVISION}"
    results: dict[str, Any] = {}
    for table in evaluated(
        truths,
        generators,
        tokenizer,
        FilmCells(request.folder, common),
        steps=request.steps,
        seeds=request.seeds,
        steered=request.steered,
        tell=lambda share, text: context.progress(OPENING + (0.99 - OPENING) * share, text),
    ):
        results = write_report(table, setting, request.folder)
    return Outcome(EvaluateResult(folder=request.folder, results=results))


def _all_stages(preset: Preset) -> tuple[Path, ...]:
    """
    Raises:
        UserError: the weights of no stage are there.
    """
    found = tuple(path for stage in STAGES if (path := worldgen_weights_of(preset, stage)).is_file())
    if not found:
        remedy = "Train them with `driftless train chain`, or name others by --weights."
        raise UserError(f"There are no weights of {preset} of any stage", path=models_folder(), remedy=remedy)
    return found
