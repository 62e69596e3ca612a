"""Paths of the ego and of actors: the tool in the viewport, and verdicts that keep up with the hands."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from app.controllers.key_frames import KeyFramesController
from app.controllers.templates import TemplatesController
from core.errors import UserError
from core.geometry import Pose
from core.logs import DrivingLog
from core.scenario import EGO, Case, Judge, Keyed, Replay, Surroundings, editing
from core.scenario.motion import Shift, Verdict, bent_path, read_ego_path, write_ego_path
from widgets.path_model import PathModel
from widgets.speed_strip import SpeedPanel
from widgets.toasts import Severity
from widgets.turns import Turns
from widgets.viewport.tools.path_tool import PathTool
from widgets.viewport.worker import LatestWorker

if TYPE_CHECKING:
    from app.main_window import MainWindow

EGO_FILES = "Ego paths (*.csv *.json)"
PREPARE_AFTER_MS = 800  # the last change: a log that has just been opened has other things to show first


class PathsController(QObject):
    """Takes the path tool into the hand of the viewport, and has every shown path judged in a thread.

    While a path is dragged only the latest of the waiting verdicts is worked out.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.model = PathModel(window.scenario, window.selection, self)
        self.tool = PathTool(self.model, self)
        self.panel = SpeedPanel(self.model, window.playback)
        self.templates = TemplatesController(window, self.model)
        self.key_frames = KeyFramesController(self.model, window.playback, self)
        self._judge = Judge()
        self._worker: LatestWorker | None = None
        self._prepared: DrivingLog | None = None  # whose surroundings are known
        self._turns = Turns(self)
        self._resting = QTimer(self, interval=PREPARE_AFTER_MS, singleShot=True)
        self._resting.timeout.connect(self._ask_verdict)
        self.model.changed.connect(self._ask_later)
        self.model.changed.connect(self._show)
        self.model.judged.connect(self._show)
        window.centre.viewport.tool_taken.connect(self._on_tool)
        window.scenario.changed.connect(self._ask_later)

    def has_path(self) -> bool:
        """Whether the ego or an actor is selected."""
        return self.model.shown is not None

    def is_editing(self) -> bool:
        return self._window.centre.viewport.tool is self.tool

    def toggle(self) -> None:
        """Take the path tool, or put it away."""
        if self.is_editing():
            self._window.centre.viewport.take(None)
        else:
            self.edit()

    def edit(self) -> None:
        """Take the tool into the hand, in 3D and in the plan."""
        self._window.centre.viewport.take(self.tool)
        self._window.centre.current.setFocus()

    def draw_anew(self) -> None:
        """From the playhead on, along a path that is drawn by hand; until then as recorded."""
        shown, t_s = self.model.shown, self._window.playback.t_s
        if shown is None:
            return
        t_s = min(max(t_s, float(shown.t_s[0])), float(shown.t_s[-1]))
        speed = float(shown.speed_mps[abs(shown.t_s - t_s).argmin()])
        motion = editing.drawn_from(Pose.from_heading(shown.heading_at(t_s), shown.at(t_s)), round(speed, 2), t_s)
        if self.model.settle("Draw a path", motion):
            self.edit()

    def is_edited(self) -> bool:
        """Whether the shown one moves otherwise than as recorded."""
        return self.has_path() and not isinstance(self.model.settled_motion, Replay)

    def reset(self) -> None:
        self.model.settle("Move as recorded", Replay())

    def import_ego_path(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Import an ego path", "", EGO_FILES)
        drive = self.model.drive
        if not chosen or drive is None:
            return
        start_ns = drive.log.start_ns
        try:
            frames = editing.key_frames.frames_of(read_ego_path(Path(chosen), start_ns=start_ns), start_ns=start_ns)
        except UserError as error:
            self._window.tell(error)
            return
        self._window.selection.select(EGO)
        self.model.settle("Import an ego path", Keyed(frames=frames))

    def export_ego_path(self) -> None:
        drive = self.model.drive
        name = "ego path.csv" if drive is None else f"{drive.log.name} ego path.csv"
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Export the ego path", name, EGO_FILES)
        if not chosen or drive is None:
            return
        try:
            write_ego_path(drive.ego, Path(chosen), start_ns=drive.log.start_ns)
        except UserError as error:
            self._window.tell(error)
            return
        self._window.toasts.say(Severity.INFO, "The ego path is exported", chosen)

    def close(self) -> None:
        self._resting.stop()
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _on_tool(self) -> None:
        self._window.centre.plan.take(self.tool if self.is_editing() else None)

    def _show(self) -> None:
        """In the timeline."""
        self._window.timeline.canvas.set_verdict(
            self.model.verdict, self.model.readings, is_judged=self.model.is_judged
        )

    def _ask_later(self) -> None:
        """Once for all that changes in one turn; without a path there is something to prepare at most."""
        if self.model.shown is None:
            self._resting.start()
        else:
            self._turns.ask("verdict", self._ask_verdict)

    def _ask_verdict(self) -> None:
        drive, shown = self.model.drive, self.model.shown
        if drive is None or (shown is None and drive.log is self._prepared):
            return
        if self._worker is None:
            self._worker = LatestWorker("verdicts", self)
            self._worker.done.connect(self._take)
        around = self.model.surroundings if drive.log is self._prepared else None
        case = None if shown is None else Case.of(drive, shown.who)
        self._worker.ask(partial(_judged, self._judge, drive.log, around, case))

    def _take(self, found: tuple[Surroundings, tuple[Case, Verdict] | None]) -> None:
        surroundings, judged = found
        self._prepared = surroundings.log
        self.model.take_surroundings(surroundings)
        if judged is not None:
            self.model.take_verdict(*judged)


def _judged(
    judge: Judge, log: DrivingLog, around: Surroundings | None, case: Case | None
) -> tuple[Surroundings, tuple[Case, Verdict] | None]:
    """Prepares a log where that has not been done, and judges a case where there is one."""
    if around is None:
        around = Surroundings.of(log)
        # The first bend of all is slow, as it imports what splines need.
        bent_path(log.ego, [Shift(left_m=0.1)], start_ns=log.start_ns)
    return around, None if case is None else (case, judge.verdict(case))
