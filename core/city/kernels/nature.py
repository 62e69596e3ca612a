"""Bark, leaves, hedges."""

from __future__ import annotations

from math import floor
from typing import Any

from core.city.kernels import inner
from core.city.kernels.hit_slots import FILTER_U, FILTER_V, NORMAL, POSITION, U, V
from core.city.kernels.light import WETNESS
from core.city.kernels.material import ALBEDO, AMBIENT_FACTOR, BACKLIT, KEY
from core.city.kernels.noise import chance, clamp, fractal, mix, smooth, value_noise

Array = Any

_LEAF_M = 0.17


@inner
def leaf_hole(u: float, v: float, seed: int) -> bool:
    """Whether a point of a leaf card is air: leaves of about 15 cm on a jittered grid, thinning to the card's rim.

    The card spans [-1, 1]² of its own coordinates scaled by its half size; uv are metres from its middle plus a
    whole number of metres times 8 that tells cards apart.
    """
    cu, cv = 8.0 * floor(u / 8.0 + 0.5), 8.0 * floor(v / 8.0 + 0.5)
    x, y = u - cu, v - cv
    rim = x * x + y * y
    card = int(cu) * 131 + int(cv) + seed
    # Two crossed grids of oval leaves.
    for layer in range(2):
        a, b = 0.82 * x + 0.57 * y, 0.82 * y - 0.57 * x
        if layer == 1:
            a, b = 0.34 * x - 0.94 * y + 3.0, 0.94 * x + 0.34 * y + 5.0
        i, j = floor(a / _LEAF_M), floor(b / _LEAF_M)
        if chance(i, j, card + 3 * layer) < 0.12 + 0.75 * rim / 0.5:
            continue
        px = a / _LEAF_M - i - 0.5 + 0.3 * (chance(i, j, card + 5) - 0.5)
        py = b / _LEAF_M - j - 0.5 + 0.3 * (chance(i, j, card + 6) - 0.5)
        slant = chance(i, j, card + 7) - 0.5
        py += slant * px
        if px * px * 1.2 + py * py * 2.4 < 0.27:
            return False
    return True


@inner
def leaves(hit: Array, surface: Array, seed: int, out: Array) -> None:
    u, v = hit[U], hit[V]
    x, y, z = hit[POSITION], hit[POSITION + 1], hit[POSITION + 2]
    width = max(hit[FILTER_U], hit[FILTER_V])
    clump = value_noise(1.1 * x + 0.7 * z, 1.1 * y - 0.6 * z, 71 + seed)
    single = fractal(u / 0.13, v / 0.13, width / 0.13, 2, 73 + seed)
    age = clamp(0.15 + 0.7 * clump + 0.3 * single, 0.0, 1.0)
    tone = clamp(1.0 + 0.8 * single + 0.5 * (clump - 0.5), 0.35, 1.8)
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], surface[3 + c], age) * tone
    out[BACKLIT] = 0.22
    # Deep inside and low in the crown less sky is left; the builder stores that in the normal's length.
    out[AMBIENT_FACTOR] = 0.62 + 0.38 * smooth(-0.7, 0.7, hit[NORMAL + 2])


@inner
def hedge(hit: Array, surface: Array, seed: int, out: Array) -> None:
    u, v = hit[U], hit[V]
    width = max(hit[FILTER_U], hit[FILTER_V])
    leaf = fractal(u / 0.09, v / 0.09, width / 0.09, 3, 81 + seed)
    clump = fractal(1.9 * u, 1.9 * v, 1.9 * width, 2, 83 + seed)
    tone = clamp(0.95 + 1.1 * leaf + 0.45 * clump, 0.22, 2.0)
    fresh = clamp(0.35 + 0.9 * clump + 0.8 * leaf, 0.0, 1.0)
    for c in range(3):
        out[ALBEDO + c] = mix(surface[c], surface[3 + c], fresh) * tone
    out[BACKLIT] = 0.2
    out[KEY] = clamp(0.75 + 0.9 * leaf, 0.25, 1.0)
    out[AMBIENT_FACTOR] = clamp(0.85 + 0.6 * leaf, 0.4, 1.0)


@inner
def bark(hit: Array, surface: Array, seed: int, light: Array, out: Array) -> None:
    u, v = hit[U], hit[V]
    width = max(hit[FILTER_U], hit[FILTER_V])
    ridge = fractal(u / 0.05, v / 0.28, width / 0.05, 3, 91 + seed)
    patch = fractal(2.2 * u, 1.1 * v, 2.2 * width, 2, 93 + seed)
    tone = clamp(1.0 + 0.8 * ridge + 0.35 * patch, 0.35, 1.7) * mix(1.0, 0.65, light[WETNESS])
    moss = smooth(0.25, 0.6, patch + 0.2 * ridge) * 0.4
    out[ALBEDO] = mix(surface[0] * tone, 0.10, moss)
    out[ALBEDO + 1] = mix(surface[1] * tone, 0.13, moss)
    out[ALBEDO + 2] = mix(surface[2] * tone, 0.06, moss)
