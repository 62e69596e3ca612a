"""Where the pictures of the cells come from, and the control that chooses it."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget


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
    wipe_chosen = Signal(object)  # Source or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons = {source: self._button(source) for source in Source}
        for button in self._buttons.values():
            row.addWidget(button)
        self.wipe_button = self._make_wipe_button()
        row.addSpacing(4)
        row.addWidget(self.wipe_button)
        self.show_source(Source.RECORDING, None)

    def button(self, source: Source) -> QToolButton:
        return self._buttons[source]

    def show_source(self, source: Source, wiped: Source | None) -> None:
        """Put down the button of a source, and tell with which other one it is wiped."""
        self._buttons[source].setChecked(True)
        self.wipe_button.setText("Wipe" if wiped is None else f"Wipe {wiped.title.lower()}")
        for action in self.wipe_button.menu().actions():
            action.setChecked(action.data() is wiped)
            action.setVisible(action.data() is not source and (action.data() is not None or wiped is not None))

    def _make_wipe_button(self) -> QToolButton:
        button = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip("Show another source right of a line that can be dragged")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        menu = QMenu(button)
        for source in (*Source, None):
            action = menu.addAction("No wipe" if source is None else source.title)
            action.setData(source)
            action.setCheckable(source is not None)
            action.triggered.connect(lambda _=False, one=source: self.wipe_chosen.emit(one))
        button.setMenu(menu)
        return button

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
