"""What is seen where no splat is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Sky:
    """An equirectangular dome around the world.

    Row 0 is straight up, the last row straight down; column 0 looks along +x, columns turn counter-clockwise.
    """

    dome: NDArray[np.float32]  # (h, w, 3) RGB in [0, 1]

    @classmethod
    def plain(cls, colour: tuple[float, float, float] = (0.62, 0.7, 0.8)) -> Sky:
        return cls(np.full((2, 4, 3), colour, dtype=np.float32))

    def colours(self, directions: ArrayLike) -> NDArray[np.float32]:
        """RGB (..., 3) in world directions (..., 3) of any length, bilinear, seamless around."""
        towards = np.asarray(directions, dtype=np.float32)
        height, width = self.dome.shape[:2]
        row, column = dome_pixels(towards, height, width)
        row = np.clip(row, 0, height - 1)
        top, left = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
        down, right = (row - top)[..., None], (column - left)[..., None]
        below, beside = np.minimum(top + 1, height - 1), (left + 1) % width
        left %= width
        flat = self.dome.reshape(-1, 3)
        upper = flat.take(top * width + left, 0) * (1 - right) + flat.take(top * width + beside, 0) * right
        lower = flat.take(below * width + left, 0) * (1 - right) + flat.take(below * width + beside, 0) * right
        return (upper * (1 - down) + lower * down).astype(np.float32)


def dome_pixels(directions: Floats, height: int, width: int) -> tuple[Floats, Floats]:
    """Rows and columns (...) of a dome's picture in world directions (..., 3); pixel centres are integers."""
    x, y, z = directions[..., 0], directions[..., 1], directions[..., 2]
    down = np.arctan2(np.hypot(x, y), z) / np.pi
    around = (np.arctan2(y, x) / (2 * np.pi)) % 1.0
    return down * height - 0.5, around * width - 0.5
