"""The demo city: opened when it is there, else made by a child process first."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

from app import demo
from core.errors import UserError

CLEAN_UP_MS = 10_000
"""How long a cancelled child may take to remove what it has half made."""

_PROGRESS = re.compile(rb"^progress (\d+) (\d+)\s*$", re.MULTILINE)

logger = logging.getLogger(__name__)


class DemoController(QObject):
    """The child never outlives the window: `close` waits for its end, and kills it if it does not come."""

    making = Signal()
    progressed = Signal(int, int)  # done, total
    ready = Signal(object)  # Path
    failed = Signal(object)  # UserError
    ended = Signal()  # of making, however it ended

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._leaving: list[QProcess] = []  # cancelled; they clean up and end by themselves

    @property
    def busy(self) -> bool:
        return self._process is not None

    def open(self) -> None:
        folder = demo.demo_folder()
        if self.busy:
            return
        if demo.is_made():
            self.ready.emit(folder)
        else:
            self._make(folder)

    def cancel(self) -> None:
        process = self._release()
        if process is not None:
            process.terminate()
            self._leaving.append(process)

    def close(self) -> None:
        """Cancel, and return when no child is left."""
        self.cancel()
        for process in self._leaving:
            if not process.waitForFinished(CLEAN_UP_MS) and process.state() != QProcess.ProcessState.NotRunning:
                process.kill()
                process.waitForFinished(CLEAN_UP_MS)
        self._leaving.clear()

    def _make(self, folder: Path) -> None:
        process = QProcess(self)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._break)
        self._process = process
        self.making.emit()
        program, *arguments = demo.demo_command(folder)
        process.start(program, arguments)

    def _read(self) -> None:
        if self._process is not None:
            found = _PROGRESS.findall(bytes(self._process.readAllStandardOutput().data()))
            if found:
                done, total = found[-1]
                self.progressed.emit(int(done), int(total))

    def _finish(self, code: int) -> None:
        process = self._release()
        if process is None:
            return
        if code == 0:
            self.ready.emit(demo.demo_folder())
            return
        said = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        logger.error("making the demo city ended with %s: %s", code, said)
        reason = said.splitlines()[-1].removeprefix("driftless: ") if said else f"status {code}"
        self.failed.emit(UserError(f"The demo city could not be made: {reason}"))

    def _break(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            process = self._release()
            if process is not None:
                self.failed.emit(UserError(f"The demo city could not be started: {process.errorString()}"))

    def _release(self) -> QProcess | None:
        process, self._process = self._process, None
        if process is not None:
            self.ended.emit()
        return process
