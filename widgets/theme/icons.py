"""Icons: glyphs of one font, painted in the palette's colours."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPalette,
    QPixmap,
)

from resources.icons import icon_codepoints, icon_font_file

_IN_THE_MIDDLE = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip


def icon(name: str, colour: QColor | None = None) -> QIcon:
    """An icon by its Material Design name; in the text colour, or in a colour of its own.

    Raises:
        KeyError: the font has no such glyph.
    """
    return QIcon(_GlyphEngine(icon_codepoints()[name], colour))


def draw_icon(painter: QPainter, name: str, rect: QRect, colour: QColor) -> None:
    """Paint one glyph into a rectangle, for views that paint themselves."""
    _draw(painter, icon_codepoints()[name], rect, colour)


@cache
def _family() -> str:
    font = QFontDatabase.addApplicationFont(str(icon_font_file()))
    return QFontDatabase.applicationFontFamilies(font)[0]


def _draw(painter: QPainter, glyph: str, rect: QRect, colour: QColor) -> None:
    font = QFont(_family())
    font.setPixelSize(max(min(rect.width(), rect.height()), 1))
    painter.save()
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, _IN_THE_MIDDLE, glyph)
    painter.restore()


@lru_cache(maxsize=500)
def _picture(glyph: str, width_px: int, height_px: int, rgba: int) -> QImage:
    """On a clear ground; Qt asks for the same ones whenever a button is painted."""
    picture = QImage(width_px, height_px, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _draw(painter, glyph, QRect(0, 0, width_px, height_px), QColor.fromRgba(rgba))
    painter.end()
    return picture


class _GlyphEngine(QIconEngine):
    def __init__(self, glyph: str, colour: QColor | None) -> None:
        super().__init__()
        self._glyph = glyph
        self._colour = colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        _draw(painter, self._glyph, rect, self._shown(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        colour = self._shown(mode, state)
        return QPixmap.fromImage(_picture(self._glyph, size.width(), size.height(), colour.rgba()))

    def _shown(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        palette = QGuiApplication.palette()
        if mode == QIcon.Mode.Disabled:
            return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        if self._colour is not None:
            return self._colour
        checked = state == QIcon.State.On
        return palette.color(QPalette.ColorRole.Accent if checked else QPalette.ColorRole.ButtonText)
