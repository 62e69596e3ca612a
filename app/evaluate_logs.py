"""`driftless evaluate reconstruction`: what reconstructions are worth, as a page with pictures and as figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from app.lift_log import BarListener, parsed_window
from app.progress_bar import shown_share
from app.request_options import checked, names_in
from core.engine import EvaluateRequest, EvaluateResult, JobRunner
from core.errors import UserError

PAGE = "index.html"
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
    check_folder(out)
    request = checked(
        EvaluateRequest,
        _OPTIONS,
        "evaluate reconstruction",
        log_paths=tuple(log.absolute() for log in logs),
        folder=out,
        methods=names_in(methods),
        refine_steps=names_in(refine),
        window_s=parsed_window(window),
        **options,
    )
    with shown_share("Evaluating") as report:
        result = JobRunner().run_here(request, BarListener(report)).value
    assert isinstance(result, EvaluateResult)
    if as_json:
        typer.echo(json.dumps(result.results | {"folder": str(out)}))
        return
    for method, figures in result.results["mean"].items():
        typer.echo(f"{method:<22} held out {_pair(figures, 'heldout')}, 3 m aside {_pair(figures, '3m')}")
    typer.echo(f"The report is {out / PAGE}")


def check_folder(folder: Path) -> None:
    """
    Raises:
        UserError: the folder holds something that is no report.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / PAGE).is_file()):
        raise UserError("There is something else already", path=folder, remedy="Name a new or empty folder.")


def _pair(figures: dict[str, float | None], name: str) -> str:
    ratio, alike = figures.get(f"psnr_{name}"), figures.get(f"ssim_{name}")
    return "–" if ratio is None or alike is None else f"{ratio:.2f} dB / {alike:.3f}"
