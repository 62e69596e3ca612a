"""What is painted over the frame: labels, the compass, a word on what is going on."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap

from core.geometry import Boxes
from core.logs.names import actor_names
from widgets.chips import Chip, actor_text
from widgets.class_colours import AXES_RGB, class_colour
from widgets.theme import Tokens
from widgets.viewport.scenery import Look
from widgets.viewport.sight import Sight

LABEL_REACH_M = 60.0

_AXIS_PX, _CORNER_PX = 22.0, 44.0


def labels_of(look: Look) -> list[Chip]:
    """Labels over the hovered actor and the current one or, if that layer is on, over all that are near."""
    stock, current = look.stock, look.current
    if stock is None or not (look.layers["labels"] or current or look.hovered):
        return []
    boxes = stock.boxes_at(look.t_s)
    corners = Boxes(boxes.world_from_box, boxes.sizes_m).corners()
    pixels, depths = look.sight.to_view(corners)
    pixels, depths = pixels.reshape(-1, 8, 2), depths.reshape(-1, 8).min(1)
    lens, low = look.sight.lens, np.array([look.sight.left_px, look.sight.top_px])
    inside = ((pixels > low) & (pixels < low + np.array([lens.width, lens.height]))).all(-1).any(-1)
    named = np.array([track.id in (look.hovered, current) for track in boxes.tracks], dtype=bool)
    wanted = inside & (depths > 0) & (named | (look.layers["labels"] & (depths < LABEL_REACH_M)))
    ego_m = stock.log.ego.at(stock.log.t_ns(look.t_s)).translation
    names = actor_names(stock.log)
    chips = []
    for row in sorted(np.flatnonzero(wanted), key=lambda row: (not named[row], depths[row])):
        track = boxes.tracks[row]
        distance_m = float(np.linalg.norm(boxes.world_from_box.translation[row] - ego_m))
        top = QPointF(float(pixels[row, :, 0].mean()), float(pixels[row, :, 1].min())) / look.ratio
        chips.append(Chip(actor_text(names[track.id], distance_m), top, class_colour(track.actor_class)))
    return chips


class Axes:
    """World axes as the camera sees them, in the lower left corner; painted anew only when it turned."""

    def __init__(self) -> None:
        self._made: tuple[object, QPixmap] | None = None

    def draw(self, painter: QPainter, sight: Sight, bounds: QRectF, theme: Tokens) -> None:
        ratio = painter.device().devicePixelRatioF()
        key = sight.world_from_camera.quaternion.tobytes(), ratio, theme, painter.font()
        if self._made is None or self._made[0] != key:
            self._made = key, _axes(sight, ratio, theme, painter.font())
        painter.drawPixmap(bounds.bottomLeft() - QPointF(0.0, 2 * _CORNER_PX), self._made[1])


def _axes(sight: Sight, ratio: float, theme: Tokens, font: QFont) -> QPixmap:
    """Those towards the viewer on top."""
    side_px = round(2 * _CORNER_PX * ratio)
    pixmap = QPixmap(side_px, side_px)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    centre = QPointF(_CORNER_PX, _CORNER_PX)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = theme.colour("base")
    fill.setAlpha(120)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawEllipse(centre, _AXIS_PX + 11, _AXIS_PX + 11)
    axes = sight.world_from_camera.rotation  # rows: world axes in camera coordinates
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.85)
    small.setBold(True)
    painter.setFont(small)
    for axis in np.argsort(-axes[:, 2]):
        tip = centre + QPointF(axes[axis, 0], axes[axis, 1]) * _AXIS_PX
        colour = QColor(*AXES_RGB[axis])
        painter.setPen(QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(centre, tip)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(tip, 6.5, 6.5)
        painter.setPen(QColor(16, 18, 22))
        painter.drawText(QRectF(tip.x() - 8, tip.y() - 8, 16, 16), Qt.AlignmentFlag.AlignCenter, "xyz"[axis])
    painter.end()
    return pixmap


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
