"""`driftless generate`: make pictures of a drive that begins as a log does and goes on as log or project have it."""

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
from core.scenario import open_log_of
from core.scenario.project import is_project, read_project

FACTS = "take.json"
"""What a folder of generated pictures holds beside them."""


def generate_drive(
    source: Path, out: Path, *, log: Path | None, cameras: Sequence[str], as_json: bool, **options: Any
) -> None:
    """Generate, and tell what came of it in sentences or as one JSON object.

    Raises:
        UserError: no log or project, too few pictures to begin with, no such camera, no weights, or a folder that
            cannot be written or holds something else.
    """
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / FACTS).is_file()):
        remedy = "Name a new or empty folder, or one of generated pictures."
        raise UserError("There is something else already", path=out, remedy=remedy)
    request = checked(
        GenerateRequest,
        {},
        "generate",
        **_drive_of(source, log),
        folder=out,
        cameras=names_in(*cameras) or None,
        **options,
    )
    with shown_share("Generating") as report:
        result = JobRunner().run_here(request, BarListener(report)).value
    assert isinstance(result, GenerateResult)
    if as_json:
        typer.echo(json.dumps(_as_json(result)))
        return
    for warning in result.warnings:
        typer.echo(f"Warning: {warning}")
    typer.echo(_as_text(result))


def _drive_of(source: Path, log: Path | None) -> dict[str, Any]:
    """What the request says of the drive, by a log, or by a project whose log may lie elsewhere than it says."""
    if not is_project(source):
        if log is not None:
            raise UserError("Only a project has its log elsewhere", path=source, field="--log", remedy="Leave it out.")
        return {"log_path": source.absolute()}
    scenario = read_project(source).history.scenario
    place = scenario.log.path if log is None else log
    open_log_of(scenario.log, elsewhere=place)
    return {"log_path": Path(place).absolute(), "scenario": scenario.to_json()}


def _as_json(result: GenerateResult) -> dict[str, Any]:
    told = result.model_dump(exclude={"folder", "cameras"})
    return {"take": str(result.folder), "cameras": list(result.cameras)} | told


def _as_text(result: GenerateResult) -> str:
    return (
        f"{result.frames} frames of {len(result.cameras)} cameras, the first chunk after {result.first_chunk_s:.1f} s,"
        f" then {result.seconds_per_frame_set:.2f} s a frame set; the pictures are in {result.folder}"
    )
