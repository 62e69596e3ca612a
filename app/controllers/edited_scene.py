"""What the scenario makes of the scene, held by the engine, for whoever has pictures drawn there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from app.controllers.engine import EngineController
from app.controllers.scene import SceneController
from core.engine import EditScene
from core.scenario import EditedDrive
from widgets.scenario import ScenarioModel

EDITED = "edited"


class EditedScene(QObject):
    """The engine is told of an edit when a picture is wanted, not before: a drag makes many that nobody looks at."""

    def __init__(
        self,
        scenario: ScenarioModel,
        scenes: SceneController,
        engine: EngineController,
        assets_folder: Callable[[], Path | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self._scenes = scenes
        self._engine = engine
        self._assets_folder = assets_folder
        self._told: tuple[str, EditedDrive] | None = None
        engine.stopped.connect(self.forget)

    def hold(self) -> str | None:
        """The name under which the engine holds the scene with all edits; None without a scene."""
        scene_id, drive = self._scenes.hold(), self._scenario.drive
        if scene_id is None or drive is None or not drive.changes_scene:
            return scene_id
        if self._told is None or self._told[0] != scene_id or self._told[1] is not drive:
            self._told = scene_id, drive
            job = self._engine.submit(
                EditScene(
                    scene_id=EDITED,
                    unedited_id=scene_id,
                    log_path=drive.log.path,
                    scenario=drive.scenario.to_json(),
                    assets=self._assets_folder(),
                )
            )
            job.failed.connect(self.forget)
        return EDITED

    def forget(self) -> None:
        """The engine may not hold what it was told."""
        self._told = None
