"""One window per project."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.errors import UserError

LOCK = "lock"


class FolderLock:
    """Holds a folder until it is released or the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """
        Raises:
            UserError: somebody else holds it.
            OSError: the folder cannot be written.
        """
        path = folder / LOCK
        self._number = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _hold(self._number)
        except OSError as error:
            holder = os.pread(self._number, 100, 0).decode(errors="replace") if sys.platform != "win32" else ""
            os.close(self._number)
            raise UserError(
                f"The project is open in another window{holder and f' (process {holder})'}",
                path=folder,
                remedy="Close it there first.",
            ) from error
        os.ftruncate(self._number, 0)
        os.write(self._number, str(os.getpid()).encode())

    def release(self) -> None:
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


if sys.platform == "win32":
    import msvcrt

    def _hold(number: int) -> None:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _hold(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
