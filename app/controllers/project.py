"""The project of the scenario: every step in its journal, saving, and taking up another one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.controllers.log import LogController
from app.demo import cache_folder
from app.jobs import JobLine
from core.errors import UserError
from core.logs import DrivingLog
from core.scenario import EditedDrive, LogReference, MissingLogError, OfAsset, Scenario, editing
from core.scene import Asset
from widgets.scenario import ScenarioModel, Step

if TYPE_CHECKING:
    from core.scenario.project import Project


def unsaved_folder() -> Path:
    """Where the projects of scenarios lie that were never saved."""
    return cache_folder() / "unsaved"


@dataclass
class _Kept:
    """A scenario and its project, which only the line of jobs works with; there is none before the first edit."""

    start: Scenario
    project: Project | None = None

    def made(self) -> Project:
        if self.project is None:
            from core.scenario.project import create_untitled

            self.project = create_untitled(self.start, unsaved_folder())
        return self.project


_LONGEST_WAIT_S = 1.0
"""For a disk that is slower than hands; a dead one shall not stop the work."""


class ProjectController(QObject):
    """Opens a scenario with each log, and keeps it on disk from the first edit on.

    All work on files is done by one line of jobs, in order, so the window never waits for a disk. What is open stays
    until both another project and its log are there.
    """

    changed = Signal()  # another project, another place of it, or another answer of `is_modified`
    opened = Signal(object, int)  # warnings about a project that was opened, and how many unsaved steps it has
    failed = Signal(object, object)  # Path, UserError: a project that cannot be opened
    log_missing = Signal(object)  # MissingLogError; `relink` says where it is
    troubled = Signal(object)  # UserError: edits that are in memory only, or a save that failed
    eased = Signal(object)  # UserError, which no longer holds

    def __init__(self, scenario: ScenarioModel, logs: LogController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self._logs = logs
        self.line = JobLine("Project", self)
        """Everything that is done to projects comes through here, in order."""
        self.folder: Path | None = None
        """Where the scenario was saved; None if it never was."""
        self._kept: _Kept | None = None
        self._next: Project | None = None  # waits for its log
        self._wanted = Path()
        self._discards = False
        self._has_takes = False
        self._trouble: UserError | None = None
        self._on_disk = threading.Event()  # whether the last step is in the journal
        self._on_disk.set()
        scenario.stepped.connect(self._write_down)
        scenario.history_changed.connect(self.changed)
        logs.failed.connect(self._log_failed)
        logs.cancelled.connect(self._log_cancelled)

    # What is open

    @property
    def name(self) -> str:
        """What the scenario is called; empty while none is open."""
        if self.folder is not None:
            return self.folder.stem
        return "" if self._scenario.scenario is None else self._scenario.scenario.name

    @property
    def is_modified(self) -> bool:
        """Whether there are edits that leaving would lose."""
        if self._scenario.scenario is None or self._discards:
            return False
        return not self._scenario.stack.isClean() or (self._has_takes and self.folder is None)

    @property
    def assets_folder(self) -> Path | None:
        """Where the inserted assets lie, each in a folder called by its hash; None while there can be none."""
        project = None if self._kept is None else self._kept.project
        return None if project is None else project.assets.folder

    @property
    def takes_folder(self) -> Path | None:
        """Where the takes lie; None while there can be none."""
        project = None if self._kept is None else self._kept.project
        return None if project is None else project.takes_folder

    def keep_takes(
        self, work: Callable[[Path], Any], *, done: Callable[[Any], object], failed: Callable[[UserError], object]
    ) -> None:
        """Let something be done with the folder of the takes, which the project has from then on."""
        kept = self._kept
        if kept is None:
            return

        def finish(result: Any) -> None:
            if kept is self._kept and kept.project is not None:
                self._has_takes = kept.project.has_takes
                self.changed.emit()
            done(result)

        self.line.do(lambda: work(kept.made().takes_folder), done=finish, failed=failed)

    def keep_asset(self, folder: Path, done: Callable[[OfAsset], object]) -> None:
        """Copy an asset of a library into the project; `done` takes what the scenario says of it."""
        kept = self._kept
        if kept is not None:
            self.line.do(lambda: kept.made().assets.add_folder(folder), done=done, failed=self.troubled.emit)

    # Opening and leaving

    def open(self, folder: Path) -> None:
        """Open a project and the log that it is about."""
        self.give_up()
        self._wanted = folder
        self.line.do(
            lambda: _opened(folder),
            done=lambda project: self._find_log(folder, project),
            failed=lambda error: self.failed.emit(folder, error),
        )

    def relink(self, address: Path) -> None:
        """Look for the missing log elsewhere."""
        if self._next is not None:
            self._logs.open(address, self._next.scenario.log)

    def give_up(self) -> None:
        """Open no other project after all."""
        self._wanted = Path()
        project, self._next = self._next, None
        if project is not None:
            self.line.do(project.close, failed=self.troubled.emit)

    def discard_when_left(self) -> None:
        """The unsaved edits are not wanted any more, once another scenario is open. A further edit takes this back."""
        self._discards = True

    def set_log(self, log: DrivingLog | None) -> None:
        """Leave the scenario that is open and begin or go on with another, once the views have its log."""
        self._let_go()
        project = self._taken_next()
        if log is None:
            self._scenario.open(None)
        elif project is None:
            start = Scenario(name=log.name, log=LogReference.of(log, self._logs.address))
            self._kept = _Kept(start)
            self._scenario.open(EditedDrive(start, log, load_asset=self._load_asset))
        else:
            self._go_on(project, log)
        self.changed.emit()

    def close(self) -> None:
        """Write down what there is to write; to be called when the window closes."""
        self.give_up()
        self._let_go()
        self.line.close()

    # Saving

    def save(self, done: Callable[[], object] = lambda: None) -> None:
        """Write the document where it was saved before."""
        assert self.folder is not None
        self._write_document(self.folder, lambda project: project.save(), done)

    def save_as(self, folder: Path, done: Callable[[], object] = lambda: None) -> None:
        """Save everything in another folder, and go on there."""
        self._write_document(folder, lambda project: project.save_as(folder), done)

    def _write_document(self, folder: Path, write: Callable[[Project], None], done: Callable[[], object]) -> None:
        kept = self._kept
        if kept is None:
            return
        self._scenario.mark_saved()
        self.line.do(
            lambda: write(kept.made()),
            done=lambda _: self._saved(kept, folder, done),
            failed=lambda error: self._not_saved(kept, error),
        )

    def _saved(self, kept: _Kept, folder: Path, done: Callable[[], object]) -> None:
        if kept is self._kept:
            self.folder = folder
            self._tell_trouble(None)
            self.changed.emit()
        done()

    def _not_saved(self, kept: _Kept, error: UserError) -> None:
        if kept is self._kept:
            self._scenario.mark_unsaved()
        self.troubled.emit(error)

    # The journal

    def _write_down(self, step: Step) -> None:
        """A step waits for the one before to be on the disk, so no kill loses more than one; hands are slower than
        disks, except while a save is under way."""
        kept, self._discards = self._kept, False
        assert kept is not None
        self._on_disk.wait(_LONGEST_WAIT_S)
        on_disk = self._on_disk = threading.Event()

        def write() -> UserError | None:
            try:
                return _written_down(kept, step)
            finally:
                on_disk.set()

        self.line.do(write, done=self._tell_trouble, failed=self.troubled.emit)

    def _tell_trouble(self, trouble: UserError | None) -> None:
        """Tell once when the disk takes no more edits, and when it does again."""
        before, self._trouble = self._trouble, trouble
        if before is not None and trouble is None:
            self.eased.emit(before)
        if trouble is not None and (before is None or str(before) != str(trouble)):
            self.troubled.emit(trouble)

    # How

    def _find_log(self, folder: Path, project: Project) -> None:
        if folder != self._wanted:  # another one is wanted by now
            self.line.do(project.close, failed=self.troubled.emit)
            return
        self._logs.open(Path(project.scenario.log.path), project.scenario.log)
        self._next = project

    def _log_failed(self, path: Path, error: UserError) -> None:
        self._discards = False
        if self._next is not None and isinstance(error, MissingLogError):
            self.log_missing.emit(error)

    def _log_cancelled(self) -> None:
        self._discards = False
        self.give_up()

    def _taken_next(self) -> Project | None:
        """The project that waited for the log that is open now."""
        project = self._next
        if project is None or self._logs.reference is not project.scenario.log:
            self.give_up()
            return None
        self._next = None
        return project

    def _go_on(self, project: Project, log: DrivingLog) -> None:
        self._kept = _Kept(project.scenario, project)
        self.folder = None if project.is_untitled else project.folder
        self._has_takes = project.has_takes
        drive = EditedDrive(project.scenario, log, load_asset=self._load_asset)
        self._scenario.open(drive, project.history)
        unsaved = 0 if self._scenario.stack.isClean() else project.history.done - (project.history.clean or 0)
        if str(self._logs.address) != project.scenario.log.path:
            self._scenario.do(editing.relink_log(project.scenario, log, self._logs.address))
        self.opened.emit((*project.warnings, *drive.warnings), unsaved)
        self._tell_trouble(project.problem)

    def _let_go(self) -> None:
        kept, discards = self._kept, self._discards
        self._kept, self.folder, self._discards, self._trouble = None, None, False, None
        self._has_takes = False
        if kept is not None:
            self.line.do(lambda: _left(kept, discards=discards), failed=self.troubled.emit)

    def _load_asset(self, content: str) -> Asset:
        if self._kept is None or self._kept.project is None:
            raise UserError("The scenario has no assets yet", field=content)
        return self._kept.project.assets.load(content)


def _opened(folder: Path) -> Project:
    from core.scenario.project import Project

    return Project.open(folder)


def _written_down(kept: _Kept, step: Step) -> UserError | None:
    """Write a step into the journal; why it cannot be, if so."""
    from core.scenario.project import Do, Redo, Undo

    project = kept.made()
    match step.kind:
        case "do":
            project.follow(Do(command=step.command))
        case "undo":
            project.follow(Undo())
        case "redo":
            project.follow(Redo())
    return project.problem


def _left(kept: _Kept, *, discards: bool) -> None:
    """Close a project; without its unsaved edits if nobody wants them. What is left of an untitled one without any
    edit or take is nothing."""
    project = kept.project
    if project is None:
        return
    if project.is_untitled and (discards or (project.history.is_clean and not project.has_takes)):
        project.discard()
        return
    if discards:
        project.back_to_saved()
    project.close()
