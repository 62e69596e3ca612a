"""What a click means, in every view alike."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from widgets.selection import Mode


def mode_of(modifiers: Qt.KeyboardModifier) -> Mode:
    """What a click does to the selection: Shift adds, Ctrl removes."""
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return "remove"
    return "add" if modifiers & Qt.KeyboardModifier.ShiftModifier else "replace"


def is_click(pressed: QPointF, released: QPointF) -> bool:
    """Whether the pointer stayed; otherwise it was a drag."""
    return (released - pressed).manhattanLength() < QApplication.startDragDistance()
