"""Which sides of an actor were seen, as a small picture from above."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QConicalGradient,
    QImage,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QPolygonF,
    QTransform,
)

from core.logs import ActorClass
from core.scene.coverage import LEAST_PX_PER_M, Coverage
from widgets.theme import Tokens

FINE_PX_PER_M = 20.0
"""From here on a side counts as seen well: a car's back is as wide as a thumbnail."""
ROUND = frozenset(
    {ActorClass.PEDESTRIAN, ActorClass.ANIMAL, ActorClass.CONE, ActorClass.DEBRIS, ActorClass.BARRIER, ActorClass.OTHER}
)
_SLIM = frozenset({ActorClass.MOTORCYCLE, ActorClass.BICYCLE})
Levels = tuple[tuple[int, ...], int]
_FAINT = 0.45
_SHARP = 0.999  # of a wedge is of one colour


def draw_sides(painter: QPainter, rect: QRectF, coverage: Coverage, actor_class: ActorClass, theme: Tokens) -> None:
    """Paint an actor from above, heading up: seen sides in colour, coarsely seen ones paler, the rest grey."""
    ratio = painter.device().devicePixelRatioF()
    picture = _picture(side_levels(coverage), actor_class, rect.width(), rect.height(), ratio, theme)
    painter.drawImage(rect.topLeft(), picture)


@lru_cache(maxsize=1000)
def _picture(
    levels: Levels, actor_class: ActorClass, width_px: float, height_px: float, ratio: float, theme: Tokens
) -> QImage:
    """On a clear ground: a list paints many again and again, and most of them look alike."""
    size = ceil(width_px * ratio), ceil(height_px * ratio)
    picture = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    around, top = levels
    body, roof = _outlines(QRectF(0, 0, width_px, height_px), actor_class)
    rim = body.subtracted(_grown(roof))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(rim, _sectors(rim.boundingRect(), around, theme))
    painter.fillPath(roof, _colour(top, theme))
    painter.end()
    return picture


@lru_cache(maxsize=1000)
def side_levels(coverage: Coverage) -> Levels:
    """How well the azimuths (16) around an actor, and its top, were seen: 0 never, 1 coarsely, 2 well."""
    levels = (coverage.px_per_m >= LEAST_PX_PER_M).astype(np.int64) + (coverage.px_per_m >= FINE_PX_PER_M)
    return tuple(((levels[1:3].sum(0) + 1) // 2).tolist()), int(np.median(levels[3]))


def _colour(level: int, theme: Tokens) -> QColor:
    colour = theme.colour("success" if level else "strong_border")
    if level == 1:
        colour.setAlphaF(_FAINT)
    return colour


def _outlines(rect: QRectF, actor_class: ActorClass) -> tuple[QPainterPath, QPainterPath]:
    """Body and roof inside a rectangle; the longer end before the roof is the front."""
    body, roof = QPainterPath(), QPainterPath()
    if actor_class in ROUND:
        side = min(rect.width(), rect.height())
        whole = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
        body.addEllipse(whole)
        nose = (QPointF(-0.28, -0.42), QPointF(0.0, -0.72), QPointF(0.28, -0.42))
        tip = QPainterPath()
        tip.addPolygon(QPolygonF([whole.center() + point * side for point in nose]))
        tip.closeSubpath()
        roof.addEllipse(_inside(whole, 0.26, 0.26, 0.48, 0.48))
        return body.united(tip), roof
    width = min(rect.width(), rect.height() * (0.26 if actor_class in _SLIM else 0.5))
    whole = QRectF(rect.center().x() - width / 2, rect.top(), width, rect.height())
    body = _rounded(whole, 0.42, 0.24)
    roof = _rounded(_inside(whole, 0.24, 0.36, 0.52, 0.44), 0.3, 0.24)
    return body, roof


def _inside(rect: QRectF, left: float, top: float, width: float, height: float) -> QRectF:
    """A part of a rectangle, in shares of its sizes."""
    return QRectF(
        rect.left() + left * rect.width(),
        rect.top() + top * rect.height(),
        width * rect.width(),
        height * rect.height(),
    )


def _rounded(rect: QRectF, front: float, back: float) -> QPainterPath:
    """A rectangle whose corners in front and at the back are round by these shares of its width."""
    left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
    f, b = front * rect.width(), back * rect.width()
    path = QPainterPath(QPointF(left, top + f))
    path.quadTo(left, top, left + f, top)
    path.lineTo(right - f, top)
    path.quadTo(right, top, right, top + f)
    path.lineTo(right, bottom - b)
    path.quadTo(right, bottom, right - b, bottom)
    path.lineTo(left + b, bottom)
    path.quadTo(left, bottom, left, bottom - b)
    path.closeSubpath()
    return path


def _grown(path: QPainterPath) -> QPainterPath:
    """A path and a gap around it."""
    stroker = QPainterPathStroker(QPen(Qt.GlobalColor.black, max(path.boundingRect().width() * 0.24, 2.0)))
    return path.united(stroker.createStroke(path))


def _sectors(rect: QRectF, levels: Sequence[int], theme: Tokens) -> QBrush:
    """Wedges about the middle of a rectangle, from ahead over the left; azimuths are even in the square that it is
    stretched from."""
    around = QConicalGradient(QPointF(0, 0), 90.0)
    for number, level in enumerate(levels):
        for end in (number, number + _SHARP):
            around.setColorAt(end / len(levels), _colour(level, theme))
    brush = QBrush(around)
    place = QTransform.fromTranslate(rect.center().x(), rect.center().y())
    brush.setTransform(place.scale(rect.width(), rect.height()))
    return brush
