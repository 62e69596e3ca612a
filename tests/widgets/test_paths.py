"""Painter paths made from arrays."""

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from widgets.paths import closed_path, path_from_points, path_from_polylines


def elements(path: QPainterPath) -> list[tuple[bool, float, float]]:
    found = (path.elementAt(number) for number in range(path.elementCount()))
    return [(element.isMoveTo(), element.x, element.y) for element in found]


def test_each_polyline_begins_anew() -> None:
    path = path_from_polylines([np.array([[0, 1], [2, 3], [4, 5.5]]), np.array([[6.0, 7, 9], [8, 9, 9]])[:, :2]])
    assert elements(path) == [(True, 0, 1), (False, 2, 3), (False, 4, 5.5), (True, 6, 7), (False, 8, 9)]


def test_starts_cut_a_run_of_points() -> None:
    path = path_from_points([[0, 0], [1, 0], [5, 5], [6, 5]], [False, False, True, False])
    assert [start for start, _, _ in elements(path)] == [True, False, True, False]


def test_nothing_gives_an_empty_path() -> None:
    assert path_from_polylines([]).isEmpty()
    assert path_from_points(np.empty((0, 2)), []).isEmpty()


def test_outlines_that_overlap_are_filled_without_holes() -> None:
    square = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], dtype=float)
    path = path_from_polylines([square, square + 1])
    assert path.contains(QPointF(2, 2))


def test_a_closed_path_returns_to_its_start() -> None:
    path = closed_path(np.array([[0, 0, 7], [4, 0, 7], [4, 4, 7]], dtype=float))
    assert path.currentPosition() == QPointF(0, 0)
    assert path.contains(QPointF(3, 1))
