"""From radiance to pixels: tone curve, and where a picture needs more rays."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.city.kernels import inner, kernel
from core.city.kernels.hit_slots import DISTANCE, FLAT

Array = Any


@kernel
def developed(colours: Array, exposure: float) -> None:
    """Filmic tone curve in place, scene light to display light in [0, 1] (fit of the ACES curve, Narkowicz 2015)."""
    for i in range(len(colours)):
        red, green, blue = colours[i, 0] * exposure, colours[i, 1] * exposure, colours[i, 2] * exposure
        # Very bright light bleaches towards white instead of staying a pure primary.
        peak = max(red, max(green, blue))
        if peak > 1.0:
            white = min((peak - 1.0) * 0.08, 0.5) * peak
            red, green, blue = red + (white - red) * 0.25, green + (white - green) * 0.25, blue + (white - blue) * 0.25
            red, green, blue = max(red, 0.0), max(green, 0.0), max(blue, 0.0)
        for c in range(3):
            x = 0.62 * (red if c == 0 else (green if c == 1 else blue))
            colours[i, c] = min(max(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0), 1.0)


@kernel
def rough_pixels(floats: Array, integers: Array, colours: Array, contrast: float, valid: Array) -> Array:
    """Mask (h, w) of pixels that differ from a neighbour in surface, orientation, depth or colour.

    `floats` (h, w, COLUMNS), `integers` (h, w, 4), `colours` (h, w, 3) display light.
    """
    h, w = integers.shape[0], integers.shape[1]
    mask = np.zeros((h, w), np.bool_)
    # Equal steps of the square root look about equally large.
    tone = np.sqrt(0.25 * colours[:, :, 0] + 0.5 * colours[:, :, 1] + 0.25 * colours[:, :, 2])
    for y in range(h):
        for x in range(w):
            for side in range(2):
                ox, oy = x + 1 - side, y + side
                if ox >= w or oy >= h or not (valid[y, x] and valid[oy, ox]):
                    continue
                step = abs(tone[y, x] - tone[oy, ox])
                if step > contrast or differ(
                    floats[y, x], floats[oy, ox], integers[y, x], integers[oy, ox], step > 0.4 * contrast
                ):
                    mask[y, x] = True
                    mask[oy, ox] = True
    return mask


@inner
def differ(f: Array, g: Array, i: Array, j: Array, visible: bool) -> bool:
    """Whether two neighbours belong to different things, or to surfaces whose border is visible."""
    if i[0] < 0 and j[0] < 0:
        return False
    if i[1] != j[1] or (i[0] < 0) != (j[0] < 0):
        return True
    if i[0] != j[0]:
        return visible
    turned = f[FLAT] * g[FLAT] + f[FLAT + 1] * g[FLAT + 1] + f[FLAT + 2] * g[FLAT + 2]
    if turned < 0.9:
        return visible
    near, far = min(f[DISTANCE], g[DISTANCE]), max(f[DISTANCE], g[DISTANCE])
    return far > 1.35 * near + 0.5 and turned < 0.99
