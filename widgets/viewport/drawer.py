"""Drawing in a thread of its own: OpenGL in software, and waiting for a graphics card, would hold up the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from widgets.chips import Chip
from widgets.viewport import opengl
from widgets.viewport.opengl import OffscreenGl, OpenGl
from widgets.viewport.overlay import labels_of
from widgets.viewport.painter import SplatPainter
from widgets.viewport.scenery import Look, Scenery
from widgets.viewport.worker import LatestWorker


@dataclass(frozen=True, eq=False)
class Frame:
    """A look, drawn."""

    look: Look
    pixels: NDArray[np.uint32]  # 0xAARRGGBB (height, width), the memory of `image`
    image: QImage
    labels: Sequence[Chip]


class Drawer(QObject):
    """Asks for OpenGL first and tells what it `found`; then draws looks, of those that wait only the latest."""

    found = Signal(object)  # OpenGl
    drawn = Signal(object)  # Frame

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        opengl.share_processor()
        self._offscreen: OffscreenGl | None = None  # before the driver is loaded
        self._worker = LatestWorker("viewport frames", self, last=self._leave)
        self._worker.done.connect(self._take)
        self._scenery: Scenery | None = None  # in the worker's hands only
        self._closed = False
        self._worker.ask(_load_driver)

    def draw(self, look: Look, painter: SplatPainter) -> None:
        """To be called after OpenGL was found, always with the same painter."""
        self._worker.ask(partial(self._draw, look, painter))

    def close(self) -> None:
        self._closed = True
        self._worker.close()
        if self._offscreen is not None:
            self._offscreen.destroy()

    def _draw(self, look: Look, painter: SplatPainter) -> Frame:
        if self._scenery is None:
            assert self._offscreen is not None
            self._scenery = Scenery(self._offscreen, painter)
        pixels = self._scenery.draw(look)
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(look.ratio)
        return Frame(look, pixels, image, labels_of(look))

    def _take(self, answer: QThread | OpenGl | Frame) -> None:
        if self._closed:
            return
        match answer:
            case QThread():
                self._offscreen = OffscreenGl()
                self._offscreen.move_to(answer)
                self._worker.ask(partial(opengl.find_opengl, self._offscreen))
            case Frame():
                self.drawn.emit(answer)
            case OpenGl():
                self.found.emit(answer)

    def _leave(self) -> None:
        if self._scenery is not None:
            self._scenery.close()


def _load_driver() -> QThread:
    """Answers in which thread it was loaded."""
    opengl.load_driver()
    return QThread.currentThread()
