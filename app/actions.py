"""Actions as data; menus, tool tips, command palette and shortcut sheet are generated from one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from widgets.palette import Command
from widgets.theme import icon

_NO_KEYS: Mapping[str, Sequence[str]] = {}


def _always() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that the user can do. `enabled` and `checked` are asked whenever the window's state changes."""

    id: str
    text: str
    menu: str  # "Play", or "View/Panels" for a menu inside a menu
    handler: Callable[[], object]
    shortcuts: tuple[str, ...] = ()  # the first is shown
    icon: str = ""
    tip: str = ""  # one sentence, where the text alone leaves a question
    enabled: Callable[[], bool] = _always
    checked: Callable[[], bool] | None = None  # None: not a switch
    section: int = 0  # menus draw a line between sections


class ActionRegistry(QObject):
    """The table come to life: one `QAction` per entry, in the window, in menus and wherever it is asked for."""

    def __init__(self, window: QWidget, table: Iterable[Action], keys: Mapping[str, Sequence[str]] = _NO_KEYS) -> None:
        """
        Args:
            keys: by id, the user's own in the place of an action's shortcuts.
        """
        super().__init__(window)
        self._window = window
        self._table = {action.id: action for action in table}
        self._own_keys = {name: tuple(own) for name, own in keys.items() if name in self._table}
        self._actions = {action.id: self._make(action) for action in self._table.values()}
        for action_id in self._actions:
            self._show_keys(action_id)
        window.addActions(list(self._actions.values()))
        self.refresh()

    @property
    def table(self) -> tuple[Action, ...]:
        return tuple(self._table.values())

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    @property
    def own_keys(self) -> dict[str, tuple[str, ...]]:
        """The user's keys of actions that have others than the table says, by id."""
        return dict(self._own_keys)

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action; the first is shown."""
        return self._own_keys.get(action_id, self._table[action_id].shortcuts)

    def default_keys(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action as the table says."""
        return self._table[action_id].shortcuts

    def holder(self, key: str) -> Action | None:
        """Whose key it is."""
        wanted = QKeySequence(key)
        return next((one for one in self.table if wanted in [QKeySequence(own) for own in self.keys(one.id)]), None)

    def bind(self, action_id: str, keys: Sequence[str]) -> None:
        """Give an action keys; whoever had one of them has it no longer."""
        for key in keys:
            other = self.holder(key)
            if other is not None and other.id != action_id:
                self._bind(other.id, [own for own in self.keys(other.id) if QKeySequence(own) != QKeySequence(key)])
        self._bind(action_id, keys)

    def reset_keys(self) -> None:
        """Give every action the keys of the table."""
        for action_id in list(self._own_keys):
            self._bind(action_id, self._table[action_id].shortcuts)

    def _bind(self, action_id: str, keys: Sequence[str]) -> None:
        if tuple(keys) == self._table[action_id].shortcuts:
            self._own_keys.pop(action_id, None)
        else:
            self._own_keys[action_id] = tuple(keys)
        self._show_keys(action_id)

    def refresh(self) -> None:
        """Ask every entry anew whether it is enabled and checked."""
        for action_id, action in self._table.items():
            qt_action = self._actions[action_id]
            qt_action.setEnabled(action.enabled())
            if action.checked is not None:
                qt_action.setChecked(action.checked())

    def fill(self, menu_bar: QMenuBar, order: Iterable[str]) -> dict[str, QMenu]:
        """Build the menus, the given ones first to last; answers them by name."""
        menus: dict[str, QMenu] = {}
        for name in order:
            parent, _, title = name.rpartition("/")
            menus[name] = menus[parent].addMenu(title) if parent else menu_bar.addMenu(title)
        last_section: dict[str, int] = {}
        for action in self._table.values():
            menu = menus[action.menu]
            if not menu.isEmpty() and last_section.get(action.menu, action.section) != action.section:
                menu.addSeparator()
            last_section[action.menu] = action.section
            menu.addAction(self._actions[action.id])
        return menus

    def commands(self) -> list[Command]:
        """Every action in the order of the table, for the command palette and the shortcut sheet."""
        return [
            Command(group=action.menu.replace("/", " › "), action=self._actions[action.id]) for action in self.table
        ]

    def _make(self, action: Action) -> QAction:
        made = QAction(action.text, self)
        made.setObjectName(action.id)
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        made.setCheckable(action.checked is not None)
        if action.icon:
            made.setIcon(icon(action.icon))
        made.setStatusTip(action.tip)
        made.triggered.connect(lambda: self._run(action))
        return made

    def _show_keys(self, action_id: str) -> None:
        action, made = self._table[action_id], self._actions[action_id]
        made.setShortcuts([QKeySequence(keys) for keys in self.keys(action_id)])
        keys = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = action.tip or action.text.removesuffix("…")
        made.setToolTip(f"{tip}  ({keys})" if keys else tip)

    def _run(self, action: Action) -> None:
        action.handler()
        self.refresh()
