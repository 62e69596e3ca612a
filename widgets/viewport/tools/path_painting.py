"""What belongs to a path in 3D: its handles, a moment of it with its numbers, and the rig along it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.geometry import Pose
from core.logs import CameraStream
from core.scenario.motion import Kind, Trust
from widgets.flaw_colours import FINE, flaw_colour
from widgets.flaw_painting import stroke
from widgets.path_model import Grip
from widgets.paths import draw_thin, path_from_polylines
from widgets.viewport.furniture import frustum_corners
from widgets.viewport.sight import Sight

Floats = NDArray[np.float64]

GRIP_PX = 6.0
_FRUSTUM_M = 1.3
_TRUST_STEPS = 20  # that are told apart: what has one colour is drawn at once
_FAR_PX = 1e5  # beyond it nothing is seen, and painters meet wild coordinates
_DARK = QColor(14, 16, 20, 150)
_LIGHT = QColor(255, 255, 255)


def draw_dashes(painter: QPainter, places: Floats) -> None:
    """Where the path would go on, at places (2, 2)."""
    if not np.isnan(places).any():
        stroke(painter, places, np.array([True]), QPen(_LIGHT, 1.6, Qt.PenStyle.DashLine))


def draw_grips(painter: QPainter, grips: Sequence[Grip], places: Floats, strong: int | None) -> None:
    """Handles at places (n, 2): way points round, those of recorded motions lozenges, as they slide sideways."""
    for row, (grip, place) in enumerate(zip(grips, places, strict=True)):
        if np.isnan(place).any():
            continue
        radius = GRIP_PX + (2.0 if row == strong else 0.0)
        at = QPointF(*place)
        painter.setPen(QPen(_DARK, 2.0))
        painter.setBrush(FINE if row == strong else _LIGHT)
        if grip.row is None:
            corners = [QPointF(0, -radius), QPointF(radius, 0), QPointF(0, radius), QPointF(-radius, 0)]
            painter.drawPolygon([at + corner for corner in corners])
        else:
            painter.drawEllipse(at, radius, radius)


def draw_moment(painter: QPainter, place: Floats) -> None:
    """A ring at a place (2,) of the path."""
    if np.isnan(place).any():
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_DARK, 5.0), (_LIGHT, 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(QPointF(*place), 9.0, 9.0)


def draw_readings(painter: QPainter, lines: Sequence[tuple[str, str]], bounds: QRectF) -> None:
    """Names and numbers in the lower right corner, where they cover no handle for long."""
    metrics = painter.fontMetrics()
    names = max(metrics.horizontalAdvance(name) for name, _ in lines) + 12
    width = names + max(metrics.horizontalAdvance(value) for _, value in lines) + 20
    card = QRectF(0, 0, width, metrics.height() * len(lines) + 12)
    card.moveBottomRight(bounds.bottomRight() - QPointF(10, 10))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(16, 18, 22, 210))
    painter.drawRoundedRect(card, 5, 5)
    for row, (name, value) in enumerate(lines):
        baseline = card.top() + 6 + metrics.ascent() + row * metrics.height()
        painter.setPen(QColor(166, 174, 186))
        painter.drawText(QPointF(card.left() + 10, baseline), name)
        painter.setPen(QColor(245, 247, 250))
        painter.drawText(QPointF(card.left() + 10 + names, baseline), value)


def draw_rig(
    painter: QPainter,
    sight: Sight,
    ratio: float,
    world_from_ego: Pose,
    t_s: Floats,
    cameras: Sequence[CameraStream],
    trust: dict[str, Trust],
) -> None:
    """What every camera will see from poses (n,) at times (n,), faint where it is to be trusted."""
    by_step: dict[int, list[Floats]] = {}
    for stream in cameras:
        corners = np.concatenate([np.zeros((1, 3)), frustum_corners(stream) * _FRUSTUM_M])
        camera = world_from_ego @ stream.ego_from_camera
        world = np.einsum("nij,kj->nki", camera.rotation, corners) + camera.translation[:, None]
        places = sight.to_view(world)[0].reshape(-1, 5, 2) / ratio
        outlines = places[:, [0, 1, 2, 0, 3, 4, 0, 1, 4, 3, 2]]
        known = trust.get(stream.name)
        values = np.ones(len(t_s)) if known is None else np.interp(t_s, known.t_s, known.value)
        steps = np.round(values * _TRUST_STEPS).astype(np.int64)
        for row in np.flatnonzero((np.abs(outlines) < _FAR_PX).all((1, 2))).tolist():
            by_step.setdefault(int(steps[row]), []).append(outlines[row])
    for step, together in sorted(by_step.items(), reverse=True):
        draw_thin(painter, path_from_polylines(together), _trust_colour(step / _TRUST_STEPS), 1.0)


def _trust_colour(value: float) -> QColor:
    """From white to the colour of what is not to be trusted, and stronger."""
    bad = flaw_colour(Kind.UNTRUSTED)
    share = min(max(2 * (1 - value), 0.0), 1.0)
    red, green, blue = (round(255 + (part - 255) * share) for part in (bad.red(), bad.green(), bad.blue()))
    return QColor(red, green, blue, round(90 + 120 * share))
