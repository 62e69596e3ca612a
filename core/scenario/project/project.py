"""A scenario in its folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from core.errors import UserError
from core.scenario.command import Command
from core.scenario.document import Scenario
from core.scenario.history import History
from core.scenario.project.assets import FOLDER as ASSETS
from core.scenario.project.assets import AssetStore
from core.scenario.project.entries import Do, Entry, Redo, Saved, Start, Undo
from core.scenario.project.files import unwritable
from core.scenario.project.journal import Journal, set_aside
from core.scenario.project.lock import FolderLock
from core.scenario.project.opening import DOCUMENT, JOURNAL, Found, followed, is_project, read_project, saved_document
from core.whole_files import write_whole

SUFFIX = ".driftless"
TAKES = "takes"


class Project:
    """A scenario, its history, and the folder that keeps both.

    Every command is in the journal before `do` returns, so a kill loses at most the gesture in the hand. A folder that
    cannot be written stops nothing: `problem` says so, and the edits wait in memory for another try or another place.
    """

    def __init__(self, folder: Path, entries: list[Entry], history: History, lock: FolderLock | None) -> None:
        self.folder, self.history = folder, history
        self.assets = AssetStore(folder / ASSETS)
        self.warnings: tuple[str, ...] = ()  # what was noticed when it was opened
        self._entries = entries  # all of them, for a copy elsewhere
        self._journal: Journal | None = None
        self._lock = lock
        self._unwritable: UserError | None = None

    @classmethod
    def create(cls, folder: str | Path, scenario: Scenario) -> Project:
        """A new project, with a journal and without a document until it is saved.

        Raises:
            UserError: there is something already.
        """
        folder = Path(folder)
        require_free(folder)
        entries: list[Entry] = [Start(scenario=scenario)]
        project = cls(folder, entries, History(scenario), None)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            project._lock = FolderLock(folder)
            project._journal = Journal(folder / JOURNAL, None)
        except OSError as error:
            project._unwritable = unwritable(error, folder)
        else:
            project._journal.append(*entries)
        return project

    @classmethod
    def open(cls, folder: str | Path) -> Project:
        """A project as it was left, with all edits that its journal holds, saved or not; see `is_saved`.

        Raises:
            UserError: it is none, is open elsewhere, is damaged, or of a newer version.
        """
        folder = Path(folder)
        lock, problem = None, None
        try:
            lock = FolderLock(folder) if is_project(folder) else None
        except OSError as error:
            problem = unwritable(error, folder)
        try:
            found = read_project(folder)
        except UserError:
            if lock is not None:
                lock.release()
            raise
        project = cls(folder, list(found.entries), found.history, lock)
        project.warnings, project._unwritable = found.warnings, problem
        if lock is not None:
            project._go_on(found)
        for entry in found.untold:
            project.follow(entry)
        return project

    def _go_on(self, found: Found) -> None:
        """Go on with the journal that was found, or set it aside for a new one."""
        path = self.folder / JOURNAL
        try:
            if found.content is None and path.exists():
                set_aside(path)
            self._journal = Journal(path, found.content)
        except OSError as error:
            self._unwritable = unwritable(error, self.folder)
            return
        if found.content is None:
            self._journal.append(*found.entries)

    @property
    def scenario(self) -> Scenario:
        return self.history.scenario

    @property
    def is_untitled(self) -> bool:
        """Whether it was never saved."""
        return not (self.folder / DOCUMENT).exists()

    @property
    def is_saved(self) -> bool:
        """Whether the document on the disk is the scenario as it is now."""
        return self.history.is_clean and not self.is_untitled

    @property
    def problem(self) -> UserError | None:
        """Why the edits are in memory only; None while they are on the disk."""
        return self._unwritable if self._journal is None else self._journal.problem

    @property
    def scene_folder(self) -> Path | None:
        """Where the scenario's scene lies."""
        scene = self.scenario.scene
        return None if scene is None else self.folder / scene.path

    @property
    def takes_folder(self) -> Path:
        """Where the scenario's takes lie; not there before the first one."""
        return self.folder / TAKES

    @property
    def has_takes(self) -> bool:
        return has_takes(self.folder)

    def do(self, command: Command) -> Scenario:
        """Do a command, as one step or as more of the gesture of the last one.

        Raises:
            UserError: it does not fit; nothing has changed.
        """
        self.follow(Do(command=command))
        return self.scenario

    def undo(self) -> Scenario:
        if self.history.can_undo:
            self.follow(Undo())
        return self.scenario

    def redo(self) -> Scenario:
        if self.history.can_redo:
            self.follow(Redo())
        return self.scenario

    def follow(self, entry: Entry) -> None:
        """Do what an entry of a journal tells, and write it down.

        Raises:
            UserError: a command does not fit; nothing has changed.
        """
        self.history = followed(self.history, entry)
        self._entries.append(entry)
        if self._journal is not None:
            self._journal.append(entry)

    def save(self) -> None:
        """Write the document.

        Raises:
            UserError: it cannot be written; the one on the disk is as it was.
        """
        if self._journal is None and self._unwritable is not None:
            raise self._unwritable
        try:
            write_whole(self.folder / DOCUMENT, self.scenario.to_json(indent=1).encode())
        except OSError as error:
            raise unwritable(error, self.folder) from error
        self.follow(Saved(document_hash=self.scenario.document_hash))

    def save_as(self, folder: str | Path) -> None:
        """Write all of the project, its history too, into another folder, and go on there. An unsaved one moves.

        Raises:
            UserError: there is something else or an open project already, or it cannot be written; nothing has changed.
        """
        folder = Path(folder)
        if folder.resolve() == self.folder.resolve():
            self.save()
            return
        require_free(folder, projects_too=True)
        new = Project(folder, [*self._entries, Saved(document_hash=self.scenario.document_hash)], self.history, None)
        try:
            self._write_into(new)
        except OSError as error:
            new.close()
            raise unwritable(error, folder) from error
        except UserError:
            new.close()
            raise
        self._move_to(new)

    def back_to_saved(self) -> None:
        """Drop what was not saved, for good, as the user answered when it was offered; without a saved document, all.

        Raises:
            UserError: the saved document cannot be read.
        """
        first = next(entry.scenario for entry in self._entries if isinstance(entry, Start))
        self.follow(Start(scenario=saved_document(self.folder) or first))

    def discard(self) -> None:
        """Close the project and delete its folder: what happens to one that the user does not want to save."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()
        if self._lock is not None:
            self._lock.release()

    def _write_into(self, new: Project) -> None:
        new.folder.mkdir(parents=True, exist_ok=True)
        new._lock = FolderLock(new.folder)
        copy_content(self.scenario, self.folder, new.folder)
        if self.has_takes:
            shutil.copytree(self.takes_folder, new.takes_folder, dirs_exist_ok=True)
        write_whole(new.folder / DOCUMENT, self.scenario.to_json(indent=1).encode())
        new._journal = Journal(new.folder / JOURNAL, None)
        new._journal.append(*new._entries)
        if new._journal.problem is not None:
            raise new._journal.problem

    def _move_to(self, new: Project) -> None:
        self.close()
        if self.is_untitled:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder, self.assets, self._entries = new.folder, new.assets, new._entries
        self._journal, self._lock, self._unwritable = new._journal, new._lock, None
        self.history.mark_clean()


def require_free(folder: Path, *, projects_too: bool = False) -> None:
    """
    Raises:
        UserError: the folder holds something; another project is fine where that is said.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (projects_too and is_project(folder))):
        remedy = "Name a new or empty folder, or a project." if projects_too else "Name a new or empty folder."
        raise UserError("There is something else already", path=folder, remedy=remedy)


def has_takes(folder: Path) -> bool:
    """Whether anything was generated in the project of a folder."""
    return (folder / TAKES).is_dir() and any((folder / TAKES).iterdir())


def copy_content(scenario: Scenario, source: Path, target: Path) -> None:
    """Copy everything that a document refers to within its folder: the assets, and the scene if it lies there.

    Raises:
        OSError: it cannot be read or written.
    """
    scene = scenario.scene
    inside = [ASSETS] if scene is None or Path(scene.path).is_absolute() else [ASSETS, scene.path]
    for name in inside:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
