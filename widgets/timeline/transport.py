"""Buttons and read-outs above the ruler."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from widgets.elements import line_label, tabular
from widgets.formats import counted, parse_time, time_text
from widgets.playback import Playback

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class Transport(QWidget):
    """The buttons show actions that the window provides; the read-outs follow the playback."""

    def __init__(self, playback: Playback) -> None:
        super().__init__()
        self._playback = playback
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 3, 8, 3)
        self._row.setSpacing(2)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(1)
        self._row.addLayout(self._buttons)
        self._row.addSpacing(8)
        self.time_field = _TimeField(playback)
        self._row.addWidget(self.time_field)
        self._length = line_label()
        self._row.addWidget(self._length)
        self._row.addSpacing(6)
        self.speed_button = _speed_button(playback)
        self._row.addWidget(self.speed_button)
        self._range = line_label()
        self._row.addSpacing(8)
        self._row.addWidget(self._range)
        self._row.addStretch(1)
        self.skipped = line_label(tip="Frames that passed without being shown since play began")
        self._row.addWidget(self.skipped)
        self._right = QHBoxLayout()
        self._right.setSpacing(1)
        self._row.addLayout(self._right)
        playback.t_changed.connect(self._tell_skipped)
        playback.playing_changed.connect(self._tell_skipped)
        playback.range_changed.connect(self._tell_range)
        self._tell_range()
        self._tell_skipped()

    def set_actions(self, left: Sequence[QAction | None], right: Sequence[QAction | None]) -> None:
        """Buttons before and behind the read-outs; None leaves a gap."""
        for row, actions in ((self._buttons, left), (self._right, right)):
            for action in actions:
                row.addWidget(_gap() if action is None else _button(action))

    def _tell_skipped(self) -> None:
        count = self._playback.skipped
        self.skipped.setText(f"{counted(count, 'frame')} skipped" if count else "")

    def _tell_range(self) -> None:
        playback = self._playback
        self._length.setText(f"/ {time_text(playback.end_s)}")
        points = (("In", playback.in_s), ("Out", playback.out_s))
        self._range.setText("   ".join(f"{name} {time_text(place)}" for name, place in points if place is not None))


class _TimeField(QLineEdit):
    """The playhead's time; type another and press Enter to go there, Esc to leave it."""

    def __init__(self, playback: Playback) -> None:
        super().__init__()
        self.setToolTip("Type a time, such as 3.2 or 1:03.2, and press Enter")
        self.setFont(tabular(self))
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("00:00.000") + 22)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._playback = playback
        playback.t_changed.connect(self._tell)
        self.returnPressed.connect(self._go)
        self.editingFinished.connect(self._tell)
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        t_s = parse_time(self.text())
        self.clearFocus()
        if t_s is not None:
            self._playback.seek(t_s)
        self._tell()

    def _tell(self) -> None:
        if not (self.hasFocus() and self.isModified()):
            self.setText(time_text(self._playback.t_s))


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setIconSize(QSize(18, 18))
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setDefaultAction(action)
    return button


def _gap() -> QWidget:
    gap = QWidget()
    gap.setFixedWidth(12)
    return gap


def _speed_button(playback: Playback) -> QToolButton:
    button = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolTip("Speed of play")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    menu = QMenu(button)
    group = QActionGroup(menu)
    for speed in SPEEDS:
        choice = QAction(f"{speed:g}×", group, checkable=True, checked=speed == 1.0)
        choice.triggered.connect(lambda _=False, speed=speed: playback.set_speed(speed))
        menu.addAction(choice)
    button.setMenu(menu)
    button.setText("1×")
    button.setFixedWidth(button.fontMetrics().horizontalAdvance("−0.25×") + 14)
    playback.rate_changed.connect(lambda rate: button.setText(f"{rate:g}×".replace("-", "−")))
    return button
