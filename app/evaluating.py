"""What all `driftless evaluate …` commands have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from app.lift_log import BarListener
from app.progress_bar import shown_share
from app.request_options import AnyRequest, checked
from core.engine import EvaluateResult, JobRunner
from core.errors import UserError

PAGE = "index.html"

Results = Mapping[str, Any]


def evaluate(
    kind: type[AnyRequest],
    names: Mapping[str, str],
    subject: str,
    folder: Path,
    lines: Callable[[Results], Iterable[str]],
    *,
    as_json: bool,
    **options: Any,
) -> None:
    """Write a report and tell its results, as lines or all of them as one JSON object.

    Args:
        kind: of the request.
        names: what the user calls its fields.
        subject: of the command `driftless evaluate SUBJECT`.
        folder: of the report.
        lines: what of the results is told as lines.
        as_json: whether a program reads the answer.
        options: further fields of the request.

    Raises:
        UserError: an option is wrong, what it names cannot be used, or the folder holds something else.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / PAGE).is_file()):
        raise UserError("There is something else already", path=folder, remedy="Name a new or empty folder.")
    request = checked(kind, names, f"evaluate {subject}", folder=folder, **options)
    with shown_share("Evaluating") as report:
        result = JobRunner().run_here(request, BarListener(report)).value
    assert isinstance(result, EvaluateResult)
    if as_json:
        typer.echo(json.dumps(result.results | {"folder": str(folder)}))
        return
    for each in result.results.get("missing", ()):
        typer.echo(f"Missing: {each['what']} ({each['file']}); `{each['command']}` makes it")
    for line in lines(result.results):
        typer.echo(line)
    typer.echo(f"The report is {folder / PAGE}")


def likeness_text(ratio: float | None, alike: float | None) -> str:
    """PSNR and SSIM, as far as there are any."""
    return "–" if ratio is None or alike is None else f"{ratio:.2f} dB / {alike:.3f}"
