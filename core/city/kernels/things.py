"""Made things: car paint, glass, lamps, signs, cloth, fur, plastic."""

from __future__ import annotations

from math import sqrt
from typing import Any

from core.city.kernels import inner
from core.city.kernels.hit_slots import FILTER_U, FILTER_V, NORMAL, POSITION, U, V
from core.city.kernels.light import LAMPS
from core.city.kernels.material import ALBEDO, EMISSION, GLOSS, METALLIC, MIRROR, TRACED
from core.city.kernels.noise import clamp, fractal, mix, pulse, pulses, smooth, value_noise
from core.city.kernels.shopfront import lettering

Array = Any

_THREE, _FIVE, _ZERO = 0b111001111001111, 0b111100111001111, 0b111101101101111
_TEE, _PEE = 0b111010010010010, 0b111101111100100


@inner
def plain(surface: Array, out: Array) -> None:
    out[MIRROR], out[GLOSS] = 0.03, 0.5 * (1.0 - clamp(surface[6], 0.0, 1.0))


@inner
def car_paint(hit: Array, surface: Array, out: Array) -> None:
    """Base coat under clear coat; road dust low on the body."""
    gloss, metallic = surface[6], surface[7]
    height = hit[POSITION + 2]
    dust = 0.5 * smooth(0.75, 0.15, height)
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], 0.16, dust * 0.5) * (1.0 - 0.35 * metallic)
    out[MIRROR] = 0.05 + 0.08 * metallic
    out[GLOSS] = max(gloss, 0.35) * (1.0 - 0.7 * dust)
    out[METALLIC] = 0.5 * metallic


@inner
def glass(surface: Array, out: Array) -> None:
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], 0.03, 0.45 + 0.5 * surface[6]) * 0.6
    out[MIRROR], out[GLOSS] = 0.09, 1.0


@inner
def metal(hit: Array, surface: Array, out: Array) -> None:
    width = max(hit[FILTER_U], hit[FILTER_V])
    tone = 1.0 + 0.2 * fractal(5.0 * hit[U], 1.2 * hit[V], 5.0 * width, 2, 131)
    for c in range(3):
        out[ALBEDO + c] = surface[c] * tone * 0.8
    out[MIRROR], out[GLOSS], out[METALLIC] = 0.28, 1.0 - clamp(surface[6], 0.0, 1.0), 0.7


@inner
def head_lamp(on: float, surface: Array, out: Array) -> None:
    for c in range(3):
        out[ALBEDO + c] = 0.35 + 0.4 * surface[c]
        out[EMISSION + c] = on * (5.0 - 0.35 * c)
    out[MIRROR], out[GLOSS] = 0.25, 1.0


@inner
def tail_lamp(on: float, surface: Array, out: Array) -> None:
    """`on` from 0 dark over 0.25 tail light to 1 braking."""
    for c in range(3):
        out[ALBEDO + c] = surface[c] * 0.7
    out[EMISSION] = 3.2 * on
    out[EMISSION + 1], out[EMISSION + 2] = 0.16 * on, 0.10 * on
    out[MIRROR], out[GLOSS] = 0.06, 1.0


@inner
def street_lamp(light: Array, surface: Array, out: Array) -> None:
    for c in range(3):
        out[EMISSION + c] = light[LAMPS] * 6.0 * surface[c]


@inner
def traffic_light(hit: Array, on: bool, surface: Array, out: Array) -> None:
    """A lens with a honeycomb; dark ones keep a trace of their colour."""
    cell = 0.85 + 0.15 * pulses(hit[U], 0.03, 0.02, hit[FILTER_U]) * pulses(hit[V], 0.03, 0.02, hit[FILTER_V])
    for c in range(3):
        out[ALBEDO + c] = 0.02 + 0.10 * surface[c]
        out[EMISSION + c] = (2.6 * surface[c] * cell + 0.15) if on else 0.0
    out[MIRROR], out[GLOSS] = 0.05, 1.0


@inner
def paint_sign(out: Array, red: float, green: float, blue: float, share: float) -> None:
    out[ALBEDO] = mix(out[ALBEDO], red, share)
    out[ALBEDO + 1] = mix(out[ALBEDO + 1], green, share)
    out[ALBEDO + 2] = mix(out[ALBEDO + 2], blue, share)


@inner
def glyph(x: float, y: float, size: float, bits: int, width: float) -> float:
    """Coverage by a character of 3 × 5 dots `size` wide, its lower left corner at the origin; top left bit first."""
    if x < 0.0 or y < 0.0 or x >= 3.0 * size or y >= 5.0 * size:
        return 0.0
    if width > 1.5 * size:
        return 0.6
    column, row = int(x / size), 4 - int(y / size)
    return float((bits >> (14 - 3 * row - column)) & 1)


@inner
def sign(hit: Array, surface: Array, seed: int, out: Array) -> None:
    """Sign faces, uv from the middle; parameters: kind, half width, half height."""
    kind = int(surface[6])
    half, half_v = surface[7], surface[8]
    u, v, wu, wv = hit[U], hit[V], hit[FILTER_U], hit[FILTER_V]
    x, y = u / half, v / half_v
    soft = 0.5 * max(wu / half, wv / half_v) + 1e-4
    r = sqrt(x * x + y * y)
    paint_sign(out, 0.78, 0.78, 0.76, 1.0)
    if kind == 0:
        paint_sign(out, 0.62, 0.02, 0.03, smooth(0.76 - soft, 0.76 + soft, r))
        tens = _THREE if seed % 2 == 1 else _FIVE
        figures = glyph(x + 0.50, y + 0.35, 0.14, tens, 2.0 * soft)
        figures = max(figures, glyph(x - 0.08, y + 0.35, 0.14, _ZERO, 2.0 * soft))
        paint_sign(out, 0.02, 0.02, 0.02, figures)
    elif kind == 1:
        inner = smooth(0.0 - soft, soft, min(y + 0.72, 0.52 - 0.5 * (y - 0.0) - 0.866 * abs(x)))
        paint_sign(out, 0.62, 0.02, 0.03, 1.0 - inner)
        mark = pulse(x, -0.09, 0.09, 2.0 * soft) * (
            pulse(y, -0.25, 0.30, 2.0 * soft) + pulse(y, -0.55, -0.37, 2.0 * soft)
        )
        paint_sign(out, 0.02, 0.02, 0.02, min(mark, 1.0))
    elif kind == 2:
        paint_sign(out, 0.02, 0.12, 0.50, smooth(0.94 + soft, 0.94 - soft, r))
        shaft = pulse(x, -0.1, 0.1, 2.0 * soft) * pulse(y, -0.6, 0.2, 2.0 * soft)
        reach = 0.42 * (0.62 - y) / 0.5
        head = pulse(y, 0.12, 0.62, 2.0 * soft) * pulse(x, -reach, reach, 2.0 * soft)
        paint_sign(out, 0.8, 0.8, 0.8, max(shaft, head))
    elif kind == 3:
        octagon = max(max(abs(x), abs(y)), 0.7071 * (abs(x) + abs(y)))
        paint_sign(out, 0.60, 0.02, 0.03, smooth(0.86 + soft, 0.86 - soft, octagon))
        text = glyph(x + 0.70, y + 0.22, 0.095, _FIVE, 2.0 * soft)
        text = max(text, glyph(x + 0.33, y + 0.22, 0.095, _TEE, 2.0 * soft))
        text = max(text, glyph(x - 0.04, y + 0.22, 0.095, _ZERO, 2.0 * soft))
        text = max(text, glyph(x - 0.41, y + 0.22, 0.095, _PEE, 2.0 * soft))
        paint_sign(out, 0.8, 0.8, 0.8, text)
    elif kind == 4:
        inner = pulse(x, -0.97, 0.97, 2.0 * soft) * pulse(y, -0.86, 0.86, 2.0 * soft)
        paint_sign(out, surface[0], surface[1], surface[2], inner)
        text = lettering(u + 0.85 * half, v + 0.5 * half_v, half_v, wu, wv, seed)
        paint_sign(out, 0.8, 0.8, 0.8, text * pulse(x, -0.85, 0.85, 2.0 * soft))
    else:
        paint_sign(out, 0.02, 0.12, 0.50, pulse(x, -0.93, 0.93, 2.0 * soft) * pulse(y, -0.93, 0.93, 2.0 * soft))
        stem = pulse(x, -0.38, -0.14, 2.0 * soft) * pulse(y, -0.65, 0.65, 2.0 * soft)
        ring = sqrt((x + 0.05) ** 2 + (y - 0.27) ** 2)
        bowl = smooth(soft, -soft, abs(ring - 0.27) - 0.11) * (1.0 if x > -0.2 else 0.0)
        paint_sign(out, 0.8, 0.8, 0.8, max(stem, bowl))
    out[MIRROR], out[GLOSS] = 0.03, 0.5


@inner
def cloth(hit: Array, surface: Array, out: Array) -> None:
    kind, size = int(surface[6]), max(surface[7], 0.02)
    u, v, wu, wv = hit[U], hit[V], hit[FILTER_U], hit[FILTER_V]
    other = 0.0
    if kind == 1:
        other = pulses(v, size, 0.5 * size, wv)
    elif kind == 2:
        other = 0.5 * (pulses(u, size, 0.5 * size, wu) + pulses(v, size, 0.5 * size, wv))
    fold = 1.0 + 0.30 * fractal(9.0 * u, 5.0 * v, 9.0 * max(wu, wv), 2, 141)
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], surface[3 + c], other) * fold


@inner
def fur(hit: Array, surface: Array, seed: int, out: Array) -> None:
    size = max(surface[6], 0.05)
    u, v = hit[U], hit[V]
    width = max(hit[FILTER_U], hit[FILTER_V])
    patch = smooth(0.5, 0.56, value_noise(u / size + 7.0, v / size, seed + 151))
    hair = 1.0 + 0.5 * fractal(u / 0.012, v / 0.05, width / 0.012, 2, 153)
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], surface[3 + c], patch) * hair


@inner
def plastic(hit: Array, surface: Array, out: Array) -> None:
    height = surface[6]
    other = 0.0
    if height > 0.0:
        other = pulses(hit[V], 2.0 * height, height, hit[FILTER_V])
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], surface[3 + c], other)
    out[MIRROR], out[GLOSS] = 0.04, 0.35


@inner
def water(hit: Array, out: Array) -> None:
    x, y = hit[POSITION], hit[POSITION + 1]
    hit[NORMAL] += 0.02 * fractal(3.0 * x, 3.0 * y, 0.0, 2, 161)
    hit[NORMAL + 1] += 0.02 * fractal(3.0 * x, 3.0 * y, 0.0, 2, 163)
    out[ALBEDO], out[ALBEDO + 1], out[ALBEDO + 2] = 0.02, 0.035, 0.03
    out[MIRROR], out[GLOSS] = 0.03, 1.0
    out[TRACED] = 1.0


@inner
def stripes(hit: Array, surface: Array, out: Array) -> None:
    """Bars along v: coverage by white paint."""
    width, gap = max(surface[6], 0.05), max(surface[7], 0.05)
    bar = pulses(hit[U], width + gap, width, hit[FILTER_U])
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], surface[3 + c], bar)


@inner
def skin(surface: Array, out: Array) -> None:
    for c in range(3):
        out[ALBEDO + c] = surface[c]
    out[EMISSION] = 0.0
    out[MIRROR], out[GLOSS] = 0.03, 0.2


@inner
def tyre(hit: Array, surface: Array, out: Array) -> None:
    radius_lines = pulses(hit[V], 0.05, 0.02, hit[FILTER_V])
    for c in range(3):
        out[ALBEDO + c] = surface[c] * (1.0 - 0.25 * radius_lines)
    out[MIRROR], out[GLOSS] = 0.02, 0.2


@inner
def hill(hit: Array, surface: Array, seed: int, out: Array) -> None:
    """Far woods and fields."""
    x, y = hit[POSITION], hit[POSITION + 1]
    wood = smooth(-0.1, 0.2, fractal(0.006 * x, 0.006 * y, 0.0, 3, seed + 171))
    tone = 1.0 + 0.4 * fractal(0.05 * x, 0.05 * y + 0.05 * hit[POSITION + 2], 0.05 * hit[FILTER_U], 3, seed + 173)
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], surface[3 + c], wood) * tone
