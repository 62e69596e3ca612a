"""Where the pictures of the cells come from, and the control that chooses it."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget


class Source(Enum):
    """What cells show, with its title and tool tip."""

    RECORDING = ("Recording", "What the cameras recorded")
    RENDER = ("Render", "What the scene looks like through the cameras")
    DIFFERENCE = ("Difference", "How far the render is from the recording, amplified twice")
    GENERATED = ("Generated", "What was generated: the frames of the take that is looked at")

    @property
    def title(self) -> str:
        return self.value[0]

    @property
    def tip(self) -> str:
        return self.value[1]


class SourceSwitch(QWidget):
    """One button for each source, of which one is down."""

    chosen = Signal(object)  # Source

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons = {source: self._button(source) for source in Source}
        for button in self._buttons.values():
            row.addWidget(button)
        self.show_source(Source.RECORDING)

    def button(self, source: Source) -> QToolButton:
        return self._buttons[source]

    def show_source(self, source: Source) -> None:
        self._buttons[source].setChecked(True)

    def _button(self, source: Source) -> QToolButton:
        button = QToolButton()
        button.setText(source.title)
        button.setToolTip(source.tip)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.chosen.emit(source))
        self._group.addButton(button)
        return button
