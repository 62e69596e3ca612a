"""The journal of a project: what was done, in order, on the disk before anything else happens."""

from __future__ import annotations

import os
import time
from pathlib import Path

from core.errors import UserError
from core.scenario.project.entries import FIRST_CHECK, Entry, JournalContent, as_lines
from core.scenario.project.files import unwritable
from core.whole_files import sync_folder


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
        self._size, self._check = (0, FIRST_CHECK) if content is None else (content.size, content.check)
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
