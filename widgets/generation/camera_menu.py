"""Which cameras, as a button with a menu."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton

from widgets.formats import counted
from widgets.names import stream_title


class CameraMenu(QToolButton):
    """All cameras of a rig or some; the last one cannot be taken away."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Cameras")
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self._names: tuple[str, ...] = ()

    def set_cameras(self, names: Sequence[str]) -> None:
        """Another rig, all of it chosen."""
        self._names = tuple(names)
        self._menu.clear()
        for name in names:
            action = self._menu.addAction(stream_title(name))
            action.setCheckable(True)
            action.setChecked(True)
            action.setData(name)
            action.toggled.connect(self._tell)
        self._tell()

    @property
    def chosen(self) -> tuple[str, ...] | None:
        """Names; None for all."""
        on = tuple(action.data() for action in self._menu.actions() if action.isChecked())
        return None if len(on) == len(self._names) else on

    @property
    def count(self) -> int:
        return len(self._names if self.chosen is None else self.chosen)

    def choose(self, names: Collection[str] | None) -> None:
        for action in self._menu.actions():
            action.setChecked(names is None or action.data() in names)

    def _tell(self) -> None:
        on = [action for action in self._menu.actions() if action.isChecked()]
        for action in self._menu.actions():
            action.setEnabled(len(on) > 1 or not action.isChecked())
        count = len(self._names)
        self.setText(f"All {counted(count, 'camera')}" if len(on) == count else f"{len(on)} of {count} cameras")
        self.changed.emit()
