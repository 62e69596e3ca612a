"""Small labels painted over pictures and plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from widgets.formats import metres

_FILL = QColor(16, 18, 22, 220)
_TEXT = QColor(245, 247, 250)
_PAD_X, _PAD_Y, _BAR = 6.0, 2.0, 4.0


@dataclass(frozen=True)
class Chip:
    """A label above a place, with a bar in a colour that tells what it belongs to."""

    text: str
    anchor: QPointF
    mark: QColor


def draw_chips(painter: QPainter, chips: Sequence[Chip], bounds: QRectF) -> None:
    """Paint labels inside some bounds, each moved up or else down until it covers none of those before it."""
    taken: list[QRectF] = []
    for chip in chips:
        taken.append(_free_place(_wanted_place(chip, painter.fontMetrics(), bounds), taken, bounds))
        _draw(painter, chip, taken[-1])


def actor_text(name: str, distance_m: float) -> str:
    """What a label says about an actor, whose name starts with its class."""
    return f"{name} · {metres(distance_m, 1)}"


def _wanted_place(chip: Chip, metrics: QFontMetrics, bounds: QRectF) -> QRectF:
    width = metrics.horizontalAdvance(chip.text) + 2 * _PAD_X + _BAR
    height = metrics.height() + 2 * _PAD_Y
    x = min(max(chip.anchor.x() - width / 2, bounds.left() + 2), max(bounds.right() - width - 2, bounds.left()))
    y = min(max(chip.anchor.y() - height - 4, bounds.top() + 2), max(bounds.bottom() - height - 2, bounds.top()))
    return QRectF(round(x), round(y), round(width), round(height))


def _free_place(wanted: QRectF, taken: Sequence[QRectF], bounds: QRectF) -> QRectF:
    step = wanted.height() + 2
    for shift in (sign * row * step for row in range(len(taken) + 1) for sign in (-1, 1)):
        place = wanted.translated(0, shift)
        inside = bounds.top() <= place.top() and place.bottom() <= bounds.bottom()
        if inside and not any(place.intersects(other) for other in taken):
            return place
    return wanted


def _draw(painter: QPainter, chip: Chip, rect: QRectF) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_FILL)
    painter.drawRoundedRect(rect, 4, 4)
    painter.setBrush(chip.mark)
    painter.drawRoundedRect(QRectF(rect.left() + 3, rect.top() + 3, 3, rect.height() - 6), 1.5, 1.5)
    painter.setPen(_TEXT)
    painter.drawText(rect.adjusted(_PAD_X + _BAR, 0, -_PAD_X, 0), Qt.AlignmentFlag.AlignVCenter, chip.text)
    painter.restore()
