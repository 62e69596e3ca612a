"""An actor's picture in its row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QImage, QPainter, QPainterPath, QPixmap

from core.logs import ActorClass
from widgets.class_colours import class_colour
from widgets.names import CLASS_ICONS
from widgets.pictures import image_of
from widgets.theme import tokens
from widgets.theme.icons import draw_icon

SIZE = QSize(42, 26)
_FINER = 2  # pixels of the picture for one of the row, for dense screens
_BAR_PX = 3
_ABSENT = 0.4


def thumbnail(actor_class: ActorClass, rgb: NDArray[np.uint8] | None) -> QIcon:
    """A picture (h, w, 3) with a bar in the colour of the actor's class; the sign of the class without one."""
    return QIcon(_ThumbnailEngine(actor_class, None if rgb is None else _filling(rgb)))


def _filling(rgb: NDArray[np.uint8]) -> QImage:
    """The middle of a picture, as large as a row shows it."""
    size = SIZE * _FINER
    image = image_of(rgb).scaled(
        size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    corner = QPoint((image.width() - size.width()) // 2, (image.height() - size.height()) // 2)
    return image.copy(QRect(corner, size))


class _ThumbnailEngine(QIconEngine):
    def __init__(self, actor_class: ActorClass, picture: QImage | None) -> None:
        super().__init__()
        self._actor_class = actor_class
        self._picture = picture

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        frame = QRectF(rect)
        clip = QPainterPath()
        clip.addRoundedRect(frame, 3, 3)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        if mode == QIcon.Mode.Disabled:
            painter.setOpacity(_ABSENT * painter.opacity())
        colour = class_colour(self._actor_class)
        if self._picture is None:
            self._paint_sign(painter, rect, colour)
        else:
            painter.drawImage(frame, self._picture)
        painter.fillRect(QRectF(frame.left(), frame.top(), _BAR_PX, frame.height()), colour)
        painter.restore()

    def _paint_sign(self, painter: QPainter, rect: QRect, colour: QColor) -> None:
        painter.fillRect(rect, tokens(QGuiApplication.palette()).colour("hover"))
        side = rect.height() - 10
        place = QRect(rect.center().x() - side // 2 + 2, rect.center().y() - side // 2 + 1, side, side)
        draw_icon(painter, CLASS_ICONS[self._actor_class], place, colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap
