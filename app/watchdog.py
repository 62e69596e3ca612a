"""How long the GUI thread was ever blocked."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5


class Watchdog(QObject):
    """Beats in the event loop; a late beat tells how long something else held the thread."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
        beat_s: float = BEAT_MS / 1000,
    ) -> None:
        """
        Args:
            parent: owns it.
            clock: seconds.
            beat_s: how far the clock goes on between two beats while nothing happens.
        """
        super().__init__(parent)
        self._clock, self._beat_s = clock, beat_s
        self._last_s = clock()
        self._longest_s = 0.0
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.beat)

    @classmethod
    def of_processor(cls, parent: QObject | None = None) -> Watchdog:
        """One that counts what the thread itself computes, whatever other programs take of the machine."""
        return cls(parent, clock=time.thread_time, beat_s=0.0)

    @property
    def longest_block_ms(self) -> float:
        """Longest time between two beats since `start` or `reset`, less the beat itself."""
        return self._longest_s * 1000

    def start(self) -> None:
        self.reset()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def reset(self) -> None:
        self._last_s = self._clock()
        self._longest_s = 0.0

    def beat(self) -> None:
        now = self._clock()
        self._longest_s = max(self._longest_s, now - self._last_s - self._beat_s)
        self._last_s = now
