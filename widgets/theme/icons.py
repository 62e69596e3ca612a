"""Icons: glyphs of one font, painted in the palette's colours."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap

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


class _GlyphEngine(QIconEngine):
    def __init__(self, glyph: str, colour: QColor | None) -> None:
        super().__init__()
        self._glyph = glyph
        self._colour = colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        palette = QGuiApplication.palette()
        if mode == QIcon.Mode.Disabled:
            colour = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        elif self._colour is not None:
            colour = self._colour
        else:
            checked = state == QIcon.State.On
            colour = palette.color(QPalette.ColorRole.Accent if checked else QPalette.ColorRole.ButtonText)
        _draw(painter, self._glyph, rect, colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap
