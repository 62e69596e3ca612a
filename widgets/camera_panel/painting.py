"""How overlays look on a picture. All paint in image pixels, with pens that keep their width on screen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from widgets.camera_panel.projected import SeenBox, SeenBoxes
from widgets.chips import actor_text, draw_chip
from widgets.class_colours import EGO_RGB, SELECTED_RGB, class_colour
from widgets.paths import path_from_polylines

_LANE = QColor(90, 230, 210, 210)
_HALO = QColor(0, 0, 0, 150)


def draw_boxes(painter: QPainter, boxes: SeenBoxes) -> None:
    """The front face of each box is tinted, so that one sees where it heads."""
    for kind, path in boxes.fronts.items():
        painter.fillPath(path, _with_alpha(class_colour(kind), 60))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for kind, path in boxes.edges.items():
        painter.setPen(_pen(class_colour(kind), 1.4))
        painter.drawPath(path)


def draw_strong_box(painter: QPainter, box: SeenBox, *, selected: bool) -> None:
    """A hovered box in its own colour, a selected one in white; both with a dark edge."""
    edges = path_from_polylines(box.outline.edges)
    colour = class_colour(box.track.actor_class)
    painter.fillPath(path_from_polylines(box.outline.front), _with_alpha(colour, 70))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(_HALO, 4.6))
    painter.drawPath(edges)
    painter.setPen(_pen(QColor(*SELECTED_RGB) if selected else colour.lighter(125), 2.2))
    painter.drawPath(edges)


def draw_label(painter: QPainter, box: SeenBox, widget_from_image: QTransform, bounds: QRectF) -> None:
    """Class and distance above a box; paints in widget pixels."""
    if box.outline.bounds_px is None:
        return
    left, top, right, _ = box.outline.bounds_px
    anchor = widget_from_image.map(QPointF((left + right) / 2, top))
    draw_chip(painter, actor_text(box.track, box.distance_m), anchor, bounds, class_colour(box.track.actor_class))


def draw_lanes(painter: QPainter, lanes: QPainterPath) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(_LANE, 1.4))
    painter.drawPath(lanes)


def draw_ego_path(painter: QPainter, strip: QPainterPath) -> None:
    ego = QColor(*EGO_RGB)
    painter.setBrush(_with_alpha(ego, 70))
    painter.setPen(_pen(_with_alpha(ego, 200), 1.4))
    painter.drawPath(strip)


def _with_alpha(colour: QColor, alpha: int) -> QColor:
    clear = QColor(colour)
    clear.setAlpha(alpha)
    return clear


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    pen.setCosmetic(True)
    return pen
