"""A second picture in a cell, right of a line that can be dragged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from widgets.camera_panel import painting
from widgets.camera_panel.sources import Source
from widgets.pictures import image_of

GRIP_PX = 6


class WipeLine(QObject):
    """Where the line is, as a share of the pictures' width; the same in all cells, so that one sees the same place."""

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.share = 0.5

    def move(self, share: float) -> None:
        self.share = min(max(share, 0.0), 1.0)
        self.moved.emit()


class Wipe:
    """What one cell shows right of the line."""

    def __init__(self, cell: QWidget, line: WipeLine) -> None:
        self._cell, self._line = cell, line
        self._source: Source | None = None
        self._image: QImage | None = None
        self._text = ""
        self._held = False
        line.moved.connect(cell.update)

    @property
    def image(self) -> QImage | None:
        return self._image

    def begin(self, source: Source | None) -> None:
        """Another source, of which there is no picture yet; None for no wipe."""
        self._source, self._image, self._text, self._held = source, None, "", False
        self._cell.update()

    def show_image(self, image: NDArray[np.uint8]) -> None:
        """Show an image (height, width, 3) RGB of the cell's camera, at any size of its aspect."""
        self._image, self._text = image_of(image), ""
        self._cell.update()

    def show_text(self, text: str) -> None:
        self._image, self._text = None, text
        self._cell.update()

    def paint(self, painter: QPainter, picture: QRect, whole: QRect) -> None:
        """Paint the part right of the line over the picture that is there.

        Args:
            picture: as much of it as is seen.
            whole: where it would be as a whole.
        """
        if self._source is None:
            return
        x = self._x(picture)
        right = QRectF(x, picture.top(), picture.right() + 1 - x, picture.height())
        painter.save()
        painter.setClipRect(right)
        if self._image is None:
            painter.fillRect(right, QColor(0, 0, 0, 150))
            painter.setPen(QColor(255, 255, 255))
            painter.drawText(right.adjusted(6, 4, -6, -4), Qt.AlignmentFlag.AlignCenter, self._text)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(whole, self._image)
        painter.restore()
        painter.fillRect(QRectF(x - 0.5, picture.top(), 1.5, picture.height()), QColor(255, 255, 255, 220))
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(self._source.title) + 16
        if right.width() > width:
            painting.draw_corner_note(
                painter, self._source.title, QPointF(picture.right() - width, picture.bottom() - 3)
            )

    def press(self, place: QPointF, picture: QRect) -> bool:
        """Take the line, if it is there."""
        self._held = self._is_at(place, picture)
        return self._held

    def drag(self, place: QPointF, picture: QRect) -> bool:
        """Move the line while it is held."""
        if self._held:
            self._line.move((place.x() - picture.left()) / max(picture.width(), 1))
        return self._held

    def release(self) -> bool:
        """Let go of the line; whether it was held."""
        was, self._held = self._held, False
        return was

    def hovers(self, place: QPointF, picture: QRect) -> bool:
        return self._is_at(place, picture)

    def _x(self, picture: QRect) -> float:
        return picture.left() + self._line.share * picture.width()

    def _is_at(self, place: QPointF, picture: QRect) -> bool:
        is_inside = picture.contains(place.toPoint())
        return self._source is not None and is_inside and abs(place.x() - self._x(picture)) <= GRIP_PX
