"""Pictures as the bytes of image files: OpenCV itself cannot write to every path on Windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def image_bytes(picture: NDArray[np.uint8] | NDArray[np.uint16], ending: str, options: Sequence[int] = ()) -> bytes:
    """A picture (height, width, 3) RGB or (height, width) as a file with an ending such as `.png` would hold it.

    `options` are OpenCV's for `imencode`.
    """
    import cv2

    in_order: Any = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    return cv2.imencode(ending, in_order, options)[1].tobytes()
