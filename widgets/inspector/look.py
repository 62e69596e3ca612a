"""What an actor looks like, and from which sides that is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.logs import ActorClass
from core.scene import Coverage
from widgets.pictures import image_of
from widgets.seen_sides import draw_sides
from widgets.theme import tokens

HEIGHT_PX = 116
SIDES_PX = 72
_GAP_PX, _PAD_PX, _RADIUS = 8, 10, 5


class ActorLook(QWidget):
    """The best picture of an actor, and beside it the actor from above with its seen sides; either may be missing."""

    def __init__(
        self, actor_class: ActorClass, picture: NDArray[np.uint8] | None, coverage: Coverage | None = None
    ) -> None:
        super().__init__()
        self._actor_class = actor_class
        self._picture = None if picture is None else image_of(picture)
        self._coverage = coverage
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if coverage is not None:
            rows = [f"{name.capitalize()} {share:.0%}" for name, share in coverage.side_shares.items()]
            self.setToolTip("Seen by the cameras\n" + "\n".join(rows))

    def places(self) -> tuple[QRectF, QRectF]:
        """Where the picture and the sides are painted; empty for what is missing."""
        room = QRectF(self.rect())
        sides = QRectF(0, 0, SIDES_PX if self._coverage is not None else 0, HEIGHT_PX)
        if self._picture is None:
            return QRectF(), sides
        most = QSizeF(max(room.width() - sides.width() - (_GAP_PX if sides.width() else 0), 1), HEIGHT_PX)
        size = QSizeF(self._picture.size()).scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
        picture = QRectF(0, (HEIGHT_PX - size.height()) / 2, size.width(), size.height())
        sides.moveLeft(picture.right() + _GAP_PX)
        return picture, sides

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        picture, sides = self.places()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if self._picture is not None:
            ratio = self.devicePixelRatioF()
            wanted = (picture.size() * ratio).toSize()
            shown = self._picture.scaled(
                wanted, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            painter.setClipPath(_rounded(picture))
            painter.drawImage(picture, shown)
            painter.setClipping(False)
        if self._coverage is not None:
            painter.fillPath(_rounded(sides), self.palette().color(QPalette.ColorRole.Base))
            place = sides.adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)
            draw_sides(painter, place, self._coverage, self._actor_class, tokens(self.palette()))


def _rounded(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, _RADIUS, _RADIUS)
    return path
