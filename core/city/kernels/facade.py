"""House walls in wall coordinates: masonry, windows set into the wall, and what is behind the panes."""

from __future__ import annotations

from math import floor
from typing import Any

from core.city.kernels import inner
from core.city.kernels.hit_slots import FILTER_U, FILTER_V, FLAT, NORMAL, POSITION, TANGENT, U, V
from core.city.kernels.light import LAMPS, SUN, WETNESS
from core.city.kernels.material import ALBEDO, AMBIENT_FACTOR, EMISSION, GLOSS, KEY, MIRROR
from core.city.kernels.noise import chance, clamp, fractal, mix, pulse, pulses, smooth

Array = Any

PLASTER, BRICKS, PANELS, STONE = 0, 1, 2, 3
_REVEAL_M = 0.17


@inner
def bricks(
    u: float, v: float, wu: float, wv: float, length: float, height: float, joint: float, seed: int
) -> tuple[float, float]:
    """Coverage by joints and the tone of the brick, in running bond."""
    row = floor(v / height)
    x = u + 0.5 * length * (row - 2.0 * floor(row / 2.0))
    detail = smooth(0.9, 0.3, max(wu / length, wv / height))
    tone = (chance(floor(x / length), int(row), seed) - 0.5) * detail
    lines = max(pulses(x + 0.5 * joint, length, joint, wu), pulses(v + 0.5 * joint, height, joint, wv))
    return lines, tone


@inner
def masonry(hit: Array, colour: Array, style: int, storey: float, seed: int, light: Array, out: Array) -> None:
    """The blank wall."""
    u, v, wu, wv = hit[U], hit[V], hit[FILTER_U], hit[FILTER_V]
    width = max(wu, wv)
    stain = fractal(0.33 * u + seed * 3.1, 0.6 * v, 0.33 * width, 4, 101 + seed)
    rain = fractal(2.6 * u, 0.16 * v, 2.6 * wu, 3, 103 + seed)
    tone = 1.0 + 0.13 * stain + 0.12 * rain
    joint, own = 0.0, 0.0
    if style == BRICKS:
        joint, own = bricks(u, v, wu, wv, 0.24, 0.08, 0.014, seed)
        tone += 0.55 * own + 0.25 * fractal(40.0 * u, 40.0 * v, 40.0 * width, 2, 105)
    elif style == PANELS:
        joint = max(pulses(u + 0.015, 3.2, 0.03, wu), pulses(v + 0.015, storey, 0.03, wv))
        own = (chance(floor(u / 3.2), floor(v / storey), seed + 7) - 0.5) * 0.16
        tone += own + 0.10 * fractal(11.0 * u, 11.0 * v, 11.0 * width, 2, 107)
        joint *= 0.75
    elif style == STONE:
        joint, own = bricks(u, v, wu, wv, 0.92, 0.46, 0.018, seed)
        tone += 0.22 * own + 0.14 * fractal(9.0 * u, 9.0 * v, 9.0 * width, 3, 109)
    else:
        tone += 0.12 * fractal(26.0 * u, 26.0 * v, 26.0 * width, 2, 111)
    z = hit[POSITION + 2]
    splash = smooth(0.9, 0.1, z + 0.25 * rain) * 0.28
    tone = clamp(tone * (1.0 - splash) * mix(1.0, 0.72, light[WETNESS] * smooth(-0.4, 0.5, rain + 0.2)), 0.2, 1.7)
    for c in range(3):
        brick = colour[c] * tone
        mortar = 0.42 * (0.8 + 0.2 * tone) if style == BRICKS else 0.55 * brick
        out[ALBEDO + c] = mix(brick, mortar, joint)


@inner
def room(
    x: float, y: float, slope_x: float, slope_y: float, w: float, h: float, cell: int, lit: float, out: Array
) -> None:
    """What is behind a pane at (x, y) of a window w × h: curtains, a room with walls; fills albedo and emission."""
    curtain = chance(cell, 1, 5)
    cover = 0.0
    if curtain > 0.35:
        side = (0.12 + 0.22 * chance(cell, 2, 5)) * w
        cover = max(smooth(side, side - 0.05, x), smooth(w - side, w - side + 0.05, x))
    elif curtain < 0.14:
        cover = smooth(h * (0.35 + 0.5 * curtain / 0.14), h * (0.35 + 0.5 * curtain / 0.14) + 0.03, y)
    fold = 0.85 + 0.15 * chance(floor(x * 18.0), cell, 7)
    # The back wall of the room, 3 m in, its corners hidden or shown as the eye moves.
    bx, by = x + 3.0 * slope_x, y + 3.0 * slope_y
    back = 1.0
    if bx < -1.2 or bx > w + 1.2:
        back = 0.6
    if by > h + 0.7:
        back = 1.35
    elif by < -0.8:
        back = 0.4
    picture = pulse(bx, 0.2 * w, 0.6 * w, 0.05) * pulse(by, 0.3 * h, 0.75 * h, 0.05)
    back *= 1.0 - 0.5 * picture * chance(cell, 3, 5)
    warm = chance(cell, 4, 5)
    tints = (1.0, 0.74 + 0.14 * warm, 0.44 + 0.34 * warm)
    for c in range(3):
        deep = 0.045 * back
        cloth = (0.52 - 0.06 * c) * fold * (0.7 + 0.5 * chance(cell, 5, 5))
        out[ALBEDO + c] = mix(deep, cloth * 0.55, cover)
        out[EMISSION + c] = lit * tints[c] * mix(0.75 * back, 0.55 * fold, cover)


@inner
def window(
    hit: Array,
    direction: Array,
    x: float,
    y: float,
    w: float,
    h: float,
    cell: int,
    pattern: int,
    trim: Array,
    lit: float,
    light: Array,
    out: Array,
) -> None:
    """A point of a window opening, (x, y) from its lower left corner: reveal, frame, bars or pane."""  # fmt: skip
    wu, wv = hit[FILTER_U], hit[FILTER_V]
    inwards = -(direction[0] * hit[FLAT] + direction[1] * hit[FLAT + 1] + direction[2] * hit[FLAT + 2])
    inwards = max(inwards, 0.05)
    tx, ty = hit[TANGENT], hit[TANGENT + 1]
    slope_x = (direction[0] * tx + direction[1] * ty) / inwards
    slope_y = direction[2] / inwards
    px, py = x + _REVEAL_M * slope_x, y + _REVEAL_M * slope_y
    if px < 0.0 or px > w or py < 0.0 or py > h:
        # The side of the opening.
        shade = 0.62
        if py < 0.0:
            shade = 1.05
        elif py > h:
            shade = 0.38
        for c in range(3):
            out[ALBEDO + c] = mix(out[ALBEDO + c], trim[c], 0.5) * shade
        out[KEY] = 0.35
        return
    towards = light[SUN] * hit[FLAT] + light[SUN + 1] * hit[FLAT + 1]
    if towards > 0.02:
        # The edge of the opening shades the pane.
        sx = px + _REVEAL_M * (light[SUN] * tx + light[SUN + 1] * ty) / towards
        sy = py + _REVEAL_M * light[SUN + 2] / towards
        out[KEY] = smooth(-0.02, 0.02, sx) * smooth(w + 0.02, w - 0.02, sx) * smooth(h + 0.02, h - 0.02, sy)
    frame = 0.055
    bar = 1.0 - pulse(px, frame, w - frame, wu) * pulse(py, frame, h - frame, wv)
    if pattern == 0:
        bar = max(bar, pulse(px, 0.5 * w - 0.035, 0.5 * w + 0.035, wu))
        bar = max(bar, pulse(py, 0.68 * h - 0.03, 0.68 * h + 0.03, wv))
    elif pattern == 1:
        bar = max(bar, pulse(px, 0.5 * w - 0.035, 0.5 * w + 0.035, wu))
    elif pattern == 2:
        bar = max(bar, pulse(py, 0.5 * h - 0.04, 0.5 * h + 0.04, wv))
        bar = max(bar, max(pulses(px + 0.0125, w / 3.0, 0.025, wu), pulses(py + 0.0125, h / 4.0, 0.025, wv)))
    room(px, py, slope_x, slope_y, w, h, cell, lit, out)
    for c in range(3):
        out[ALBEDO + c] = mix(out[ALBEDO + c], trim[c], bar)
        out[EMISSION + c] *= 1.0 - bar
    out[MIRROR] = 0.09 * (1.0 - bar)
    out[GLOSS] = 1.0
    out[AMBIENT_FACTOR] = 0.8
    tilt = 0.035 * (chance(cell, 8, 5) - 0.5)
    hit[NORMAL] += tilt * tx
    hit[NORMAL + 1] += tilt * ty
    hit[NORMAL + 2] += 0.03 * (chance(cell, 9, 5) - 0.5)


@inner
def facade(hit: Array, direction: Array, surface: Array, seed: int, light: Array, out: Array) -> None:
    u, v, wu, wv = hit[U], hit[V], hit[FILTER_U], hit[FILTER_V]
    w, h, bay, storey = surface[6], surface[7], surface[8], surface[9]
    sill, top, style, lit_share = surface[10], surface[11], int(surface[12]), surface[13]
    masonry(hit, surface, style, storey, seed, light, out)
    if w <= 0.0 or v < 0.0 or v > floor(top / storey + 0.01) * storey:
        return
    i, j = floor(u / bay), floor(v / storey)
    x, y = u - i * bay - 0.5 * (bay - w), v - j * storey - sill
    cell = i * 7919 + j * 104729 + seed * 31
    inside = pulse(x, 0.0, w, wu) * pulse(y, 0.0, h, wv)
    # Trim around the opening, a sill that sticks out and streaks below it.
    edge = 0.11 if style != PANELS else 0.05
    around = pulse(x, -edge, w + edge, wu) * pulse(y, -0.5 * edge, h + edge, wv)
    ledge = pulse(x, -0.12, w + 0.12, wu) * pulse(y, -0.10, 0.0, wv)
    under = pulse(x, -0.12, w + 0.12, wu) * pulse(y, -0.19, -0.10, wv)
    streak = pulse(x, 0.0, w, wu) * smooth(-0.9, -0.1, y) * (1.0 if y < 0.0 else 0.0)
    for c in range(3):
        wall = out[ALBEDO + c] * (1.0 - 0.10 * streak) * (1.0 - 0.45 * under)
        out[ALBEDO + c] = mix(wall, surface[3 + c], max(around, ledge) * 0.85)
    if style in (PLASTER, STONE):
        # A moulding between the storeys.
        band = pulse(v - j * storey, 0.0, 0.14, wv) * (1.0 if j > 0 else 0.0)
        for c in range(3):
            out[ALBEDO + c] = mix(out[ALBEDO + c], surface[3 + c], 0.6 * band)
    lit = 0.0
    if light[LAMPS] > 0.0 and chance(i, j, seed + 17) < lit_share * (0.35 + 0.65 * light[LAMPS]):
        lit = (0.35 + 0.65 * chance(i, j, seed + 18)) * mix(0.55, 1.0, light[LAMPS])
    if inside <= 0.0:
        return
    if max(wu, wv) < 0.5 * w:
        if 0.0 <= x <= w and 0.0 <= y <= h:
            window(hit, direction, x, y, w, h, cell, seed % 4, surface[3:6], lit, light, out)
        return
    # Too far to make out: the mean of pane, frame and room.
    for c in range(3):
        out[ALBEDO + c] = mix(out[ALBEDO + c], 0.10, 0.9 * inside)
        out[EMISSION + c] = inside * lit * (0.6 - 0.14 * c)
    out[MIRROR] = 0.08 * inside
    out[GLOSS] = 1.0


@inner
def roof_tiles(hit: Array, surface: Array, seed: int, light: Array, out: Array) -> None:
    """Courses of tiles, u along the eaves, v up the slope; each overlaps the one below."""
    u, v, wu, wv = hit[U], hit[V], hit[FILTER_U], hit[FILTER_V]
    w, h = max(surface[6], 0.1), max(surface[7], 0.1)
    row = floor(v / h)
    x = u + 0.5 * w * (row - 2.0 * floor(row / 2.0))
    detail = smooth(1.0, 0.35, max(wu / w, wv / h))
    own = (chance(floor(x / w), int(row), seed + 3) - 0.5) * detail
    lip = pulses(v, h, 0.10 * h, wv)
    gap = pulses(x, w, 0.07 * w, wu)
    curve = (x / w - floor(x / w) - 0.5) * detail
    weather = fractal(0.5 * u, 0.3 * v, 0.5 * max(wu, wv), 3, 121 + seed)
    tone = (1.0 + 0.45 * own + 0.30 * weather + 0.22 * curve) * (1.0 - 0.45 * lip) * (1.0 - 0.35 * gap)
    moss = smooth(0.22, 0.5, weather) * 0.35
    tone *= mix(1.0, 0.62, light[WETNESS])
    out[ALBEDO] = mix(surface[0] * tone, 0.10, moss)
    out[ALBEDO + 1] = mix(surface[1] * tone, 0.11, moss)
    out[ALBEDO + 2] = mix(surface[2] * tone, 0.06, moss)
    out[MIRROR], out[GLOSS] = 0.02 + 0.03 * light[WETNESS], 0.2
