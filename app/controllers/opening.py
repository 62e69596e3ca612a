"""Progress of opening a log and of making the demo city: where it is shown, and cancelling."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPixmap

from app import demo
from widgets.progress import ProgressCard

if TYPE_CHECKING:
    from app.main_window import MainWindow

SHOW_AFTER_MS = 500
PREVIEW_EVERY_MS = 700


class OpeningProgress(QObject):
    """A card in the middle of the empty window, or among the messages while another log is open."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._card: ProgressCard | None = None
        self._path = Path()
        self._wait = QTimer(self, interval=SHOW_AFTER_MS, singleShot=True)
        self._wait.timeout.connect(self._show_opening)
        self._preview = QTimer(self, interval=PREVIEW_EVERY_MS)
        self._preview.timeout.connect(self._show_preview)
        self._previewed: Path | None = None
        window.logs.opening.connect(self._opening)
        window.logs.ended.connect(self._end)
        window.demo.making.connect(self._making)
        window.demo.progressed.connect(self._progressed)
        window.demo.ended.connect(self._end)

    @property
    def card(self) -> ProgressCard | None:
        return self._card

    def _opening(self, path: Path) -> None:
        self._path = path
        self._window.welcome.set_busy(True)
        self._wait.start()

    def _show_opening(self) -> None:
        card = ProgressCard(f"Opening {self._path.name}", str(self._path.parent))
        card.cancelled.connect(self._window.logs.cancel)
        self._show(card)

    def _making(self) -> None:
        card = ProgressCard("Making the demo city", "Streets, traffic, six cameras; only the first time")
        card.cancelled.connect(self._window.demo.cancel)
        self._window.welcome.set_busy(True)
        self._show(card)
        self._previewed = None
        self._preview.start()

    def _progressed(self, done: int, total: int) -> None:
        if self._card is not None:
            self._card.set_progress(done, total)

    def _show_preview(self) -> None:
        """The newest front picture that is surely complete, which is the last but one."""
        folder = demo.demo_folder()
        pictures = sorted(folder.parent.glob(f".{folder.name}-*/samples/CAM_FRONT/*.jpg"))
        if self._card is not None and len(pictures) > 1 and pictures[-2] != self._previewed:
            self._previewed = pictures[-2]
            pixmap = QPixmap(str(pictures[-2]))
            if not pixmap.isNull():
                self._card.set_picture(pixmap)

    def _show(self, card: ProgressCard) -> None:
        self._end()
        self._card = card
        self._window.welcome.set_busy(True)
        if self._window.has_log():
            self._window.toasts.add(card)
        else:
            self._window.welcome.show_card(card)

    def _end(self) -> None:
        self._wait.stop()
        self._preview.stop()
        card, self._card = self._card, None
        if card is not None:
            self._window.toasts.remove(card)
            card.hide()
            card.deleteLater()
        self._window.welcome.set_busy(False)
