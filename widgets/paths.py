"""Painter paths from arrays, without a loop over points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath

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
    """One path of polylines (n, 2 or more); further columns are ignored."""
    kept = [np.asarray(line)[:, :2] for line in polylines if len(line) > 1]
    if not kept:
        return QPainterPath()
    starts = np.zeros(sum(len(line) for line in kept), dtype=bool)
    starts[np.cumsum([0, *(len(line) for line in kept[:-1])])] = True
    return path_from_points(np.concatenate(kept), starts)


def closed_path(outline: NDArray[np.float64]) -> QPainterPath:
    """A closed path along an outline (n, 2 or more)."""
    ring = np.asarray(outline)[:, :2]
    return path_from_polylines([np.concatenate([ring, ring[:1]])])
