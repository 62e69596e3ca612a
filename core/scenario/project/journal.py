"""The journal of a project: what was done, in order, on the disk before anything else happens."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from core.errors import UserError
from core.scenario.document import Scenario
from core.scenario.history import History
from core.scenario.project.entries import Do, Entry, JournalContent, Redo, Saved, Start, Undo, as_lines, read_journal
from core.scenario.project.files import sync_folder, unwritable

JOURNAL = "journal.jsonl"


class Journal:
    """Appends entries to a journal. What cannot be written now is kept, and written before what comes next."""

    def __init__(self, path: Path, content: JournalContent | None) -> None:
        """
        Args:
            path: the file; made if it is not there.
            content: what is in it, which is kept: what comes after that is cut off. None for a new journal.

        Raises:
            OSError: it cannot be opened for writing.
        """
        self.path = path
        self.problem: UserError | None = None  # why entries wait to be written
        self._waiting: list[Entry] = []
        self._number = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        lines, self._check = as_lines(()) if content is None else (b"", content.check)
        self._size = 0 if content is None else content.size
        os.ftruncate(self._number, self._size)
        sync_folder(path.parent)

    def append(self, *entries: Entry) -> None:
        """Write entries, and those that wait; on return they are on the disk, or `problem` says why not."""
        self._waiting += entries
        lines, check = as_lines(self._waiting, self._check)
        try:
            _write_at(self._number, self._size, lines)
        except OSError as error:
            self.problem = unwritable(error, self.path)
            self._drop_torn_line()
            return
        self.problem = None
        self._waiting.clear()
        self._size, self._check = self._size + len(lines), check

    def close(self) -> None:
        if self._number >= 0:
            os.close(self._number)
            self._number = -1

    def _drop_torn_line(self) -> None:
        try:
            os.ftruncate(self._number, self._size)
        except OSError as error:
            # The reader leaves a torn line out just as well.
            self.problem = unwritable(error, self.path)


def replayed(entries: Iterable[Entry]) -> tuple[History, tuple[str, ...]]:
    """The history that entries tell, its clean state the one that was saved last; and what did not fit."""
    history: History | None = None
    for entry in entries:
        try:
            match entry:
                case Start(scenario=scenario):
                    history = History(scenario)
                case _ if history is None:
                    raise ValueError("a journal begins with a document")
                case Do(command=command):
                    history.apply(command)
                case Undo():
                    history.undo()
                case Redo():
                    history.redo()
                case Saved():
                    history.mark_clean()
        except UserError as error:
            if history is None:
                raise
            return history, (f"The journal stops making sense, and is left out from there on: {error}",)
    if history is None:
        raise ValueError("a journal begins with a document")
    return history, ()


def is_told(entries: Iterable[Entry], scenario: Scenario, history: History) -> bool:
    """Whether a saved document is the one that the entries say was saved last, or what they led to."""
    saved = [entry.document_hash for entry in entries if isinstance(entry, Saved)]
    found = scenario.document_hash
    return (bool(saved) and saved[-1] == found) or history.scenario.document_hash == found


def set_aside(path: Path) -> Path:
    """Rename a journal that cannot be gone on with, so that nothing of it is lost."""
    aside = path.with_name(f"journal-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.jsonl")
    path.replace(aside)
    return aside


def _write_at(number: int, place: int, content: bytes) -> None:
    os.lseek(number, place, os.SEEK_SET)
    while content:
        content = content[os.write(number, content) :]
    os.fsync(number)


__all__ = ["JOURNAL", "Journal", "is_told", "read_journal", "replayed", "set_aside"]
