"""`driftless inspect`: what a log holds and what it lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.logs import open_log
from core.logs.summary import summarise


def inspect_log(path: Path, *, as_json: bool) -> None:
    """Print the summary of a log as tables, or as one JSON object.

    Raises:
        UserError: the log cannot be opened.
    """
    summary = summarise(open_log(path)).model_dump()
    if as_json:
        typer.echo(json.dumps(summary, indent=2, ensure_ascii=False))
        return
    console = Console()
    for table in (_facts(path, summary), _cameras(summary), _classes(summary)):
        console.print(table)
    for warning in summary["warnings"]:
        console.print(f"[yellow]![/] {escape(str(warning))}")


def _facts(path: Path, summary: dict[str, Any]) -> Table:
    missing = (f"{stream} {', '.join(map(str, samples))}" for stream, samples in summary["missing"].items())
    table = Table("", "", title=escape(path.absolute().name), show_header=False, title_justify="left")
    for title, value in (
        ("Format", summary["format"]),
        ("Duration", f"{summary['duration_s']:.1f} s"),
        ("Ego poses", summary["ego_poses"]),
        ("Lidar sweeps", summary["lidar_sweeps"]),
        ("Missing", "; ".join(missing) or "nothing"),
        ("Tracks", summary["tracks"]),
        ("Boxes", summary["boxes"]),
        ("Map", "yes" if summary["map"] else "no"),
        ("Licence", summary["licence"]),
    ):
        table.add_row(title, escape(str(value)))
    return table


def _cameras(summary: dict[str, Any]) -> Table:
    table = Table("Camera", title="Cameras", title_justify="left")
    for heading in ("Size", "Images", "Rate"):
        table.add_column(heading, justify="right")
    for camera in summary["cameras"]:
        size = f"{camera['width']} × {camera['height']}"
        table.add_row(escape(camera["name"]), size, str(camera["images"]), f"{camera['hz']:.1f} Hz")
    return table


def _classes(summary: dict[str, Any]) -> Table:
    table = Table("Class", title="Boxes by class", title_justify="left")
    table.add_column("Boxes", justify="right")
    for name, count in sorted(summary["classes"].items(), key=lambda item: -item[1]):
        table.add_row(name, str(count))
    return table
