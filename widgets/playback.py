"""The one clock of the window: where the playhead stands and how it moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QObject, Qt, QTimer, Signal

TICK_MS = 16
MAX_SHUTTLE = 4.0
FALLBACK_STEP_S = 0.1  # one "frame" while there is no frame grid
TOUCH_S = 1e-6  # times closer than this are the same place


class Playback(QObject):
    """Playhead, range, in and out, marks, and real-time play.

    Playing follows the clock: when listeners are slow, frames are skipped and counted, time never drags.
    Play and pause happen at this place; only at the end does play start again from the in point or the start.
    """

    t_changed = Signal(float)
    playing_changed = Signal(bool)
    range_changed = Signal()  # the range, the frame grid, in or out
    marks_changed = Signal()
    rate_changed = Signal(float)
    loop_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._clock = clock
        self._start_s = self._end_s = self._t_s = 0.0
        self._in_s: float | None = None
        self._out_s: float | None = None
        self._frames_s: NDArray[np.float64] = np.empty(0)
        self._marks_s: tuple[float, ...] = ()
        self._loop = False
        self._playing = False
        self._speed = self._rate = 1.0
        self._skipped = 0
        self._last_clock = 0.0
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)

    @property
    def t_s(self) -> float:
        return self._t_s

    @property
    def start_s(self) -> float:
        return self._start_s

    @property
    def end_s(self) -> float:
        return self._end_s

    @property
    def in_s(self) -> float | None:
        return self._in_s

    @property
    def out_s(self) -> float | None:
        return self._out_s

    @property
    def frames_s(self) -> NDArray[np.float64]:
        return self._frames_s

    @property
    def marks_s(self) -> tuple[float, ...]:
        return self._marks_s

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def rate(self) -> float:
        """Speed of play: 1 is real time, negative plays backwards."""
        return self._rate

    @property
    def loop(self) -> bool:
        return self._loop

    @property
    def skipped(self) -> int:
        """Frames passed without being shown since play began."""
        return self._skipped

    @property
    def frame(self) -> int | None:
        """Index of the latest frame at or before the playhead; None before the first."""
        return self._frame_at(self._t_s)

    def set_range(self, start_s: float, end_s: float) -> None:
        """A new log: stops, clears in, out and marks, and puts the playhead at the start."""
        self.pause()
        self._start_s, self._end_s = start_s, max(start_s, end_s)
        self._in_s = self._out_s = None
        self._marks_s = ()
        self._frames_s = np.empty(0)
        self.range_changed.emit()
        self.marks_changed.emit()
        self._move(start_s, always=True)

    def set_frames(self, times_s: ArrayLike) -> None:
        """Times (n,) that stepping stops at, increasing."""
        self._frames_s = np.asarray(times_s, dtype=np.float64)
        self.range_changed.emit()

    def seek(self, t_s: float) -> None:
        self._last_clock = self._clock()
        self._move(t_s)

    def play(self) -> None:
        """Play from here at the chosen speed; at the end, from the in point or the start."""
        self._run(self._speed)

    def pause(self) -> None:
        if self._playing:
            self._playing = False
            self._timer.stop()
            self.playing_changed.emit(False)
        self._set_rate(self._speed)

    def toggle(self) -> None:
        if self._playing:
            self.pause()
        else:
            self.play()

    def set_speed(self, speed: float) -> None:
        """The speed that play uses, more than 0."""
        self._speed = speed
        self._set_rate(speed)

    def shuttle_back(self) -> None:
        """J: play backwards, twice as fast with each further press."""
        self._run(max(2 * self._rate, -MAX_SHUTTLE) if self._playing and self._rate < 0 else -1.0)

    def shuttle_stop(self) -> None:
        """K: stop; the next shuttle or play is at real time."""
        self._speed = 1.0
        self.pause()

    def shuttle_forward(self) -> None:
        """L: play forwards, twice as fast with each further press."""
        self._run(min(2 * self._rate, MAX_SHUTTLE) if self._playing and self._rate > 0 else 1.0)

    def set_loop(self, loop: bool) -> None:
        if loop != self._loop:
            self._loop = loop
            self.loop_changed.emit(loop)

    def step(self, frames: int) -> None:
        """Stop, and move by whole frames; between frames, one step back leads to the frame that is shown."""
        self.pause()
        if not len(self._frames_s):
            self.seek(self._t_s + frames * FALLBACK_STEP_S)
        elif frames > 0:
            index = int(np.searchsorted(self._frames_s, self._t_s + TOUCH_S, side="right")) + frames - 1
            self.seek(self._frames_s[min(index, len(self._frames_s) - 1)] if index >= 0 else self._start_s)
        elif frames < 0:
            index = int(np.searchsorted(self._frames_s, self._t_s - TOUCH_S, side="left")) + frames
            self.seek(self._frames_s[max(index, 0)])

    def jump(self, seconds: float) -> None:
        self.seek(self._t_s + seconds)

    def home(self) -> None:
        self.seek(self._start_s)

    def end(self) -> None:
        self.seek(self._end_s)

    def set_in(self, t_s: float | None = None) -> None:
        """The in point, here unless told; an out point before it is cleared."""
        self._in_s = self._clamped(self._t_s if t_s is None else t_s)
        if self._out_s is not None and self._out_s <= self._in_s:
            self._out_s = None
        self.range_changed.emit()

    def set_out(self, t_s: float | None = None) -> None:
        """The out point, here unless told; an in point after it is cleared."""
        self._out_s = self._clamped(self._t_s if t_s is None else t_s)
        if self._in_s is not None and self._in_s >= self._out_s:
            self._in_s = None
        self.range_changed.emit()

    def clear_in_out(self) -> None:
        self._in_s = self._out_s = None
        self.range_changed.emit()

    def set_marks(self, marks_s: Iterable[float]) -> None:
        self._marks_s = tuple(sorted({self._clamped(mark) for mark in marks_s}))
        self.marks_changed.emit()

    def toggle_mark(self) -> None:
        """Set a mark here, or remove the one that stands here."""
        others = [mark for mark in self._marks_s if abs(mark - self._t_s) > TOUCH_S]
        self.set_marks(others if len(others) < len(self._marks_s) else [*others, self._t_s])

    def next_mark(self) -> None:
        later = [mark for mark in self._marks_s if mark > self._t_s + TOUCH_S]
        if later:
            self.seek(later[0])

    def previous_mark(self) -> None:
        earlier = [mark for mark in self._marks_s if mark < self._t_s - TOUCH_S]
        if earlier:
            self.seek(earlier[-1])

    def tick(self) -> None:
        """Advance by the time that passed since the last tick; the timer calls this while playing."""
        now = self._clock()
        elapsed_s, self._last_clock = now - self._last_clock, now
        before_s = self._t_s
        after_s = before_s + elapsed_s * self._rate
        first_s, last_s = self._loop_range() if self._loop else (self._start_s, self._end_s)
        border_s = last_s if self._rate > 0 else first_s
        # A playhead outside the in and out points runs on to the border of the log.
        if (before_s - border_s) * self._rate > TOUCH_S:
            border_s = self._end_s if self._rate > 0 else self._start_s
        if (after_s - border_s) * self._rate < 0:
            self._count_skipped(before_s, after_s)
            self._move(after_s)
        elif self._loop and last_s > first_s:
            self._move(first_s if self._rate > 0 else last_s)
        else:
            self._move(border_s)
            self.pause()

    def _run(self, rate: float) -> None:
        at_end = self._t_s >= self._end_s - TOUCH_S if rate > 0 else self._t_s <= self._start_s + TOUCH_S
        if at_end and not self._playing:
            first_s, last_s = self._loop_range()
            self._move(first_s if rate > 0 else last_s)
        self._last_clock = self._clock()
        self._set_rate(rate)
        if not self._playing and self._end_s > self._start_s:
            self._skipped = 0
            self._playing = True
            self._timer.start()
            self.playing_changed.emit(True)

    def _loop_range(self) -> tuple[float, float]:
        return (
            self._start_s if self._in_s is None else self._in_s,
            self._end_s if self._out_s is None else self._out_s,
        )

    def _set_rate(self, rate: float) -> None:
        if rate != self._rate:
            self._rate = rate
            self.rate_changed.emit(rate)

    def _clamped(self, t_s: float) -> float:
        return float(min(max(t_s, self._start_s), self._end_s))

    def _move(self, t_s: float, *, always: bool = False) -> None:
        t_s = self._clamped(t_s)
        if always or t_s != self._t_s:
            self._t_s = t_s
            self.t_changed.emit(t_s)

    def _frame_at(self, t_s: float) -> int | None:
        index = int(np.searchsorted(self._frames_s, t_s + TOUCH_S, side="right")) - 1
        return index if index >= 0 else None

    def _count_skipped(self, before_s: float, after_s: float) -> None:
        before, after = self._frame_at(before_s), self._frame_at(after_s)
        if before is not None and after is not None:
            self._skipped += max(abs(after - before) - 1, 0)
