"""`driftless generate`: make pictures of a drive that begins as a log does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from app.lift_log import BarListener
from app.progress_bar import shown_share
from app.request_options import checked, names_in
from core.engine import GenerateRequest, GenerateResult, JobRunner
from core.errors import UserError

FACTS = "take.json"
"""What a folder of generated pictures holds beside them."""


def generate_drive(log: Path, out: Path, *, cameras: Sequence[str], as_json: bool, **options: Any) -> None:
    """Generate, and tell what came of it in a sentence or as one JSON object.

    Raises:
        UserError: no log, or one that is too short, no such camera, no weights, or a folder that cannot be written or
            holds something else.
    """
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / FACTS).is_file()):
        remedy = "Name a new or empty folder, or one of generated pictures."
        raise UserError("There is something else already", path=out, remedy=remedy)
    request = checked(
        GenerateRequest,
        {},
        "generate",
        log_path=log.absolute(),
        folder=out,
        cameras=names_in(*cameras) or None,
        **options,
    )
    with shown_share("Generating") as report:
        result = JobRunner().run_here(request, BarListener(report)).value
    assert isinstance(result, GenerateResult)
    typer.echo(json.dumps(_as_json(result)) if as_json else _as_text(result))


def _as_json(result: GenerateResult) -> dict[str, Any]:
    told = result.model_dump(exclude={"folder", "cameras"})
    return {"take": str(result.folder), "cameras": list(result.cameras)} | told


def _as_text(result: GenerateResult) -> str:
    return (
        f"{result.frames} frames of {len(result.cameras)} cameras, the first chunk after {result.first_chunk_s:.1f} s,"
        f" then {result.seconds_per_frame_set:.2f} s a frame set; the pictures are in {result.folder}"
    )
