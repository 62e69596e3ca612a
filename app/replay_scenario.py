"""`driftless replay`: what the window did, done again without a screen."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from core.logs import open_log
from core.scenario import EditedDrive
from core.scenario.project import replay


def replay_scenario(source: Path, log: Path, out: Path, *, as_json: bool) -> None:
    """Replay a journal into a new project, and say what came of it, as lines or as one JSON object.

    Raises:
        UserError: no journal, no or another log, a command that does not fit, or a folder that is not free.
    """
    drive = open_log(log)
    done = replay(source, drive, out)
    project = done.project
    project.close()
    edited = EditedDrive(project.scenario, drive)
    warnings = [*done.warnings, *edited.warnings]
    found = {"commands": done.commands, "document_hash": project.scenario.document_hash, "warnings": warnings}
    if as_json:
        typer.echo(json.dumps(found))
        return
    for warning in warnings:
        typer.echo(f"Warning: {warning}")
    typer.echo(f"{done.commands} commands in {out}, document {project.scenario.document_hash[:16]}")
