"""The gizmo, painted over the frame."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from widgets.class_colours import AXES_RGB
from widgets.viewport.tools.gizmo import Floats, Shapes
from widgets.viewport.tools.handles import AXES, Handle

_LIGHT, _DARK = QColor(255, 255, 255), QColor(16, 18, 22, 190)
_HEAD_PX = 11.0


def draw_gizmo(painter: QPainter, shapes: Shapes, strong: Handle | None, ratio: float) -> None:
    """Paint handles that lie in device pixels; the strong one is hovered, held, or the axis of moves."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for handle, shape in shapes.items():
        points = _points(shape / ratio)
        if points:
            _draw_handle(painter, handle, points, stands_out=handle is strong)
    painter.restore()


def _draw_handle(painter: QPainter, handle: Handle, points: list[QPointF], *, stands_out: bool) -> None:
    colour = QColor(*AXES_RGB[2]) if handle is Handle.RING else _LIGHT
    if handle in AXES:
        colour = QColor(*AXES_RGB[AXES.index(handle)])
    if stands_out:
        colour = colour.lighter(135)
    width = 4.0 if stands_out else 2.6
    for pen_colour, pen_width in ((_DARK, width + 2.4), (colour, width)):
        painter.setPen(QPen(pen_colour, pen_width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)
        if handle in AXES:
            painter.setBrush(pen_colour)
            painter.drawPolygon(_head(points[0], points[-1]))


def _head(root: QPointF, tip: QPointF) -> QPolygonF:
    way = np.array([tip.x() - root.x(), tip.y() - root.y()])
    along = way / max(float(np.linalg.norm(way)), 1e-6)
    aside = np.array([-along[1], along[0]])
    end = np.array([tip.x(), tip.y()])
    corners = [end + _HEAD_PX * along, end + 0.45 * _HEAD_PX * aside, end - 0.45 * _HEAD_PX * aside]
    return QPolygonF([QPointF(*corner) for corner in corners])


def _points(line: Floats) -> list[QPointF]:
    return [QPointF(x, y) for x, y in line if np.isfinite(x) and np.isfinite(y)]
