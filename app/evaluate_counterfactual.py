"""`driftless evaluate counterfactual`: what an edited drive looks like against its truth, as a page and as figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.demo import cache_folder
from app.evaluating import Results, evaluate, likeness_text
from app.request_options import names_in
from core.engine import EvaluateCounterfactualRequest


def evaluate_counterfactual(out: Path, *, weights: Sequence[Path], seeds: str, as_json: bool, **options: Any) -> None:
    """Write the report, and tell its means as lines or all of it as one JSON object.

    Raises:
        UserError: a network cannot be used, an option is wrong, or the folder holds something else.
    """
    evaluate(
        EvaluateCounterfactualRequest,
        {},
        "counterfactual",
        out,
        _lines,
        as_json=as_json,
        cache=cache_folder() / "training",
        weights=tuple(weights),
        seeds=names_in(seeds),
        **options,
    )


def _lines(results: Results) -> Iterator[str]:
    for arm, figures in results["mean"].items():
        found = (
            f"{region} {_pair(figures, region)}" for region in ("shown", "all", "observed", "unobserved", "changed")
        )
        yield f"{arm:<36} {', '.join(found)}"


def _pair(figures: dict[str, float | None], region: str) -> str:
    return likeness_text(figures.get(f"psnr/{region}"), figures.get(f"ssim/{region}"))
