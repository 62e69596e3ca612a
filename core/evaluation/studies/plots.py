"""Plots as SVG that stands in a page: no file beside it, no script, in the colours of the reader's theme."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation.studies.intervals import Interval

COLOURS = ("#3273dc", "#d9480f", "#2b8a3e", "#9c36b5", "#e67700", "#0b7285", "#c2255c", "#5f3dc4", "#74b816", "#868e96")
_WIDTH, _LABEL, _ROW = 760, 300, 22
_HEIGHT, _LEFT, _BOTTOM, _TOP = 240, 56, 34, 10


@dataclass(frozen=True)
class Scale:
    """From values to places."""

    low: float
    high: float
    begin: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], begin: float, end: float) -> Scale:
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        margin = 0.05 * (high - low) or 1.0
        return cls(low - margin, high + margin, begin, end)

    def __call__(self, value: float) -> float:
        return self.begin + (value - self.low) / (self.high - self.low) * (self.end - self.begin)

    @property
    def marks(self) -> list[float]:
        """A few round values inside."""
        raw = (self.high - self.low) / 5
        grain = 10.0 ** np.floor(np.log10(raw))
        step = grain * next(times for times in (1, 2, 5, 10) if times * grain >= raw)
        first, last = int(np.ceil(self.low / step)), int(np.floor(self.high / step))
        return [float(number * step) for number in range(first, last + 1)]


def whiskers(rows: Sequence[tuple[str, Interval]]) -> str:
    """Means as dots and their intervals as bars, one row each, with a line at zero."""
    bounds = [bound for _, each in rows for bound in (0.0, each.mean, each.low, each.high) if bound is not None]
    across = Scale.over(bounds, _LABEL, _WIDTH - 20)
    bottom = _ROW * len(rows) + 8
    parts = [_mark_down(across, 0, bottom, mark) for mark in across.marks]
    parts.append(f"<line x1='{across(0):.1f}' x2='{across(0):.1f}' y1='0' y2='{bottom}' stroke='currentColor'/>")
    for number, (label, each) in enumerate(rows):
        y = _ROW * number + 15
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f"<text x='{_LABEL - 12}' y='{y + 4}' text-anchor='end'>{html.escape(label)}</text>")
        if each.low is not None and each.high is not None:
            ends = f"x1='{across(each.low):.1f}' x2='{across(each.high):.1f}' y1='{y}' y2='{y}'"
            parts.append(f"<line {ends} stroke='{colour}' stroke-width='2'/>")
        parts.append(f"<circle cx='{across(each.mean):.1f}' cy='{y}' r='4' fill='{colour}'/>")
    return _svg(_WIDTH, bottom + 22, parts)


def lines(series: Mapping[str, Sequence[tuple[float, float]]], across_told: str) -> str:
    """Values over something that goes on, a line each, with their names beside them."""
    points = [point for each in series.values() for point in each]
    across = Scale.over([x for x, _ in points], _LEFT, _WIDTH - _LABEL)
    up = Scale.over([y for _, y in points], _HEIGHT - _BOTTOM, _TOP)
    parts = [_mark_down(across, _TOP, _HEIGHT - _BOTTOM, mark) for mark in across.marks]
    for mark in up.marks:
        ends = f"x1='{_LEFT}' x2='{_WIDTH - _LABEL}' y1='{up(mark):.1f}' y2='{up(mark):.1f}'"
        parts.append(f"<line {ends} stroke='var(--line)'/>")
        parts.append(f"<text x='{_LEFT - 6}' y='{up(mark) + 4:.1f}' text-anchor='end'>{mark:g}</text>")
    parts.append(f"<text x='{_WIDTH - _LABEL}' y='{_HEIGHT - 4}' text-anchor='end'>{html.escape(across_told)}</text>")
    for number, (label, each) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in each)
        parts.append(f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>")
        y = _TOP + 12 + 18 * number
        parts.append(f"<text x='{_WIDTH - _LABEL + 14}' y='{y}' fill='{colour}'>{html.escape(label)}</text>")
    return _svg(_WIDTH, max(_HEIGHT, _TOP + 20 + 18 * len(series)), parts)


def _mark_down(across: Scale, top: float, bottom: float, mark: float) -> str:
    x = f"{across(mark):.1f}"
    line = f"<line x1='{x}' x2='{x}' y1='{top}' y2='{bottom}' stroke='var(--line)'/>"
    return f"{line}<text x='{x}' y='{bottom + 16}' text-anchor='middle'>{mark:g}</text>"


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    style = "font-size='12' fill='currentColor' style='max-width:100%;height:auto'"
    return f"<svg viewBox='0 0 {width} {height}' width='{width}' {style}>{''.join(parts)}</svg>"
