"""Progress of slow work: what, how far, how long, cancel, and a picture if there is one."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from widgets.elements import line_label

WIDTH_PX = 440
MARGIN_PX = 14


class ProgressCard(QFrame):
    """A card that counts the seconds by itself; `set_progress` makes the bar tell how far."""

    cancelled = Signal()

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH_PX)
        self._since = time.monotonic()
        heading = line_label(title, muted=False)
        heading.setProperty("heading", True)
        room = WIDTH_PX - 2 * MARGIN_PX
        self._detail = line_label(self.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideMiddle, room), tip=detail)
        self._detail.setVisible(bool(detail))
        self._elapsed = line_label()
        self.bar = QProgressBar(textVisible=False, maximum=0)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._picture.hide()
        cancel = QPushButton("Cancel")
        cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.addWidget(self._elapsed, 1)
        row.addWidget(cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, 12, MARGIN_PX, 12)
        layout.setSpacing(8)
        for widget in (self._picture, heading, self._detail, self.bar):
            layout.addWidget(widget)
        layout.addLayout(row)
        timer = QTimer(self, interval=200)
        timer.timeout.connect(self._tell_time)
        timer.start()
        self._tell_time()

    def set_progress(self, done: int, total: int) -> None:
        self.bar.setMaximum(total)
        self.bar.setValue(done)
        self._tell_time()

    def set_picture(self, picture: QPixmap) -> None:
        width = WIDTH_PX - 2 * MARGIN_PX
        ratio = self.devicePixelRatioF()
        scaled = picture.scaledToWidth(round(width * ratio), Qt.TransformationMode.SmoothTransformation)
        scaled.setDevicePixelRatio(ratio)
        self._picture.setPixmap(scaled)
        self._picture.show()

    def _tell_time(self) -> None:
        text = f"{time.monotonic() - self._since:.0f} s"
        if self.bar.maximum() > 0:
            text = f"{self.bar.value()} of {self.bar.maximum()}, {text}"
        self._elapsed.setText(text)
