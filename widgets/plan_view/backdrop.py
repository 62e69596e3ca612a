"""The parts of a plan that stand still: painted once, then only shifted while the plan follows or is dragged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPixmap

from widgets.plan_view import furniture, painting
from widgets.plan_view.ground import Ground
from widgets.plan_view.viewpoint import Canvas
from widgets.theme import Tokens

MARGIN_PX = 160  # painted around the widget, in hand for shifts


@dataclass(frozen=True, eq=False)
class _Painted:
    canvas: Canvas  # the widget and its margin
    theme: Tokens
    picture: QPixmap


class Backdrop:
    """Grid, lanes, all tracks and the whole ego path, painted anew for another zoom, size or theme."""

    def __init__(self, ground: Ground, ego_m: NDArray[np.float64], colours: dict[str, QColor]) -> None:
        self._ground = ground
        self._ego_m = ego_m
        self._colours = colours
        self._painted: _Painted | None = None

    def draw(self, painter: QPainter, canvas: Canvas, theme: Tokens) -> None:
        painted = self._painted
        if painted is None or painted.theme != theme or not _reaches(painted.canvas, canvas):
            painted = self._painted = self._paint(canvas, theme)
        painter.drawPixmap(_shift(painted.canvas, canvas) - QPointF(MARGIN_PX, MARGIN_PX), painted.picture)

    def _paint(self, shown: Canvas, theme: Tokens) -> _Painted:
        canvas = Canvas(shown.viewpoint, _with_margin(shown.size), shown.ratio)
        picture = QPixmap((canvas.size * canvas.ratio).toSize())
        picture.setDevicePixelRatio(canvas.ratio)
        picture.fill(theme.colour("base"))
        painter = QPainter(picture)
        furniture.draw_grid(painter, canvas.viewpoint, canvas.size, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = canvas.viewpoint.transform(canvas.size)
        painter.setTransform(transform, True)
        seen_m = transform.inverted()[0].mapRect(canvas.rect)
        painting.draw_ground(painter, self._ground, seen_m, theme, canvas.viewpoint.px_per_m)
        painting.draw_tracks(painter, self._ground, self._colours)
        painting.draw_ego_path(painter, self._ego_m)
        painter.end()
        return _Painted(canvas, theme, picture)


def _with_margin(size: QSizeF) -> QSizeF:
    return size + QSizeF(2 * MARGIN_PX, 2 * MARGIN_PX)


def _reaches(painted: Canvas, shown: Canvas) -> bool:
    """Whether what was painted only needs to be shifted."""
    if (painted.size, painted.ratio) != (_with_margin(shown.size), shown.ratio):
        return False
    shift = _shift(painted, shown)
    same_zoom = painted.viewpoint.px_per_m == shown.viewpoint.px_per_m
    return same_zoom and max(abs(shift.x()), abs(shift.y())) <= MARGIN_PX


def _shift(painted: Canvas, shown: Canvas) -> QPointF:
    """How far the painted ground has moved, in widget pixels, rounded to whole pixels of the device."""
    one, other, ratio = painted.viewpoint, shown.viewpoint, shown.ratio
    device_px = ratio * one.px_per_m
    return QPointF(round((other.y_m - one.y_m) * device_px), round((other.x_m - one.x_m) * device_px)) / ratio
