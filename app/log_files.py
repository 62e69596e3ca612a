"""The rotating log file in the user's log folder, and what must end up in it."""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

FOLDER_VARIABLE = "DRIFTLESS_LOG_DIR"
LEVEL_VARIABLE = "DRIFTLESS_LOG_LEVEL"
_MAX_BYTES = 1_000_000
_KEPT_FILES = 3


def log_file() -> Path:
    """Where the messages go: driftless.log in the user's log folder, or in the one that DRIFTLESS_LOG_DIR names."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named) / "driftless.log"
    from platformdirs import user_log_path

    return user_log_path("driftless", appauthor=False) / "driftless.log"


def start_log_file(level: str | None = None) -> None:
    """Send messages and uncaught errors of this process to the log file.

    `level` is a name such as "DEBUG"; without one the variable DRIFTLESS_LOG_LEVEL decides, else INFO.
    Where the folder cannot be written the program goes on without a file. A second call only sets the level.
    """
    from logging.handlers import RotatingFileHandler

    root = logging.getLogger()
    root.setLevel(_known_level(level or os.environ.get(LEVEL_VARIABLE, "")))
    if any(isinstance(handler, RotatingFileHandler) for handler in root.handlers):
        return
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", delay=True)
    except OSError as error:
        sys.stderr.write(f"driftless: no log file, {error}\n")
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _known_level(name: str) -> int:
    return logging.getLevelNamesMapping().get(name.upper(), logging.INFO)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("driftless").critical("Uncaught error", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        thread = "a thread" if arguments.thread is None else arguments.thread.name
        exc_info = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
        logging.getLogger("driftless").critical("Uncaught error in %s", thread, exc_info=exc_info)
    threading.__excepthook__(arguments)
