"""Actors on the clipboard: copied from one project, pasted into any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.jobs import Job
from core.errors import UserError
from core.geometry import Pose
from core.scenario import Command, EditedDrive, Inserted, OfAsset

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from core.scenario.project.assets import AssetStore

_ASIDE_M = 0.8  # between an actor and what is pasted beside it
_AHEAD_M = 12.0  # of the ego, where actors of another log are put


class ClipboardController(QObject):
    """Splats are packed and unpacked in the background."""

    copied = Signal(int)  # how many actors
    failed = Signal(object)  # UserError

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def copy(self) -> None:
        """Put the selected actors on the clipboard."""
        from core.scenario.clipboard import copy_actors

        drive, actors = self._window.scenario.drive, self._window.actors.selected()
        if drive is None or not actors:
            return
        store = self._store()
        job = Job(lambda: copy_actors(drive, actors, store), name="Copying actors", parent=self)
        job.done.connect(lambda text: self._take_copy(text, len(actors)))
        job.failed.connect(self.failed)
        job.start()

    def paste(self) -> None:
        """Insert what is on the clipboard: beside its original or, from another log, before the ego."""
        from core.scenario.clipboard import paste_actors

        drive, text, store = self._window.scenario.drive, QGuiApplication.clipboard().text(), self._window.library.store
        if drive is None:
            return
        t_s, scenario = self._window.playback.t_s, drive.scenario

        def work() -> tuple[Command, list[str]]:
            return paste_actors(text, scenario, store, at=_place(text, drive, t_s))

        job = Job(work, name="Pasting actors", parent=self)
        job.done.connect(lambda pasted: self._keep_then_do(*pasted))
        job.failed.connect(self.failed)
        job.start()

    def _store(self) -> AssetStore:
        """Of the project; before there is one, of the library, since nothing is inserted then."""
        from core.scenario.project.assets import AssetStore

        folder = self._window.projects.assets_folder
        return self._window.library.store if folder is None else AssetStore(folder)

    def _take_copy(self, text: str, count: int) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(count)

    def _keep_then_do(self, command: Command, names: list[str]) -> None:
        """The project has the splats before the scenario speaks of them."""
        inserted = [change.after.inserted for change in command.changes if change.part == "actors" and change.after]
        contents = sorted({content for one in inserted if one is not None if (content := _content(one)) is not None})
        left = set(contents)

        def kept(content: str | None) -> None:
            left.discard(content or "")
            if not left:
                self._do(command, names)

        for content in contents:
            folder = self._window.library.store.folder / content
            self._window.projects.keep_asset(folder, lambda asset: kept(asset.asset))
        if not contents:
            self._do(command, names)

    def _do(self, command: Command, names: list[str]) -> None:
        if self._window.scenario.do(command):
            self._window.selection.select_many(frozenset(names), names[0])


def _content(inserted: Inserted) -> str | None:
    return inserted.origin.asset if isinstance(inserted.origin, OfAsset) else None


def _place(text: str, drive: EditedDrive, t_s: float) -> Pose:
    """world_from_box of the first actor on the clipboard.

    Raises:
        UserError: the text is no fragment.
    """
    from core.scenario.clipboard import parsed

    fragment = parsed(text)
    if not fragment.actors:
        raise UserError("The clipboard holds no actors of Driftless", remedy="Copy actors first.")
    first = fragment.actors[0]
    width_m, height_m = first.elsewhere.size_m[1:]
    if fragment.log == drive.scenario.log.fingerprint:
        return first.frames[0].place.pose @ Pose.from_heading(0.0, [0.0, width_m + _ASIDE_M, 0.0])
    return drive.ego_at(t_s) @ Pose.from_heading(0.0, [_AHEAD_M, 0.0, height_m / 2])
