"""`driftless export-scenario` and `driftless import-scenario`: what the File menu does, without a screen."""

from __future__ import annotations

from pathlib import Path

import typer

from core.errors import UserError
from core.logs import open_log
from core.scenario import EditedDrive, LogReference, Scenario, open_log_of
from core.scenario.interchange import export_opendrive, export_openscenario, import_openscenario
from core.scenario.project import Project

MAP_SUFFIX, SCENARIO_SUFFIX = ".xodr", ".xosc"


def export_scenario(project: Path, out: Path, *, log: Path | None) -> None:
    """Write a project as OpenSCENARIO with its lane map beside it, or as `.xodr` the lane map alone.

    Raises:
        UserError: no project, no log, another suffix, or a file that cannot be written.
    """
    if out.suffix not in (MAP_SUFFIX, SCENARIO_SUFFIX):
        raise UserError("The file is to be .xosc or .xodr", path=out)
    opened = Project.open(project)
    opened.close()
    drive = EditedDrive(opened.scenario, open_log_of(opened.scenario.log, elsewhere=log))
    for warning in (*opened.warnings, *drive.warnings):
        typer.echo(f"Warning: {warning}")
    if out.suffix == MAP_SUFFIX:
        export_opendrive(drive.log, out)
    else:
        export_openscenario(drive, out)
    typer.echo(f"{out} is written")


def import_scenario(source: Path, log: Path, out: Path) -> None:
    """Make a new project over a log of what an OpenSCENARIO file says.

    Raises:
        UserError: no such file or log, a file that says nothing, or a folder that is not free.
    """
    recorded = open_log(log)
    drive = EditedDrive(Scenario(name=source.stem, log=LogReference.of(recorded, log)), recorded)
    found = import_openscenario(drive, source)
    project = Project.create(out, drive.scenario)
    try:
        if found.command.changes:
            project.do(found.command)
        project.save()
    finally:
        project.close()
    for warning in found.warnings:
        typer.echo(f"Warning: {warning}")
    typer.echo(f"{len(project.scenario.actors)} actors are edited in {out}")
