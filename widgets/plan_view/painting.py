"""How each layer of a plan looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from widgets.class_colours import EGO_RGB
from widgets.paths import path_from_points
from widgets.plan_view.ground import Ground, in_sight
from widgets.theme import Tokens

Floats = NDArray[np.float64]

_LEAST_OUTLINE_PX = 3.0  # smaller boxes are drawn as dots


def faded(colour: QColor, alpha: int) -> QColor:
    clear = QColor(colour)
    clear.setAlpha(alpha)
    return clear


def cosmetic(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen as wide on screen at every zoom."""
    pen = QPen(colour, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    pen.setCosmetic(True)
    return pen


def draw_ground(painter: QPainter, ground: Ground, view: QRectF, theme: Tokens, px_per_m: float) -> None:
    """Paint under a transform from world metres."""
    text = theme.colour("text")
    painter.setPen(Qt.PenStyle.NoPen)
    for paths, alpha in ((ground.drivable, 14), (ground.lanes, 18)):
        painter.setBrush(faded(text, alpha))
        _draw_all(painter, in_sight(paths, view))
    painter.setBrush(faded(theme.colour("warning"), 50))
    painter.setPen(cosmetic(faded(theme.colour("warning"), 130), 1))
    _draw_all(painter, in_sight(ground.crossings, view))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(cosmetic(faded(text, 110), 1))
    _draw_all(painter, in_sight(ground.borders, view))
    if px_per_m > 3:
        painter.setPen(cosmetic(faded(text, 60), 1, Qt.PenStyle.DashLine))
        _draw_all(painter, in_sight(ground.centres, view))


def draw_ego_path(painter: QPainter, positions_m: Floats, here_m: Floats, passed: int) -> None:
    """Paint under a transform from world metres: solid where the ego has been, thin where it will go.

    Args:
        positions_m: recorded positions (n, 2 or more).
        here_m: where the ego is now (2,).
        passed: how many of the positions lie behind it.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    behind = np.concatenate([positions_m[:passed, :2], here_m[None]])
    before = np.concatenate([here_m[None], positions_m[passed:, :2]])
    for points, colour, width in (
        (before, faded(QColor(*EGO_RGB), 120), 2.0),
        (behind, QColor(*EGO_RGB), 3.0),
    ):
        painter.setPen(cosmetic(colour, width))
        painter.drawPath(path_from_points(points, np.zeros(len(points), dtype=bool)))


def draw_actor(
    painter: QPainter, corners_px: Floats, colour: QColor, theme: Tokens, *, selected: bool, hovered: bool
) -> None:
    """Paint one footprint (6, 2): filled, with a line from the centre to the front."""
    outline = QPolygonF([QPointF(x, y) for x, y in corners_px[:4]])
    strong = selected or hovered
    if selected:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(faded(theme.colour("accent"), 110), 7))
        painter.drawPolygon(outline)
    painter.setBrush(faded(colour, 190 if strong else 110))
    edge = theme.colour("text") if strong else colour
    painter.setPen(cosmetic(edge, 2.0 if strong else 1.0))
    if outline.boundingRect().width() + outline.boundingRect().height() < 2 * _LEAST_OUTLINE_PX:
        painter.drawEllipse(outline.boundingRect().center(), _LEAST_OUTLINE_PX / 2, _LEAST_OUTLINE_PX / 2)
        return
    painter.drawPolygon(outline)
    front, centre = corners_px[4], corners_px[5]
    painter.drawLine(QLineF(centre[0], centre[1], front[0], front[1]))


def draw_ego(painter: QPainter, outline_px: Floats, theme: Tokens, *, selected: bool) -> None:
    outline = QPolygonF([QPointF(x, y) for x, y in outline_px])
    if selected:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(faded(theme.colour("accent"), 110), 7))
        painter.drawPolygon(outline)
    painter.setBrush(QColor(*EGO_RGB))
    painter.setPen(QPen(theme.colour("text"), 1.2))
    painter.drawPolygon(outline)


def draw_wedge(painter: QPainter, outline_px: Floats, theme: Tokens, *, strong: bool) -> None:
    colour = theme.colour("accent")
    painter.setBrush(faded(colour, 70 if strong else 22))
    painter.setPen(QPen(faded(colour, 255 if strong else 120), 1.6 if strong else 1.0))
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in outline_px]))


def draw_tracks(painter: QPainter, ground: Ground, strong: frozenset[str], classes: dict[str, QColor]) -> None:
    """Paint under a transform from world metres; the tracks named in `strong` stand out."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for track, path in ground.tracks.items():
        shown = track in strong
        painter.setPen(cosmetic(faded(classes[track], 230 if shown else 70), 2.0 if shown else 1.2))
        painter.drawPath(path)


def _draw_all(painter: QPainter, paths: list[QPainterPath]) -> None:
    for path in paths:
        painter.drawPath(path)
