"""Every view kept true to the scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.controllers.scene import SceneController
from core.scenario import EditedDrive
from core.scene import Coverage, Scene
from widgets.camera_panel import CameraPanel
from widgets.centre import CentreViews
from widgets.inspector import InspectorPanel
from widgets.outliner import Listed, OutlinerPanel
from widgets.scenario import ScenarioModel
from widgets.turns import Turns

LISTS_MS = 60  # while hands are at something, lists follow it so late


class ScenarioController(QObject):
    """After every edit, also one that is only previewed, the views get the drive.

    In the midst of a gesture eyes are on what is moved: the views that show it follow every move of the mouse, the
    lists a moment later, for several moves at once, and one after the other.
    """

    def __init__(
        self,
        scenario: ScenarioModel,
        scenes: SceneController,
        centre: CentreViews,
        cameras: CameraPanel,
        outliner: OutlinerPanel,
        inspector: InspectorPanel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self._centre = centre
        self._cameras = cameras
        self._outliner = outliner
        self._inspector = inspector
        self._unfinished: Scene | None = None
        self._coverages: dict[str, Coverage] = {}
        self._lists = QTimer(self, interval=LISTS_MS, singleShot=True)
        self._lists.timeout.connect(self._show_lists)
        self._turns = Turns(self)
        scenes.shown.connect(self._take_scene)
        scenes.previewed.connect(self._show_unfinished)
        scenario.changed.connect(self._show)

    def _take_scene(self, scene: Scene | None) -> None:
        self._unfinished = None
        self._scenario.set_scene(scene)

    def _show_unfinished(self, scene: Scene | None) -> None:
        """A scene on its way is looked at with all edits, too."""
        self._unfinished = scene
        self._show()

    def _show(self) -> None:
        drive = self._scenario.drive
        if drive is None:
            return
        self._centre.viewport.show_edit(drive.as_driven, self._seen(drive))
        self._centre.plan.show_edit(drive.as_driven)
        self._cameras.show_edit(drive.as_driven)
        if not self._scenario.is_previewing:
            self._lists.stop()
            self._show_lists()
        elif not self._lists.isActive():
            self._lists.start()

    def _show_lists(self) -> None:
        for show in (self._show_rows, self._show_facts, self._show_coverages):
            self._turns.ask(show, partial(self._show_drive, show))

    def _show_drive(self, show: Callable[[EditedDrive], None]) -> None:
        if self._scenario.drive is not None:
            show(self._scenario.drive)

    def _show_rows(self, drive: EditedDrive) -> None:
        self._outliner.show_edit(replace(drive.as_driven, cameras=drive.log.cameras), Listed.of(drive))

    def _show_facts(self, drive: EditedDrive) -> None:
        self._inspector.show_edit(drive.as_driven)

    def _seen(self, drive: EditedDrive) -> Scene | None:
        return drive.scene if self._unfinished is None else drive.with_scene(self._unfinished).scene

    def _show_coverages(self, drive: EditedDrive) -> None:
        """Which sides of actors were seen, of inserted ones and of those that are left out, too."""
        scene = self._seen(drive)
        unedited = () if drive.unedited_scene is None else drive.unedited_scene.actors
        actors = (*unedited, *(() if scene is None else scene.actors))
        coverages = {actor.track.id: actor.coverage for actor in actors if actor.coverage is not None}
        if coverages != self._coverages:
            self._coverages = coverages
            self._outliner.set_coverages(coverages)
            self._inspector.set_coverages(coverages)
