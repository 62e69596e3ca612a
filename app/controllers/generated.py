"""Pictures of the chosen take in the cells of the camera panel."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import UserError
from core.logs import DrivingLog
from core.takes import TakeFrames
from widgets.camera_panel import CameraPanel, Source
from widgets.playback import Playback
from widgets.takes import TakeModel

Rgb = NDArray[np.uint8]
Pictures = dict[str, Rgb | UserError]
NONE_YET = "Nothing is generated yet"
NOT_HERE = "Not generated at this time"


class GeneratedFeed(QObject):
    """Shows the frame of the playhead: at once from memory, else a moment later from a thread."""

    _read = Signal(object, int, object)  # TakeFrames, frame, Pictures

    def __init__(self, takes: TakeModel, playback: Playback, cameras: CameraPanel) -> None:
        super().__init__(cameras)
        self._takes, self._playback, self._cameras = takes, playback, cameras
        self._log: DrivingLog | None = None
        self._shown: tuple[TakeFrames, int] | None = None
        self._wanted: tuple[TakeFrames, int] | None = None
        self._reading = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="generated pictures")
        self._read.connect(self._take)
        playback.t_changed.connect(self.refresh)
        takes.changed.connect(self.refresh)
        cameras.source_changed.connect(self._begin_anew)

    def set_log(self, log: DrivingLog | None) -> None:
        self._log = log
        self._begin_anew()

    def close(self) -> None:
        self._log = None
        self._pool.shutdown(cancel_futures=True)

    def refresh(self) -> None:
        if self._log is None or not self._cameras.shows(Source.GENERATED):
            return
        frames = self._takes.chosen
        frame = None if frames is None else self._frame_here(frames)
        if frames is None or frame is None:
            self._shown = self._wanted = None
            for stream in self._log.cameras:
                self._cameras.show_text(Source.GENERATED, stream.name, NONE_YET if frames is None else NOT_HERE)
            return
        if self._is_shown(frames, frame):
            return
        self._wanted = frames, frame
        if all(frames.holds(camera, frame) for camera in frames.cameras):
            self._show(frames, frame, {camera: frames.picture(camera, frame) for camera in frames.cameras})
        elif not self._reading:
            self._start(frames, frame)

    def _frame_here(self, frames: TakeFrames) -> int | None:
        """The frame of the playhead; the last one is seen for as long as the others."""
        t_s = self._playback.t_s
        frame = frames.frame_at(t_s)
        if frame is None or t_s > float(frames.t_s[-1]) + 1 / frames.rate_hz:
            return None
        return frame

    def _is_shown(self, frames: TakeFrames, frame: int) -> bool:
        shown = self._shown
        return shown is not None and shown[0].take is frames.take and shown[1] == frame

    def _start(self, frames: TakeFrames, frame: int) -> None:
        self._reading = True

        def read() -> Pictures:
            found: Pictures = {}
            for camera in frames.cameras:
                try:
                    found[camera] = frames.picture(camera, frame)
                except UserError as error:
                    found[camera] = error
            return found

        def tell(future: Future[Pictures]) -> None:
            if not future.cancelled():
                self._read.emit(frames, frame, future.result())

        self._pool.submit(read).add_done_callback(tell)

    def _take(self, frames: TakeFrames, frame: int, pictures: Pictures) -> None:
        self._reading = False
        if self._log is None:
            return
        if self._wanted is not None and self._wanted[0].take is frames.take and self._wanted[1] == frame:
            self._show(frames, frame, pictures)
        else:
            self.refresh()

    def _show(self, frames: TakeFrames, frame: int, pictures: Pictures) -> None:
        if self._log is None or not self._cameras.shows(Source.GENERATED):
            return
        self._shown = frames, frame
        for stream in self._log.cameras:
            picture = pictures.get(stream.name)
            t_ns = self._log.t_ns(frames.fired_s(stream.name, frame))
            index = int(np.abs(stream.t_ns - t_ns).argmin()) if len(stream) else 0
            if picture is None:
                self._cameras.show_text(Source.GENERATED, stream.name, "Not in this take")
            elif isinstance(picture, UserError):
                self._cameras.show_error(Source.GENERATED, stream.name, index, str(picture))
            else:
                sightings = frames.sightings(stream.name, frame)
                self._cameras.show_image(Source.GENERATED, stream.name, index, picture, sightings)

    def _begin_anew(self) -> None:
        self._shown = self._wanted = None
        self.refresh()
