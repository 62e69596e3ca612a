"""Opening, saving and leaving logs and projects: what is asked, and what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from app.demo import demo_folder
from core.errors import UserError
from core.scenario import MissingLogError
from widgets.formats import counted
from widgets.theme import icon
from widgets.toasts import Severity

if TYPE_CHECKING:
    from app.main_window import MainWindow

SUFFIX = ".driftless"
PARTS = ("scenario.json", "journal.jsonl")
"""As `core.scenario.project` has them, which takes a while to import."""

_Button = QMessageBox.StandardButton


class FileController(QObject):
    """Everything of the File menu. Nothing that is unsaved is left without asking."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._logs = window.logs
        self._projects = window.projects
        self._projects.changed.connect(self._show_name)
        self._projects.opened.connect(self._tell_opened)
        self._projects.failed.connect(self._tell_failed)
        self._projects.troubled.connect(window.tell)
        self._projects.eased.connect(lambda trouble: window.toasts.withdraw(trouble.what))
        self._projects.log_missing.connect(self._ask_for_log)
        self._logs.failed.connect(self._tell_failed)

    # Opening

    def open(self, path: Path) -> None:
        """Open a log or a project in the background; what is open stays until then."""
        folder = project_folder(path)
        if folder is None:
            self.leave(lambda: self._open_log(path))
        elif folder == self._projects.folder:
            self._window.toasts.say(Severity.INFO, f"“{folder.stem}” is open already")
        else:
            self.leave(lambda: self._projects.open(folder))

    def choose_log(self) -> None:
        self._choose("Open a driving log")

    def choose_project(self) -> None:
        self._choose("Open a project")

    def fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for path in self._window.store.values.recent:
            sign = icon("folder-star-outline" if path.suffix == SUFFIX else "folder-outline")
            menu.addAction(sign, f"{path.name}    {path.parent}", partial(self.open, path))
        if menu.isEmpty():
            menu.addAction("Nothing yet").setEnabled(False)

    # Saving

    def save(self, done: Callable[[], object] = lambda: None) -> None:
        """Save where it was saved before; ask for a place the first time."""
        if self._projects.folder is None:
            self.save_as(done)
        else:
            self._projects.save(done)

    def save_as(self, done: Callable[[], object] = lambda: None) -> None:
        folder = self._projects.folder
        start = self._start() / self._projects.name if folder is None else folder
        title = "Save the project as"
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, title, str(start.with_name(start.stem + SUFFIX)), f"Project (*{SUFFIX})"
        )
        if chosen:
            target = Path(chosen)
            target = target if target.suffix == SUFFIX else target.with_name(target.name + SUFFIX)
            self._projects.save_as(target, done)

    # Leaving

    def close_log(self) -> None:
        self.leave(self._logs.close)

    def leave(self, then: Callable[[], object]) -> None:
        """Go on once the user has said what becomes of unsaved edits; at once if there are none."""
        if not self._projects.is_modified:
            then()
            return
        box = QMessageBox(QMessageBox.Icon.Question, "Unsaved edits", f"Save the edits of “{self._projects.name}”?")
        box.setParent(self._window, box.windowFlags())
        box.setInformativeText("What is not saved now is gone.")
        box.setStandardButtons(_Button.Save | _Button.Discard | _Button.Cancel)
        box.setDefaultButton(_Button.Save)
        box.setObjectName("unsaved")
        box.finished.connect(lambda answer: self._left(_Button(answer), then))
        box.finished.connect(box.deleteLater)
        box.open()

    def _left(self, answer: QMessageBox.StandardButton, then: Callable[[], object]) -> None:
        if answer == _Button.Save:
            self.save(then)
        elif answer == _Button.Discard:
            self._projects.discard_when_left()
            then()

    # What comes of it

    def _open_log(self, path: Path) -> None:
        self._projects.give_up()
        self._logs.open(path)

    def _choose(self, title: str) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, title, str(self._start()))
        if chosen:
            self.open(Path(chosen))

    def _start(self) -> Path:
        recent = self._window.store.values.recent
        return recent[0].parent if recent else Path.home()

    def _show_name(self) -> None:
        """The title, and the place among the recent ones."""
        window, projects = self._window, self._projects
        window.setWindowTitle(f"{projects.name}[*] – Driftless" if projects.name else "Driftless")
        window.setWindowModified(projects.is_modified and bool(projects.name))
        place = projects.folder or self._logs.address
        if place is not None and place != demo_folder() and place not in window.store.values.recent[:1]:
            window.store.add_recent(place)

    def _tell_opened(self, warnings: tuple[str, ...], unsaved: int) -> None:
        for warning in warnings:
            self._window.toasts.say(Severity.WARNING, warning)
        if unsaved:
            what = f"{counted(unsaved, 'edit')} that were not saved are here again"
            if unsaved == 1:
                what = "One edit that was not saved is here again"
            self._window.toasts.say(Severity.INFO, what, remedy="Ctrl+S saves, Ctrl+Z takes back.")

    def _tell_failed(self, path: Path, error: UserError) -> None:
        if isinstance(error, MissingLogError):
            return
        self._window.tell(error)
        if not path.exists():
            self._window.store.forget_recent(path)
            self._window.welcome.set_recent(self._window.store.values.recent)

    def _ask_for_log(self, error: MissingLogError) -> None:
        """The relink dialog: where is the log now?"""
        box = QMessageBox(QMessageBox.Icon.Warning, "The log is missing", error.what)
        box.setParent(self._window, box.windowFlags())
        box.setInformativeText(f"It was looked for in {error.reference.path}")
        choose = box.addButton("Choose its folder…", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(_Button.Cancel)
        box.setObjectName("relink")
        box.finished.connect(lambda: self._relink(box.clickedButton() is choose))
        box.finished.connect(box.deleteLater)
        box.open()

    def _relink(self, wanted: bool) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, "Where the log is now") if wanted else ""
        if chosen:
            self._projects.relink(Path(chosen))
        else:
            self._projects.give_up()


def project_folder(path: Path) -> Path | None:
    """The folder of the project that a path means: itself, or a file in it; None if it means none."""
    folder = path.parent if path.name in PARTS else path
    holds = any((folder / part).is_file() for part in PARTS)
    return folder if holds or path.suffix == SUFFIX else None
