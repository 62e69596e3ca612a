"""Search field and tree, in step with the selection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSortFilterProxyModel,
    Qt,
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

from core.logs import DrivingLog
from widgets.focus import SearchField
from widgets.outliner.tree import ABSENT_ROLE, DETAIL_ROLE, ID_ROLE, SEARCH_ROLE, WARN_ROLE, LogTree
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.theme import icon, tokens
from widgets.theme.icons import draw_icon


class OutlinerPanel(QWidget):
    """Click selects, with Ctrl or Shift several; the tree follows what is selected elsewhere."""

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
        self.view = QTreeView(headerHidden=True, uniformRowHeights=True, indentation=14, animated=False)
        self.view.setModel(self._shown)
        self.view.setItemDelegate(_RowDelegate(self.view))
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
    """A quiet detail at the right end of the row; absent actors are dimmed, gaps get a sign."""

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        # An open branch is no pressed button: its icon keeps the colour it has.
        option.state &= ~QStyle.StateFlag.State_Open
        if index.data(ABSENT_ROLE):
            option.state &= ~QStyle.StateFlag.State_Enabled

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        theme = tokens(option.palette)
        rect = option.rect.adjusted(0, 0, -8, 0)
        if index.data(WARN_ROLE):
            sign = QRect(rect.right() - 15, rect.center().y() - 7, 15, 15)
            draw_icon(painter, "alert-outline", sign, theme.colour("warning"))
            rect.adjust(0, 0, -20, 0)
        detail = index.data(DETAIL_ROLE)
        name_px = option.fontMetrics.horizontalAdvance(index.data()) + 30
        if detail and name_px + option.fontMetrics.horizontalAdvance(detail) < rect.width():
            painter.setPen(theme.colour("muted"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail)
