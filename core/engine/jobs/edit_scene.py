"""Hold a scene as a scenario makes it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.engine.context import JobContext, Outcome
from core.engine.requests import EditScene, Nothing
from core.logs import DrivingLog, open_log
from core.scenario import EditedDrive, Scenario
from core.scene import load_asset

REQUEST = EditScene


def run(request: EditScene, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the scene is not held, the log cannot be opened, or the scenario is damaged.
    """
    scene = context.scenes.get(request.unedited_id)
    scenario = Scenario.from_json(request.scenario)
    assets = request.assets
    drive = EditedDrive(
        scenario,
        _log(request.log_path),
        scene,
        load_asset=None if assets is None else lambda content: load_asset(assets / content),
    )
    edited = drive.scene
    assert edited is not None
    context.scenes.hold(request.scene_id, edited)
    return Outcome(Nothing())


@lru_cache(maxsize=1)
def _log(path: Path) -> DrivingLog:
    """Edits follow each other many times a second: the log is opened once."""
    return open_log(path)
