"""Values that can be edited where they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit

Apply = Callable[[str], bool]
"""Makes the edit that a text means; answers whether it means any, and tells why if not."""


class TextField(QLineEdit):
    """Enter applies, Esc restores, and so does leaving; a text that means nothing stays, marked."""

    def __init__(self, value: str, apply: Apply) -> None:
        super().__init__(value)
        self._value = value
        self._apply = apply
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.textEdited.connect(lambda: self._mark(wrong=False))

    def setText(self, value: str | None) -> None:  # noqa: N802
        """Show another value, unless somebody is typing."""
        self._value = value or ""
        if not self.hasFocus():
            super().setText(value)

    def restore(self) -> None:
        super().setText(self._value)
        self._mark(wrong=False)

    def event(self, event: QEvent) -> bool:
        # Esc is a shortcut of the window, too; while the field has the focus it means the field.
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if event.type() == QEvent.Type.ShortcutOverride:
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.restore()
            self.clearFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.restore()

    def _enter(self) -> None:
        if self._apply(self.text()):
            self._value = self.text()  # until the edited drive says how it reads
            self.clearFocus()
        else:
            self._mark(wrong=True)

    def _mark(self, *, wrong: bool) -> None:
        if bool(self.property("wrong")) != wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)


class ChoiceField(QComboBox):
    """One of several values."""

    def __init__(self, value: str, choices: Sequence[str], apply: Apply) -> None:
        super().__init__()
        self.addItems(list(choices))
        self.setCurrentText(value)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.textActivated.connect(apply)

    def text(self) -> str:
        return self.currentText()

    def setText(self, value: str) -> None:  # noqa: N802
        with QSignalBlocker(self):
            self.setCurrentText(value)
