"""The part of the timeline that stands still while the playhead moves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPaintDevice, QPainter
from PySide6.QtWidgets import QWidget

from widgets.theme import Tokens, tokens
from widgets.time_span import TimeSpan
from widgets.timeline.rows import StreamRow

GUTTER_PX = 118
RIGHT_PX = 16
RULER_PX = 26
CACHE_TOP_PX = RULER_PX
CACHE_PX = 4
FLAWS_TOP_PX = CACHE_TOP_PX + CACHE_PX + 1
FLAWS_PX = 4
TAKE_TOP_PX = FLAWS_TOP_PX + FLAWS_PX + 3
TAKE_PX = 6
TOP_PX = TAKE_TOP_PX + TAKE_PX + 4
MAX_ROW_PX = 26
TICKS_FROM_PX = 4.0  # samples closer than this are drawn as one bar


def row_rects(count: int, size: QSize) -> list[QRect]:
    """Rectangles of the rows, gutter included, sharing the height that there is."""
    if count == 0:
        return []
    height = min((size.height() - TOP_PX - 2) / count, MAX_ROW_PX)
    edges = [round(TOP_PX + index * height) for index in range(count + 1)]
    return [QRect(0, top, size.width(), bottom - top) for top, bottom in pairwise(edges)]


def paint_backdrop(
    device: QPaintDevice,
    widget: QWidget,
    span: TimeSpan,
    rows: Sequence[StreamRow],
    cached_s: Sequence[tuple[float, float]],
    selected: Collection[str],
) -> None:
    """Paint ruler, rows and cache stripe of a widget's size and palette."""
    theme = tokens(widget.palette())
    painter = QPainter(device)
    painter.setFont(widget.font())
    painter.fillRect(widget.rect(), theme.colour("base"))
    painter.fillRect(QRect(0, 0, widget.width(), RULER_PX), theme.colour("window"))
    painter.save()
    painter.setClipRect(GUTTER_PX, 0, widget.width() - GUTTER_PX, widget.height())
    _paint_ruler(painter, span, theme, widget.height())
    _paint_cached(painter, span, theme, cached_s)
    painter.restore()
    rects = row_rects(len(rows), widget.size())
    for row, rect in zip(rows, rects, strict=True):
        _paint_row(painter, span, theme, row, rect, chosen=row.id in selected)
    painter.end()


def _paint_ruler(painter: QPainter, span: TimeSpan, theme: Tokens, height: int) -> None:
    times, parts = span.ticks()
    step = times[1] - times[0] if len(times) > 1 else span.shown_s[1] - span.shown_s[0]
    digits = max(0, -int(np.floor(np.log10(step) + 1e-9))) if step < 1 else 0
    grid = QColor(theme.border)
    grid.setAlpha(140)
    for t_s in [times[0] - step, *times] if times else []:
        for part in range(parts):
            x = round(span.x(t_s + step * part / parts))
            long = part == 0
            painter.fillRect(
                QRect(x, RULER_PX - (9 if long else 4), 1, 9 if long else 4), theme.colour("strong_border")
            )
            if long:
                painter.fillRect(QRect(x, RULER_PX, 1, height), grid)
                text = _label(t_s, digits)
                room = QRectF(x + 9, 0, painter.fontMetrics().horizontalAdvance(text) + 2, RULER_PX - 6)
                if room.right() <= span.left_px + span.width_px + RIGHT_PX:
                    painter.setPen(theme.colour("muted"))
                    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


def _label(t_s: float, digits: int) -> str:
    if t_s < 60:
        return f"{t_s:.{digits}f} s"
    minutes, seconds = divmod(t_s + 1e-9, 60)
    return f"{int(minutes)}:{seconds:0{3 + digits if digits else 2}.{digits}f}"


def _paint_cached(painter: QPainter, span: TimeSpan, theme: Tokens, cached_s: Sequence[tuple[float, float]]) -> None:
    width = round(span.x(span.whole_s[1])) - round(span.x(span.whole_s[0]))
    painter.fillRect(QRect(round(span.x(span.whole_s[0])), CACHE_TOP_PX, width, CACHE_PX), theme.colour("border"))
    for start_s, end_s in cached_s:
        left, right = span.x(start_s), span.x(end_s)
        painter.fillRect(QRectF(left, CACHE_TOP_PX, max(right - left, 1.0), CACHE_PX), theme.colour("success"))


def _paint_row(painter: QPainter, span: TimeSpan, theme: Tokens, row: StreamRow, rect: QRect, *, chosen: bool) -> None:
    if chosen:
        painter.fillRect(QRect(0, rect.top(), GUTTER_PX - 8, rect.height()), theme.colour("selection"))
    painter.setPen(theme.colour("text" if chosen else "muted"))
    name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, GUTTER_PX - 22)
    painter.drawText(QRect(12, rect.top(), GUTTER_PX - 16, rect.height()), Qt.AlignmentFlag.AlignVCenter, name)
    painter.save()
    painter.setClipRect(GUTTER_PX, rect.top(), rect.width() - GUTTER_PX, rect.height())
    pad = max(rect.height() // 5, 2)
    top, height = rect.top() + pad, rect.height() - 2 * pad
    bar = QColor(theme.accent)
    bar.setAlpha(170 if chosen else 120)
    left, right = _bars(row, span)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(bar)
    painter.drawRects([QRectF(x, top, width, height) for x, width in zip(left, right - left, strict=True)])
    for t_s in row.holes_s:
        hole = QRectF(span.x(t_s), top, max(row.period_s * span.px_per_s - 1, 3.0), height)
        hatch = QColor(theme.danger)
        hatch.setAlpha(60)
        painter.fillRect(hole, theme.colour("base"))
        painter.fillRect(hole, hatch)
        painter.fillRect(hole, QBrush(theme.colour("danger"), Qt.BrushStyle.BDiagPattern))
    painter.restore()


def _bars(row: StreamRow, span: TimeSpan) -> tuple[np.ndarray, np.ndarray]:
    """Left and right edges of what to fill: every sample, or runs of samples where they lie too close."""
    if row.period_s * span.px_per_s >= TICKS_FROM_PX:
        shown = (row.end_s >= span.shown_s[0]) & (row.start_s <= span.shown_s[1])
        left = np.round(span.xs(row.start_s[shown]))
        right = np.round(span.xs(row.end_s[shown]))
        return left, np.maximum(right - 1, left + 1)
    if not len(row.start_s):
        return np.empty(0), np.empty(0)
    breaks = np.flatnonzero(row.start_s[1:] > row.end_s[:-1] + 1e-6)
    starts = np.concatenate([[0], breaks + 1])
    ends = np.concatenate([breaks, [len(row.start_s) - 1]])
    return span.xs(row.start_s[starts]), span.xs(row.end_s[ends])
