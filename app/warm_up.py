"""Getting ready, behind the visible window, for what the first log and scene will need."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from core.spare_core import SPARE_CORES

IMPORT_AFTER_MS = 20  # the event loop has begun, and most is imported before anybody can choose a log
COMPILE_AFTER_MS = 3000  # by then the first log is shown and the 3D view has started: this should not meet them
PATIENCE_S = 20.0

logger = logging.getLogger(__name__)


def warm_up_later(owner: QObject, *, opens: bool) -> None:
    """Import large libraries, and compile rasteriser and lift or load them where an earlier start has, in threads that
    keep no process alive.

    Args:
        owner: ends what has not begun.
        opens: whether the window opens something by itself. Then there is no rest in which to import anything.
    """
    if not opens:
        _start_later(owner, IMPORT_AFTER_MS, _import)
    _start_later(owner, COMPILE_AFTER_MS, _compile)


def _start_later(owner: QObject, after_ms: int, work: Callable[[], None]) -> None:
    def start() -> None:
        threading.Thread(target=work, name="warm-up", daemon=True).start()

    QTimer.singleShot(after_ms, owner, start)


def _import() -> None:
    """What a log's first seconds would else spend on imports, with which the window shares the interpreter."""
    import cv2  # noqa: F401
    import psutil  # noqa: F401
    import scipy.interpolate
    import scipy.spatial  # noqa: F401

    from widgets.viewport.surface import import_opengl

    import_opengl()


def _compile() -> None:
    SPARE_CORES.wait_for_rest(PATIENCE_S)
    from core.splats.warm_up import warm_up as warm_up_splats
    from core.worldrec.lift.warm_up import warm_up as warm_up_lift

    warm_up_splats()
    logger.info("the rasteriser is ready")
    SPARE_CORES.wait_for_rest(PATIENCE_S)
    warm_up_lift()  # for the engine, which finds on disk what is compiled here
