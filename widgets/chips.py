"""Small labels painted over pictures and plans."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.logs import Track

_FILL = QColor(16, 18, 22, 210)
_TEXT = QColor(245, 247, 250)
_PAD_X, _PAD_Y = 6.0, 2.0


def draw_chip(painter: QPainter, text: str, anchor: QPointF, bounds: QRectF, mark: QColor | None = None) -> QRectF:
    """Paint a label centred above `anchor`, pushed inside `bounds`; returns where it went.

    Args:
        mark: a colour shown as a bar on the left, e.g. that of an actor's class.
    """
    metrics = painter.fontMetrics()
    bar = 4.0 if mark is not None else 0.0
    width, height = metrics.horizontalAdvance(text) + 2 * _PAD_X + bar, metrics.height() + 2 * _PAD_Y
    x = min(max(anchor.x() - width / 2, bounds.left() + 2), max(bounds.right() - width - 2, bounds.left()))
    y = min(max(anchor.y() - height - 4, bounds.top() + 2), max(bounds.bottom() - height - 2, bounds.top()))
    rect = QRectF(round(x), round(y), round(width), round(height))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_FILL)
    painter.drawRoundedRect(rect, 4, 4)
    if mark is not None:
        painter.setBrush(mark)
        painter.drawRoundedRect(QRectF(rect.left() + 3, rect.top() + 3, 3, rect.height() - 6), 1.5, 1.5)
    painter.setPen(_TEXT)
    painter.drawText(rect.adjusted(_PAD_X + bar, 0, -_PAD_X, 0), Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()
    return rect


def actor_text(track: Track, distance_m: float) -> str:
    """What a label says about an actor."""
    return f"{track.actor_class.value.capitalize()} · {distance_m:.1f} m"
