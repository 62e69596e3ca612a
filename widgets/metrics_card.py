"""What a reconstruction is worth, as a card when it has ended."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from widgets.elements import label, line_label, scaled_font, tabular

WIDTH_PX = 400
MOST_IN_A_ROW = 3

Figure = tuple[str, str, str]
"""A value with its unit, what it is, and what it means."""


class MetricsCard(QFrame):
    """Large figures side by side, remarks below; leads to the differences and to the inspector."""

    closed = Signal()
    difference_wanted = Signal()
    details_wanted = Signal()

    def __init__(self, title: str, detail: str, figures: Sequence[Figure], remarks: Sequence[str]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH_PX)
        self.figures = {name: value for value, name, _ in figures}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 8)
        layout.setSpacing(8)
        heading = label(title, heading=True)
        layout.addWidget(heading)
        layout.addWidget(label(detail, muted=True))
        layout.addLayout(_grid(figures))
        for remark in remarks:
            layout.addWidget(label(remark, muted=True))
        buttons = QHBoxLayout()
        buttons.addStretch()
        for text, signal in (
            ("Show the difference", self.difference_wanted),
            ("Details", self.details_wanted),
            ("Close", self.closed),
        ):
            button = QPushButton(text)
            button.setProperty("flat", True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(signal)
            buttons.addWidget(button)
        layout.addLayout(buttons)


def _grid(figures: Sequence[Figure]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 2, 0, 2)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    columns = MOST_IN_A_ROW if len(figures) % 2 or len(figures) > 4 else 2
    for number, (value, name, tip) in enumerate(figures):
        cell = QVBoxLayout()
        cell.setSpacing(0)
        large = line_label(value, muted=False, tip=tip)
        large.setFont(tabular(large))
        large.setFont(scaled_font(large, 1.45))
        small = line_label(name, tip=tip)
        cell.addWidget(large)
        cell.addWidget(small)
        grid.addLayout(cell, number // columns, number % columns)
    for column in range(columns):
        grid.setColumnStretch(column, 1)
    return grid
