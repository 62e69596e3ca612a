"""Images and lidar sweeps for the playhead, decoded off the GUI thread."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import UserError
from core.logs import CameraStream, DrivingLog, ImageCache, LidarStream, LidarSweep
from core.spare_core import SPARE_CORES
from widgets.playback import Playback

logger = logging.getLogger(__name__)

Rgb = NDArray[np.uint8]

PICTURE_BUDGET_BYTES = 192 * 2**20  # of pictures at the size they are drawn, beside the log's own cache
AHEAD = 6  # samples prefetched in the direction of play
AROUND = 3  # samples prefetched on either side while paused
URGENT_PATIENCE_S, AHEAD_PATIENCE_S = 0.02, 0.5  # that pictures of the playhead, and others, wait for a core
PREFETCH_BYTES = 256 * 2**20  # decoded images that prefetching may bring into the log's cache at a time


class Job(NamedTuple):
    """One sample to make ready: an image at the size it is drawn, or a sweep (`size_px` is None)."""

    stream: str
    sample: int
    size_px: tuple[int, int] | None  # None: as recorded


class ImageLoader(QObject):
    """Brings what the playhead shows: at once from memory, else a moment later from a thread.

    Request → compute → apply. Each stream has at most one wanted sample, the latest one asked for; all
    bookkeeping happens on the GUI thread, so there is nothing to lock. An answer is dropped when it was made
    for another size, lies after the playhead, or is no nearer to it than what is shown; it stays in memory.
    """

    image_ready = Signal(str, int, object)  # camera, index, uint8 (height, width, 3) RGB
    image_failed = Signal(str, int, str)  # camera, index, what to tell the user
    sweep_ready = Signal(int, object)  # index, LidarSweep; None while there is none to show
    sweep_failed = Signal(int, object)  # index, UserError
    unreadable = Signal(str, int)  # stream and index of a sample that failed, whether it is to be shown or not
    _finished = Signal(object, object)  # Job, Future: from a worker to the GUI thread

    def __init__(
        self,
        log: DrivingLog,
        playback: Playback,
        parent: QObject | None = None,
        *,
        workers: int | None = None,
        prepare: Callable[[str, int], None] = lambda camera, index: None,
        is_prepared: Callable[[str, int], bool] = lambda camera, index: True,
    ) -> None:
        """Read for a log; on the thread that has read an image, `prepare` is told its camera and index, and again ahead
        of the playhead where that is not `is_prepared` any more."""
        super().__init__(parent)
        self._prepare, self._is_prepared = prepare, is_prepared
        self._log = log
        self._playback = playback
        self._cameras: dict[str, CameraStream] = {stream.name: stream for stream in log.cameras}
        self._sizes_px: dict[str, tuple[int, int]] = {}
        self._sweeps_wanted = False
        self._pictures = ImageCache(PICTURE_BUDGET_BYTES)
        self._failures: dict[tuple[str, int], UserError] = {}
        self._wanted: dict[str, int] = {}
        self._shown: dict[str, int] = {}
        self._running: dict[Job, bool] = {}  # whether it was asked for; otherwise it is read ahead
        self._asked: set[Job] = set()  # since the playhead moved: a cache too small for all must not be filled for ever
        set_bytes = sum(stream.camera.width * stream.camera.height * 3 for stream in log.cameras)
        self._most_steps = max(1, PREFETCH_BYTES // max(set_bytes, 1))
        self._worker_count = workers or min(4, max(2, os.cpu_count() or 2))
        self._pool = ThreadPoolExecutor(self._worker_count, thread_name_prefix="image loader")
        self._closed = False
        self._finished.connect(self._apply)
        playback.t_changed.connect(self.refresh)
        playback.playing_changed.connect(self._start_jobs)

    def set_target_size(self, camera_name: str, width_px: int, height_px: int) -> None:
        """How large a camera is drawn, in device pixels; images come no larger. 0 × 0: it is not drawn."""
        if self._sizes_px.get(camera_name) != (width_px, height_px):
            self._sizes_px[camera_name] = (width_px, height_px)
            self._shown.pop(camera_name, None)
            self.refresh()

    def set_sweeps_wanted(self, wanted: bool) -> None:
        """Whether any view shows lidar; otherwise no sweep is read."""
        self._sweeps_wanted = wanted
        self._shown.pop(self._lidar_name, None)
        self.refresh()

    def refresh(self) -> None:
        """Ask for what the playhead shows now."""
        if self._closed:
            return
        t_ns = self._log.t_ns(self._playback.t_s)
        self._wanted = {}
        self._asked = set(self._running)
        for stream in self._active_streams():
            index = stream.index_at(t_ns)
            if index is None:
                if self._shown.pop(stream.name, None) is not None and stream is self._log.lidar:
                    self.sweep_ready.emit(-1, None)
                continue
            self._wanted[stream.name] = index
            if self._shown.get(stream.name) != index:
                self._deliver_from_memory(self._job(stream.name, index))
        self._start_jobs()

    def deliver_again(self) -> None:
        """Show everything anew, as if nothing had been shown."""
        self._shown.clear()
        self.refresh()

    def in_memory(self) -> dict[str, list[int]]:
        """Camera that is drawn → indices of the images that it could show at once."""
        found: dict[str, list[int]] = {name: [] for name, size in self._sizes_px.items() if size != (0, 0)}
        for job in self._pictures.held_keys():
            if isinstance(job, Job) and job.stream in found and job.size_px == self._sizes_px[job.stream]:
                found[job.stream].append(job.sample)
        for key in self._log.cache.held_keys():
            match key:
                case str(name), int(index) if name in found and not _shrinks(self._cameras[name], self._sizes_px[name]):
                    found[name].append(index)
        return found

    def close(self) -> None:
        """Stop and wait for the threads; nothing is delivered afterwards."""
        if self._closed:
            return
        self._closed = True
        self._playback.t_changed.disconnect(self.refresh)
        self._playback.playing_changed.disconnect(self._start_jobs)
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def idle(self) -> bool:
        """Whether nothing is being read."""
        return not self._running

    @property
    def _lidar_name(self) -> str:
        return self._log.lidar.name if self._log.lidar is not None else ""

    def _active_streams(self) -> list[CameraStream | LidarStream]:
        shown: list[CameraStream | LidarStream] = [
            stream for name, stream in self._cameras.items() if self._sizes_px.get(name) != (0, 0)
        ]
        return [*shown, self._log.lidar] if self._sweeps_wanted and self._log.lidar is not None else shown

    def _job(self, name: str, index: int) -> Job:
        return Job(name, index, self._sizes_px.get(name))

    def _deliver_from_memory(self, job: Job) -> None:
        failure = self._failures.get((job.stream, job.sample))
        if failure is not None:
            self._fail(job, failure)
            return
        value = self._in_memory(job)
        if value is not None:
            self._show(job, value)

    def _in_memory(self, job: Job) -> Rgb | LidarSweep | None:
        stream = self._cameras.get(job.stream)
        if stream is None:
            return self._log.cache.peek((job.stream, job.sample))
        value: Rgb | None = self._pictures.peek(job)
        if value is None and not _shrinks(stream, job.size_px):
            value = stream.cached_image(job.sample)
        return value

    def _start_jobs(self) -> None:
        for job, urgent in self._useful_jobs():
            if len(self._running) >= self._worker_count:
                return
            self._running[job] = urgent
            self._asked.add(job)
            future = self._pool.submit(self._compute, job, urgent)
            future.add_done_callback(partial(self._finished.emit, job))

    def _useful_jobs(self) -> Iterator[tuple[Job, bool]]:
        """What to read next: what the playhead shows (True), then what it will probably show soon (False)."""
        wanted = [(name, index) for name, index in self._wanted.items() if self._shown.get(name) != index]
        ahead = [(name, self._wanted[name] + step) for step in self._steps() for name in self._wanted]
        for urgent, samples in ((True, wanted), (False, ahead)):
            for name, index in samples:
                job = self._job(name, index)
                if 0 <= index < len(self._stream(name)) and job not in self._asked and not self._is_ready(job):
                    yield job, urgent

    def _steps(self) -> list[int]:
        if self._playback.playing:
            direction = 1 if self._playback.rate >= 0 else -1
            return [direction * step for step in range(1, min(AHEAD, self._most_steps) + 1)]
        return [signed for step in range(1, min(AROUND, self._most_steps) + 1) for signed in (step, -step)]

    def _stream(self, name: str) -> CameraStream | LidarStream:
        camera = self._cameras.get(name)
        if camera is not None:
            return camera
        assert self._log.lidar is not None
        return self._log.lidar

    def _is_ready(self, job: Job) -> bool:
        if (job.stream, job.sample) in self._failures:
            return True
        return self._in_memory(job) is not None and self._is_prepared(job.stream, job.sample)

    def _compute(self, job: Job, urgent: bool) -> Rgb | LidarSweep:
        """On a worker thread."""
        with SPARE_CORES.one(URGENT_PATIENCE_S if urgent else AHEAD_PATIENCE_S):
            return self._read(job)

    def _read(self, job: Job) -> Rgb | LidarSweep:
        stream = self._stream(job.stream)
        if isinstance(stream, LidarStream):
            return stream.sweep(job.sample)
        if _shrinks(stream, job.size_px):
            picture: Rgb = self._pictures.get(job, lambda: _fitted(stream.image(job.sample), job.size_px))
        else:
            picture = stream.image(job.sample)
        self._prepare(job.stream, job.sample)
        return picture

    def _apply(self, job: Job, done: Future[Rgb | LidarSweep]) -> None:
        urgent = self._running.pop(job)
        if self._closed:
            return
        try:
            value = done.result()
        except UserError as error:
            if (job.stream, job.sample) not in self._failures:
                logger.warning("a sample of %s cannot be read: %s", job.stream, error)
                self._failures[job.stream, job.sample] = error
                self.unreadable.emit(job.stream, job.sample)
            if self._is_welcome(job, urgent):
                self._fail(job, error)
        else:
            if self._is_welcome(job, urgent):
                self._show(job, value)
        finally:
            self._deliver_wanted(job.stream)
            self._start_jobs()

    def _deliver_wanted(self, name: str) -> None:
        """What was read for another size may be what a stream waits for: nothing would bring it again."""
        index = self._wanted.get(name)
        if index is not None and self._shown.get(name) != index:
            self._deliver_from_memory(self._job(name, index))

    def _is_welcome(self, job: Job, urgent: bool) -> bool:
        wanted, shown = self._wanted.get(job.stream), self._shown.get(job.stream)
        if wanted is None or job.size_px != self._sizes_px.get(job.stream):
            return False
        if job.sample == wanted:
            return shown != wanted
        # Asked for a moment ago: while scrubbing faster than images can be read, pictures still follow.
        return urgent and job.sample < wanted and (shown is None or wanted - job.sample < abs(wanted - shown))

    def _show(self, job: Job, value: Rgb | LidarSweep) -> None:
        self._shown[job.stream] = job.sample
        if isinstance(value, LidarSweep):
            self.sweep_ready.emit(job.sample, value)
        else:
            self.image_ready.emit(job.stream, job.sample, value)

    def _fail(self, job: Job, error: UserError) -> None:
        self._shown[job.stream] = job.sample
        if job.stream in self._cameras:
            self.image_failed.emit(job.stream, job.sample, str(error))
        else:
            self.sweep_ready.emit(job.sample, None)
            self.sweep_failed.emit(job.sample, error)


def _shrinks(stream: CameraStream, size_px: tuple[int, int] | None) -> bool:
    return size_px is not None and 0 < size_px[0] < stream.camera.width


def _fitted(image: Rgb, size_px: tuple[int, int] | None) -> Rgb:
    """The image averaged down to a size: every recorded pixel counts, so edges neither shimmer nor blur."""
    # Takes a third of a second, which belongs neither to the start of the window nor to its thread.
    import cv2

    return np.asarray(cv2.resize(image, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
