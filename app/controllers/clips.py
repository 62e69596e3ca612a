"""Exporting clips of the chosen take, in the background."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app.controllers.takes import TakesController
from app.jobs import Job
from core.errors import UserError
from core.scenario import EditedDrive
from core.takes import TakeFrames
from widgets.clip_dialog import ClipChoices, ClipDialog
from widgets.formats import counted
from widgets.progress import ProgressCard
from widgets.toasts import Severity

if TYPE_CHECKING:
    from app.main_window import MainWindow


class _StoppedError(Exception):
    """The user wants no clips any more."""


class ClipController(QObject):
    """One export at a time; its progress is a card among the messages."""

    _progressed = Signal(int, int)

    def __init__(self, window: MainWindow, takes: TakesController) -> None:
        super().__init__(window)
        self._window, self._takes = window, takes
        self.dialog: ClipDialog | None = None
        self._folder: Path | None = None  # of the last export
        self._card: ProgressCard | None = None
        self._stop = threading.Event()
        self._progressed.connect(self._tell)

    @property
    def busy(self) -> bool:
        return self._card is not None

    def can_export(self) -> bool:
        return self._takes.model.chosen is not None and not self.busy

    def open(self) -> None:
        """Ask which clips of the chosen take to write."""
        frames = self._takes.model.chosen
        if frames is None or self.busy or not len(frames):
            return
        dialog = ClipDialog(frames, self._in_out_s(), self._offered(), self._window)
        dialog.wanted.connect(lambda choices: self._start(frames, choices))
        dialog.folder_wanted.connect(lambda: self._choose_folder(dialog))
        dialog.finished.connect(self._forget_dialog)
        self.dialog = dialog
        dialog.open()

    def close(self) -> None:
        self._stop.set()

    def _start(self, frames: TakeFrames, choices: ClipChoices) -> None:
        scenario, log = self._takes.scenario_of(frames.take.number), self._window.log
        if scenario is None or log is None:
            remedy = "Generate it again."
            self._window.tell(UserError(f"{frames.take.title} does not say what it shows", remedy=remedy))
            return
        self._folder = choices.folder
        stop = self._stop = threading.Event()
        card = ProgressCard(f"Exporting {frames.take.title.lower()}", str(choices.folder))
        card.cancelled.connect(stop.set)
        self._card = card
        self._window.toasts.add(card)
        job = Job(lambda: self._export(frames, EditedDrive(scenario, log), choices, stop), name="Clips", parent=self)
        job.done.connect(lambda clips: self._exported(choices.folder, clips))
        job.failed.connect(self._failed)
        job.start()

    def _export(
        self, frames: TakeFrames, drive: EditedDrive, choices: ClipChoices, stop: threading.Event
    ) -> list[Path] | None:
        """On a thread of its own; None if it was stopped."""
        from core.export.clips import ClipOrder, export_clips

        def between() -> None:
            if stop.is_set():
                raise _StoppedError

        order = ClipOrder(
            frames, drive, choices.folder, choices.begin, choices.end, choices.cameras, mosaic=choices.mosaic
        )
        try:
            return export_clips(order, self._progressed.emit, between)
        except _StoppedError:
            return None

    def _tell(self, done: int, total: int) -> None:
        if self._card is not None:
            self._card.set_progress(done, total)

    def _exported(self, folder: Path, clips: list[Path] | None) -> None:
        self._close_card()
        if clips is not None:
            show = QUrl.fromLocalFile(str(folder))
            self._window.toasts.say(
                Severity.INFO,
                f"{counted(len(clips), 'clip')} written",
                str(folder),
                offer=("Open the folder", lambda: QDesktopServices.openUrl(show)),
            )

    def _failed(self, error: UserError) -> None:
        self._close_card()
        self._window.tell(error)

    def _close_card(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            self._window.toasts.remove(card)
            card.deleteLater()
        self._window.actions_.refresh()

    def _in_out_s(self) -> tuple[float, float] | None:
        playback = self._window.playback
        if playback.in_s is None and playback.out_s is None:
            return None
        first_s = playback.start_s if playback.in_s is None else playback.in_s
        return first_s, playback.end_s if playback.out_s is None else playback.out_s

    def _offered(self) -> Path:
        """Where clips went last, else beside the project, else at home."""
        project = self._window.projects.folder
        return self._folder or (Path.home() / "Driftless clips" if project is None else project.parent / "clips")

    def _choose_folder(self, dialog: ClipDialog) -> None:
        chosen = QFileDialog.getExistingDirectory(dialog, "Where the clips go", str(self._offered().parent))
        if chosen:
            dialog.set_folder(Path(chosen))

    def _forget_dialog(self) -> None:
        self.dialog = None
