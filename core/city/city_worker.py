"""What runs in the processes that draw a city. Imports are light: `spawn` imports this before the threads are set."""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.city.drive import CityDrive
    from core.city.frame_files import SeenActor

_work: tuple[CityDrive, Path] | None = None


def begin(drive: CityDrive, folder: Path) -> None:
    """Take a drive to draw, and end with the parent process, even when that is killed."""
    global _work
    _work = drive, folder
    threading.Thread(target=_end_with_parent, daemon=True).start()


def render_frame(frame: int) -> list[SeenActor]:
    from core.city.frame_files import write_frame

    assert _work is not None
    drive, folder = _work
    return write_frame(drive, folder, frame)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
