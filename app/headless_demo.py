"""`driftless demo --headless`: the demo city as pictures, for a machine without a display."""

from __future__ import annotations

from pathlib import Path

import typer

from app.demo import DEMO, cache_folder, demo_folder, is_made
from app.make_city import city_spec, ended_cleanly, shown_progress
from app.sheets import contact_sheet, plan
from core.city import write_city
from core.errors import UserError
from core.image_bytes import image_bytes
from core.logs import open_log
from core.logs.summary import summarise


def draw_demo(out: Path | None) -> None:
    """Make the demo city unless it is there, open it, and draw its cameras and its plan into a folder.

    Raises:
        UserError: the folder cannot be written.
    """
    out = out or cache_folder() / "pictures"
    if not is_made():
        with ended_cleanly(), shown_progress(plain=False) as report:
            write_city(city_spec(**DEMO), demo_folder(), progress=report)
    log = open_log(demo_folder())
    t_ns = log.t_ns(log.duration_s / 2)
    summary = summarise(log)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "cameras.png").write_bytes(image_bytes(contact_sheet(log, t_ns), ".png"))
        (out / "from_above.png").write_bytes(image_bytes(plan(log, t_ns), ".png"))
        (out / "summary.json").write_text(summary.model_dump_json(indent=2), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The pictures cannot be written ({error.strerror})", path=out) from error
    typer.echo(
        f"{len(log.cameras)} cameras, {log.duration_s:.1f} s, {summary.tracks} tracks, {summary.boxes} boxes\n"
        f"The drive     {log.path}\n"
        f"All cameras   {out / 'cameras.png'}\n"
        f"From above    {out / 'from_above.png'}\n"
        f"What it holds {out / 'summary.json'}"
    )
