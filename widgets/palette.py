"""The command palette: type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from widgets.elements import label
from widgets.focus import FocusKeeper
from widgets.fuzzy import fuzzy_score
from widgets.theme import tokens

WIDTH_PX = 560
TOP_PX = 60
ROWS = 11
ROW_PX = 32


@dataclass(frozen=True)
class Command:
    """An action and the menu it belongs to."""

    group: str
    action: QAction

    @property
    def title(self) -> str:
        return self.action.text().replace("&", "")

    @property
    def keys(self) -> str:
        return self.action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


class CommandPalette(QFrame):
    """A sheet over the top of its window; the arrow keys choose, Enter runs, Esc leaves."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setProperty("card", True)
        self.hide()
        self._commands: Sequence[Command] = ()
        self._focus = FocusKeeper()
        self._field = QLineEdit(placeholderText="What do you want to do?")
        self._model = _CommandModel(self)
        self._list = QListView(uniformItemSizes=True)
        self._list.setModel(self._model)
        self._list.setItemDelegate(_CommandDelegate(self))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._none = label("No command of that name", muted=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._field)
        layout.addWidget(self._list)
        layout.addWidget(self._none)
        self._field.textChanged.connect(self._filter)
        self._field.installEventFilter(self)
        self._list.clicked.connect(self._run)

    @property
    def matches(self) -> list[Command]:
        """What is listed now, best first."""
        return self._model.commands

    def open(self, commands: Sequence[Command]) -> None:
        """Show all commands that are enabled now."""
        self._commands = [command for command in commands if command.action.isEnabled()]
        self._field.clear()
        self._filter("")
        width = min(WIDTH_PX, self._window.width() - 40)
        self.setFixedWidth(width)
        self.move((self._window.width() - width) // 2, TOP_PX)
        self.show()
        self.raise_()
        self._focus.take(self._field)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.FocusOut and not self._list.underMouse():
            self.hide()
        elif isinstance(event, QKeyEvent) and event.key() in _KEYS:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._press(Qt.Key(event.key()))
                return True
        return super().eventFilter(watched, event)

    def _press(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Escape:
            self._leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self._list.currentIndex())
        elif self.matches:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -ROWS, Qt.Key.Key_PageDown: ROWS}[key]
            self._choose((self._list.currentIndex().row() + step) % len(self.matches))

    def _leave(self) -> None:
        self._focus.give_back()
        self.hide()

    def _filter(self, query: str) -> None:
        scored = [(fuzzy_score(query, f"{command.title} {command.group}"), command) for command in self._commands]
        found = [(score, command) for score, command in scored if score is not None]
        found.sort(key=lambda pair: -pair[0])
        self._model.set_commands([command for _, command in found])
        self._list.setVisible(bool(found))
        self._none.setVisible(not found)
        self._list.setFixedHeight(ROW_PX * min(max(len(found), 1), ROWS) + 2)
        self._choose(0)
        self.adjustSize()

    def _choose(self, row: int) -> None:
        index = self._model.index(row, 0)
        self._list.setCurrentIndex(index)
        self._list.scrollTo(index)

    def _run(self, index: QModelIndex) -> None:
        if index.isValid():
            action = self.matches[index.row()].action
            self._leave()
            action.trigger()


_KEYS = {
    Qt.Key.Key_Escape,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}


class _CommandModel(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.commands: list[Command] = []

    def set_commands(self, commands: list[Command]) -> None:
        self.beginResetModel()
        self.commands = commands
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        return len(self.commands)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        command = self.commands[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.title
        return command if role == Qt.ItemDataRole.UserRole else None


class _CommandDelegate(QStyledItemDelegate):
    """Icon, title, menu in a quieter colour, keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(100, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = tokens(option.palette)
        rect = option.rect.adjusted(2, 1, -2, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selection" if chosen else "hover"))
            painter.drawRoundedRect(rect, 5, 5)
        command: Command = index.data(Qt.ItemDataRole.UserRole)
        command.action.icon().paint(painter, QRect(rect.left() + 9, rect.top(), 18, rect.height()))
        text = rect.adjusted(38, 0, -10, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.colour("text"))
        painter.drawText(text, middle, command.title)
        used = painter.fontMetrics().horizontalAdvance(command.title)
        painter.setPen(theme.colour("muted"))
        painter.drawText(text.adjusted(used + 12, 0, 0, 0), middle, command.group)
        painter.drawText(text, middle | Qt.AlignmentFlag.AlignRight, command.keys)
        painter.restore()
