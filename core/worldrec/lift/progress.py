"""Telling how far a lift has come."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], bool | None]
"""Told the share that is done, 0 to 1, and what is being done; cancels by returning False."""


class LiftCancelledError(Exception):
    """The progress callback asked to stop."""


class Steps:
    """Reports to a callback, or to nobody."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def tell(self, share: float, text: str) -> None:
        """
        Raises:
            LiftCancelledError: the callback asked to stop.
        """
        if self._progress is not None and self._progress(share, text) is False:
            raise LiftCancelledError
