"""Asphalt with paint, pavements, grass."""

from __future__ import annotations

from math import floor
from typing import Any

from core.city.kernels import inner
from core.city.kernels.hit_slots import FILTER_U, FILTER_V, POSITION, U, V
from core.city.kernels.light import WETNESS
from core.city.kernels.material import (
    ALBEDO,
    ARROW_AHEAD,
    ARROW_RIGHT,
    GLOSS,
    LABEL,
    LINE,
    MARK_COLOUR,
    MARK_FROM,
    MARK_HALF_WIDTH,
    MARK_KIND,
    MARK_LENGTH,
    MARK_OFFSET,
    MARK_PERIOD,
    MARK_TO,
    MIRROR,
    TRACED,
    WHEEL_TRACK,
    ZEBRA,
)
from core.city.kernels.noise import cells, chance, clamp, fractal, mix, pulse, pulses, smooth, value_noise

Array = Any

_MARKING = 2  # Label.MARKING


@inner
def arrow(x: float, y: float, kind: int, width: float) -> float:
    """Coverage of a painted arrow that begins at x = 0 and points along +x, 3.2 m long; y to the left."""
    if kind == ARROW_AHEAD:
        shaft = pulse(x, 0.0, 2.0, width) * pulse(y, -0.08, 0.08, width)
        reach = 0.36 * (3.2 - x) / 1.2
        return max(shaft, pulse(x, 2.0, 3.2, width) * pulse(y, -reach, reach, width))
    if kind == ARROW_RIGHT:
        y = -y
    shaft = pulse(x, 0.0, 1.75, width) * pulse(y, -0.08, 0.08, width)
    bend = pulse(x, 1.60, 1.86, width) * pulse(y, -0.08, 0.40, width)
    reach = 0.75 * (0.95 - y) / 0.55
    head = pulse(y, 0.40, 0.95, width) * pulse(x - 1.73, -reach, reach, width)
    return min(max(shaft, max(bend, head)), 1.0)


@inner
def paint(marks: Array, first: int, count: int, s: float, t: float, ws: float, wt: float) -> tuple[float, float, float]:
    """Coverage by white and by yellow paint, and how far wheels have polished the asphalt here."""
    white, yellow, polish = 0.0, 0.0, 0.0
    for row in range(first, first + count):
        kind = int(marks[row, MARK_KIND])
        off = t - marks[row, MARK_OFFSET]
        half = marks[row, MARK_HALF_WIDTH]
        if abs(off) > half + wt:
            continue
        if s < marks[row, MARK_FROM] - ws or s > marks[row, MARK_TO] + ws:
            continue
        if kind == WHEEL_TRACK:
            polish = max(polish, smooth(0.5, 0.1, abs(abs(off) - 0.85)))
            continue
        along = pulse(s, marks[row, MARK_FROM], marks[row, MARK_TO], ws)
        if kind == ZEBRA:
            cover = (
                along
                * pulse(off, -half, half, wt)
                * pulses(off + half, marks[row, MARK_PERIOD], marks[row, MARK_LENGTH], wt)
            )
        elif kind == LINE:
            cover = along * pulse(off, -half, half, wt)
            if marks[row, MARK_PERIOD] > 0.0:
                cover *= pulses(s, marks[row, MARK_PERIOD], marks[row, MARK_LENGTH], ws)
        else:
            # The sign of the length says which way the arrow points along the road.
            way = marks[row, MARK_LENGTH]
            tail = marks[row, MARK_FROM] if way > 0.0 else marks[row, MARK_TO]
            cover = arrow(way * (s - tail), way * off, kind, max(ws, wt))
        if marks[row, MARK_COLOUR] > 0.5:
            yellow = max(yellow, cover)
        else:
            white = max(white, cover)
    return white, yellow, polish


@inner
def wetten(hit: Array, light: Array, out: Array, hollow: float) -> None:
    """Darken a porous surface with water and fill its hollows with puddles."""
    wet = light[WETNESS]
    if wet <= 0.0:
        return
    x, y = hit[POSITION], hit[POSITION + 1]
    level = fractal(0.16 * x, 0.16 * y, 0.0, 3, 911) + 0.18 * hollow
    puddle = smooth(0.13, 0.19, level) * smooth(0.55, 0.9, wet)
    dark = mix(1.0, 0.52, wet)
    for c in range(3):
        out[ALBEDO + c] *= dark * mix(1.0, 0.55, puddle)
    film = 0.75 + 0.3 * fractal(1.7 * x, 1.7 * y, 0.3, 2, 37)
    out[MIRROR] = 0.035
    out[GLOSS] = max(puddle, 0.42 * wet)
    out[TRACED] = wet * mix(film, 1.0, puddle)


@inner
def asphalt(hit: Array, surface: Array, seed: int, marks: Array, light: Array, out: Array) -> None:
    s, t, ws, wt = hit[U], hit[V], hit[FILTER_U], hit[FILTER_V]
    x, y = hit[POSITION], hit[POSITION + 1]
    width = max(ws, wt)
    fine = min(ws, wt)
    grain = 0.8 * fractal(34.0 * x, 34.0 * y, 34.0 * width, 2, 3) + 0.32 * fractal(5.5 * x, 5.5 * y, 5.5 * fine, 3, 4)
    broad = fractal(0.35 * x, 0.35 * y, 0.35 * fine, 4, 5)
    tone = 1.0 + 0.40 * grain + 0.30 * broad
    # Repaired rectangles: darker, newer, sealed with a line of tar.
    cell_s, cell_t = 11.0, 3.1
    row = floor(t / cell_t)
    i, j = floor((s + 4.7 * row) / cell_s), int(row)
    edge = 0.0
    if chance(i, j, seed + 21) < 0.22:
        ps, pt = s + 4.7 * row - i * cell_s, t - j * cell_t
        s0, s1 = 1.0 + 3.0 * chance(i, j, seed + 22), 6.0 + 4.5 * chance(i, j, seed + 23)
        t0, t1 = 0.2 + 0.5 * chance(i, j, seed + 24), 1.7 + 1.2 * chance(i, j, seed + 25)
        inside = pulse(ps, s0, s1, ws) * pulse(pt, t0, t1, wt)
        tone = mix(tone, 0.62 + 0.62 * chance(i, j, seed + 26) + 0.30 * grain, inside)
        edge = pulse(ps, s0 - 0.03, s1 + 0.03, ws) * pulse(pt, t0 - 0.03, t1 + 0.03, wt) - pulse(
            ps, s0 + 0.02, s1 - 0.02, ws
        ) * pulse(pt, t0 + 0.02, t1 - 0.02, wt)
        edge *= 0.7
    if width < 0.5:
        first, second, who = cells(0.45 * x + 0.25 * fractal(1.3 * x, 1.3 * y, 0.0, 2, 9), 0.45 * y, 17)
        if who > 0.45:
            crack = smooth(0.022 + 0.5 * fine, 0.0, second - first) * (0.022 / (0.022 + 0.3 * width))
            sealed = 1.0 if who > 0.8 else 0.55
            edge = max(edge, sealed * crack)
    tone *= 1.0 - 0.55 * max(edge, 0.0)
    first_mark, count = int(surface[7]), int(surface[8])
    white, yellow, polish = paint(marks, first_mark, count, s, t, ws, wt)
    tone *= 1.0 - 0.14 * polish * (0.7 + 0.6 * broad)
    left, right = surface[9], surface[10]
    hollow = 0.0
    if left > right:
        gap = min(left - t, t - right)
        # Dust and leaves gather along the kerb; the outermost strip is a concrete gutter.
        gutter = smooth(0.34 + wt, 0.30 - wt, gap)
        tone = mix(tone, 1.45 + 0.3 * grain - 0.35 * pulses(s, 1.0, 0.02, ws), gutter)
        tone *= 1.0 - 0.22 * smooth(0.8, 0.0, gap)
        hollow = smooth(1.2, 0.2, gap)
        # Oil drips in the middle of the lanes are part of the broad noise; manholes sit on their own grid.
        k = floor(s / 23.0)
        ms, mt = (k + 0.2 + 0.6 * chance(k, 1, seed + 31)) * 23.0, mix(right + 1.2, left - 1.2, chance(k, 2, seed + 31))
        ds, dt = s - ms, t - mt
        d = (ds * ds + dt * dt) ** 0.5
        if d < 0.5 + width:
            lid = smooth(0.36 + 0.5 * width, 0.33 - 0.5 * width, d)
            ring = smooth(0.03 + width, 0.0, abs(d - 0.34))
            bars = pulses(ds, 0.09, 0.03, ws) * pulses(dt, 0.09, 0.03, wt)
            tone = mix(tone, 0.62 - 0.25 * bars, lid) * (1.0 - 0.5 * ring)
    for c in range(3):
        out[ALBEDO + c] = surface[c] * clamp(tone, 0.2, 2.2)
    covered = white + yellow
    if covered > 0.0:
        worn = smooth(
            -0.5,
            0.25,
            fractal(9.0 * x, 9.0 * y, 9.0 * width, 3, 41)
            + 0.35 * fractal(0.6 * x, 0.6 * y, 0.0, 2, 43)
            + 0.12
            - 0.22 * polish,
        )
        white, yellow = white * mix(0.62, 0.95, worn), yellow * mix(0.65, 0.95, worn)
        dirt = 1.0 + 0.15 * grain + 0.12 * broad
        out[ALBEDO] = mix(mix(out[ALBEDO], 0.66 * dirt, white), 0.60 * dirt, yellow)
        out[ALBEDO + 1] = mix(mix(out[ALBEDO + 1], 0.66 * dirt, white), 0.40 * dirt, yellow)
        out[ALBEDO + 2] = mix(mix(out[ALBEDO + 2], 0.63 * dirt, white), 0.06 * dirt, yellow)
        if covered > 0.5:
            out[LABEL] = _MARKING
    out[MIRROR] = 0.012
    wetten(hit, light, out, hollow - 0.3 * (1.0 if covered > 0.5 else 0.0))


@inner
def pavement(hit: Array, surface: Array, seed: int, light: Array, out: Array) -> None:
    """Slabs in running bond, each a little different, with dark joints, stains and gum."""
    u, v, wu, wv = hit[U], hit[V], hit[FILTER_U], hit[FILTER_V]
    x, y = hit[POSITION], hit[POSITION + 1]
    length, breadth = max(surface[6], 0.1), max(surface[7], 0.1)
    row = floor(v / breadth)
    shift = u + 0.5 * length * (row - 2.0 * floor(row / 2.0))
    column = floor(shift / length)
    detail = smooth(0.9, 0.25, max(wu / length, wv / breadth))
    own = (chance(int(column), int(row), seed + 3) - 0.5) * detail
    joint = max(pulses(shift + 0.008, length, 0.016, wu), pulses(v + 0.008, breadth, 0.016, wv))
    grain = fractal(24.0 * x, 24.0 * y, 24.0 * max(wu, wv), 2, 13)
    stain = fractal(0.5 * x, 0.5 * y, 0.0, 3, 15)
    tone = (1.0 + 0.20 * own + 0.18 * grain + 0.16 * stain) * (1.0 - 0.6 * joint)
    warm = 0.05 * (chance(int(column), int(row), seed + 4) - 0.5) * detail
    out[ALBEDO] = surface[0] * tone * (1.0 + warm)
    out[ALBEDO + 1] = surface[1] * tone
    out[ALBEDO + 2] = surface[2] * tone * (1.0 - warm)
    wetten(hit, light, out, -0.35)


@inner
def grass(hit: Array, surface: Array, seed: int, light: Array, out: Array) -> None:
    x, y = hit[POSITION], hit[POSITION + 1]
    width = max(hit[FILTER_U], hit[FILTER_V])
    blades = fractal(17.0 * x, 9.0 * y, 12.0 * width, 3, 51)
    clumps = fractal(2.1 * x, 2.1 * y, 2.1 * width, 3, 53)
    broad = fractal(0.11 * x, 0.11 * y, 0.0, 3, 55)
    dry = smooth(0.0, 0.45, broad + 0.35 * clumps)
    tone = 1.0 + 0.65 * blades + 0.40 * clumps
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], surface[3 + c], dry) * clamp(tone, 0.25, 2.0)
    if width < 0.06:
        # Daisies and fallen leaves.
        i, j = floor(6.0 * x), floor(6.0 * y)
        if chance(i, j, seed + 61) > 0.985 and value_noise(0.2 * x, 0.2 * y, 63) > 0.55:
            out[ALBEDO], out[ALBEDO + 1], out[ALBEDO + 2] = 0.55, 0.52, 0.40
    wet = light[WETNESS]
    for c in range(3):
        out[ALBEDO + c] *= mix(1.0, 0.75, wet)
