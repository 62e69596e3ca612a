"""Paths and stripes in the colours of what is wrong."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.scenario.motion import Verdict
from widgets.flaw_colours import FLAW_COLOURS
from widgets.paths import path_from_points
from widgets.time_span import TimeSpan

Floats = NDArray[np.float64]

_LINE_PX = 3.6
_OUTDATED = 0.4  # opacity of a verdict that a later one is to replace
_DARK = QColor(14, 16, 20, 150)


def draw_path(painter: QPainter, places: Floats, flaws: NDArray[np.int64], *, is_judged: bool = True) -> None:
    """A polyline at places (n, 2), NaN where it is out of sight, each piece in the colour of a row of `GRAVITY`; faint
    where that is out of date."""
    seen: NDArray[np.bool_] = np.isfinite((places[:-1] + places[1:]).sum(-1))
    stroke(painter, places, seen, QPen(_DARK, _LINE_PX + 3.0))
    painter.save()
    painter.setOpacity(1.0 if is_judged else _OUTDATED)
    for flaw in np.unique(flaws).tolist():
        stroke(painter, places, seen & (flaws[:-1] == flaw), QPen(FLAW_COLOURS[flaw], _LINE_PX))
    painter.restore()


def draw_stripe(
    painter: QPainter, verdict: Verdict | None, span: TimeSpan, rect: QRectF, *, is_judged: bool = True
) -> None:
    """A stripe over time in a rectangle, half of the way to the next instant in each one's colour, faint where that is
    out of date; nothing without a verdict."""
    if verdict is None or not len(verdict.t_s):
        return
    flaws, t_s = verdict.gravest(), verdict.t_s
    borders_s = np.concatenate([t_s[:1], (t_s[:-1] + t_s[1:]) / 2, t_s[-1:]])
    edges = [0, *(np.flatnonzero(np.diff(flaws)) + 1).tolist(), len(flaws)]
    painter.save()
    painter.setOpacity(1.0 if is_judged else _OUTDATED)
    for first, last in pairwise(edges):
        left, right = span.x(float(borders_s[first])), span.x(float(borders_s[last]))
        piece = QRectF(left, rect.top(), right - left, rect.height()) & rect
        painter.fillRect(piece, FLAW_COLOURS[int(flaws[first])])
    painter.restore()


def stroke(painter: QPainter, places: Floats, pieces: NDArray[np.bool_], pen: QPen) -> None:
    """The pieces (n - 1,) between places (n, 2)."""
    rows = np.flatnonzero(pieces)
    if not len(rows):
        return
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    points = np.stack([places[rows], places[rows + 1]], 1).reshape(-1, 2)
    begins = np.zeros(len(points), dtype=bool)
    begins[0::2] = np.append(True, np.diff(rows) > 1)
    begins[1::2] = False
    joined = np.append(True, (np.diff(points, axis=0) != 0).any(-1) | begins[1:])
    painter.drawPath(path_from_points(np.clip(points[joined], -1e5, 1e5), begins[joined]))
