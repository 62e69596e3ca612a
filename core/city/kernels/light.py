"""The light that reaches a point: sun, sky, and at night the lamps near it.

A weather is one vector of numbers (slots below). A lamp is one row: position, colour (intensity), axis, cosines of
its outer and inner cone, range in metres.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from core.city.kernels import inner, kernel
from core.city.kernels.noise import smooth

Array = Any

SUN = 0  # direction towards it
SUN_COLOUR = 3
ZENITH = 6
HORIZON = 9
AMBIENT_COLOUR = 12
CLOUDS = 15
SEED = 16
FOG = 17  # extinction, 1/m
WETNESS = 18
LAMPS = 19  # how far lamps and lit windows are on
EXPOSURE = 20
TIME = 21
LIGHT_SIZE = 22

LAMP_SIZE = 12
_BEAM_REACH_M = 40.0

GLOW_SIZE = 6  # position, colour of the halo around a visible lamp

# Rows of `key`: direction to the light that casts shadows, its colour, the light of all others, distance.
KEY_DIRECTION = 0
KEY_COLOUR = 3
KEY_OTHERS = 6
KEY_LIMIT = 9
KEY_SIZE = 10


@inner
def lamp_at(lamp: Array, x: float, y: float, z: float, nx: float, ny: float, nz: float) -> tuple[float, float]:
    """Irradiance factor of a lamp at a point with a normal, and the distance to the lamp."""
    dx, dy, dz = lamp[0] - x, lamp[1] - y, lamp[2] - z
    d2 = dx * dx + dy * dy + dz * dz
    reach = lamp[11]
    if d2 > reach * reach:
        return 0.0, 0.0
    d = sqrt(d2) + 1e-6
    dx, dy, dz = dx / d, dy / d, dz / d
    facing = nx * dx + ny * dy + nz * dz
    if facing <= 0.0:
        return 0.0, d
    cone = smooth(lamp[9], lamp[10], -(dx * lamp[6] + dy * lamp[7] + dz * lamp[8]))
    near = 0.5
    if reach > _BEAM_REACH_M:
        cone *= cone
        near = 60.0
        # Rough ground throws a grazing beam back much better than a matt surface would.
        facing = max(facing, 0.25)
    fade = 1.0 - (d / reach) ** 4
    return facing * cone * fade * fade / (d2 + near), d


@kernel
def key_light(floats: Array, integers: Array, light: Array, lamps: Array, key: Array) -> None:
    """Choose for each hit the one light that will cast its shadow: the sun, or at night the strongest lamp."""
    sunny = light[SUN_COLOUR] > 0.02
    for i in range(len(floats)):
        for column in range(KEY_SIZE):
            key[i, column] = 0.0
        if integers[i, 0] < 0:
            continue
        x, y, z = floats[i, 0], floats[i, 1], floats[i, 2]
        nx, ny, nz = floats[i, 3], floats[i, 4], floats[i, 5]
        best, strongest = -1, 0.0
        red, green, blue = 0.0, 0.0, 0.0
        for j in range(len(lamps)):
            lamp = lamps[j]
            strength, _ = lamp_at(lamp, x, y, z, nx, ny, nz)
            if strength <= 0.0:
                continue
            red += strength * lamp[3]
            green += strength * lamp[4]
            blue += strength * lamp[5]
            if strength * lamp[4] > strongest:
                best, strongest = j, strength * lamp[4]
        if sunny:
            key[i, 0], key[i, 1], key[i, 2] = light[SUN], light[SUN + 1], light[SUN + 2]
            facing = max(nx * light[SUN] + ny * light[SUN + 1] + nz * light[SUN + 2], 0.0)
            for c in range(3):
                key[i, KEY_COLOUR + c] = light[SUN_COLOUR + c] * facing
            key[i, KEY_LIMIT] = 400.0
        elif best >= 0:
            lamp = lamps[best]
            strength, d = lamp_at(lamp, x, y, z, nx, ny, nz)
            key[i, 0], key[i, 1], key[i, 2] = (lamp[0] - x) / d, (lamp[1] - y) / d, (lamp[2] - z) / d
            for c in range(3):
                key[i, KEY_COLOUR + c] = lamp[3 + c] * strength
            # Stops short of the lamp, whose own housing would shade it.
            key[i, KEY_LIMIT] = max(d - 0.6, 0.01)
            red -= lamp[3] * strength
            green -= lamp[4] * strength
            blue -= lamp[5] * strength
        key[i, KEY_OTHERS], key[i, KEY_OTHERS + 1], key[i, KEY_OTHERS + 2] = red, green, blue


@kernel
def shadow_rays(floats: Array, integers: Array, key: Array, leafy: Array) -> Any:
    """Which hits need a shadow ray, and those rays: indices, origins, directions, limits."""
    found = np.empty(len(floats), np.int32)
    n = 0
    for i in range(len(floats)):
        row = integers[i, 0]
        if row < 0 or key[i, KEY_LIMIT] <= 0.0:
            continue
        facing = floats[i, 6] * key[i, 0] + floats[i, 7] * key[i, 1] + floats[i, 8] * key[i, 2]
        if facing > 0.0 or leafy[row]:
            found[n] = i
            n += 1
    found = found[:n].copy()
    origins = np.empty((n, 3), np.float32)
    directions = np.empty((n, 3), np.float32)
    limits = np.empty(n, np.float32)
    for k in range(n):
        i = found[k]
        gap = 2e-3 + 2e-4 * floats[i, 13]
        along = 0.0
        side = 1.0
        if leafy[integers[i, 0]]:
            # Out of the own leaf cluster, else a crown would shade itself black.
            along = 0.35
            facing = floats[i, 6] * key[i, 0] + floats[i, 7] * key[i, 1] + floats[i, 8] * key[i, 2]
            side = 1.0 if facing > 0.0 else -1.0
        for c in range(3):
            origins[k, c] = floats[i, c] + side * gap * floats[i, 6 + c] + along * key[i, c]
            directions[k, c] = key[i, c]
        limits[k] = max(key[i, KEY_LIMIT] - along, 0.01)
    return found, origins, directions, limits


@inner
def contact(x: float, y: float, z: float, boxes: Array) -> float:
    """Share of the sky that boxes standing on the ground leave open near them.

    Rows of `boxes`: centre x, y, cosine, sine of the heading, half length, half width, height of the bottom.
    """
    opened = 1.0
    for j in range(len(boxes)):
        dx, dy = x - boxes[j, 0], y - boxes[j, 1]
        hx, hy = boxes[j, 4], boxes[j, 5]
        if dx * dx + dy * dy > (hx + hy + 1.5) ** 2:
            continue
        a = abs(dx * boxes[j, 2] + dy * boxes[j, 3])
        b = abs(dy * boxes[j, 2] - dx * boxes[j, 3])
        reach = 0.35 + 0.25 * min(hx, hy)
        inside = smooth(hx + reach, hx - reach, a) * smooth(hy + reach, hy - reach, b)
        if abs(z - boxes[j, 6]) < 0.6:
            opened *= 1.0 - 0.85 * inside
    return opened


@inner
def halo(eye: Array, way: Array, distance: float, glows: Array, out: Array) -> None:
    """Add to `out` (3,) what a lens scatters of the lamps in view, where nothing nearer hides them."""
    for j in range(len(glows)):
        dx, dy, dz = glows[j, 0] - eye[0], glows[j, 1] - eye[1], glows[j, 2] - eye[2]
        along = dx * way[0] + dy * way[1] + dz * way[2]
        if along <= 0.0:
            continue
        d2 = dx * dx + dy * dy + dz * dz
        off2 = (d2 - along * along) / d2
        if off2 > 0.03 or distance * distance < 0.94 * d2:
            continue
        fade = 1.0 - off2 / 0.03
        strength = fade * fade * (0.00010 / (off2 + 0.00008) + 0.014)
        for c in range(3):
            out[c] += strength * glows[j, 3 + c]
