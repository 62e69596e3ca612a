"""Getting ready, behind the visible window, for what the first scene will need."""

from __future__ import annotations

import logging
import threading

from PySide6.QtCore import QObject, QTimer

AFTER_MS = 3000  # by then the first log is shown and the 3D view has started: their imports should not meet these

logger = logging.getLogger(__name__)


def warm_up_later(owner: QObject) -> None:
    """Compile rasteriser and lift, or load them where an earlier start has, in a thread that keeps no process alive."""

    def start() -> None:
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()

    QTimer.singleShot(AFTER_MS, owner, start)


def _warm_up() -> None:
    from core.splats.warm_up import warm_up as warm_up_splats
    from core.worldrec.lift.warm_up import warm_up as warm_up_lift

    warm_up_splats()
    logger.info("the rasteriser is ready")
    warm_up_lift()  # for the engine, which finds on disk what is compiled here
