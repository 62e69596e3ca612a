"""`driftless evaluate counterfactual`: what an edited drive looks like against its truth, as a page and as figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from app.demo import cache_folder
from app.evaluate_logs import PAGE, check_folder
from app.lift_log import BarListener
from app.progress_bar import shown_share
from app.request_options import checked, names_in
from core.engine import EvaluateCounterfactualRequest, EvaluateResult, JobRunner


def evaluate_counterfactual(out: Path, *, weights: Sequence[Path], seeds: str, as_json: bool, **options: Any) -> None:
    """Write the report, and tell its means as lines or all of it as one JSON object.

    Raises:
        UserError: a network cannot be used, an option is wrong, or the folder holds something else.
    """
    check_folder(out)
    request = checked(
        EvaluateCounterfactualRequest,
        {},
        "evaluate counterfactual",
        folder=out,
        cache=cache_folder() / "training",
        weights=tuple(weights),
        seeds=names_in(seeds),
        **options,
    )
    with shown_share("Evaluating") as report:
        result = JobRunner().run_here(request, BarListener(report)).value
    assert isinstance(result, EvaluateResult)
    if as_json:
        typer.echo(json.dumps(result.results | {"folder": str(out)}))
        return
    for each in result.results["missing"]:
        typer.echo(f"Missing: {each['what']} ({each['file']}); `{each['command']}` makes it")
    for arm, figures in result.results["mean"].items():
        found = (f"{region} {_pair(figures, region)}" for region in ("all", "observed", "unobserved", "changed"))
        typer.echo(f"{arm:<36} {', '.join(found)}")
    typer.echo(f"The report is {out / PAGE}")


def _pair(figures: dict[str, float | None], region: str) -> str:
    ratio, alike = figures.get(f"psnr/{region}"), figures.get(f"ssim/{region}")
    return "–" if ratio is None or alike is None else f"{ratio:.2f} dB / {alike:.3f}"
