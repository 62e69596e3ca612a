"""The sky dome: gradient, haze, sun, clouds, stars."""

from __future__ import annotations

from math import exp, floor, sqrt
from typing import Any

from core.city.kernels import inner
from core.city.kernels.light import CLOUDS, HORIZON, LAMPS, SEED, SUN, SUN_COLOUR, TIME, ZENITH
from core.city.kernels.noise import chance, fractal, mix, smooth

Array = Any


@inner
def gradient(dx: float, dy: float, dz: float, light: Array) -> tuple[float, float, float]:
    """Cloudless sky in a direction, without the disc of the sun; below the horizon the haze."""
    height = max(dz, 0.0)
    t = 1.0 - exp(-3.6 * height)
    towards = max(dx * light[SUN] + dy * light[SUN + 1] + dz * light[SUN + 2], 0.0)
    glow = 0.10 * towards**6 + 0.22 * towards**48
    # Haze brightens towards a low sun and dims opposite to it.
    low = 1.0 - smooth(0.1, 0.5, light[SUN + 2])
    side = 1.0 - 0.42 * low * (1.0 - t) * (1.0 - towards) * smooth(-0.1, 0.05, light[SUN + 2])
    return (
        mix(light[HORIZON], light[ZENITH], t) * side + glow * light[SUN_COLOUR] * 0.5,
        mix(light[HORIZON + 1], light[ZENITH + 1], t) * side + glow * light[SUN_COLOUR + 1] * 0.42,
        mix(light[HORIZON + 2], light[ZENITH + 2], t) * (0.5 * side + 0.5) + glow * light[SUN_COLOUR + 2] * 0.36,
    )


@inner
def sky(dx: float, dy: float, dz: float, light: Array, octaves: int) -> tuple[float, float, float]:
    """What a ray to infinity sees."""
    red, green, blue = gradient(dx, dy, dz, light)
    if dz <= 0.0:
        return red, green, blue
    seed = int(light[SEED])
    towards = dx * light[SUN] + dy * light[SUN + 1] + dz * light[SUN + 2]
    cover = light[CLOUDS]
    scale = 1.0 / (dz + 0.10)
    x, y = 1.1 * dx * scale + 0.004 * light[TIME], 1.1 * dy * scale
    shape = fractal(x + 3.0, y, 0.02 * scale, octaves, seed) + 0.5 * fractal(0.31 * x, 0.31 * y, 0.0, 2, seed + 5)
    thick = smooth(0.42 - 0.85 * cover, 0.95 - 0.75 * cover, shape) * smooth(0.0, 0.10, dz)
    if thick > 0.0:
        dense = smooth(0.2, 1.0, shape + 0.4 * cover)
        bright = 1.0 - 0.34 * dense
        silver = 0.25 * max(towards, 0.0) ** 8
        mean = (light[ZENITH] + light[ZENITH + 1] + light[ZENITH + 2]) / 3.0
        for_sun = (0.22 + silver) * (1.0 - 0.5 * cover)
        thick *= 0.92
        red = mix(red, bright * (mean + light[HORIZON] * 0.5 + for_sun * light[SUN_COLOUR]), thick * 0.8)
        green = mix(green, bright * (mean + light[HORIZON + 1] * 0.5 + for_sun * light[SUN_COLOUR + 1]), thick * 0.8)
        blue = mix(blue, bright * (mean + light[HORIZON + 2] * 0.5 + for_sun * light[SUN_COLOUR + 2]), thick * 0.8)
    if towards > 0.9994:
        disc = smooth(0.9994, 0.99965, towards) * (1.0 - 0.9 * thick) * (1.0 - cover) * 6.0
        red += disc * light[SUN_COLOUR]
        green += disc * light[SUN_COLOUR + 1]
        blue += disc * light[SUN_COLOUR + 2]
    if light[SUN + 2] < -0.1 and light[LAMPS] > 0.5:
        star = stars(dx, dy, dz, seed) * (1.0 - thick) * smooth(0.05, 0.4, dz)
        red, green, blue = red + star, green + star, blue + star
    return red, green, blue


@inner
def stars(dx: float, dy: float, dz: float, seed: int) -> float:
    """A few soft points of light, fixed on the dome."""
    size = 42.0
    x, y = size * dx / (1.0 + dz), size * dy / (1.0 + dz)
    ix, iy = floor(x), floor(y)
    if chance(ix, iy, seed + 71) < 0.8:
        return 0.0
    px = ix + 0.2 + 0.6 * chance(ix, iy, seed + 72) - x
    py = iy + 0.2 + 0.6 * chance(ix, iy, seed + 73) - y
    return 0.3 * chance(ix, iy, seed + 74) * smooth(0.07, 0.0, sqrt(px * px + py * py))


@inner
def surroundings(dx: float, dy: float, dz: float, light: Array, seed: int) -> tuple[float, float, float]:
    """What glossy surfaces mirror without tracing a ray: sky above a soft skyline, street below."""
    roofs = 0.16 + 0.16 * fractal(2.3 * dx + 11.0, 2.3 * dy, 0.0, 2, seed)
    red, green, blue = gradient(dx, dy, max(dz, 0.02), light)
    above = smooth(roofs - 0.04, roofs + 0.05, dz)
    level = 0.30 if dz > 0.0 else 0.22
    return (
        red * mix(level, 1.0, above),
        green * mix(level * 0.98, 1.0, above),
        blue * mix(level * 0.92, 1.0, above),
    )
