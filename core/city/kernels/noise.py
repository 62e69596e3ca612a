"""Hash-based noise and box-filtered patterns: the same value in any process, order or frame."""

from __future__ import annotations

from math import floor, sqrt
from typing import Any

import numpy as np

from core.city.kernels import inner


@inner
def clamp(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


@inner
def mix(a: float, b: float, t: float) -> float:
    return a + (b - a) * t


@inner
def smooth(low: float, high: float, x: float) -> float:
    """0 below `low`, 1 above `high`, a cubic between."""
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


# Everything wraps at 32 bits, in which the processor hashes several cells at once.
_BITS = np.uint32
_STEP_X, _STEP_Y = np.uint32(374761393), np.uint32(668265263)


@inner
def scattered(h: Any) -> float:
    """The number in [0, 1) that 32 bits stand for, scattered well."""
    h = _BITS((h ^ (h >> _BITS(13))) * _BITS(1274126177))
    h = _BITS((h ^ (h >> _BITS(15))) * _BITS(2246822519))
    return np.int64(h ^ (h >> _BITS(16))) * (1.0 / 4294967296.0)


@inner
def chance(x: int, y: int, seed: int) -> float:
    """A number in [0, 1) that depends on the cell and the seed only."""
    return scattered(_BITS(x * 374761393 + y * 668265263 + seed * 974711 + 1013904223))


@inner
def value_noise(x: float, y: float, seed: int) -> float:
    """Smooth noise in [0, 1] with unit cells, whose corners have the values of `chance`."""
    fx, fy = floor(x), floor(y)
    tx, ty = x - fx, y - fy
    tx = tx * tx * (3.0 - 2.0 * tx)
    ty = ty * ty * (3.0 - 2.0 * ty)
    first = _BITS(int(fx) * 374761393 + int(fy) * 668265263 + seed * 974711 + 1013904223)
    right, above = _BITS(first + _STEP_X), _BITS(first + _STEP_Y)
    a, b = scattered(first), scattered(right)
    c, d = scattered(above), scattered(_BITS(right + _STEP_Y))
    return (a + (b - a) * tx) * (1.0 - ty) + (c + (d - c) * tx) * ty


@inner
def fractal(x: float, y: float, width: float, octaves: int, seed: int) -> float:
    """Fractal noise about 0, in [-1, 1]; octaves finer than the filter `width` (units of x) fade out."""
    total, amplitude, scale = 0.0, 0.5, 1.0
    for octave in range(octaves):
        fade = 1.6 - 2.0 * width * scale
        if fade <= 0.0:
            break
        # Each octave is turned, so that the cells of all of them never line up.
        total += amplitude * min(fade, 1.0) * (2.0 * value_noise(x * scale, y * scale, seed + 31 * octave) - 1.0)
        x, y = 0.8 * x - 0.6 * y + 17.3, 0.6 * x + 0.8 * y + 9.1
        amplitude *= 0.5
        scale *= 2.03
    return total


@inner
def pulse(x: float, low: float, high: float, width: float) -> float:
    """Share of the filter window [x - width/2, x + width/2] that lies in [low, high]."""
    half = max(0.5 * width, 1e-5)
    return max(min(high, x + half) - max(low, x - half), 0.0) / (2.0 * half)


@inner
def pulses(x: float, period: float, length: float, width: float) -> float:
    """As `pulse`, for stripes [k period, k period + length]."""
    half = max(0.5 * width, 1e-5)
    a, b = (x - half) / period, (x + half) / period
    fa, fb = floor(a), floor(b)
    share = length / period
    return (fb * share + min(b - fb, share) - fa * share - min(a - fa, share)) / (b - a)


@inner
def cells(x: float, y: float, seed: int) -> tuple[float, float, float]:
    """Worley noise with unit cells: distance to the nearest and second nearest point, and that cell's chance."""
    ix, iy = floor(x), floor(y)
    first, second = 9.0, 9.0
    who_x, who_y = ix, iy
    for turn_x in range(3):
        # The middle first: most outer cells are then farther than what has been found.
        cx = ix + (0 if turn_x == 0 else 2 * turn_x - 3)
        for turn_y in range(3):
            cy = iy + (0 if turn_y == 0 else 2 * turn_y - 3)
            gap_x, gap_y = max(cx - x, x - cx - 1.0, 0.0), max(cy - y, y - cy - 1.0, 0.0)
            if gap_x * gap_x + gap_y * gap_y > second:
                continue
            dx = cx + chance(cx, cy, seed) - x
            dy = cy + chance(cx, cy, seed + 7) - y
            d = dx * dx + dy * dy
            if d < first:
                second, first = first, d
                who_x, who_y = cx, cy
            elif d < second:
                second = d
    return sqrt(first), sqrt(second), chance(who_x, who_y, seed + 13)
