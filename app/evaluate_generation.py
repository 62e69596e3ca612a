"""`driftless evaluate generation`: what generators are worth, as a page with pictures and as figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.evaluating import Results, evaluate
from app.request_options import names_in
from core.engine import EvaluateGenerationRequest

_OPTIONS = {"log_paths": "LOG", "weights": "--weights", "steps": "--steps", "seeds": "--seeds", "height": "--height"}


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
        psnr, ssim, distance, motion, seam = (
            _shown(figures[key], digits)
            for key, digits in (("psnr", 2), ("ssim", 3), ("feature_distance", 3), ("motion", 2), ("seam", 2))
        )
        yield f"{name:<26} {psnr} dB / {ssim}, feature distance {distance}, motion {motion}, seam {seam}"


def _shown(figure: float | None, digits: int) -> str:
    """A figure that films have which did not run away."""
    return "–" if figure is None else f"{figure:.{digits}f}"
