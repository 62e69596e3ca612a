"""A stretch of the log on a strip of time, with two handles."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.playback import Playback
from widgets.theme import Tokens, tokens
from widgets.time_span import TimeSpan

WIDTH_PX = 600
RULER_PX, BAND_PX, EDGE_PX = 20, 30, 9
SNAP_PX = 6
GRIP_PX = 10
LEAST_S = 0.05


class StretchStrip(QWidget):
    """Dragging a handle moves one end, dragging between them the whole. Marks, in and out, and the ends of a stretch
    that is known already attract the pointer."""

    moved = Signal(float, float)  # from and to, by hand

    def __init__(self, playback: Playback, images_s: NDArray[np.float64]) -> None:
        """`images_s` (n,) are the times at which images were taken, seconds."""
        super().__init__()
        self._playback = playback
        self._images_s = images_s
        self._stretch_s = playback.start_s, playback.end_s
        self._known_s: tuple[float, float] | None = None
        self._drag: str | None = None
        self._grabbed_s = 0.0  # where, after the start of the stretch
        self._span = TimeSpan()
        self._span.set_whole(playback.start_s, playback.end_s)
        self.setMinimumWidth(WIDTH_PX)
        self.setMouseTracking(True)
        self.setFixedHeight(RULER_PX + BAND_PX + 2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_stretch(self, first_s: float, last_s: float) -> None:
        self._stretch_s = first_s, last_s
        self.update()

    def set_known(self, known_s: tuple[float, float] | None) -> None:
        """Show a stretch of which there is a scene."""
        self._known_s = known_s
        self.update()

    def place_px(self, t_s: float) -> float:
        """Where a time lies, from the left."""
        return self._span.x(t_s)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(WIDTH_PX, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._span.set_strip(EDGE_PX, self.width() - 2 * EDGE_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            x = event.position().x()
            self._drag = self._handle_at(x) or self._nearest(x)
            self._grabbed_s = self._span.t_s(x) - self._stretch_s[0]
            if self._drag != "both":
                self._drag_to(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        x = event.position().x()
        if self._drag is not None:
            self._drag_to(x)
            return
        shapes = {"first": Qt.CursorShape.SizeHorCursor, "last": Qt.CursorShape.SizeHorCursor}
        self.setCursor(shapes.get(self._handle_at(x) or "", Qt.CursorShape.ArrowCursor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._drag = None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        theme = tokens(self.palette())
        painter = QPainter(self)
        band = QRectF(EDGE_PX, RULER_PX, self.width() - 2 * EDGE_PX, BAND_PX)
        painter.fillRect(band, theme.colour("base"))
        if self._known_s is not None:
            self._paint_known(painter, band, self._known_s, theme)
        self._paint_ruler(painter, theme)
        self._paint_images(painter, band, theme)
        self._paint_marks(painter, band, theme)
        if self._stretch_s[0] < self._stretch_s[1]:
            self._paint_stretch(painter, band, theme)

    def _paint_ruler(self, painter: QPainter, theme: Tokens) -> None:
        times, parts = self._span.ticks(70.0)
        step = times[1] - times[0] if len(times) > 1 else self._span.whole_s[1] - self._span.whole_s[0]
        digits = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0
        right = self.width() - EDGE_PX
        for t_s in times:
            for part in range(parts):
                x = round(self._span.x(t_s + step * part / parts))
                if x <= right:
                    height = 3 if part else 6
                    painter.fillRect(QRectF(x, RULER_PX - height, 1, height), theme.colour("strong_border"))
            text = f"{t_s:.{digits}f} s"
            width = painter.fontMetrics().horizontalAdvance(text) + 2
            painter.setPen(theme.colour("muted"))
            left = min(max(self._span.x(t_s) - width / 2, 0.0), self.width() - width)
            painter.drawText(QRectF(left, 0, width, RULER_PX - 6), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_known(self, painter: QPainter, band: QRectF, known_s: tuple[float, float], theme: Tokens) -> None:
        """Filled and hatched: it is there, and cannot be dragged."""
        first, last = (self._span.x(t_s) for t_s in known_s)
        inside = QRectF(first, band.top(), last - first, band.height())
        painter.fillRect(inside, theme.colour("raised"))
        painter.fillRect(inside, QBrush(theme.colour("strong_border"), Qt.BrushStyle.BDiagPattern))

    def _paint_images(self, painter: QPainter, band: QRectF, theme: Tokens) -> None:
        """A hair for every image, so that one sees how many there are to look at."""
        colour = theme.colour("strong_border")
        places = np.unique(np.round(self._span.xs(self._images_s)))
        if len(places) > band.width() / 3:
            painter.fillRect(band.adjusted(0, 8, 0, -8), colour)
            return
        for x in places:
            painter.fillRect(QRectF(x, band.top() + 8, 1, band.height() - 16), colour)

    def _paint_marks(self, painter: QPainter, band: QRectF, theme: Tokens) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("warning"))
        for mark_s in self._playback.marks_s:
            x, y = self._span.x(mark_s), band.top() + 1
            corners = [QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)]
            painter.drawPolygon(QPolygonF(corners))
            painter.fillRect(QRectF(round(x), y, 1, band.height() - 1), theme.colour("warning"))
        painter.restore()
        painter.fillRect(
            QRectF(round(self._span.x(self._playback.t_s)), band.top(), 1, band.height()), theme.colour("playhead")
        )

    def _paint_stretch(self, painter: QPainter, band: QRectF, theme: Tokens) -> None:
        first, last = (self._span.x(t_s) for t_s in self._stretch_s)
        inside = QRectF(first, band.top(), last - first, band.height())
        fill = QColor(theme.accent)
        fill.setAlpha(56)
        painter.fillRect(inside, fill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRect(QRectF(first, band.top(), last - first, 2))
        painter.drawRect(QRectF(first, band.bottom() - 2, last - first, 2))
        for x in (first, last):
            painter.drawRoundedRect(QRectF(x - 4, band.top() - 1, 8, band.height() + 2), 3, 3)
            painter.fillRect(QRectF(x - 0.5, band.center().y() - 5, 1, 10), theme.colour("on_accent"))

    def _handle_at(self, x: float) -> str | None:
        first, last = (self._span.x(t_s) for t_s in self._stretch_s)
        near = {"first": abs(x - first), "last": abs(x - last)}
        # Where both lie together, the pointer takes the one that can move its way.
        best = "first" if near["first"] < near["last"] or (near["first"] == near["last"] and x < first) else "last"
        if near[best] <= GRIP_PX:
            return best
        return "both" if first < x < last and not self._is_whole() else None

    def _nearest(self, x: float) -> str:
        first, last = (self._span.x(t_s) for t_s in self._stretch_s)
        return "first" if abs(x - first) < abs(x - last) else "last"

    def _is_whole(self) -> bool:
        return self._stretch_s == self._span.whole_s

    def _drag_to(self, x: float) -> None:
        low, high = self._span.whole_s
        first, last = self._stretch_s
        t_s = self._span.t_s(x)
        if self._drag == "both":
            length = last - first
            first = min(max(t_s - self._grabbed_s, low), high - length)
            last = first + length
        elif self._drag == "first":
            first = min(max(self._snapped(t_s), low), max(last - LEAST_S, low))
        else:
            last = max(min(self._snapped(t_s), high), min(first + LEAST_S, high))
        self._stretch_s = first, last
        self.moved.emit(first, last)
        self.update()

    def _snapped(self, t_s: float) -> float:
        playback = self._playback
        places = [*playback.marks_s, playback.t_s]
        places += [place for place in (playback.in_s, playback.out_s) if place is not None]
        places += self._known_s or ()
        return _nearest_within(places, t_s, SNAP_PX / self._span.px_per_s)


def _nearest_within(places: Sequence[float], t_s: float, reach_s: float) -> float:
    near = [place for place in places if abs(place - t_s) < reach_s]
    return min(near, key=lambda place: abs(place - t_s), default=t_s)
