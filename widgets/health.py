"""What a reader noticed about a log, as a card after opening."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from core.logs import HealthNote
from widgets.elements import label
from widgets.formats import counted
from widgets.theme import icon, tokens

WIDTH_PX = 400
SHOWN = 6


class HealthCard(QFrame):
    """The notes of one log, warnings first; it can be closed, copied, or lead to the inspector."""

    closed = Signal()
    details_wanted = Signal()

    def __init__(self, log_name: str, notes: Sequence[HealthNote]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH_PX)
        self._notes = sorted(notes, key=lambda note: note.severity != "warning")
        self._signs: list[tuple[QLabel, str]] = []
        heading = label(f"{counted(len(notes), 'note')} on {log_name}", heading=True)
        rows = QGridLayout()
        rows.setHorizontalSpacing(8)
        rows.setVerticalSpacing(5)
        rows.setColumnStretch(1, 1)
        for row, note in enumerate(self._notes[:SHOWN]):
            sign = QLabel()
            self._signs.append((sign, note.severity))
            rows.addWidget(sign, row, 0, alignment=Qt.AlignmentFlag.AlignTop)
            rows.addWidget(label(_text(note)), row, 1)
        if len(self._notes) > SHOWN:
            rows.addWidget(label(f"and {len(self._notes) - SHOWN} more"), SHOWN, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 8)
        layout.setSpacing(8)
        layout.addWidget(heading)
        layout.addLayout(rows)
        layout.addLayout(self._buttons())
        self._paint_signs()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_signs()
        super().changeEvent(event)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch()
        for text, slot in (("Copy", self._copy), ("Details", self.details_wanted.emit), ("Close", self.closed.emit)):
            button = QPushButton(text)
            button.setProperty("flat", True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(slot)
            row.addWidget(button)
        return row

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{note.severity}: {_text(note)}" for note in self._notes))

    def _paint_signs(self) -> None:
        theme = tokens(self.palette())
        for sign, severity in self._signs:
            warning = severity == "warning"
            colour = theme.colour("warning" if warning else "accent")
            picture = icon("alert-outline" if warning else "information-outline", colour)
            sign.setPixmap(picture.pixmap(QSize(16, 16), self.devicePixelRatioF()))


def _text(note: HealthNote) -> str:
    return note.text + (f" ({note.path})" if note.path else "")
