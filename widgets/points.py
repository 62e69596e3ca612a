"""Clouds of points as images: colours, and one pixel write per point instead of one draw call."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtGui import QImage

# Warm to cool, of like brightness throughout so that no distance drowns in a street or on a light plan.
_STOPS = np.array(
    [
        [255, 92, 64],
        [255, 158, 44],
        [236, 208, 48],
        [126, 214, 84],
        [40, 204, 170],
        [44, 160, 240],
        [96, 112, 248],
        [148, 88, 226],
    ],
    dtype=float,
)
_STEPS = 256


def _table() -> NDArray[np.uint32]:
    at = np.linspace(0, len(_STOPS) - 1, _STEPS)
    red, green, blue = (
        np.interp(at, np.arange(len(_STOPS)), _STOPS[:, channel]).round().astype(np.uint32) for channel in range(3)
    )
    return np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue


_COLOURS = _table()


def ramp(fraction: ArrayLike) -> NDArray[np.uint32]:
    """Opaque 0xAARRGGBB colours (n,) for fractions (n,): 0 is warm, 1 is cool; clipped outside."""
    scaled = np.asarray(fraction) * (_STEPS - 1)
    return _COLOURS[np.clip(scaled, 0, _STEPS - 1).astype(np.intp)]


def points_image(
    pixels: NDArray[np.floating], colours: NDArray[np.uint32], width: int, height: int, size_px: int
) -> QImage:
    """A transparent image with a square of `size_px` at each of pixels (n, 2); a later point covers an earlier one.

    Pixels count from the top left corner of the image, which is (0, 0).
    """
    canvas = np.zeros((height, width), dtype=np.uint32)
    corner = np.floor(np.asarray(pixels) - (size_px - 1) / 2).astype(np.int64)
    inside = ((corner >= 0) & (corner <= [width - size_px, height - size_px])).all(-1)
    x, y, shown = corner[inside, 0], corner[inside, 1], colours[inside]
    flat = canvas.reshape(-1)
    first = y * width + x
    for step_y in range(size_px):
        for step_x in range(size_px):
            flat[first + step_y * width + step_x] = shown
    # The copy owns its pixels; the array may go.
    return QImage(canvas.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
