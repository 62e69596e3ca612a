"""`driftless evaluate premise`: what of the premise is supported, as a page and as figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.demo import cache_folder
from app.evaluating import Results, evaluate
from app.request_options import names_in
from core.engine import EvaluatePremiseRequest


def evaluate_premise(
    out: Path, *, weights: Sequence[Path], seeds: str, horizons: str, as_json: bool, **options: Any
) -> None:
    """Write the report, and tell its verdicts as lines or all of it as one JSON object.

    Raises:
        UserError: a network cannot be used, an option is wrong, or the folder holds something else.
    """
    evaluate(
        EvaluatePremiseRequest,
        {},
        "premise",
        out,
        _lines,
        as_json=as_json,
        cache=cache_folder() / "training",
        weights=tuple(weights),
        seeds=names_in(seeds),
        horizons=names_in(horizons),
        **options,
    )


def _lines(results: Results) -> Iterator[str]:
    for claim, verdict in results["claims"].items():
        yield f"{claim}: {verdict}"
        for rule in results["rules"]:
            if rule["claim"] == claim:
                yield f"  {rule['verdict']:<13} {rule['says']}"
