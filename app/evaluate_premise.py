"""`driftless evaluate premise`: what of the premise is supported, as a page and as figures."""

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
from core.engine import EvaluatePremiseRequest, EvaluateResult, JobRunner


def evaluate_premise(
    out: Path, *, weights: Sequence[Path], seeds: str, horizons: str, as_json: bool, **options: Any
) -> None:
    """Write the report, and tell its verdicts as lines or all of it as one JSON object.

    Raises:
        UserError: a network cannot be used, an option is wrong, or the folder holds something else.
    """
    check_folder(out)
    request = checked(
        EvaluatePremiseRequest,
        {},
        "evaluate premise",
        folder=out,
        cache=cache_folder() / "training",
        weights=tuple(weights),
        seeds=names_in(seeds),
        horizons=names_in(horizons),
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
    for claim, verdict in result.results["claims"].items():
        typer.echo(f"{claim}: {verdict}")
        for rule in result.results["rules"]:
            if rule["claim"] == claim:
                typer.echo(f"  {rule['verdict']:<13} {rule['says']}")
    typer.echo(f"The report is {out / PAGE}")
