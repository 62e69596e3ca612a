"""A window beside the main one, in which an asset is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from widgets.elements import label
from widgets.focus import SearchField
from widgets.library.items import LibraryItem, Shelf
from widgets.names import CLASS_ICONS
from widgets.seen_sides import draw_sides
from widgets.theme import tokens
from widgets.theme.icons import draw_icon

PICTURE = QSize(132, 92)
_CELL = QSize(148, 128)
_SIDES = QSize(16, 30)
_ITEM_ROLE = Qt.ItemDataRole.UserRole + 1
_PICTURE_ROLE = Qt.ItemDataRole.UserRole + 2
_SHELF_ROLE = Qt.ItemDataRole.UserRole + 3


class LibrarySheet(QDialog):
    """Assets as pictures, shelf by shelf. A click chooses one, which is then put into the scene by clicks there."""

    chosen = Signal(str)  # id of an item
    folder_wanted = Signal()  # an asset from elsewhere on the disk

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle("Insert an actor")
        self.setObjectName("library")
        self.resize(500, 560)
        self.shelves = QTabBar(drawBase=False, expanding=False)
        for shelf in Shelf:
            self.shelves.addTab(shelf.value)
        self.search = SearchField("Search by name or class")
        self._model = QStandardItemModel(self)
        self._shown = _Filter(self)
        self._shown.setSourceModel(self._model)
        self.view = QListView()
        self.view.setViewMode(QListView.ViewMode.IconMode)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setMovement(QListView.Movement.Static)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setModel(self._shown)
        self.view.setItemDelegate(_Card(self.view))
        self._hint = label("Click an actor, then click where it is to stand. Ctrl snaps to the lane.", muted=True)
        self._empty = label("", muted=True)
        self._build()
        self.search.textChanged.connect(self._shown.set_words)
        self.search.textChanged.connect(self._tell_empty)
        self.shelves.currentChanged.connect(self._turn_to)
        self.view.clicked.connect(lambda index: self.chosen.emit(index.data(_ITEM_ROLE).id))

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.shelves)
        head.addWidget(self.search, 1)
        disk = QPushButton("From disk…")
        disk.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        disk.clicked.connect(self.folder_wanted)
        foot = QHBoxLayout()
        foot.addWidget(self._hint, 1)
        foot.addWidget(disk)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self.view, 1)
        column.addLayout(foot)

    @property
    def shelf(self) -> Shelf:
        return list(Shelf)[self.shelves.currentIndex()]

    def set_items(self, items: Sequence[LibraryItem]) -> None:
        """What there is to choose from; pictures follow."""
        self._model.clear()
        for item in items:
            row = QStandardItem(item.title)
            row.setEditable(False)
            row.setData(item, _ITEM_ROLE)
            row.setData(item.shelf, _SHELF_ROLE)
            row.setToolTip(_told(item))
            self._model.appendRow(row)
        if not any(item.shelf is self.shelf for item in items) and items:
            self.shelves.setCurrentIndex(list(Shelf).index(items[0].shelf))
        self._turn_to()

    def set_picture(self, item_id: str, rgba: NDArray[np.uint8]) -> None:
        """What an item looks like: (h, w, 4), not premultiplied."""
        for number in range(self._model.rowCount()):
            row = self._model.item(number)
            if row.data(_ITEM_ROLE).id == item_id:
                height, width = rgba.shape[:2]
                image = QImage(np.ascontiguousarray(rgba).data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
                row.setData(image.copy(), _PICTURE_ROLE)

    def titles(self) -> list[str]:
        """Of the items that are shown."""
        return [self._shown.index(row, 0).data() for row in range(self._shown.rowCount())]

    def index_of(self, title: str) -> QModelIndex:
        """
        Raises:
            ValueError: nothing of that title is shown.
        """
        return self._shown.index(self.titles().index(title), 0)

    def _turn_to(self) -> None:
        self._shown.set_shelf(self.shelf)
        self._tell_empty()

    def _tell_empty(self) -> None:
        texts = {
            Shelf.SCENE: "The scene has no actors with splats yet.",
            Shelf.DISK: "Assets that were inserted, or written by driftless asset and added from disk, are kept here.",
        }
        self._empty.setText("Nothing is called so." if self.search.text() else texts.get(self.shelf, ""))
        self._empty.setVisible(self._shown.rowCount() == 0)


class _Filter(QSortFilterProxyModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shelf, self._words = Shelf.SCENE, ""

    def set_shelf(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.invalidate()

    def set_words(self, words: str) -> None:
        self._words = words.strip().lower()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:  # noqa: N802
        index = self.sourceModel().index(row, 0, parent)
        item: LibraryItem | None = index.data(_ITEM_ROLE)
        if item is None or item.shelf is not self._shelf:
            return False
        return self._words in f"{item.title} {item.actor_class}".lower()


class _Card(QStyledItemDelegate):
    """Picture, name, and the seen sides in a corner."""

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return _CELL

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = tokens(option.palette)
        item: LibraryItem = index.data(_ITEM_ROLE)
        card = option.rect.adjusted(4, 4, -4, -4)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("hover" if over else "raised"))
        painter.drawRoundedRect(card, 6, 6)
        picture: QImage | None = index.data(_PICTURE_ROLE)
        place = QRect(card.left() + 4, card.top() + 4, card.width() - 8, card.height() - 28)
        if picture is None:
            sign = QRect(place.center().x() - 16, place.center().y() - 16, 32, 32)
            draw_icon(painter, CLASS_ICONS[item.actor_class], sign, theme.colour("disabled"))
        else:
            size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(place.topLeft(), size)
            target.moveCenter(place.center())
            painter.drawImage(target, picture)
        if item.coverage is not None:
            corner = QRectF(card.right() - _SIDES.width() - 5, card.top() + 5, _SIDES.width(), _SIDES.height())
            draw_sides(painter, corner, item.coverage, item.actor_class, theme)
        painter.setPen(theme.colour("text"))
        text = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, card.width() - 12)
        line = QRect(card.left(), card.bottom() - 22, card.width(), 18)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()


def _told(item: LibraryItem) -> str:
    length, width, height = item.size_m
    seen = "Not known which sides were seen" if item.coverage is None else f"{item.coverage.share:.0%} of it was seen"
    return f"{item.title}\n{length:.1f} × {width:.1f} × {height:.1f} m\n{seen}\n{item.licence}".strip()
