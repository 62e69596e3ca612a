"""The cameras of a rig as chips with small pictures, each on or off."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from core.logs import CameraStream, rig_rows
from widgets.names import stream_title
from widgets.pictures import image_of
from widgets.theme import tokens
from widgets.theme.icons import draw_icon

PICTURE_PX = QSize(112, 64)
MOST_IN_A_ROW = 4
_PAD_PX, _TITLE_PX, _RADIUS, _SIGN_PX = 3, 19, 6, 15
_OFF = 0.3  # opacity of the picture of a camera that is left out


class CameraChip(QAbstractButton):
    """One camera."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedSize(PICTURE_PX.width() + 2 * _PAD_PX, PICTURE_PX.height() + _TITLE_PX + 2 * _PAD_PX)
        self._picture: QImage | None = None
        self.toggled.connect(self._tell)
        self._tell()

    def set_picture(self, rgb: NDArray[np.uint8]) -> None:
        """Show an image (h, w, 3), filled into the chip."""
        wanted = PICTURE_PX * self.devicePixelRatioF()
        whole = image_of(rgb).scaled(
            wanted, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        )
        cut = QRect(0, 0, wanted.width(), wanted.height())
        cut.moveCenter(whole.rect().center())
        self._picture = whole.copy(cut)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        theme = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        on = self.isChecked()
        edge = theme.colour("accent" if on or self.hasFocus() else "strong_border")
        painter.setPen(QPen(edge, 1.0, Qt.PenStyle.DashLine if self.hasFocus() and not on else Qt.PenStyle.SolidLine))
        painter.setBrush(theme.colour("hover" if self.underMouse() or self.hasFocus() else "raised"))
        painter.drawRoundedRect(whole, _RADIUS, _RADIUS)
        picture = QRectF(_PAD_PX, _PAD_PX, PICTURE_PX.width(), PICTURE_PX.height())
        self._paint_picture(painter, picture, theme.colour("base"))
        title = QRectF(_PAD_PX + 4, picture.bottom(), PICTURE_PX.width() - 8, _TITLE_PX + _PAD_PX)
        painter.setPen(theme.colour("text" if on else "muted"))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(title.width()))
        painter.drawText(title, Qt.AlignmentFlag.AlignCenter, text)
        self._paint_sign(painter, picture, theme.colour("accent"), on)

    def _paint_picture(self, painter: QPainter, place: QRectF, ground: QColor) -> None:
        path = QPainterPath()
        path.addRoundedRect(place, _RADIUS - 2, _RADIUS - 2)
        painter.fillPath(path, ground)
        if self._picture is not None:
            painter.save()
            painter.setClipPath(path)
            painter.setOpacity(1.0 if self.isChecked() else _OFF)
            painter.drawImage(place, self._picture)
            painter.restore()

    def _paint_sign(self, painter: QPainter, picture: QRectF, accent: QColor, on: bool) -> None:
        """A tick in the corner; also where colours cannot be told apart."""
        place = QRect(int(picture.right()) - _SIGN_PX - 3, int(picture.top()) + 3, _SIGN_PX, _SIGN_PX)
        painter.setPen(Qt.PenStyle.NoPen if on else QPen(QColor(255, 255, 255, 190), 1.2))
        painter.setBrush(accent if on else QColor(0, 0, 0, 70))
        painter.drawEllipse(place)
        if on:
            draw_icon(painter, "check", place.adjusted(2, 2, -2, -2), QColor("white"))

    def _tell(self) -> None:
        self.setToolTip(f"{self.text()} is {'looked through' if self.isChecked() else 'left out'}")


class CameraChips(QWidget):
    """All cameras, placed as on the rig."""

    changed = Signal()

    def __init__(self, streams: Sequence[CameraStream]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        self._chips: dict[str, CameraChip] = {}
        for row, indices in enumerate(_rows(rig_rows(streams))):
            for column, index in enumerate(indices):
                name = streams[index].name
                chip = CameraChip(stream_title(name))
                chip.toggled.connect(self.changed)
                self._chips[name] = chip
                grid.addWidget(chip, row, column)
        grid.setColumnStretch(MOST_IN_A_ROW, 1)
        self._names = tuple(stream.name for stream in streams)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names, in the order of the log."""
        return tuple(name for name in self._names if self._chips[name].isChecked())

    def chip(self, name: str) -> CameraChip:
        return self._chips[name]

    def choose(self, names: Collection[str]) -> None:
        """Exactly these; one change, however many chips turn."""
        before = self.chosen
        self.blockSignals(True)
        for name, chip in self._chips.items():
            chip.setChecked(name in names)
        self.blockSignals(False)
        if self.chosen != before:
            self.changed.emit()

    def choose_all(self) -> None:
        self.choose(self._names)


def _rows(rig: Sequence[Sequence[int]]) -> list[list[int]]:
    """The rows of the rig, cut where they are too long."""
    return [list(row[at : at + MOST_IN_A_ROW]) for row in rig for at in range(0, len(row), MOST_IN_A_ROW)]
