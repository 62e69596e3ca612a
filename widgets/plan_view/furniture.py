"""Grid, scale bar and compass of a plan."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from widgets.plan_view.viewpoint import Viewpoint
from widgets.theme import Tokens

_GRID_PX = 70.0  # least distance of lines
_BAR_PX = 80.0  # least length of the scale bar
_MARGIN_PX = 14


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= least * (1 - 1e-9)), 10 * power)


def draw_grid(painter: QPainter, view: Viewpoint, size: QSizeF, theme: Tokens) -> None:
    step_m = nice_step(_GRID_PX / view.px_per_m)
    top_m, left_m = view.to_world(QPointF(0, 0), size)
    bottom_m, right_m = view.to_world(QPointF(size.width(), size.height()), size)
    colour = theme.colour("border")
    colour.setAlpha(150)
    for number in range(math.ceil(bottom_m / step_m), math.floor(top_m / step_m) + 1):
        y = round(float(view.to_screen((number * step_m, 0.0), size)[1]))
        painter.fillRect(QRect(0, y, math.ceil(size.width()), 1), colour)
    for number in range(math.ceil(right_m / step_m), math.floor(left_m / step_m) + 1):
        x = round(float(view.to_screen((0.0, number * step_m), size)[0]))
        painter.fillRect(QRect(x, 0, 1, math.ceil(size.height())), colour)


def draw_scale_bar(painter: QPainter, view: Viewpoint, size: QSizeF, theme: Tokens) -> None:
    length_m = nice_step(_BAR_PX / view.px_per_m)
    width = round(length_m * view.px_per_m)
    left, bottom = _MARGIN_PX + 0.5, round(size.height()) - _MARGIN_PX - 0.5
    painter.setPen(QPen(theme.colour("text"), 1))
    ends = ((left, bottom - 5), (left, bottom), (left + width, bottom), (left + width, bottom - 5))
    painter.drawPolyline([QPointF(*end) for end in ends])
    text = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    painter.drawText(QRectF(left, bottom - 24, width, 18), Qt.AlignmentFlag.AlignCenter, text)


def draw_compass(painter: QPainter, centre: QPointF, heading_rad: float | None, theme: Tokens, ego: QColor) -> None:
    """A dial whose top is world x, with a needle along the ego's heading."""
    radius = 17.0
    painter.save()
    painter.translate(centre)
    fill = theme.colour("raised")
    fill.setAlpha(220)
    painter.setBrush(fill)
    painter.setPen(QPen(theme.colour("border"), 1))
    painter.drawEllipse(QPointF(0, 0), radius, radius)
    painter.setPen(QPen(theme.colour("muted"), 1.5))
    painter.drawLine(QPointF(0, -radius + 1), QPointF(0, -radius + 5))
    if heading_rad is not None:
        painter.rotate(-math.degrees(heading_rad))
        painter.setPen(QPen(theme.colour("text"), 0.8))
        painter.setBrush(ego)
        painter.drawPolygon(QPolygonF([QPointF(0, -12), QPointF(5.5, 8), QPointF(0, 4), QPointF(-5.5, 8)]))
    painter.restore()
