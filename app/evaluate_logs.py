"""`driftless evaluate reconstruction`: what reconstructions are worth, as a page with pictures and as figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.evaluating import Results, evaluate, likeness_text
from app.lift_log import parsed_window
from app.request_options import names_in
from core.engine import EvaluateRequest

_OPTIONS = {"refine_steps": "--refine", "log_paths": "LOG"}


def evaluate_logs(
    logs: Sequence[Path],
    out: Path,
    *,
    methods: str,
    refine: str,
    window: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Write the report, and tell its means as lines or all of it as one JSON object.

    Raises:
        UserError: a log cannot be used, an option is wrong, or the folder holds something else.
    """
    evaluate(
        EvaluateRequest,
        _OPTIONS,
        "reconstruction",
        out,
        _lines,
        as_json=as_json,
        log_paths=tuple(log.absolute() for log in logs),
        methods=names_in(methods),
        refine_steps=names_in(refine),
        window_s=parsed_window(window),
        **options,
    )


def _lines(results: Results) -> Iterator[str]:
    for method, figures in results["mean"].items():
        yield f"{method:<22} held out {_pair(figures, 'heldout')}, 3 m aside {_pair(figures, '3m')}"


def _pair(figures: dict[str, float | None], name: str) -> str:
    return likeness_text(figures.get(f"psnr_{name}"), figures.get(f"ssim_{name}"))
