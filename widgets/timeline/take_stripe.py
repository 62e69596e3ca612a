"""The stripe under the ruler that shows a take: what there is of each frame, chunk borders, branches."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from widgets.takes import FrameState, TakeStripe
from widgets.theme import Tokens
from widgets.time_span import TimeSpan


def draw_take(painter: QPainter, stripe: TakeStripe, span: TimeSpan, theme: Tokens, top: float, height: float) -> None:
    """Paint a take into a stripe; ticks stand out of it."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for start_s, end_s, state in stripe.spans:
        left, right = span.x(start_s), span.x(end_s)
        place = QRectF(left, top, max(right - left, 1.0), height)
        for brush in _brushes(state, theme):
            painter.fillRect(place, brush)
    for t_s in stripe.borders_s:
        painter.fillRect(QRectF(span.x(t_s), top, 1, height), theme.colour("base"))
    for t_s in stripe.branches_s:
        painter.fillRect(QRectF(span.x(t_s) - 1, top - 2, 2, height + 4), theme.colour("text"))
    painter.restore()


def _brushes(state: FrameState, theme: Tokens) -> list[QBrush]:
    accent = theme.colour("accent")
    match state:
        case FrameState.PLANNED:
            return [QBrush(theme.colour("border"))]
        case FrameState.GENERATING:
            return [QBrush(_clear(accent, 90)), QBrush(accent, Qt.BrushStyle.BDiagPattern)]
        case FrameState.ON_DISK:
            return [QBrush(_clear(accent, 130))]
        case FrameState.IN_MEMORY:
            return [QBrush(accent)]
        case FrameState.STALE:
            warning = theme.colour("warning")
            return [QBrush(_clear(warning, 90)), QBrush(warning, Qt.BrushStyle.BDiagPattern)]


def _clear(colour: QColor, alpha: int) -> QColor:
    made = QColor(colour)
    made.setAlpha(alpha)
    return made
