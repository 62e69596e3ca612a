"""Feeds the views of the open log with decoded images and sweeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.image_loader import ImageLoader
from core.errors import UserError
from core.logs import DrivingLog
from widgets.camera_panel import CameraPanel, Source
from widgets.centre import CentreViews
from widgets.playback import Playback

STRIPE_EVERY_MS = 250
MOST_TOLD = 3
"""Damaged sweeps that get a message each: more of them would fill the window during play."""


class PictureFeed(QObject):
    """One loader per open log; the one before is closed with all its threads. The centre is given its log elsewhere."""

    memory_changed = Signal(object)  # list of spans (start, end) in seconds
    unreadable = Signal(str, int)  # stream and index of a sample whose file cannot be read
    told = Signal(object)  # UserError: what the user should know of a file, once

    def __init__(self, playback: Playback, cameras: CameraPanel, centre: CentreViews) -> None:
        super().__init__(cameras)
        self._playback = playback
        self._cameras = cameras
        self._centre = centre
        self._centre_lidar = False
        self._log: DrivingLog | None = None
        self._told_sweeps: set[int] = set()
        timer = QTimer(self, interval=STRIPE_EVERY_MS)
        timer.timeout.connect(self._tell_memory)
        timer.start()
        self.loader: ImageLoader | None = None
        cameras.overlays_changed.connect(self._want_sweeps)
        cameras.picture_size_changed.connect(self._resize)
        cameras.source_changed.connect(self._show_again)
        centre.lidar_changed.connect(self._centre_wants_lidar)

    def set_log(self, log: DrivingLog | None) -> None:
        self.close()
        self._log = log
        self._told_sweeps = set()
        if log is not None:
            self.loader = ImageLoader(
                log, self._playback, self, prepare=self._cameras.prepare, is_prepared=self._cameras.is_prepared
            )
            self.loader.image_ready.connect(self._show_image)
            self.loader.image_failed.connect(self._show_error)
            self.loader.sweep_ready.connect(self._cameras.show_sweep)
            self.loader.sweep_ready.connect(self._centre.show_sweep)
            self.loader.sweep_failed.connect(self._tell_sweep)
            self.loader.unreadable.connect(self.unreadable)
        self._cameras.set_log(log)
        self._want_sweeps()
        if self.loader is not None:
            self.loader.refresh()

    def frames_in_memory(self) -> list[tuple[float, float]]:
        """Spans (start, end) in seconds of the frames whose pictures are all in memory."""
        frames_s, log = self._playback.frames_s, self._log
        if self.loader is None or log is None or not len(frames_s):
            return []
        ready = np.ones(len(frames_s), dtype=bool)
        for name, indices in self.loader.in_memory().items():
            held = np.zeros(len(log.camera(name)) + 1, dtype=bool)
            held[indices] = True
            held[-1] = True  # before a camera's first image there is nothing to wait for
            times_ns = log.start_ns + np.round(frames_s * 1e9).astype(np.int64)
            ready &= held[np.searchsorted(log.camera(name).t_ns, times_ns, side="right") - 1]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], ready, [False]])))
        borders_s = np.append(frames_s, self._playback.end_s)
        return [(float(borders_s[first]), float(borders_s[last])) for first, last in edges.reshape(-1, 2)]

    def close(self) -> None:
        if self.loader is not None:
            self.loader.close()
            self.loader.deleteLater()
            self.loader = None

    def _show_image(self, camera_name: str, index: int, image: NDArray[np.uint8]) -> None:
        if self._cameras.shows(Source.RECORDING):
            self._cameras.show_image(Source.RECORDING, camera_name, index, image)

    def _show_error(self, camera_name: str, index: int, text: str) -> None:
        if self._cameras.shows(Source.RECORDING):
            self._cameras.show_error(Source.RECORDING, camera_name, index, text)

    def _tell_sweep(self, index: int, error: UserError) -> None:
        self._cameras.show_sweep_error(index)
        if index in self._told_sweeps:
            return
        self._told_sweeps.add(index)
        if len(self._told_sweeps) <= MOST_TOLD:
            self.told.emit(error)
        elif len(self._told_sweeps) == MOST_TOLD + 1:
            remedy = "`driftless inspect` lists them; copy the log again."
            self.told.emit(UserError("More lidar sweeps cannot be read", path=error.path, remedy=remedy))

    def _show_again(self) -> None:
        """Recordings are read on while others are shown, so they are there at once."""
        if self.loader is not None and self._cameras.shows(Source.RECORDING):
            self.loader.deliver_again()

    def _tell_memory(self) -> None:
        self.memory_changed.emit(self.frames_in_memory())

    def _resize(self, camera_name: str, width_px: int, height_px: int) -> None:
        if self.loader is not None:
            self.loader.set_target_size(camera_name, width_px, height_px)

    def _centre_wants_lidar(self, wanted: bool) -> None:
        self._centre_lidar = wanted
        self._want_sweeps()

    def _want_sweeps(self) -> None:
        if self.loader is not None:
            self.loader.set_sweeps_wanted(self._centre_lidar or self._cameras.overlays.is_on("lidar"))
