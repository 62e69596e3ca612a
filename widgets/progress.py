"""Progress of slow work: what, how far, how long, cancel, and a picture if there is one."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from widgets.elements import label

WIDTH_PX = 400


class ProgressCard(QFrame):
    """A card that counts the seconds by itself; `set_progress` makes the bar tell how far."""

    cancelled = Signal()

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH_PX)
        self._since = time.monotonic()
        heading = label(title, heading=True)
        self._detail = label(detail, muted=True)
        self._detail.setVisible(bool(detail))
        self._elapsed = label(muted=True)
        self.bar = QProgressBar(textVisible=False, maximum=0)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._picture.hide()
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.addWidget(self._elapsed, 1)
        row.addWidget(cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
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
        width = WIDTH_PX - 28
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
