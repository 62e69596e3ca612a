"""Opening logs in the background; at any time at most one is open and at most one is being opened."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs import Job
from core.errors import UserError
from core.logs import DrivingLog, open_log
from core.scenario import LogReference, open_log_of


class LogController(QObject):
    """An earlier log stays until a later one is there; a new request drops the one before."""

    opening = Signal(object)  # Path
    opened = Signal(object)  # DrivingLog, or None after closing
    failed = Signal(object, object)  # Path, UserError
    cancelled = Signal()  # a request, by the user or for another one
    ended = Signal()  # of every request, however it ended

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log: DrivingLog | None = None
        self._address: Path | None = None
        self._reference: LogReference | None = None
        self._job: Job | None = None

    @property
    def log(self) -> DrivingLog | None:
        return self._log

    @property
    def address(self) -> Path | None:
        """Where the log was opened from, as `open_log` takes it."""
        return self._address

    @property
    def reference(self) -> LogReference | None:
        """What the open log was asked to be; None if any was fine."""
        return self._reference

    @property
    def busy(self) -> bool:
        return self._job is not None

    def open(self, path: Path, reference: LogReference | None = None) -> None:
        """Open a log; with a reference only the one that it means, and `failed` tells a `MissingLogError` else."""
        self.cancel()
        path = Path(os.path.abspath(path))  # noqa: PTH100 -- links stay as the user knows them, `..` goes
        job = Job(lambda: _read(path, reference), name=f"Opening {path.name}", parent=self)
        job.done.connect(lambda log: self._take(path, log, reference))
        job.failed.connect(lambda error: self._fail(path, error))
        self._job = job
        self.opening.emit(path)
        job.start()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._end()
            self.cancelled.emit()

    def close(self) -> None:
        self.cancel()
        if self._log is not None:
            self._log = self._address = self._reference = None
            self.opened.emit(None)

    def _take(self, path: Path, log: DrivingLog, reference: LogReference | None) -> None:
        self._end()
        self._log, self._address, self._reference = log, path, reference
        self.opened.emit(log)

    def _fail(self, path: Path, error: UserError) -> None:
        self._end()
        self.failed.emit(path, error)

    def _end(self) -> None:
        self._job = None
        self.ended.emit()


def _read(path: Path, reference: LogReference | None) -> DrivingLog:
    """On the job's thread: open, and work out what every view would otherwise work out on the GUI thread."""
    log = open_log(path) if reference is None else open_log_of(reference, elsewhere=path)
    log.box_table.at(log.start_ns)
    for track in log.tracks:
        track.spans_ns  # noqa: B018 -- is remembered
    return log
