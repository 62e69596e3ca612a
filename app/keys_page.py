"""The user's own keys, as a page of the settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.actions import ActionRegistry
from widgets.elements import label

_NATIVE = QKeySequence.SequenceFormat.NativeText
_PORTABLE = QKeySequence.SequenceFormat.PortableText
_ID = Qt.ItemDataRole.UserRole


class KeysPage(QWidget):
    """Every action of the table with its keys. A key belongs to one action; taking it from another is told."""

    def __init__(self, actions: ActionRegistry, keep: Callable[[dict[str, list[str]]], object]) -> None:
        """
        Args:
            keep: takes what is to be remembered, after every change.
        """
        super().__init__()
        self._actions, self._keep = actions, keep
        self.search = QLineEdit(placeholderText="Find an action or a key", clearButtonEnabled=True)
        self.search.textChanged.connect(self._filter)
        self.table = QTreeWidget(columnCount=3)
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setHeaderLabels(["Menu", "Action", "Keys"])
        self.table.currentItemChanged.connect(self._show_current)
        self.edit = QKeySequenceEdit(maximumSequenceLength=1, clearButtonEnabled=True)
        self.edit.setAccessibleName("New key")
        self.edit.keySequenceChanged.connect(self._tell_holder)
        self.assign = _button("Assign", self._assign)
        self.reset = _button("Reset", self._reset)
        self.reset_all = _button("Reset all", self._reset_all)
        self.told = label(muted=True)
        row = QHBoxLayout()
        row.addWidget(self.edit, 1)
        for button in (self.assign, self.reset, self.reset_all):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.told)
        layout.addLayout(row)
        self._fill()
        self._show_current()

    @property
    def current(self) -> str | None:
        """Id of the chosen action."""
        item = self.table.currentItem()
        return None if item is None else str(item.data(0, _ID))

    def choose(self, action_id: str) -> None:
        """Make an action the chosen one."""
        self.table.setCurrentItem(self._rows[action_id])

    def keys_shown(self, action_id: str) -> str:
        return self._rows[action_id].text(2)

    def _fill(self) -> None:
        self._rows: dict[str, QTreeWidgetItem] = {}
        for action in self._actions.table:
            item = QTreeWidgetItem([action.menu.replace("/", " › "), action.text, ""])
            item.setData(0, _ID, action.id)
            self.table.addTopLevelItem(item)
            self._rows[action.id] = item
        self._show_keys()
        for column in range(3):
            self.table.resizeColumnToContents(column)

    def _show_keys(self) -> None:
        own = self._actions.own_keys
        for action_id, item in self._rows.items():
            item.setText(2, ", ".join(QKeySequence(key).toString(_NATIVE) for key in self._actions.keys(action_id)))
            font = item.font(2)
            font.setBold(action_id in own)
            item.setFont(2, font)

    def _show_current(self) -> None:
        chosen = self.current
        keys = () if chosen is None else self._actions.keys(chosen)
        self.edit.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())
        for widget in (self.edit, self.assign):
            widget.setEnabled(chosen is not None)
        self.reset.setEnabled(chosen in self._actions.own_keys)
        self.reset_all.setEnabled(bool(self._actions.own_keys))
        self._tell_holder()

    def _tell_holder(self) -> None:
        key = self.edit.keySequence().toString(_PORTABLE)
        holder = self._actions.holder(key) if key else None
        taken = holder is not None and holder.id != self.current
        self.assign.setText("Take it" if taken else "Assign")
        native = self.edit.keySequence().toString(_NATIVE)
        if self.current is None:
            self.told.setText("Choose an action to give it another key")
        elif holder is not None and taken:
            self.told.setText(f"{native} is the key of “{holder.text}” now, which would lose it")
        else:
            self.told.setText("Click into the field and press the new key")

    def _assign(self) -> None:
        if self.current is not None:
            key = self.edit.keySequence().toString(_PORTABLE)
            self._actions.bind(self.current, (key,) if key else ())
            self._changed()

    def _reset(self) -> None:
        if self.current is not None:
            self._actions.bind(self.current, self._actions.default_keys(self.current))
            self._changed()

    def _reset_all(self) -> None:
        self._actions.reset_keys()
        self._changed()

    def _changed(self) -> None:
        self._keep({name: list(keys) for name, keys in self._actions.own_keys.items()})
        self._show_keys()
        self._show_current()

    def _filter(self, text: str) -> None:
        for item in self._rows.values():
            shown = " ".join(item.text(column) for column in range(3)).casefold()
            item.setHidden(text.casefold() not in shown)


def _button(text: str, pressed: Callable[[], object]) -> QPushButton:
    button = QPushButton(text, autoDefault=False)
    button.clicked.connect(lambda: pressed())
    return button
