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
            if not valid[y, x]:
                continue
            for side in range(2):
                ox, oy = x + 1 - side, y + side
                if ox >= w or oy >= h or not valid[oy, ox] or (mask[y, x] and mask[oy, ox]):
                    continue
                step = abs(tone[y, x] - tone[oy, ox])
                if step > contrast or differ(floats, integers, y, x, oy, ox, step > 0.4 * contrast):
                    mask[y, x] = True
                    mask[oy, ox] = True
    return mask


@inner
def differ(floats: Array, integers: Array, y: int, x: int, oy: int, ox: int, visible: bool) -> bool:
    """Whether two neighbours belong to different things, or to surfaces whose border is visible."""
    row, other = integers[y, x, 0], integers[oy, ox, 0]
    if row < 0 and other < 0:
        return False
    if integers[y, x, 1] != integers[oy, ox, 1] or (row < 0) != (other < 0):
        return True
    if row != other:
        return visible
    turned = 0.0
    for axis in range(3):
        turned += floats[y, x, FLAT + axis] * floats[oy, ox, FLAT + axis]
    if turned < 0.9:
        return visible
    near = min(floats[y, x, DISTANCE], floats[oy, ox, DISTANCE])
    far = max(floats[y, x, DISTANCE], floats[oy, ox, DISTANCE])
    return far > 1.35 * near + 0.5 and turned < 0.99
