"""Which piece of time a strip of pixels shows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

MIN_SPAN_S = 0.02

# (step, parts): fractions of a second in tens, above that as clocks count.
DECIMAL_STEPS = ((1.0, 10), (2.0, 4), (5.0, 5), (10.0, 10))
LONG_STEPS = ((15.0, 3), (30.0, 6), (60.0, 6), (120.0, 4), (300.0, 5), (600.0, 10), (1800.0, 6), (3600.0, 6))


class TimeSpan:
    """Maps times to pixels of a strip, with zoom and pan kept inside the whole."""

    def __init__(self) -> None:
        self.whole_s = (0.0, 1.0)
        self.shown_s = (0.0, 1.0)
        self.left_px = 0.0
        self.width_px = 1.0

    def set_whole(self, start_s: float, end_s: float) -> None:
        self.whole_s = (start_s, end_s)
        self.fit()

    def set_strip(self, left_px: float, width_px: float) -> None:
        self.left_px, self.width_px = left_px, max(width_px, 1.0)

    @property
    def zoomed(self) -> bool:
        return self.shown_s[0] > self.whole_s[0] or self.shown_s[1] < self.whole_s[1]

    @property
    def px_per_s(self) -> float:
        return self.width_px / (self.shown_s[1] - self.shown_s[0])

    def x(self, t_s: float) -> float:
        return self.left_px + (t_s - self.shown_s[0]) * self.px_per_s

    def xs(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.left_px + (t_s - self.shown_s[0]) * self.px_per_s

    def t_s(self, x_px: float) -> float:
        return self.shown_s[0] + (x_px - self.left_px) / self.px_per_s

    def fit(self) -> None:
        self.shown_s = (self.whole_s[0], max(self.whole_s[1], self.whole_s[0] + MIN_SPAN_S))

    def zoom(self, factor: float, at_px: float) -> None:
        """Show `factor` times less, the time under a pixel staying there."""
        start, end = self.shown_s
        span = max(min((end - start) / factor, self.whole_s[1] - self.whole_s[0]), MIN_SPAN_S)
        share = (at_px - self.left_px) / self.width_px
        self._show(self.t_s(at_px) - share * span, span)

    def turn(self, right: float, up: float, *, zooms: bool, at_px: float) -> None:
        """Pan, or zoom about a pixel, by as far as a wheel was turned, in eighths of a degree."""
        if zooms:
            self.zoom(1.0015**up, at_px)
        else:
            start, end = self.shown_s
            self.pan(-(right or up) / 1200 * (end - start))

    def pan(self, seconds: float) -> None:
        start, end = self.shown_s
        self._show(start + seconds, end - start)

    def reveal(self, t_s: float) -> bool:
        """Turn the page when a time has left the strip; whether anything moved."""
        start, end = self.shown_s
        if start <= t_s <= end:
            return False
        self._show(t_s - 0.1 * (end - start) if t_s > end else t_s - 0.9 * (end - start), end - start)
        return True

    def ticks(self, min_px: float = 80.0) -> tuple[list[float], int]:
        """Times of labelled ticks, on round seconds, and how many parts lie between two of them."""
        step, parts = nice_step(min_px / self.px_per_s)
        first = math.ceil(self.shown_s[0] / step - 1e-9)
        last = math.floor(self.shown_s[1] / step + 1e-9)
        return [index * step for index in range(first, last + 1)], parts

    def _show(self, start_s: float, span_s: float) -> None:
        start_s = min(max(start_s, self.whole_s[0]), self.whole_s[1] - span_s)
        self.shown_s = (start_s, start_s + span_s)


def nice_step(at_least_s: float) -> tuple[float, int]:
    """The smallest round step of at least so many seconds, and a fitting number of parts."""
    decade = 10.0 ** min(math.floor(math.log10(at_least_s)), 0)
    for step, parts in (*((factor * decade, parts) for factor, parts in DECIMAL_STEPS), *LONG_STEPS):
        if at_least_s <= step * (1 + 1e-9):
            return step, parts
    return 3600.0 * math.ceil(at_least_s / 3600.0), 6
