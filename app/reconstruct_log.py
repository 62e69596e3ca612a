"""`driftless reconstruct`: make a scene of a log with WorldRec and write it into a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from app.lift_log import SCENE, BarListener, parsed_window
from app.progress_bar import shown_share
from app.request_options import checked, names_in
from app.scene_folders import check_target
from core.engine import JobRunner, ReconstructRequest, ReconstructResult

_OPTIONS = {"refine_steps": "--refine", "extends": "--extend"}
_FIGURES = {"psnr_heldout", "ssim_heldout", "psnr_inputs"}


def reconstruct_log(
    log: Path, out: Path, *, window: str | None, cameras: Sequence[str], as_json: bool, **options: Any
) -> None:
    """Reconstruct a log, or a stretch of it, or let a scene go on with a stretch, and tell what came of it in sentences
    or as one JSON object.

    Raises:
        UserError: no log, no image in the stretch, no such camera, no weights, no scene that can go on with the
            stretch, or a folder that cannot be written or holds something else.
    """
    window_s = parsed_window(window)
    check_target(out)
    request = checked(
        ReconstructRequest,
        _OPTIONS,
        "reconstruct",
        log_path=log.absolute(),
        folder=out,
        scene_id=SCENE,
        window_s=window_s,
        cameras=names_in(*cameras) or None,
        **options,
    )
    with shown_share("Reconstructing") as report:
        result = JobRunner().run_here(request, BarListener(report)).value
    assert isinstance(result, ReconstructResult)
    typer.echo(json.dumps(_as_json(result)) if as_json else _as_text(result))


def _as_json(result: ReconstructResult) -> dict[str, Any]:
    told = result.metrics.model_dump()
    rounded = {name: value if value is None else round(value, 4) for name, value in told.items() if name in _FIGURES}
    where = {"window_s": list(result.window_s), "folder": str(result.folder), "left_out": result.left_out}
    return told | rounded | where


def _as_text(result: ReconstructResult) -> str:
    made = result.metrics
    lines = [
        f"{made.gaussians} Gaussians of {made.queries} queries, {made.actors} actors, {made.seconds:.1f} s;"
        f" the scene of {result.window_s[0]:.2f} s to {result.window_s[1]:.2f} s is in {result.folder}"
    ]
    if made.psnr_heldout is not None:
        lines.append(f"Images that were held out: {made.psnr_heldout:.2f} dB, SSIM {made.ssim_heldout:.3f}")
    if made.psnr_inputs is not None:
        lines.append(f"Images that it is made of: {made.psnr_inputs:.2f} dB")
    if result.left_out:
        lines.append(
            f"Left out, because they cannot be read: {result.left_out} of its samples; `driftless inspect` names them"
        )
    return "\n".join(lines)
