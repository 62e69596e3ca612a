"""Ruler, rows and playhead: what the timeline paints, and scrubbing on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.scenario.motion import Verdict
from widgets.flaw_painting import draw_stripe
from widgets.formats import time_text
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.takes import TakeStripe
from widgets.theme import tokens
from widgets.time_span import TimeSpan
from widgets.timeline.backdrop import (
    CACHE_TOP_PX,
    FLAWS_PX,
    FLAWS_TOP_PX,
    GUTTER_PX,
    RIGHT_PX,
    RULER_PX,
    TAKE_PX,
    TAKE_TOP_PX,
    TOP_PX,
    paint_backdrop,
    row_rects,
)
from widgets.timeline.rows import TOUCH_PX, StreamRow
from widgets.timeline.take_stripe import draw_take

HANDLE_PX = 6
SNAP_PX = 5
MIN_ROW_PX = 12

Readings = Callable[[float], list[tuple[str, str]]]
"""Names and numbers of a time."""


class TimelineCanvas(QWidget):
    """Press or drag scrubs; dragging an in or out flag moves it; Ctrl+wheel zooms, wheel and middle drag pan."""

    hovered_row = Signal(object)  # id or None

    def __init__(self, playback: Playback, selection: Selection) -> None:
        super().__init__()
        self._playback = playback
        self._selection = selection
        self._rows: Sequence[StreamRow] = ()
        self._cached_s: Sequence[tuple[float, float]] = ()
        self._verdict: Verdict | None = None
        self._is_judged = False
        self._readings: Readings = lambda t_s: []
        self._take = TakeStripe()
        self.span = TimeSpan()
        self._backdrop: QPixmap | None = None
        self._drag: str | None = None
        self._resume = False
        self._pan_from: QPoint | None = None
        self._playhead_px = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        playback.t_changed.connect(self._follow)
        playback.range_changed.connect(self._range_changed)
        playback.marks_changed.connect(self.update)
        selection.changed.connect(self.redraw)

    def set_rows(self, rows: Sequence[StreamRow]) -> None:
        self._rows = rows
        self._cached_s = ()
        self._range_changed()
        self.updateGeometry()
        self.redraw()

    def set_cached(self, ranges_s: Sequence[tuple[float, float]]) -> None:
        """Times that are in memory for every stream."""
        if list(ranges_s) != list(self._cached_s):
            self._cached_s = list(ranges_s)
            self.redraw()

    def set_verdict(self, verdict: Verdict | None, readings: Readings, *, is_judged: bool = True) -> None:
        """What is wrong with the path that is looked at, as a stripe under the ruler, with its numbers at a time; faint
        while a later verdict is to come."""
        if verdict is not self._verdict or is_judged != self._is_judged:
            self.update(0, FLAWS_TOP_PX, self.width(), FLAWS_PX)
        self._verdict, self._is_judged, self._readings = verdict, is_judged, readings

    def set_take(self, stripe: TakeStripe) -> None:
        """What there is of the take that is looked at, as a stripe of its own."""
        if stripe != self._take:
            self._take = stripe
            self.update()

    def fit(self) -> None:
        self.span.fit()
        self.redraw()

    def redraw(self) -> None:
        self._backdrop = None
        self.update()

    def row_rect(self, row_id: str) -> QRect:
        """Where a stream's row lies, gutter included.

        Raises:
            KeyError: there is no such row.
        """
        for row, rect in zip(self._rows, row_rects(len(self._rows), self.size()), strict=True):
            if row.id == row_id:
                return rect
        raise KeyError(row_id)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(600, TOP_PX + 20 * max(len(self._rows), 3))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(300, TOP_PX + MIN_ROW_PX * max(len(self._rows), 2))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self.span.set_strip(GUTTER_PX, self.width() - GUTTER_PX - RIGHT_PX)
        self.redraw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.redraw()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        ratio = self.devicePixelRatioF()
        if self._backdrop is None or self._backdrop.devicePixelRatioF() != ratio:
            self._backdrop = QPixmap(self.size() * ratio)
            self._backdrop.setDevicePixelRatio(ratio)
            paint_backdrop(self._backdrop, self, self.span, self._rows, self._cached_s, self._selection.ids)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._backdrop)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(GUTTER_PX - HANDLE_PX, 0, self.width(), self.height())
        stripe = QRectF(GUTTER_PX, FLAWS_TOP_PX, self.span.width_px, FLAWS_PX)
        draw_stripe(painter, self._verdict, self.span, stripe, is_judged=self._is_judged)
        draw_take(painter, self._take, self.span, tokens(self.palette()), TAKE_TOP_PX, TAKE_PX)
        self._paint_in_out(painter)
        self._paint_marks(painter)
        self._paint_playhead(painter)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = event.position().toPoint()
        elif event.button() == Qt.MouseButton.LeftButton:
            row = self._row_at(event.position())
            if event.position().x() < GUTTER_PX - HANDLE_PX:
                if row is not None:
                    self._selection.select(row.id)
                return
            self._drag = self._handle_at(event.position()) or "playhead"
            self._resume = self._playback.playing and self._drag == "playhead"
            if self._resume:
                self._playback.pause()
            self._drag_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        position = event.position()
        if self._pan_from is not None:
            self.span.pan((self._pan_from.x() - position.x()) / self.span.px_per_s)
            self._pan_from = position.toPoint()
            self.redraw()
        elif self._drag is not None:
            self._drag_to(position.x())
        else:
            on_handle = self._handle_at(position) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if on_handle else Qt.CursorShape.ArrowCursor)
            row = self._row_at(position)
            self.hovered_row.emit(None if row is None else row.id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pan_from = self._drag = None
        if self._resume:
            self._resume = False
            self._playback.play()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.position().y() < RULER_PX and event.position().x() > GUTTER_PX:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.hovered_row.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turned = event.angleDelta()
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.span.turn(turned.x(), turned.y(), zooms=zooms, at_px=max(event.position().x(), GUTTER_PX))
        self.redraw()
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        return super().event(event)

    def _show_tip(self, event: QHelpEvent) -> None:
        position = QPointF(event.pos())
        row = self._row_at(position)
        mark = self._mark_at(position)
        if mark is not None:
            QToolTip.showText(event.globalPos(), f"Mark at {time_text(mark)}", self)
        elif (state := self._take_at(position)) is not None:
            QToolTip.showText(event.globalPos(), state, self)
        elif self._verdict is not None and CACHE_TOP_PX <= position.y() < TOP_PX and position.x() >= GUTTER_PX:
            t_s = self.span.t_s(position.x())
            lines = [f"{name} {value}".strip() for name, value in self._readings(t_s)]
            QToolTip.showText(event.globalPos(), "\n".join([time_text(t_s), *lines]), self)
        elif row is not None:
            in_gutter = position.x() < GUTTER_PX
            reach_s = TOUCH_PX / self.span.px_per_s
            tip = row.name if in_gutter else row.tip(self.span.t_s(position.x()), reach_s)
            QToolTip.showText(event.globalPos(), tip, self)
        else:
            QToolTip.hideText()

    def _take_at(self, position: QPointF) -> str | None:
        """What the stripe of the take tells at a place."""
        if not TAKE_TOP_PX - 1 <= position.y() < TAKE_TOP_PX + TAKE_PX + 1 or position.x() < GUTTER_PX:
            return None
        t_s = self.span.t_s(position.x())
        states = [state for start_s, end_s, state in self._take.spans if start_s <= t_s < end_s]
        return f"Frame {states[0].value}" if states else None

    def _drag_to(self, x_px: float) -> None:
        t_s = self._snapped(self.span.t_s(x_px))
        if self._drag == "in":
            self._playback.set_in(t_s)
        elif self._drag == "out":
            self._playback.set_out(t_s)
        else:
            self._playback.seek(t_s)

    def _snapped(self, t_s: float) -> float:
        """Marks, in and out attract the pointer."""
        playback = self._playback
        places = [*playback.marks_s, *(place for place in (playback.in_s, playback.out_s) if place is not None)]
        near = [place for place in places if abs(place - t_s) * self.span.px_per_s < SNAP_PX]
        return min(near, key=lambda place: abs(place - t_s), default=t_s)

    def _handle_at(self, position: QPointF) -> str | None:
        if position.y() > RULER_PX:
            return None
        places = {"in": self._playback.in_s, "out": self._playback.out_s}
        for name, place in places.items():
            if place is not None and abs(self.span.x(place) - position.x()) < HANDLE_PX:
                return name
        return None

    def _mark_at(self, position: QPointF) -> float | None:
        near = [mark for mark in self._playback.marks_s if abs(self.span.x(mark) - position.x()) < HANDLE_PX]
        return near[0] if near and position.y() < TOP_PX else None

    def _row_at(self, position: QPointF) -> StreamRow | None:
        rects = row_rects(len(self._rows), self.size())
        for row, rect in zip(self._rows, rects, strict=True):
            if rect.contains(position.toPoint()):
                return row
        return None

    def _range_changed(self) -> None:
        """The last samples stay on for a period of theirs: the strip shows that too."""
        ends = [float(row.end_s[-1]) for row in self._rows if len(row.end_s)]
        start_s, end_s = self._playback.start_s, max([self._playback.end_s, *ends])
        if self.span.whole_s != (start_s, end_s):
            self.span.set_whole(start_s, end_s)
            self.redraw()
        self.update()

    def _follow(self, t_s: float) -> None:
        if self._drag is None and self.span.reveal(t_s):
            self.redraw()
        x_px = round(self.span.x(t_s))
        for place in {x_px, self._playhead_px}:
            self.update(place - 8, 0, 17, self.height())
        self._playhead_px = x_px

    def _paint_playhead(self, painter: QPainter) -> None:
        x = round(self.span.x(self._playback.t_s)) + 0.5
        colour = tokens(self.palette()).colour("playhead")
        painter.setPen(colour)
        painter.drawLine(QPointF(x, RULER_PX - 4), QPointF(x, self.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        head = [QPointF(x - 6, 3), QPointF(x + 6, 3), QPointF(x + 6, RULER_PX - 9), QPointF(x, RULER_PX - 2)]
        painter.drawPolygon(QPolygonF([*head, QPointF(x - 6, RULER_PX - 9)]))

    def _paint_in_out(self, painter: QPainter) -> None:
        playback, theme = self._playback, tokens(self.palette())
        if playback.in_s is None and playback.out_s is None:
            return
        first = GUTTER_PX if playback.in_s is None else self.span.x(playback.in_s)
        last = self.width() - RIGHT_PX if playback.out_s is None else self.span.x(playback.out_s)
        shade = QColor(theme.base)
        shade.setAlpha(150)
        painter.fillRect(QRect(GUTTER_PX, RULER_PX, round(first) - GUTTER_PX, self.height()), shade)
        painter.fillRect(QRect(round(last), RULER_PX, self.width() - RIGHT_PX - round(last), self.height()), shade)
        painter.fillRect(QRect(round(first), RULER_PX - 3, round(last - first), 3), theme.colour("accent"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        for place, x, toward in ((playback.in_s, first, 1), (playback.out_s, last, -1)):
            if place is not None:
                corners = [QPointF(x, 5), QPointF(x + 7 * toward, 5), QPointF(x, RULER_PX)]
                painter.drawPolygon(QPolygonF(corners))
                painter.drawRect(QRect(round(x) - (toward < 0), 5, 1, self.height()))

    def _paint_marks(self, painter: QPainter) -> None:
        colour = tokens(self.palette()).colour("warning")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for mark in self._playback.marks_s:
            x, y = self.span.x(mark), CACHE_TOP_PX - 6
            painter.drawPolygon(QPolygonF([QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)]))
            painter.fillRect(QRect(round(x), y, 1, self.height()), colour)
