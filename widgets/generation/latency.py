"""Where the seconds of a chunk went."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import tokens

PARTS = (
    ("wait", "#7a8594"),
    ("feedback", "#e5686d"),
    ("conditions", "#5cc983"),
    ("model", "#4c9aff"),
    ("decode", "#b58cff"),
    ("display", "#f2b134"),
)
BAR_PX = 8


class LatencyBar(QWidget):
    """A bar of one chunk's seconds by what they were spent on, and a legend below."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds: Mapping[str, float] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def seconds(self) -> Mapping[str, float]:
        return self._seconds

    def show_seconds(self, seconds: Mapping[str, float]) -> None:
        """Seconds by the names of `PARTS`."""
        self._seconds = seconds
        lines = [f"{name} {seconds.get(name, 0.0):.3f} s" for name, _ in PARTS]
        self.setToolTip("\n".join(["The last chunk", *lines]))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, BAR_PX + 2 * (self.fontMetrics().height() + 2) + 4)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter, theme = QPainter(self), tokens(self.palette())
        total_s = sum(self._seconds.values())
        painter.fillRect(QRectF(0, 0, self.width(), BAR_PX), theme.colour("border"))
        left = 0.0
        for name, colour in PARTS:
            width = self.width() * self._seconds.get(name, 0.0) / total_s if total_s else 0.0
            painter.fillRect(QRectF(left, 0, width, BAR_PX), QColor(colour))
            left += width
        self._paint_legend(painter, theme.colour("muted"))

    def _paint_legend(self, painter: QPainter, muted: QColor) -> None:
        metrics, x, y = painter.fontMetrics(), 0, BAR_PX + 4
        for name, colour in PARTS:
            text = f"{name} {self._seconds[name]:.2f}" if name in self._seconds else name
            width = metrics.horizontalAdvance(text) + 22
            if x and x + width > self.width() + 10:
                x, y = 0, y + metrics.height() + 2
            painter.fillRect(QRectF(x, y + metrics.height() / 2 - 3, 7, 7), QColor(colour))
            painter.setPen(muted)
            place = QRectF(x + 11, y, width, metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            x += width
