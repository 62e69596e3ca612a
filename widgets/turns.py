"""Work in small portions, so that the window answers in between."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QObject, QTimer


class Turns(QObject):
    """Does one thing after the other, each in a turn of its own of the event loop.

    What waits and is asked for again is done once, as it was asked for last, in the place that it had.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: dict[Hashable, Callable[[], object]] = {}
        self._timer = QTimer(self, interval=0, singleShot=True)
        self._timer.timeout.connect(self._do_next)

    def ask(self, name: Hashable, thing: Callable[[], object]) -> None:
        """Do a thing soon, in the place of the one of that name that still waits."""
        self._waiting[name] = thing
        if not self._timer.isActive():
            self._timer.start()

    def finish(self) -> None:
        """Do all that waits at once."""
        while self._waiting:
            self._do_next()
        self._timer.stop()

    def drop(self) -> None:
        """Do nothing of what waits."""
        self._waiting.clear()
        self._timer.stop()

    def _do_next(self) -> None:
        name = next(iter(self._waiting))
        try:
            self._waiting.pop(name)()
        finally:
            if self._waiting:
                self._timer.start()  # only now: what came due meanwhile comes first
