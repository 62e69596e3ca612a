"""Painter paths from arrays, without a loop over points; and a fast way to stroke them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QByteArray, QDataStream, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

# How Qt streams a path: a count, the elements, where the last subpath starts, the fill rule.
_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_WINDING = 1  # outlines that overlap are filled once; the other rule would punch holes


def path_from_points(points: ArrayLike, starts: ArrayLike) -> QPainterPath:
    """A path through points (n, 2); a new polyline begins wherever `starts` (n,) is true, and at the first."""
    xy = np.asarray(points, dtype=np.float64)
    path = QPainterPath()
    if not len(xy):
        return path
    elements = np.zeros(len(xy), dtype=_ELEMENT)
    elements["kind"] = ~np.asarray(starts, dtype=bool)
    elements["kind"][0] = 0
    elements["x"], elements["y"] = xy[:, 0], xy[:, 1]
    last_start = int(np.flatnonzero(elements["kind"] == 0)[-1])
    head = np.array([len(xy)], dtype=">i4").tobytes()
    tail = np.array([last_start, _WINDING], dtype=">i4").tobytes()
    QDataStream(QByteArray(head + elements.tobytes() + tail)) >> path
    return path


def path_from_polylines(polylines: Sequence[NDArray[np.float64]]) -> QPainterPath:
    """One path of polylines (n, 2 or more), n ≥ 1; further columns are ignored."""
    if not polylines:
        return QPainterPath()
    points = np.concatenate(polylines)
    starts = np.zeros(len(points), dtype=bool)
    starts[np.cumsum([len(line) for line in polylines[:-1]], dtype=np.intp)] = True
    return path_from_points(points, starts)


def closed_path(outline: NDArray[np.float64]) -> QPainterPath:
    """A closed path along an outline (n, 2 or more)."""
    return path_from_polylines([np.concatenate([outline, outline[:1]])])


def draw_thin(painter: QPainter, path: QPainterPath, colour: QColor, width: float = 1.4) -> None:
    """Stroke a path a little wider than a hair, under a transform that only shifts.

    Qt strokes wider paths thirty times as slowly as hairlines, so a few of these lie side by side.
    """
    ratio = painter.device().devicePixelRatioF()
    strokes = math.ceil(width * ratio)
    pen = QPen(colour, 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    pen.setCosmetic(True)
    painter.save()
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    apart = (width - 1 / ratio) / max(strokes - 1, 1)
    painter.translate(-apart * (strokes - 1) / 2, -apart * (strokes - 1) / 2)
    for _ in range(strokes):
        painter.drawPath(path)
        painter.translate(apart, apart)
    painter.restore()
