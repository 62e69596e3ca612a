"""How near all pictures are looked at, and where."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRect, Signal

MOST = 8.0
PER_NOTCH = 1.25
_NOTCH = 120  # of a wheel's turn


class Zoom(QObject):
    """The same part of all pictures, so that one compares the same place."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.factor = 1.0
        self._left = self._top = 0.0  # of what is seen, as shares of the picture

    def turn(self, wheel: int, place: QPointF, frame: QRect) -> None:
        """Nearer or farther by a turn of the wheel; what lies under a place of the frame stays there."""
        picture = self.picture_in(frame)
        x, y = (place.x() - picture.x()) / picture.width(), (place.y() - picture.y()) / picture.height()
        across, down = (place.x() - frame.x()) / frame.width(), (place.y() - frame.y()) / frame.height()
        factor = min(max(self.factor * PER_NOTCH ** (wheel / _NOTCH), 1.0), MOST)
        self._show(factor, x - across / factor, y - down / factor)

    def move(self, by: QPointF, frame: QRect) -> None:
        """Move the picture in its frame by so many pixels."""
        wide, high = frame.width() * self.factor, frame.height() * self.factor
        self._show(self.factor, self._left - by.x() / wide, self._top - by.y() / high)

    def reset(self) -> None:
        """Show whole pictures."""
        self._show(1.0, 0.0, 0.0)

    def picture_in(self, frame: QRect) -> QRect:
        """Where the whole picture is, of which a frame shows a part."""
        if self.factor == 1.0:
            return frame
        width, height = round(frame.width() * self.factor), round(frame.height() * self.factor)
        return QRect(frame.x() - round(self._left * width), frame.y() - round(self._top * height), width, height)

    def _show(self, factor: float, left: float, top: float) -> None:
        most = 1 - 1 / factor
        now = factor, min(max(left, 0.0), most), min(max(top, 0.0), most)
        if now != (self.factor, self._left, self._top):
            self.factor, self._left, self._top = now
            self.changed.emit()
