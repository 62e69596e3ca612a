"""Let generators make drives that they did not learn from, and hold these against what was recorded."""

from __future__ import annotations

from core.engine.context import JobContext, Outcome
from core.engine.requests import EvaluateGenerationRequest, EvaluateResult
from core.errors import UserError
from core.evaluation.generation import Generator, evaluated, truth_of
from core.evaluation.generation_report import GenerationReport
from core.logs import open_log
from core.worldgen.shipped import tokenizer_weights_of
from core.worldgen.tokenizer import load_tokenizer

REQUEST = EvaluateGenerationRequest
OPENING = 0.1  # how far the work has come when all logs are read


def run(request: EvaluateGenerationRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: a log or a network cannot be read, they do not fit together, or the folder cannot be written.
        JobCancelledError: from the context.
    """
    tokenizer = load_tokenizer(request.tokenizer or tokenizer_weights_of(request.preset))
    generators = [Generator.of(path) for path in request.weights]
    config = generators[0].network.config
    for generator, path in zip(generators, request.weights, strict=True):
        other = generator.network.config
        if (other.latent_channels, other.image_height, other.chunk) != (
            tokenizer.channels,
            config.image_height,
            config.chunk,
        ):
            what = "This network does not go with the others and the tokenizer"
            raise UserError(
                what, path=path, remedy="Compare networks of one preset, with the tokenizer they learned with."
            )
    truths = []
    for number, path in enumerate(request.log_paths):
        context.progress(OPENING * number / len(request.log_paths), f"{path.name}: reading")
        sizes = {"height": config.image_height, "patch": config.patch, "frames": request.frames, "chunk": config.chunk}
        truths.append(truth_of(open_log(path), tokenizer, **sizes))
    report = GenerationReport(request.folder)
    figures = evaluated(
        truths,
        generators,
        tokenizer,
        steps=request.steps,
        seeds=request.seeds,
        tell=lambda share, text: context.progress(OPENING + (0.99 - OPENING) * share, text),
        look=report.look,
    )
    setting = request.model_dump(mode="json", include={"log_paths", "weights", "steps", "seeds", "frames"})
    return Outcome(EvaluateResult(folder=request.folder, results=report.write(figures, setting)))
