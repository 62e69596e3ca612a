"""What is selected and what the pointer is over, for every view at once."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

EGO = "ego"
LIDAR = "lidar"
LOG = "log"
MAP = "map"
CAMERA_PREFIX = "camera:"

Mode = Literal["replace", "add", "remove"]


def camera_id(name: str) -> str:
    return CAMERA_PREFIX + name


def camera_name(selected: str) -> str | None:
    """The camera that an id names, if it names one."""
    return selected.removeprefix(CAMERA_PREFIX) if selected.startswith(CAMERA_PREFIX) else None


class Selection(QObject):
    """Ids of tracks, or `camera:NAME`, `ego`, `lidar`, `log`, `map`.

    Views ask it to change and listen to what it says; `current` is the one the inspector shows.
    """

    changed = Signal()
    hover_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: frozenset[str] = frozenset()
        self._current: str | None = None
        self._hovered: str | None = None

    @property
    def ids(self) -> frozenset[str]:
        return self._ids

    @property
    def current(self) -> str | None:
        """The id selected last that is still selected."""
        return self._current

    @property
    def hovered(self) -> str | None:
        return self._hovered

    def select(self, selected: str, mode: Mode = "replace") -> None:
        if mode == "remove":
            ids = self._ids - {selected}
            current = self._current if self._current in ids else min(ids, default=None)
        else:
            ids = frozenset({selected}) if mode == "replace" else self._ids | {selected}
            current = selected
        self._set(ids, current)

    def select_many(self, ids: frozenset[str], current: str | None) -> None:
        """Replace the selection by several ids, of which `current` was chosen last."""
        self._set(ids, current if current in ids else min(ids, default=None))

    def clear(self) -> None:
        self._set(frozenset(), None)

    def hover(self, hovered: str | None) -> None:
        if hovered != self._hovered:
            self._hovered = hovered
            self.hover_changed.emit()

    def _set(self, ids: frozenset[str], current: str | None) -> None:
        if (ids, current) != (self._ids, self._current):
            self._ids, self._current = ids, current
            self.changed.emit()
