"""What is painted over the frame: labels, the compass, a word on what is going on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.chips import Chip
from widgets.theme import Tokens
from widgets.viewport.sight import Sight

_AXIS_COLOURS = (QColor(240, 86, 78), QColor(112, 196, 74), QColor(84, 142, 255))
_AXIS_PX, _CORNER_PX = 22.0, 44.0


def chips_of(
    sight: Sight, ratio: float, places_m: NDArray[np.float64], texts: Sequence[str], marks: Iterable[QColor]
) -> list[Chip]:
    """A label for each of the places (n, 3) that lie in the frame, the nearest first."""
    pixels, depths = sight.to_view(places_m)
    lens = sight.lens
    low = np.array([sight.left_px, sight.top_px])
    high = low + np.array([lens.width, lens.height])
    inside = ((pixels > low) & (pixels < high)).all(-1)
    made = [
        (depth, Chip(text, QPointF(*(pixel / ratio)), mark))
        for pixel, depth, text, mark, seen in zip(pixels, depths, texts, marks, inside, strict=True)
        if seen
    ]
    return [chip for _, chip in sorted(made, key=lambda entry: entry[0])]


def draw_axes(painter: QPainter, sight: Sight, size: QRectF, theme: Tokens) -> None:
    """World axes as the camera sees them, in the lower left corner; those towards the viewer on top."""
    centre = QPointF(size.left() + _CORNER_PX, size.bottom() - _CORNER_PX)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = theme.colour("base")
    fill.setAlpha(120)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawEllipse(centre, _AXIS_PX + 11, _AXIS_PX + 11)
    axes = sight.world_from_camera.rotation  # rows: world axes in camera coordinates
    font = painter.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    font.setBold(True)
    painter.setFont(font)
    for axis in np.argsort(-axes[:, 2]):
        tip = centre + QPointF(axes[axis, 0], axes[axis, 1]) * _AXIS_PX
        colour = _AXIS_COLOURS[axis]
        painter.setPen(QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(centre, tip)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(tip, 6.5, 6.5)
        painter.setPen(QColor(16, 18, 22))
        painter.drawText(QRectF(tip.x() - 8, tip.y() - 8, 16, 16), Qt.AlignmentFlag.AlignCenter, "xyz"[axis])
    painter.restore()


def draw_title(painter: QPainter, text: str, bounds: QRectF) -> None:
    """A word at the top, in the middle."""
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 20, metrics.height() + 8
    rect = QRectF(bounds.center().x() - width / 2, bounds.top() + 10, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(16, 18, 22, 210))
    painter.drawRoundedRect(rect, 5, 5)
    painter.setPen(QColor(245, 247, 250))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
