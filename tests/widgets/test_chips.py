"""Labels stay inside and do not cover each other."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from widgets.chips import Chip, draw_chips

MARKS = (QColor(255, 0, 0), QColor(0, 255, 0), QColor(0, 0, 255))


def painted(anchors: list[QPointF]) -> np.ndarray:
    """Pixels (height, width, 3) with one label per anchor, each with a mark of its own colour."""
    image = QImage(300, 120, QImage.Format.Format_RGB888)
    image.fill(QColor(255, 255, 255))
    painter = QPainter(image)
    chips = [Chip("Car · 12.0 m", anchor, mark) for anchor, mark in zip(anchors, MARKS, strict=False)]
    draw_chips(painter, chips, QRectF(0, 0, 300, 120))
    painter.end()
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(120, image.bytesPerLine())
    return rows[:, :900].reshape(120, 300, 3).astype(int)


def mark_rows(pixels: np.ndarray, channel: int) -> np.ndarray:
    others = [other for other in range(3) if other != channel]
    return np.flatnonzero(((pixels[..., channel] > 200) & (pixels[..., others] < 60).all(-1)).any(1))


def test_labels_at_one_place_are_all_readable(qtbot: QtBot) -> None:
    pixels = painted([QPointF(150, 80)] * 3)
    rows = [set(mark_rows(pixels, channel)) for channel in range(3)]
    assert all(len(found) >= 8 for found in rows)
    assert not rows[0] & rows[1]
    assert not rows[0] & rows[2]
    assert not rows[1] & rows[2]


def test_a_label_beyond_the_border_is_moved_inside(qtbot: QtBot) -> None:
    for anchor in (QPointF(-50, -50), QPointF(900, 900)):
        assert len(mark_rows(painted([anchor]), 0)) >= 8
