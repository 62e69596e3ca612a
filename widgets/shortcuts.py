"""The shortcut sheet, generated from the actions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement, groupby, pairwise

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from widgets.elements import label, line_label, remove_all, scaled_font
from widgets.focus import FocusKeeper
from widgets.palette import Command

Hints = dict[str, list[tuple[str, str]]]
"""Title → (keys or gesture, what it does)."""

GESTURES: Hints = {
    "Pictures and plan": [
        ("Click", "Select an actor"),
        ("Shift+Click", "Add to the selection"),
        ("Ctrl+Click", "Remove from the selection"),
        ("Wheel", "Zoom the plan, or all pictures"),
        ("Middle drag", "Move the plan, or what is seen of all pictures"),
        ("Right click", "Choose what one picture shows"),
    ],
    "Moving in the scene": [
        ("Middle drag", "Orbit"),
        ("Shift+Middle drag", "Pan"),
        ("Wheel", "Move to and from the cursor"),
        ("Right button held and W A S D Q E", "Fly; Shift is fast, Alt is slow"),
    ],
    "Editing a path": [
        ("Drag a handle", "Bend a recorded path sideways, across a lane to change lanes; move a point of a drawn one"),
        ("Click on the ground", "Extend a drawn path"),
        ("Double click on the path", "Put a handle there"),
        ("Ctrl+Drag", "Snap to the centre of a lane"),
        ("Shift+Drag", "Move precisely"),
        ("Backspace", "Remove the last point or bend"),
        ("Enter", "Finish"),
        ("Drag a dot of the speed", "Drive faster, slower or at another time"),
    ],
    "Moving actors": [
        ("Drag", "Move what is selected over the ground, in 3D and in pictures"),
        ("Ctrl", "Snap to lane centre, lane heading and ground"),
        ("Shift", "Be precise"),
        ("X  Y  Z", "Keep to an axis of the actor, with a tool in hand"),
        ("Digits and Enter", "Metres or degrees, with a tool in hand"),
    ],
    "Timeline": [
        ("Drag", "Move the playhead"),
        ("Drag a flag", "Move the in or out point"),
        ("Ctrl+Wheel", "Zoom in time"),
        ("Wheel", "Pan in time"),
        ("Double click on the ruler", "Show the whole log"),
    ],
}


LEAST_WIDTH_PX = 1080
SHADE = QColor(0, 0, 0, 110)


class ShortcutSheet(QWidget):
    """Every action and its keys, group by group, over the whole window; any key or click leaves it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._titles: set[str] = set()
        self._focus = FocusKeeper()
        self.hide()
        self._card = QFrame()
        self._card.setProperty("card", True)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(36)
        title = label("Keys and gestures", heading=True)
        title.setFont(scaled_font(title, 1.4))
        self._body = body = QWidget()
        body_layout = QVBoxLayout(body)
        body_layout.setContentsMargins(24, 18, 24, 20)
        body_layout.setSpacing(14)
        body_layout.addWidget(title)
        body_layout.addLayout(self._columns)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setWidget(body)
        card_layout = QVBoxLayout(self._card)
        card_layout.setContentsMargins(2, 2, 2, 2)
        card_layout.addWidget(self._scroll)
        outer = QHBoxLayout(self)
        outer.addWidget(self._card, alignment=Qt.AlignmentFlag.AlignCenter)
        window.installEventFilter(self)

    def open(self, commands: Sequence[Command], gestures: Hints) -> None:
        groups: Hints = {}
        for name, members in groupby(commands, key=lambda command: command.group):
            groups.setdefault(name, []).extend((_all_keys(command), command.title) for command in members)
        self._fill(groups | gestures)
        self._cover()
        self.show()
        self.raise_()
        self._focus.take(self)

    def shown_titles(self) -> set[str]:
        """Titles that the sheet lists now."""
        return self._titles

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._cover()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta):
            self._leave()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._leave()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), SHADE)

    def _leave(self) -> None:
        self._focus.give_back()
        self.hide()

    def _cover(self) -> None:
        window = self._window
        self.setGeometry(window.rect())
        wanted = self._body.sizeHint()
        width, height = max(wanted.width() + 8, LEAST_WIDTH_PX), wanted.height() + 8
        self._card.setFixedSize(min(width, window.width() - 48), min(height, window.height() - 48))

    def _fill(self, groups: Hints) -> None:
        remove_all(self._columns)
        self._titles = {title for rows in groups.values() for _, title in rows}
        for names in _balanced({name: len(rows) + 2 for name, rows in groups.items()}, columns=3):
            column = QWidget()
            column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            grid = QGridLayout(column)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setHorizontalSpacing(16)
            grid.setVerticalSpacing(5)
            grid.setColumnStretch(0, 1)
            for name in names:
                self._add_group(grid, name, groups[name])
            grid.setRowStretch(grid.rowCount(), 1)
            self._columns.addWidget(column)

    def _add_group(self, grid: QGridLayout, name: str, rows: list[tuple[str, str]]) -> None:
        row = grid.rowCount()
        heading = label(name, heading=True)
        heading.setContentsMargins(0, 10 if row > 1 else 0, 0, 2)
        grid.addWidget(heading, row, 0, 1, 2)
        for keys, title in rows:
            row += 1
            grid.addWidget(line_label(title, muted=False), row, 0)
            grid.addWidget(line_label(keys), row, 1, alignment=Qt.AlignmentFlag.AlignRight)


def _all_keys(command: Command) -> str:
    return "  or  ".join(keys.toString(QKeySequence.SequenceFormat.NativeText) for keys in command.action.shortcuts())


def _balanced(heights: dict[str, int], *, columns: int) -> list[list[str]]:
    """Names in order, cut into columns so that the highest is as low as can be."""
    names = list(heights)
    cuts = combinations_with_replacement(range(len(names) + 1), columns - 1)
    tried = ([names[start:end] for start, end in pairwise((0, *cut, len(names)))] for cut in cuts)
    return min(tried, key=lambda columns: max(sum(heights[name] for name in column) for column in columns))
