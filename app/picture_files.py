"""Pictures on disk."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write an image (height, width, 3) RGB; through bytes, because OpenCV cannot write to every path on Windows.

    Raises:
        OSError: the place cannot be written to.
    """
    path.write_bytes(cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes())
