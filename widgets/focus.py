"""Keyboard focus that goes back to where it was, so that the keys of the window keep working."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import isValid


class FocusKeeper:
    """Remembers who had the focus before a sheet took it."""

    def __init__(self) -> None:
        self._before: QWidget | None = None

    def take(self, taker: QWidget) -> None:
        self._before = QApplication.focusWidget()
        taker.setFocus(Qt.FocusReason.PopupFocusReason)

    def give_back(self) -> None:
        """To who had it; to nobody when that widget is gone, which leaves the keys to the window."""
        before, self._before = self._before, None
        if before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            holder = QApplication.focusWidget()
            if holder is not None:
                holder.clearFocus()


class SearchField(QLineEdit):
    """A field that takes the focus by a click or by name only; Esc empties it and lets the focus go."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholderText=placeholder, clearButtonEnabled=True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def event(self, event: QEvent) -> bool:
        # Esc is a shortcut of the window, too; while the field has the focus it means the field.
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if event.type() == QEvent.Type.ShortcutOverride:
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.clearFocus()
        else:
            super().keyPressEvent(event)
