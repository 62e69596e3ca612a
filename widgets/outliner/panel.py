"""Search field and tree, in step with the selection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from core.logs import ActorClass, DrivingLog
from core.scene import Coverage
from widgets.focus import SearchField
from widgets.outliner.listed import Listed
from widgets.outliner.thumbnail import SIZE
from widgets.outliner.tree import (
    ABSENT_ROLE,
    CLASS_ROLE,
    COVERAGE_ROLE,
    DETAIL_ROLE,
    GROUP_ROLE,
    HIDDEN_ROLE,
    ID_ROLE,
    SEARCH_ROLE,
    WARN_ROLE,
    LogTree,
)
from widgets.playback import Playback
from widgets.seen_sides import draw_sides
from widgets.selection import Selection
from widgets.theme import Tokens, icon, tokens
from widgets.theme.icons import draw_icon

ROW_PX = 32  # of an actor
SIDES = QSize(13, 26)
_ABSENT = 0.45
_NOT_OPEN, _NOT_ENABLED = ~QStyle.StateFlag.State_Open, ~QStyle.StateFlag.State_Enabled


class OutlinerPanel(QWidget):
    """Click selects, with Ctrl or Shift several; the tree follows what is selected elsewhere."""

    renamed = Signal(str, str)  # id and new name of an actor
    group_renamed = Signal(str, str)  # old and new name

    def __init__(self, playback: Playback, selection: Selection) -> None:
        super().__init__()
        self.setObjectName("outliner")
        self.setMinimumWidth(190)
        self._log: DrivingLog | None = None
        self._playback = playback
        self._selection = selection
        self._syncing = False
        self.search = SearchField("Search actors and cameras")
        self.search.setObjectName("outlinerSearch")
        self.search.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.tree = LogTree()
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self.tree)
        self._shown.setFilterRole(SEARCH_ROLE)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._shown.setRecursiveFilteringEnabled(True)
        self._shown.setAutoAcceptChildRows(True)
        self.view = QTreeView(headerHidden=True, indentation=14, animated=False)
        self.view.setModel(self._shown)
        self._rows = _RowDelegate(self.view)
        self.view.setItemDelegate(self._rows)
        self.view.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.view.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        field = QVBoxLayout()
        field.setContentsMargins(6, 4, 6, 6)
        field.addWidget(self.search)
        layout.addLayout(field)
        layout.addWidget(self.view, 1)
        self.search.textChanged.connect(self._filter)
        self.view.selectionModel().selectionChanged.connect(self._chosen)
        self.view.clicked.connect(self._choose_group)
        self._rows.named.connect(self._take_name)
        self.view.entered.connect(lambda index: selection.hover(index.data(ID_ROLE) or None))
        selection.changed.connect(self._follow_selection)
        playback.t_changed.connect(self._follow_time)

    def set_log(self, log: DrivingLog | None) -> None:
        self._log = log
        with self._in_sync():
            self.search.clear()
            self.tree.set_log(log)
        for item in self.tree.open_at_first:
            self.view.expand(self._shown.mapFromSource(item.index()))
        self._follow_time(self._playback.t_s)

    def show_edit(self, log: DrivingLog, listed: Listed | None = None) -> None:
        """Show the same drive after an edit, and actors that are not in it; what is unfolded and searched for stays."""
        if self._log is None:
            return
        self._log = log
        with self._in_sync():
            changed = self.tree.show_edit(log, listed or Listed())
        self._follow_time(self._playback.t_s)
        if changed:
            self._follow_selection()

    def rename(self) -> None:
        """Let the name of the current row be typed: that of an actor or a group."""
        index = self.view.currentIndex()
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.view.edit(index)

    def _take_name(self, index: QPersistentModelIndex, name: str) -> None:
        group = index.data(GROUP_ROLE)
        if group is None:
            self.renamed.emit(index.data(ID_ROLE), name)
        else:
            self.group_renamed.emit(group, name)

    def _choose_group(self, index: QModelIndex) -> None:
        """A click on a group selects its members."""
        if index.data(GROUP_ROLE) is not None:
            rows = [self._shown.index(row, 0, index) for row in range(self._shown.rowCount(index))]
            self._selection.select_many(frozenset(row.data(ID_ROLE) for row in rows), None)

    def set_pictures(self, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """Show pictures (h, w, 3) of actors, by their track ids, beside those that are shown."""
        self.tree.set_pictures(pictures)

    def set_coverages(self, coverages: Mapping[str, Coverage]) -> None:
        """Show which sides of the actors were seen, by their track ids; none of those left out."""
        with self._in_sync():
            self.tree.set_coverages(coverages)

    def index_of(self, item_id: str) -> QModelIndex:
        """Where an id is shown; invalid when the search hides it.

        Raises:
            KeyError: the log holds nothing of that id.
        """
        return self._shown.mapFromSource(self.tree.items[item_id].index())

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Leave:
            self._selection.hover(None)
        return False

    def _filter(self, text: str) -> None:
        with self._in_sync():
            self._shown.setFilterFixedString(text.strip())
        if text.strip():
            self.view.expandAll()
        self._follow_selection()

    def _chosen(self) -> None:
        if self._syncing:
            return
        model = self.view.selectionModel()
        ids = frozenset(index.data(ID_ROLE) for index in model.selectedIndexes()) - {""}
        with self._in_sync():
            self._selection.select_many(ids, model.currentIndex().data(ID_ROLE) or None)

    def _follow_selection(self) -> None:
        if self._syncing:
            return
        chosen = QItemSelection()
        for item_id in self._selection.ids & self.tree.items.keys():
            index = self.index_of(item_id)
            chosen.select(index, index)
        with self._in_sync():
            self.view.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            current = self._selection.current
            if current in self.tree.items:
                index = self.index_of(current)
                self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
                self.view.scrollTo(index)

    def _follow_time(self, t_s: float) -> None:
        if self._log is not None:
            self.tree.set_time(self._log.t_ns(t_s))

    @contextmanager
    def _in_sync(self) -> Iterator[None]:
        """What the tree does meanwhile is not a wish of the user."""
        before, self._syncing = self._syncing, True
        yield
        self._syncing = before


class _RowDelegate(QStyledItemDelegate):
    """A quiet detail at the right end of the row, or an actor's sides; absent actors are dimmed, gaps and actors that
    are left out get a sign. A name that is typed is only told."""

    named = Signal(object, str)  # QPersistentModelIndex

    def setModelData(  # noqa: N802
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        assert isinstance(editor, QLineEdit)
        if editor.text() != index.data():
            self.named.emit(QPersistentModelIndex(index), editor.text())

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        # The one column is as wide as the view; to measure each name takes longer than anything else of an edit.
        return QSize(0, ROW_PX) if index.data(CLASS_ROLE) else super().sizeHint(option, index)

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        # An open branch is no pressed button: its icon keeps the colour it has.
        option.state &= _NOT_OPEN
        if index.data(ABSENT_ROLE) or index.data(HIDDEN_ROLE):
            option.state &= _NOT_ENABLED
        if index.data(CLASS_ROLE):
            option.decorationSize = SIZE
            signs_px = SIDES.width() + (20 if index.data(HIDDEN_ROLE) else 0)
            room_px = option.rect.width() - SIZE.width() - signs_px - 26
            option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room_px)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        theme = tokens(option.palette)
        rect = option.rect.adjusted(0, 0, -8, 0)
        coverage = index.data(COVERAGE_ROLE)
        if coverage is not None:
            self._paint_sides(painter, rect, coverage, index, theme)
        if index.data(HIDDEN_ROLE):
            left = rect.right() - 17 - (SIDES.width() + 4 if coverage is not None else 0)
            draw_icon(painter, "eye-off-outline", QRect(left, rect.center().y() - 8, 17, 17), theme.colour("muted"))
        if index.data(WARN_ROLE):
            sign = QRect(rect.right() - 15, rect.center().y() - 7, 15, 15)
            draw_icon(painter, "alert-outline", sign, theme.colour("warning"))
            rect.adjust(0, 0, -20, 0)
        detail = index.data(DETAIL_ROLE)
        name_px = option.fontMetrics.horizontalAdvance(index.data()) + 30
        if detail and name_px + option.fontMetrics.horizontalAdvance(detail) < rect.width():
            painter.setPen(theme.colour("muted"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail)

    def _paint_sides(
        self,
        painter: QPainter,
        rect: QRect,
        coverage: Coverage,
        index: QModelIndex | QPersistentModelIndex,
        theme: Tokens,
    ) -> None:
        place = QRectF(
            rect.right() - SIDES.width(), rect.center().y() - SIDES.height() / 2 + 1, SIDES.width(), SIDES.height()
        )
        painter.save()
        painter.setOpacity(_ABSENT if index.data(ABSENT_ROLE) else 1.0)
        draw_sides(painter, place, coverage, ActorClass(index.data(CLASS_ROLE)), theme)
        painter.restore()
