"""Unsaved edits that an earlier window left behind: found at the start, and offered."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.controllers.files import SUFFIX
from app.controllers.project import unsaved_folder
from core.spare_core import SPARE_CORES
from widgets.formats import counted
from widgets.recovery import RecoveryCard

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from core.scenario.project import Recoverable

PATIENCE_S = 10.0


class RecoveryController(QObject):
    """Looks through the unsaved scenarios and the recent projects; those that some window has open are left alone."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._card: RecoveryCard | None = None

    @property
    def card(self) -> RecoveryCard | None:
        """The offer, while there is one."""
        return self._card

    def look(self) -> None:
        """Look for unsaved edits in the background, and offer what is found."""
        projects = [path for path in self._window.store.values.recent if path.suffix == SUFFIX]
        folder = unsaved_folder()
        if projects or folder.is_dir():
            self._window.projects.line.do(lambda: _found(folder, projects), done=self._offer, failed=self._window.tell)

    def _offer(self, found: Sequence[Recoverable]) -> None:
        if not found:
            return
        card = RecoveryCard([(one.folder, _title(one), _detail(one)) for one in found])
        card.recover_wanted.connect(self._recover)
        card.discard_wanted.connect(self._discard)
        card.closed.connect(self._close)
        self._card = card
        self._window.toasts.add(card)

    def _recover(self, folder: Path) -> None:
        self._close()
        self._window.open(folder)

    def _discard(self, folder: Path) -> None:
        self._window.projects.line.do(lambda: _discarded(folder), failed=self._window.tell)

    def _close(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            self._window.toasts.remove(card)


def _title(found: Recoverable) -> str:
    is_untitled = found.folder.parent == unsaved_folder()
    return f"{found.scenario.name}, never saved" if is_untitled else found.folder.stem


def _detail(found: Recoverable) -> str:
    when = time.strftime("%d %B %H:%M", time.localtime(found.changed_s))
    what = counted(found.steps, "step") if found.steps else "Takes without an edit"
    return f"{what}, last on {when}"


def _found(folder: Path, projects: Sequence[Path]) -> list[Recoverable]:
    with SPARE_CORES.one_at_rest(PATIENCE_S):
        from core.scenario.project import recoverable, unsaved_edits

        unsaved = [unsaved_edits(project) for project in projects]
        return [*recoverable(folder), *(one for one in unsaved if one is not None)]


def _discarded(folder: Path) -> None:
    from core.scenario.project import Project

    project = Project.open(folder)
    if project.is_untitled:
        project.discard()
    else:
        project.back_to_saved()
        project.close()
