"""Arrays of pixels as Qt holds them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def image_of(rgb: NDArray[np.uint8]) -> QImage:
    """A picture (h, w, 3), in memory of its own."""
    rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
