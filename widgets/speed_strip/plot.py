"""One curve over time: its place in the strip, its axis, its painting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.paths import path_from_points
from widgets.theme import Tokens
from widgets.time_span import TimeSpan, nice_step

Floats = NDArray[np.float64]

GUTTER_PX = 44
_GRIDS = 3  # at least so many lines fit


@dataclass(frozen=True)
class Plot:
    """Values over a span of time in a rectangle."""

    rect: QRectF
    span: TimeSpan
    most: float  # at the top; zero is at the bottom
    unit: str

    def point(self, t_s: float, value: float) -> QPointF:
        return QPointF(self.span.x(t_s), self.y(value))

    def y(self, value: float) -> float:
        return self.rect.bottom() - value / self.most * self.rect.height()

    def value(self, y_px: float) -> float:
        return max((self.rect.bottom() - y_px) / self.rect.height() * self.most, 0.0)

    def draw_axis(self, painter: QPainter, theme: Tokens) -> None:
        """Level lines with their values in the gutter, and the unit at the top."""
        grid = QColor(theme.border)
        step, _ = nice_step(self.most / _GRIDS)
        metrics = painter.fontMetrics()
        for value in np.arange(0.0, self.most + 1e-9, step).tolist():
            y = round(self.y(value))
            painter.fillRect(QRectF(self.rect.left(), y, self.rect.width(), 1), grid)
            if y - self.rect.top() > 1.2 * metrics.height():
                painter.setPen(theme.colour("muted"))
                box = QRectF(0, y - metrics.height() / 2, GUTTER_PX - 6, metrics.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignRight, f"{value:g}")
        painter.setPen(theme.colour("muted"))
        box = QRectF(0, self.rect.top() - 2, GUTTER_PX - 6, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, self.unit)

    def draw_curve(self, painter: QPainter, t_s: Floats, values: Floats, pen: QPen) -> None:
        points = np.stack([self.span.xs(t_s), self.rect.bottom() - values / self.most * self.rect.height()], -1)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path_from_points(points, np.zeros(len(points), dtype=bool)))


def room_for(*curves: Floats, least: float) -> float:
    """The top of an axis that holds all of some curves, with a little air."""
    highest = max([float(curve.max()) for curve in curves if len(curve)], default=0.0)
    return max(1.15 * highest, least)
