"""Logs to learn from, as a user names them."""

from __future__ import annotations

import logging
from pathlib import Path

from core.errors import UserError
from core.logs import open_log

logger = logging.getLogger(__name__)


def logs_in(path: Path) -> list[Path]:
    """A log itself, or the logs that lie in a folder.

    Raises:
        UserError: there is none.
    """
    try:
        open_log(path)
    except UserError as error:
        found = [each for each in sorted(path.iterdir()) if each.is_dir() and _is_log(each)] if path.is_dir() else []
        if not found:
            raise error from None
        return found
    return [path]


def _is_log(path: Path) -> bool:
    try:
        open_log(path)
    except UserError as error:
        logger.warning("a folder is left out of the training: %s", error)
        return False
    return True
