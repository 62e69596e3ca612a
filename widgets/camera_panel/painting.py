"""How overlays look on a picture; all paint in its own coordinates."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from core.logs import ActorClass
from widgets.camera_panel.seen_boxes import DrawnBoxes, SeenBox
from widgets.chips import Chip, actor_text
from widgets.class_colours import EGO_RGB, SELECTED_RGB, class_colour
from widgets.paths import draw_thin, path_from_polylines

_LANE = QColor(90, 230, 210, 210)
_HALO = QColor(0, 0, 0, 150)
_NOTE = QColor(255, 255, 255)


def draw_boxes(painter: QPainter, boxes: Mapping[ActorClass, DrawnBoxes]) -> None:
    """The front face of each box is tinted, so that one sees where it heads."""
    for kind, drawn in boxes.items():
        painter.fillPath(drawn.fronts, _with_alpha(class_colour(kind), 60))
    for kind, drawn in boxes.items():
        draw_thin(painter, drawn.edges, class_colour(kind))


def draw_strong_box(painter: QPainter, box: SeenBox, place: QTransform, *, selected: bool) -> None:
    """A hovered box in its own colour, a selected one in white; both with a dark edge.

    Args:
        place: from image pixels to the picture.
    """
    edges = place.map(path_from_polylines(box.outline.edges))
    colour = class_colour(box.track.actor_class)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(_HALO, 4.6))
    painter.drawPath(edges)
    painter.setPen(_pen(QColor(*SELECTED_RGB) if selected else colour.lighter(125), 2.2))
    painter.drawPath(edges)


def chip_of(box: SeenBox, name: str, place: QTransform, further: str = "") -> Chip:
    """Name, distance and whatever else is to be said, above a box."""
    left, top, right, _ = box.outline.bounds_px or (0.0, 0.0, 0.0, 0.0)
    anchor = place.map(QPointF((left + right) / 2, top))
    text = " · ".join([actor_text(name, box.distance_m), *([further] if further else [])])
    return Chip(text, anchor, class_colour(box.track.actor_class))


def draw_corner_note(painter: QPainter, text: str, left_bottom: QPointF, colour: QColor = _NOTE) -> None:
    """Small words over a picture."""
    metrics = painter.fontMetrics()
    pill = QRectF(0, 0, metrics.horizontalAdvance(text) + 12, metrics.height() + 2)
    pill.moveBottomLeft(left_bottom)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_HALO)
    painter.drawRoundedRect(pill, 4, 4)
    painter.setPen(colour)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def draw_lanes(painter: QPainter, lanes: QPainterPath) -> None:
    draw_thin(painter, lanes, _LANE)


def draw_ego_path(painter: QPainter, strip: QPainterPath) -> None:
    ego = QColor(*EGO_RGB)
    painter.fillPath(strip, _with_alpha(ego, 80))
    draw_thin(painter, strip, _with_alpha(ego, 200))


def _with_alpha(colour: QColor, alpha: int) -> QColor:
    clear = QColor(colour)
    clear.setAlpha(alpha)
    return clear


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
