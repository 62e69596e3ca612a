"""`driftless inspect`: what a log holds and what it lacks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.logs import open_log
from core.logs.check import check_samples
from core.logs.summary import LogSummary, summarise


def inspect_log(path: Path, *, as_json: bool) -> None:
    """Print the summary of a log as tables, or as one JSON object; samples that cannot be read count as warnings.

    Raises:
        UserError: the log cannot be opened.
    """
    log = open_log(path)
    summary = summarise(replace(log, health=(*log.health, *check_samples(log))))
    if as_json:
        typer.echo(summary.model_dump_json(indent=2))
        return
    console = Console()
    for table in (_facts(path, summary), _cameras(summary), _classes(summary)):
        console.print(table)
    for warning in summary.warnings:
        console.print(f"[yellow]![/] {escape(warning)}")


def _facts(path: Path, summary: LogSummary) -> Table:
    missing = (f"{stream} {', '.join(map(str, samples))}" for stream, samples in summary.missing.items())
    table = Table("", "", title=escape(path.absolute().name), show_header=False, title_justify="left", box=None)
    for title, value in (
        ("Format", summary.format),
        ("Duration", f"{summary.duration_s:.1f} s"),
        ("Ego poses", summary.ego_poses),
        ("Lidar sweeps", summary.lidar_sweeps),
        ("Missing", "; ".join(missing) or "nothing"),
        ("Tracks", summary.tracks),
        ("Boxes", summary.boxes),
        ("Map", "yes" if summary.map else "no"),
        ("Licence", summary.licence),
    ):
        table.add_row(title, escape(str(value)))
    return table


def _cameras(summary: LogSummary) -> Table:
    table = Table("Camera", title="Cameras", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("Size", "Images", "Rate"):
        table.add_column(heading, justify="right")
    for camera in summary.cameras:
        size = f"{camera.width} × {camera.height}"
        table.add_row(escape(camera.name), size, str(camera.images), f"{camera.hz:.1f} Hz")
    return table


def _classes(summary: LogSummary) -> Table:
    table = Table("Class", title="Boxes by class", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Boxes", justify="right")
    for name, count in summary.classes.items():
        table.add_row(name, str(count))
    return table
