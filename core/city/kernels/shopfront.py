"""Shops at street level: window displays, doors, sign bands with lettering."""

from __future__ import annotations

from math import floor
from typing import Any

from core.city.kernels import inner
from core.city.kernels.hit_slots import FILTER_U, FILTER_V, FLAT, TANGENT, U, V
from core.city.kernels.light import LAMPS
from core.city.kernels.material import ALBEDO, EMISSION, GLOSS, KEY, MIRROR
from core.city.kernels.noise import chance, clamp, mix, pulse, pulses, smooth

Array = Any


@inner
def lettering(x: float, y: float, height: float, wx: float, wy: float, seed: int) -> float:
    """Coverage by made-up letters on a 4 × 5 raster, y from the foot of the line."""
    if y < 0.0 or y > height:
        return 0.0
    size = height / 5.0
    letter = floor(x / (4.5 * size))
    fine = smooth(1.6, 0.7, max(wx, wy) / size)
    if chance(int(letter), 3, seed) < 0.1:
        return 0.0
    column, row = floor((x - letter * 4.5 * size) / size), floor(y / size)
    if column > 3.0:
        return 0.42 * (1.0 - fine)
    kind = int(letter) * 37 + seed
    bit = 0.0
    if column == 0.0:
        bit = 1.0 if chance(kind, 1, 7) > 0.2 else (1.0 if row > 0.0 and row < 4.0 else 0.0)
    elif row == 0.0 or row == 2.0 or row == 4.0:
        bit = 1.0 if chance(kind, int(row) + 2, 7) > 0.38 else 0.0
    elif column == 3.0:
        bit = 1.0 if chance(kind, 9 if row > 2.0 else 10, 7) > 0.45 else 0.0
    return mix(0.42, bit, fine)


@inner
def hue(t: float, value: float, channel: int) -> float:
    """One channel of a saturated colour by hue in [0, 1)."""
    k = 6.0 * t + (5.0 if channel == 0 else (3.0 if channel == 1 else 1.0))
    k -= 6.0 * floor(k / 6.0)
    return value * (1.0 - 0.8 * clamp(min(k, 4.0 - k), 0.0, 1.0))


@inner
def display(x: float, y: float, w: float, h: float, wu: float, wv: float, shop: int, out: Array, glow: float) -> None:
    """Goods behind the pane on two shelves, before a lit back wall."""
    tone = chance(shop, 11, 3)
    shelf = 0.5 * h
    level = floor(y / shelf)
    item = floor(x / 0.42)
    key = int(item) * 13 + int(level) * 7 + shop
    rise = (0.25 + 0.65 * chance(key, 1, 3)) * shelf
    half = 0.10 + 0.09 * chance(key, 2, 3)
    local = x - (item + 0.5) * 0.42
    stands = pulse(local, -half, half, wu) * smooth(rise + 0.5 * wv, rise - 0.5 * wv - 1e-4, y - level * shelf)
    if chance(key, 3, 3) < 0.25:
        stands = 0.0
    board = pulses(y + 0.02, shelf, 0.04, wv)
    vertical = 0.55 + 0.45 * y / h
    for c in range(3):
        back = (0.30 + 0.20 * hue(tone, 1.0, c)) * vertical
        goods = 0.10 + 0.45 * mix(chance(key, 5, 3), hue(chance(key, 4, 3), 0.9, c), 0.35 + 0.4 * chance(shop, 12, 3))
        value = mix(mix(back, goods, stands), 0.35, board * 0.7)
        out[ALBEDO + c] = value * 0.10
        out[EMISSION + c] = glow * value * (1.0 - 0.12 * c)


@inner
def shopfront(hit: Array, direction: Array, surface: Array, seed: int, light: Array, out: Array) -> None:
    u, v, wu, wv = hit[U], hit[V], hit[FILTER_U], hit[FILTER_V]
    bay, h, band = surface[6], surface[7], surface[8]
    i = floor(u / bay)
    shop = seed + (i // 2) * 53
    x = u - i * bay
    riser, pier = 0.42, 0.16
    dark = chance(shop, 1, 1) > 0.5
    for c in range(3):
        own = hue(chance(shop, 2, 1), 0.20, c) if not dark else 0.05
        out[ALBEDO + c] = mix(own, surface[c], 0.35)
    out[MIRROR], out[GLOSS] = 0.03, 0.35
    is_door = chance(i, 5, seed) > 0.55
    low = 0.08 if is_door else riser
    if v > h:
        if v < h + band:
            # The sign band: its colour, a pale line and the name of the shop.
            centre = (i // 2) * 2.0 * bay + bay
            span = (0.45 + 0.45 * chance(shop, 6, 1)) * bay
            text = pulse(u, centre - span, centre + span, wu) * lettering(
                u - centre + span, v - h - 0.24 * band, 0.52 * band, wu, wv, shop
            )
            glow = 0.08 + 0.75 * light[LAMPS] * (0.4 + 0.6 * chance(shop, 8, 1))
            rim = max(pulse(v - h, 0.0, 0.05, wv), pulse(v - h, band - 0.05, band, wv))
            pale = chance(shop, 7, 1) > 0.7
            for c in range(3):
                ground = mix(hue(chance(shop, 3, 1), 0.42, c), surface[3 + c], 0.3)
                ink = 0.07 if pale else 0.82
                if pale:
                    ground = 0.55 + 0.25 * ground
                out[ALBEDO + c] = mix(mix(ground, ink, text), 0.5 * ground, rim)
                out[EMISSION + c] = glow * mix(0.25 * ground, ink, text)
        else:
            for c in range(3):
                out[ALBEDO + c] = surface[c]
        return
    if v < low:
        out[ALBEDO] *= 0.8
        return
    opening = pulse(x, pier, bay - pier, wu) * pulse(v, low, h - 0.08, wv)
    frame = max(pulse(v, 0.76 * h, 0.76 * h + 0.06, wv), pulses(x - pier + 0.02, 0.5 * (bay - 2.0 * pier), 0.05, wu))
    if is_door:
        frame = max(frame, 1.0 - pulse(x, bay * 0.5 - 0.55, bay * 0.5 + 0.55, wu) if v < 0.76 * h else 0.0)
        frame *= 0.9
    glass = opening * (1.0 - frame)
    if glass <= 0.02:
        return
    inwards = max(-(direction[0] * hit[FLAT] + direction[1] * hit[FLAT + 1] + direction[2] * hit[FLAT + 2]), 0.12)
    along = (direction[0] * hit[TANGENT] + direction[1] * hit[TANGENT + 1]) / inwards
    up = direction[2] / inwards
    depth = 0.8
    gx, gy = u + depth * along, clamp(v - low + depth * up, 0.0, h)
    keep0, keep1, keep2 = out[ALBEDO], out[ALBEDO + 1], out[ALBEDO + 2]
    glow = 0.16 + 0.80 * light[LAMPS] * (0.25 + 0.75 * chance(shop, 9, 1))
    display(gx, gy, bay, h - low, wu, wv, shop, out, glow)
    out[ALBEDO] = mix(keep0, out[ALBEDO], glass)
    out[ALBEDO + 1] = mix(keep1, out[ALBEDO + 1], glass)
    out[ALBEDO + 2] = mix(keep2, out[ALBEDO + 2], glass)
    for c in range(3):
        out[EMISSION + c] *= glass
    out[MIRROR], out[GLOSS] = mix(0.03, 0.085, glass), 1.0
    out[KEY] = 0.6
