"""What an earlier window left unsaved, as a card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from widgets.elements import label

WIDTH_PX = 440
SHOWN = 3


class RecoveryCard(QFrame):
    """Offers unsaved edits, one row for each scenario that has any, a few at a time."""

    recover_wanted = Signal(object)  # the Path of a row
    discard_wanted = Signal(object)
    closed = Signal()

    def __init__(self, rows: Sequence[tuple[Path, str, str]]) -> None:
        """
        Args:
            rows: what each offers, what it is called, and more about it.
        """
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH_PX)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 8)
        layout.setSpacing(8)
        layout.addWidget(label("Edits were left unsaved", heading=True))
        self._rows_left = len(rows[:SHOWN])
        for place, title, detail in rows[:SHOWN]:
            layout.addWidget(self._row(place, title, detail))
        if len(rows) > SHOWN:
            layout.addWidget(label(f"and {len(rows) - SHOWN} older, at the next start", muted=True))
        later = _button("Later")
        later.setToolTip("Offer them again at the next start")
        later.clicked.connect(self.closed)
        layout.addWidget(later, alignment=Qt.AlignmentFlag.AlignRight)

    def _row(self, place: Path, title: str, detail: str) -> QWidget:
        row = QWidget()
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(title))
        texts.addWidget(label(detail, muted=True))
        recover, discard = _button("Recover"), _button("Discard")
        recover.clicked.connect(lambda: self.recover_wanted.emit(place))
        discard.clicked.connect(lambda: self.discard_wanted.emit(place))
        discard.clicked.connect(lambda: self._drop(row))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addLayout(texts, 1)
        line.addWidget(recover)
        line.addWidget(discard)
        return row

    def _drop(self, row: QWidget) -> None:
        row.hide()
        self._rows_left -= 1
        if not self._rows_left:
            self.closed.emit()


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("flat", True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
