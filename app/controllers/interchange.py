"""Scenarios and lane maps that leave the window as files of other tools, or come from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.jobs import Job
from core.logs import DrivingLog
from core.scenario import EditedDrive
from widgets.toasts import Severity

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from core.scenario.interchange import Imported

_SCENARIOS = "OpenSCENARIO (*.xosc)"
_MAPS = "OpenDRIVE (*.xodr)"


class InterchangeController(QObject):
    """Files are read and written in the background, where what does so is imported: no window starts later for it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def export_scenario(self) -> None:
        drive = self._window.scenario.drive
        path = self._place_to_write("Export the scenario", _SCENARIOS, ".xosc")
        if drive is not None and path is not None:
            self._write(path, lambda: _export_scenario(drive, path))

    def export_map(self) -> None:
        log = self._window.log
        path = self._place_to_write("Export the lane map", _MAPS, ".xodr")
        if log is not None and path is not None:
            self._write(path, lambda: _export_map(log, path))

    def import_scenario(self) -> None:
        """What the file says becomes one step to undo."""
        drive = self._window.scenario.drive
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Import a scenario", "", _SCENARIOS)
        if drive is not None and chosen:
            path = Path(chosen)
            self._do(f"Importing {path.name}", lambda: _imported(drive, path), self._take)

    def _take(self, found: Imported) -> None:
        window = self._window
        for warning in found.warnings:
            window.toasts.say(Severity.WARNING, warning)
        if not found.command.changes:
            window.toasts.say(Severity.INFO, "The scenario is already as the file says")
        else:
            window.scenario.do(found.command)

    def _write(self, path: Path, write: Callable[[], None]) -> None:
        said = f"{path.name} is written"
        self._do(
            f"Writing {path.name}",
            write,
            lambda _: self._window.toasts.say(Severity.INFO, said, str(path.parent)),
        )

    def _do(self, name: str, compute: Callable[[], object], done: Callable[[Imported], object]) -> None:
        job = Job(compute, name=name, parent=self)
        job.done.connect(done)
        job.failed.connect(self._window.tell)
        for signal in (job.done, job.failed):
            signal.connect(job.deleteLater)
        job.start()

    def _place_to_write(self, title: str, kind: str, suffix: str) -> Path | None:
        name = f"{self._window.projects.name}{suffix}"
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, name, kind)
        if not chosen:
            return None
        return Path(chosen) if Path(chosen).suffix == suffix else Path(chosen + suffix)


def _export_scenario(drive: EditedDrive, path: Path) -> None:
    from core.scenario.interchange import export_openscenario

    export_openscenario(drive, path)


def _export_map(log: DrivingLog, path: Path) -> None:
    from core.scenario.interchange import export_opendrive

    export_opendrive(log, path)


def _imported(drive: EditedDrive, path: Path) -> Imported:
    from core.scenario.interchange import import_openscenario

    return import_openscenario(drive, path)
