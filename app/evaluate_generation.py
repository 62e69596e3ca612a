"""`driftless evaluate generation`: what generators are worth, as a page with pictures and as figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.evaluating import Results, evaluate
from app.request_options import names_in
from core.engine import EvaluateGenerationRequest

_OPTIONS = {"log_paths": "LOG", "weights": "--weights", "steps": "--steps", "seeds": "--seeds"}


def evaluate_generation(
    logs: Sequence[Path],
    out: Path,
    *,
    weights: Sequence[Path],
    steps: str,
    seeds: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Write the report, and tell its means as lines or all of it as one JSON object.

    Raises:
        UserError: a log or a network cannot be used, an option is wrong, or the folder holds something else.
    """
    evaluate(
        EvaluateGenerationRequest,
        _OPTIONS,
        "generation",
        out,
        _lines,
        as_json=as_json,
        log_paths=tuple(log.absolute() for log in logs),
        weights=tuple(weights),
        steps=names_in(steps),
        seeds=names_in(seeds),
        **options,
    )


def _lines(results: Results) -> Iterator[str]:
    for name, figures in results["mean"].items():
        told = f"{figures['psnr']:.2f} dB / {figures['ssim']:.3f}, feature distance {figures['feature_distance']:.3f}"
        seam = "–" if figures["seam"] is None else f"{figures['seam']:.2f}"
        yield f"{name:<26} {told}, motion {figures['motion']:.2f}, seam {seam}"
