"""`driftless convert-splats`: from one file of splats, or a scene, to another."""

from __future__ import annotations

from pathlib import Path

import typer

from app.scene_folders import is_scene
from core.errors import UserError


def convert(
    source: Path, target: Path, *, source_axes: str | None, target_axes: str | None, at_s: float | None
) -> None:
    """Write a file's splats, or those that a scene holds at a time, in another format, and tell how many.

    Raises:
        UserError: no splats, no such format, or options that do not go with what is read.
    """
    if is_scene(source):
        if source_axes is not None:
            raise UserError("A scene has axes of its own", field="--source-axes", remedy="Leave the option out.")
        count = _export(source, target, target_axes, at_s or 0.0)
    else:
        if at_s is not None:
            raise UserError("Only scenes have a time", path=source, field="--at", remedy="Leave the option out.")
        from core.splats.files import convert_splats

        count = len(convert_splats(source, target, source_axes=source_axes, target_axes=target_axes, tell=_tell))
    typer.echo(f"{count} splat{'' if count == 1 else 's'} in {target}")


def _export(source: Path, target: Path, target_axes: str | None, t_s: float) -> int:
    from core.scene import export_scene, load_scene

    return export_scene(load_scene(source), target, t_s=t_s, file_axes=target_axes, tell=_tell)


def _tell(text: str) -> None:
    typer.echo(text, err=True)
