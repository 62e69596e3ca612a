"""The takes of a scenario as a tree: a branch hangs below the take whose head it shares."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem

from core.takes import TakeFrames
from widgets.generation.choices import COUPLINGS
from widgets.takes import TakeModel

_NUMBER = Qt.ItemDataRole.UserRole
_TITLES = {coupling: title for coupling, title, _ in COUPLINGS}


class TakeTree(QTreeWidget):
    """Shows the takes; a click chooses one."""

    def __init__(self, takes: TakeModel) -> None:
        super().__init__()
        self._takes = takes
        self._actions: list[QAction] = []
        self.setColumnCount(3)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(12)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName("Takes")
        self.header().setStretchLastSection(False)
        for column, mode in enumerate(("ResizeToContents", "Stretch", "ResizeToContents")):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode[mode])
        self.itemSelectionChanged.connect(self._choose)
        self.customContextMenuRequested.connect(self._show_menu)
        takes.changed.connect(self.refresh)

    def set_actions(self, actions: list[QAction]) -> None:
        """What a right click offers."""
        self._actions = actions

    def refresh(self) -> None:
        self.blockSignals(True)
        known = {item.data(0, _NUMBER): item for item in self._items()}
        if known.keys() - self._takes.takes.keys():  # one is gone: rare enough to begin anew
            self.clear()
            known = {}
        for number, frames in self._takes.takes.items():
            item = known.get(number)
            if item is None:
                item = known[number] = QTreeWidgetItem()
                item.setData(0, _NUMBER, number)
                parent = known.get(frames.take.parent)
                self.addTopLevelItem(item) if parent is None else parent.addChild(item)
                item.setExpanded(True)
                if parent is not None:
                    parent.setExpanded(True)
            self._describe(item, frames)
            if frames is self._takes.chosen:
                self.setCurrentItem(item)
        self.blockSignals(False)

    def _describe(self, item: QTreeWidgetItem, frames: TakeFrames) -> None:
        take = frames.take
        from_frame = f" from {take.first_frame}" if take.parent is not None else ""
        item.setText(0, f"{take.title}{from_frame}")
        item.setText(1, _TITLES[take.coupling])
        item.setText(2, str(len(frames)) if frames.is_whole else f"{len(frames)} / {take.frames}")
        item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight)
        lines = [
            f"{len(frames)} of {take.frames} frames of {', '.join(frames.cameras)}",
            f"{_TITLES[take.coupling]}, seed {take.seed}, {take.steps} steps",
            *([f"Shares the frames before {take.first_frame} with take {take.parent}"] if take.parent else []),
            *([f"Edits: {', '.join(take.edits)}"] if take.edits else []),
        ]
        for column in range(3):
            item.setToolTip(column, "\n".join(lines))

    def _items(self) -> list[QTreeWidgetItem]:
        found: list[QTreeWidgetItem] = []
        waiting = [self.topLevelItem(index) for index in range(self.topLevelItemCount())]
        while waiting:
            item = waiting.pop()
            if item is None:
                continue
            found.append(item)
            waiting += [item.child(index) for index in range(item.childCount())]
        return found

    def _choose(self) -> None:
        items = self.selectedItems()
        if items:
            self._takes.choose(items[0].data(0, _NUMBER))

    def _show_menu(self, place: QPoint) -> None:
        if self.itemAt(place) is not None and self._actions:
            menu = QMenu(self)
            menu.addActions(self._actions)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.viewport().mapToGlobal(place))
