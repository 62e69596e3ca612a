"""One of a few values, as buttons side by side."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget


class Segments(QWidget):
    """Exactly one is down; the arrow keys move on."""

    changed = Signal(object)  # the value

    def __init__(self, values: Sequence[tuple[Hashable, str, str]]) -> None:
        """`values` holds value, title and tool tip of each button."""
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        self._buttons: dict[Hashable, QPushButton] = {}
        for value, title, tip in values:
            button = QPushButton(title, autoDefault=False)
            button.setCheckable(True)
            button.setProperty("segment", True)
            button.setToolTip(tip)
            button.toggled.connect(lambda on, one=value: self.changed.emit(one) if on else None)
            self._group.addButton(button)
            self._buttons[value] = button
            row.addWidget(button)
        row.addStretch(1)

    @property
    def value(self) -> Any:
        return next(value for value, button in self._buttons.items() if button.isChecked())

    def choose(self, value: Hashable) -> None:
        """
        Raises:
            KeyError: there is no such value.
        """
        self._buttons[value].setChecked(True)

    def button(self, value: Hashable) -> QPushButton:
        return self._buttons[value]

    def add(self, widget: QWidget) -> None:
        """Put something beside the last button."""
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(row.count() - 1, widget)
