"""Work in the background, in one line of the status bar: what, how far, how long, cancel."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from widgets.elements import icon_button, line_label, tabular

BAR_PX = 110
WHOLE = 1000  # steps of the bar


class WorkNote(QWidget):
    """Hidden while nothing is worked at."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._doing = ""
        self._since = 0.0
        self._stopping = False
        self.text = line_label()
        self.text.setFont(tabular(self.text))
        self.bar = QProgressBar(textVisible=False, maximum=WHOLE)
        self.bar.setFixedWidth(BAR_PX)
        self.bar.setMaximumHeight(6)
        self.cancel_button = icon_button("close", "Cancel", 12)
        self.cancel_button.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.text, self.bar, self.cancel_button):
            row.addWidget(widget)
        self._timer = QTimer(self, interval=500)
        self._timer.timeout.connect(self._tell)
        self.hide()

    def begin(self, title: str) -> None:
        self._title, self._doing, self._since = title, "", time.monotonic()
        self._stopping = False
        self.cancel_button.setEnabled(True)
        self.bar.setValue(0)
        self._tell()
        self._timer.start()
        self.show()

    def stop(self, doing: str) -> None:
        """It was asked to stop and ends by itself soon; what it says meanwhile is of no interest."""
        self._doing, self._stopping = doing, True
        self.cancel_button.setEnabled(False)
        self._tell()

    def set_progress(self, share: float, doing: str) -> None:
        if not self._stopping:
            self._doing = doing
        self.bar.setValue(round(share * WHOLE))
        self._tell()

    def end(self) -> None:
        self._timer.stop()
        self.hide()

    def _tell(self) -> None:
        doing = f", {self._doing}" if self._doing else ""
        self.text.setText(f"{self._title}{doing}  {time.monotonic() - self._since:.0f} s")
