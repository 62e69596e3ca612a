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
_TURNS_RAD = np.linspace(0, 2 * np.pi, 9)
_DOT_PX = _LEAST_OUTLINE_PX / 2 * np.stack([np.cos(_TURNS_RAD), np.sin(_TURNS_RAD)], -1)  # (9, 2) around it


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


def draw_ego_path(painter: QPainter, positions_m: Floats) -> None:
    """Paint the recorded positions (n, 2 or more) under a transform from world metres."""
    _draw_line(painter, positions_m[:, :2], faded(QColor(*EGO_RGB), 120), 2.0)


def draw_passed_path(painter: QPainter, positions_m: Floats, here_m: Floats) -> None:
    """Paint where the ego has been, (n, 2 or more), up to where it is, under a transform from world metres."""
    _draw_line(painter, np.concatenate([positions_m[:, :2], here_m[None, :2]]), QColor(*EGO_RGB), 3.0)


def draw_actors(painter: QPainter, corners_px: Floats, colour: QColor) -> None:
    """Paint footprints (n, 6, 2) of one colour: filled, with a line from the centre to the front; tiny ones as dots."""
    outlines = corners_px[:, :4]
    tiny = np.ptp(outlines, axis=1).sum(-1) < 2 * _LEAST_OUTLINE_PX
    middles = outlines[tiny].mean(1)
    polygons = np.concatenate([outlines[~tiny][:, [0, 1, 2, 3, 0]], corners_px[~tiny][:, [5, 4]]], axis=1)
    begins = np.zeros(polygons.shape[:2], dtype=bool)
    begins[:, [0, 5]] = True
    dots = middles[:, None] + _DOT_PX
    dot_begins = np.zeros(dots.shape[:2], dtype=bool)
    dot_begins[:, 0] = True
    points = np.concatenate([polygons.reshape(-1, 2), dots.reshape(-1, 2)])
    painter.setBrush(faded(colour, 110))
    painter.setPen(cosmetic(colour, 1.0))
    painter.drawPath(path_from_points(points, np.concatenate([begins.ravel(), dot_begins.ravel()])))


def draw_strong_actor(painter: QPainter, corners_px: Floats, colour: QColor, theme: Tokens, *, selected: bool) -> None:
    """Paint one footprint (6, 2) that is hovered or selected."""
    outline = QPolygonF([QPointF(x, y) for x, y in corners_px[:4]])
    if selected:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(faded(theme.colour("accent"), 110), 7))
        painter.drawPolygon(outline)
    painter.setBrush(faded(colour, 190))
    painter.setPen(cosmetic(theme.colour("text"), 2.0))
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


def draw_tracks(painter: QPainter, ground: Ground, colours: dict[str, QColor]) -> None:
    """Paint all tracks faintly, under a transform from world metres."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for track, path in ground.tracks.items():
        painter.setPen(cosmetic(faded(colours[track], 70), 1.2))
        painter.drawPath(path)


def draw_strong_tracks(painter: QPainter, ground: Ground, strong: frozenset[str], colours: dict[str, QColor]) -> None:
    """Paint the tracks that are hovered or selected, under a transform from world metres."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for track in strong & ground.tracks.keys():
        painter.setPen(cosmetic(faded(colours[track], 230), 2.0))
        painter.drawPath(ground.tracks[track])


def _draw_line(painter: QPainter, points_m: Floats, colour: QColor, width: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(cosmetic(colour, width))
    painter.drawPath(path_from_points(points_m, np.zeros(len(points_m), dtype=bool)))


def _draw_all(painter: QPainter, paths: list[QPainterPath]) -> None:
    for path in paths:
        painter.drawPath(path)
