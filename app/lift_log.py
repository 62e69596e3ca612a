"""`driftless lift`: make a scene of a log and write it into a folder."""

from __future__ import annotations

import json
import time
from pathlib import Path

import typer

from app.progress_bar import Report, shown_share
from app.scene_folders import check_target
from core.engine import JobRunner, LiftRequest, Outcome, SceneResult
from core.errors import UserError
from core.scene import Scene

SCENE = "scene"


def lift_log(log: Path, out: Path, *, window: str | None, as_json: bool) -> None:
    """Lift a log, or a stretch of it, and tell what came of it in a sentence or as one JSON object.

    Raises:
        UserError: no log, no image in the stretch, or a folder that cannot be written or holds something else.
    """
    window_s = parsed_window(window)
    check_target(out)
    started_s = time.perf_counter()
    with shown_share("Lifting") as report:
        request = LiftRequest(log_path=log.absolute(), folder=out, scene_id=SCENE, window_s=window_s)
        scene, left_out = lifted(request, report)
    told = {"splats": len(scene), "actors": len(scene.actors), "seconds": round(time.perf_counter() - started_s, 3)}
    if as_json:
        typer.echo(json.dumps(told | {"folder": str(out), "left_out": left_out}))
    else:
        typer.echo(f"{told['splats']} splats, {told['actors']} actors, {told['seconds']:.1f} s; the scene is in {out}")
        if left_out:
            typer.echo(
                f"Left out, because they cannot be read: {left_out} of its samples; `driftless inspect` names them"
            )


def lifted(request: LiftRequest, report: Report) -> tuple[Scene, int]:
    """The scene, after it was saved, and how many samples that could not be read were left out."""
    runner = JobRunner()
    result = runner.run_here(request, BarListener(report)).value
    assert isinstance(result, SceneResult)
    return runner.scenes.get(request.scene_id), result.left_out


class BarListener:
    """Tells a progress bar of a job that nobody cancels."""

    cancelled = False

    def __init__(self, report: Report) -> None:
        self._report = report

    def progress(self, fraction: float, text: str) -> None:
        self._report(fraction, text)

    def partial(self, outcome: Outcome) -> None:
        """The whole follows soon enough."""


def parsed_window(text: str | None) -> tuple[float, float] | None:
    """From and to, seconds, of a text such as `2:4.5`; an end may be left out.

    Raises:
        UserError: the text is none.
    """
    if text is None:
        return None
    first, colon, last = text.partition(":")
    try:
        found = float(first or 0.0), float(last or "1e9")
    except ValueError:
        found = (0.0, 0.0)
    if not colon or not found[0] < found[1]:
        raise UserError(
            f"{text!r} is no stretch of a log", field="--window", remedy="Write from:to in seconds, as 2:4.5."
        )
    return found
