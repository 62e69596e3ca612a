"""The best picture of each actor of the open log, cut out of its images off the GUI thread."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal

from core.errors import UserError
from core.logs import DrivingLog
from core.scene import BestView, best_views
from core.spare_core import SPARE_CORES
from widgets.turns import Turns

logger = logging.getLogger(__name__)

Pictures = dict[str, NDArray[np.uint8]]

LARGEST_PX = (360, 240)
"""Width and height of a picture at most."""
PATIENCE_S = 1.0  # nobody waits for these pictures


class ActorPictures(QObject):
    """Pictures come one image of the log after the other; another log, or none, ends those of the one before.

    The log's own cache of images is left alone: a picture is cut once, while the user scrubs through others.
    """

    ready = Signal(object)  # dict of track id → uint8 (height, width, 3) RGB
    ended = Signal()  # all that can be had were delivered
    _found = Signal(object, object)  # the search, and a dict; None at its end

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._search: _Search | None = None
        self._turns = Turns(self)
        self._numbers = count()
        self._found.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def set_log(self, log: DrivingLog | None) -> None:
        """Look for pictures of a log's actors."""
        self._stop()
        if log is not None and log.tracks and log.cameras:
            self._search = _Search(log, self._found.emit)
            self._search.start()

    def close(self) -> None:
        """Deliver nothing any more, and wait for the thread: it must not tell somebody who is gone."""
        search = self._stop()
        if search is not None:
            search.join()

    def _stop(self) -> _Search | None:
        search, self._search = self._search, None
        self._turns.drop()
        if search is not None:
            search.stopped.set()
        return search

    def _take(self, search: object, pictures: Pictures | None) -> None:
        if search is self._search:
            self._turns.ask(next(self._numbers), partial(self._tell, pictures))

    def _tell(self, pictures: Pictures | None) -> None:
        if pictures is None:
            self.ended.emit()
        else:
            self.ready.emit(pictures)


class _Search(threading.Thread):
    """Reads each image once that shows some actor best; keeps no process alive."""

    def __init__(self, log: DrivingLog, tell: Callable[[_Search, Pictures | None], None]) -> None:
        super().__init__(name="actor pictures", daemon=True)
        self.stopped = threading.Event()
        self._log = log
        self._deliver = tell

    def run(self) -> None:
        views: dict[str, BestView] = {}
        searching = best_views(self._log)
        while (so_far := _next(searching)) is not None:
            if self.stopped.is_set():
                return
            views = so_far
        by_image: dict[tuple[str, int], dict[str, BestView]] = defaultdict(dict)
        for name, view in views.items():
            by_image[view.stream, view.index][name] = view
        # Images that show many actors first.
        for (stream, index), wanted in sorted(by_image.items(), key=lambda item: -len(item[1])):
            if self.stopped.is_set():
                return
            with SPARE_CORES.one_at_rest(PATIENCE_S):
                self._cut(stream, index, wanted)
        if not self.stopped.is_set():
            self._deliver(self, None)

    def _cut(self, stream: str, index: int, wanted: dict[str, BestView]) -> None:
        try:
            image = self._log.camera(stream).read_image(index)
        except UserError as error:
            logger.info("no picture of %d actors: %s", len(wanted), error)
            return
        if not self.stopped.is_set():
            self._deliver(self, {name: _small(view.cut(image)) for name, view in wanted.items()})


def _next(searching: Iterator[dict[str, BestView]]) -> dict[str, BestView] | None:
    """What the search knows one image later; None at its end."""
    with SPARE_CORES.one_at_rest(PATIENCE_S):
        return next(searching, None)


def _small(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture no larger than `LARGEST_PX`, in memory of its own."""
    import cv2

    height, width = rgb.shape[:2]
    shrink = min(LARGEST_PX[0] / width, LARGEST_PX[1] / height)
    if shrink >= 1.0:
        return rgb.copy()
    size = max(round(width * shrink), 1), max(round(height * shrink), 1)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
