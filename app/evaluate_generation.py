"""`driftless evaluate generation`: what generators are worth, as a page with pictures and as figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from app.evaluate_logs import PAGE, check_folder
from app.lift_log import BarListener
from app.progress_bar import shown_share
from app.request_options import checked, names_in
from core.engine import EvaluateGenerationRequest, EvaluateResult, JobRunner

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
    check_folder(out)
    request = checked(
        EvaluateGenerationRequest,
        _OPTIONS,
        "evaluate generation",
        log_paths=tuple(log.absolute() for log in logs),
        folder=out,
        weights=tuple(weights),
        steps=names_in(steps),
        seeds=names_in(seeds),
        **options,
    )
    with shown_share("Evaluating") as report:
        result = JobRunner().run_here(request, BarListener(report)).value
    assert isinstance(result, EvaluateResult)
    if as_json:
        typer.echo(json.dumps(result.results | {"folder": str(out)}))
        return
    for name, figures in result.results["mean"].items():
        told = f"{figures['psnr']:.2f} dB / {figures['ssim']:.3f}, feature distance {figures['feature_distance']:.3f}"
        seam = "–" if figures["seam"] is None else f"{figures['seam']:.2f}"
        typer.echo(f"{name:<26} {told}, motion {figures['motion']:.2f}, seam {seam}")
    typer.echo(f"The report is {out / PAGE}")
