"""What is known of how a scene was reconstructed, kept beside it."""

from __future__ import annotations

import logging
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core.engine import Metrics

NAME = "reconstruction.json"

logger = logging.getLogger(__name__)


class SceneReport(BaseModel):
    """How a scene was made of which part of its log, and what it is worth."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    metrics: Metrics
    window_s: tuple[float, float]
    cameras: int
    images: int  # that it was made of
    pixels: int  # of these images, as recorded
    preset: str
    refine_steps: int
    hold_out: int
    stopped: bool = False  # while it was refined


def write_report(report: SceneReport, folder: Path) -> None:
    """A report that cannot be written is no reason to lose the scene; the log file tells of it."""
    try:
        (folder / NAME).write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except OSError:
        logger.exception("cannot write what a scene is worth")


def read_report(folder: Path, splats: int) -> SceneReport | None:
    """The report on the scene of a folder with so many splats; None if there is none, or on an earlier scene only."""
    try:
        report = SceneReport.model_validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        return None
    return report if report.metrics.gaussians == splats else None
