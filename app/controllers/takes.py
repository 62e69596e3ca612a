"""The takes of the open project: which there are, which of their frames an edit has made wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox

from app.jobs import Job
from core.errors import UserError
from core.logs import DrivingLog, ImageCache
from core.scenario import EditedDrive, Scenario
from core.takes import TakeFrames, TakeStore, first_stale
from core.takes.store import BUDGET_BYTES
from widgets.takes import TakeModel

if TYPE_CHECKING:
    from app.main_window import MainWindow

MEMORY_EVERY_MS = 250
COMPARE_AFTER_MS = 60
T = TypeVar("T")


class TakesController(QObject):
    """Keeps the model of the takes true to the disk and to the scenario. All work on files is the project's line's."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.model = TakeModel(self)
        self._cache = ImageCache(BUDGET_BYTES)
        self._store: TakeStore | None = None  # for the line of the project only
        self._followed: Path | None = None  # where the takes lie that the model tells of
        self._log: DrivingLog | None = None
        self._shown: dict[int, Scenario] = {}  # what takes show, by number
        self._comparing: Job | None = None
        self._soon = QTimer(self, interval=COMPARE_AFTER_MS, singleShot=True)
        self._soon.timeout.connect(self._compare)
        memory = QTimer(self, interval=MEMORY_EVERY_MS)
        memory.timeout.connect(self._tell_memory)
        memory.start()
        window.projects.changed.connect(self._follow_project)
        window.scenario.history_changed.connect(self._soon.start)
        self.model.changed.connect(self._soon.start)

    def set_log(self, log: DrivingLog | None) -> None:
        """Another log: its project's takes come with the project."""
        self._log, self._followed = log, None
        self._shown = {}
        self.model.set_takes([])
        self._follow_project()

    def close(self) -> None:
        self._log = None
        self._soon.stop()
        if self._comparing is not None:
            self._comparing.cancel()

    def work(self, what: Callable[[TakeStore], T], done: Callable[[T], object]) -> None:
        """Do something with the takes, in order with everything else that is done to the project."""
        log = self._log

        def finish(result: T) -> None:
            if self._log is log:
                self._follow_project()
                done(result)

        self._window.projects.keep_takes(
            lambda folder: what(self._store_at(folder)), done=finish, failed=self._window.tell
        )

    def ask_to_delete(self) -> None:
        """Remove the chosen take, which cannot be undone, if the user says so."""
        chosen = self.model.chosen
        if chosen is None:
            return
        box = QMessageBox(QMessageBox.Icon.Question, "Delete a take", f"Delete {chosen.take.title.lower()}?")
        box.setParent(self._window, box.windowFlags())
        box.setInformativeText("Its frames are gone then; this cannot be undone.")
        box.setStandardButtons(QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel)
        box.button(QMessageBox.StandardButton.Discard).setText("Delete")
        box.setObjectName("delete take")
        box.button(QMessageBox.StandardButton.Discard).clicked.connect(lambda: self._delete(chosen.take.number))
        box.finished.connect(box.deleteLater)
        box.open()

    def _delete(self, number: int) -> None:
        def remove(store: TakeStore) -> list[TakeFrames]:
            store.delete(number)
            return _all(store)

        self._shown.pop(number, None)
        self.work(remove, self.model.set_takes)

    def scenario_of(self, number: int) -> Scenario | None:
        """The document that a take shows, once it is known."""
        return self._shown.get(number)

    def remember(self, number: int, scenario: Scenario) -> None:
        self._shown[number] = scenario

    def drive_of(self, number: int) -> EditedDrive | None:
        """What a take shows."""
        scenario = self._shown.get(number)
        return None if scenario is None or self._log is None else EditedDrive(scenario, self._log)

    def _store_at(self, folder: Path) -> TakeStore:
        if self._store is None or self._store.folder != folder:
            self._store = TakeStore(folder, self._cache)
        return self._store

    def _follow_project(self) -> None:
        """Another project, or the same one in another place."""
        folder, log = self._window.projects.takes_folder, self._log
        if folder is None or log is None or folder == self._followed:
            return
        self._followed = folder

        def take_found(found: tuple[list[TakeFrames], dict[int, Scenario]]) -> None:
            if self._log is log and self._followed == folder:
                self._shown |= found[1]
                self.model.set_takes(found[0])

        self._window.projects.line.do(lambda: _found(self._store_at(folder)), done=take_found, failed=self._window.tell)

    def _compare(self) -> None:
        """Find from which frame on the chosen take is wrong."""
        frames, drive = self.model.chosen, self._window.scenario.drive
        shown = None if frames is None else self.drive_of(frames.take.number)
        if frames is None or drive is None or shown is None or self._window.scenario.is_previewing:
            return
        if self._comparing is not None:
            self._comparing.cancel()
        now = EditedDrive(drive.scenario, drive.log)
        job = Job(lambda: first_stale(shown, now, frames.t_s, frames.cameras), name="Comparing edits", parent=self)
        number = frames.take.number
        job.done.connect(lambda frame: self._take_stale(job, number, frame))
        job.failed.connect(self._window.tell)
        self._comparing = job
        job.start()

    def _take_stale(self, job: Job, number: int, frame: int | None) -> None:
        if self._comparing is not job:
            return
        self._comparing = None
        job.deleteLater()
        chosen = self.model.chosen
        if chosen is not None and chosen.take.number == number:
            self.model.set_stale_from(None if frame is None else self.model.border_before(frame))

    def _tell_memory(self) -> None:
        chosen = self.model.chosen
        self.model.set_in_memory(() if chosen is None else chosen.frames_in_memory())


def _found(store: TakeStore) -> tuple[list[TakeFrames], dict[int, Scenario]]:
    frames = _all(store)
    shown: dict[int, Scenario] = {}
    for each in frames:
        try:
            shown[each.take.number] = store.scenario(each.take.number)
        except UserError:
            # Its frames can be looked at all the same; that it shows the scenario is not claimed.
            continue
    return frames, shown


def _all(store: TakeStore) -> list[TakeFrames]:
    return [store.frames(take.number) for take in store.takes()]
