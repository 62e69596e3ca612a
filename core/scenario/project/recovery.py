"""Edits that were never saved, and survive a crash all the same."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError
from core.scenario.document import Scenario
from core.scenario.project.entries import read_journal
from core.scenario.project.lock import FolderLock
from core.scenario.project.opening import JOURNAL, is_project, read_project, replayed
from core.scenario.project.project import SUFFIX, Project, has_takes


@dataclass(frozen=True)
class Recoverable:
    """Unsaved edits that some earlier window left behind; `Project.open` opens their folder."""

    folder: Path
    scenario: Scenario
    steps: int  # that can be undone
    changed_s: float  # seconds of the epoch


def create_untitled(scenario: Scenario, folder: Path) -> Project:
    """A new unsaved project in a folder that is kept for such."""
    return Project.create(folder / f"{uuid.uuid4().hex}{SUFFIX}", scenario)


def recoverable(folder: Path) -> list[Recoverable]:
    """What can be recovered from the folder of unsaved projects, the latest first.

    Those that another window has open are left out; those without any edit or take are deleted.
    """
    found = [_found(path) for path in folder.glob(f"*{SUFFIX}") if path.is_dir()]
    return sorted((each for each in found if each is not None), key=lambda each: -each.changed_s)


def unsaved_edits(folder: Path) -> Recoverable | None:
    """What a project holds that was never saved; None if nothing, or if some window has it open."""
    try:
        lock = FolderLock(folder) if is_project(folder) else None
    except (UserError, OSError):
        return None
    if lock is None:
        return None
    try:
        history = read_project(folder).history
        if not history.is_clean:
            return Recoverable(folder, history.scenario, history.done, (folder / JOURNAL).stat().st_mtime)
    except (UserError, OSError):
        # Whoever opens it is told what is wrong with it.
        pass
    finally:
        lock.release()
    return None


def _found(path: Path) -> Recoverable | None:
    try:
        lock = FolderLock(path)
    except (UserError, OSError):
        return None
    try:
        entries = read_journal(path / JOURNAL).entries
        history, _ = replayed(entries)
        if len(entries) > 1 or has_takes(path):
            return Recoverable(path, history.scenario, history.done, (path / JOURNAL).stat().st_mtime)
    except UserError:
        # Not even its first line was written whole: there was no edit yet.
        pass
    finally:
        lock.release()
    shutil.rmtree(path, ignore_errors=True)
    return None
