"""The pictures of a rig as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.takes import TakeCamera

GAP_PX = 4

Rgb = NDArray[np.uint8]


class Mosaic:
    """All cameras of a frame in rows, as they stand on the car; every picture of a row as high as the largest."""

    def __init__(self, rows: Sequence[Sequence[TakeCamera]]) -> None:
        height = max(camera.height for row in rows for camera in row)
        self._places: dict[str, tuple[int, int, int, int]] = {}  # x, y, width, height
        lengths = [sum(_width(camera, height) for camera in row) + GAP_PX * (len(row) - 1) for row in rows]
        self.width = max(lengths)
        self.height = len(rows) * height + GAP_PX * (len(rows) - 1)
        for number, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            x = (self.width - length) // 2
            for camera in row:
                width = _width(camera, height)
                self._places[camera.name] = (x, number * (height + GAP_PX), width, height)
                x += width + GAP_PX

    def draw(self, pictures: Mapping[str, Rgb]) -> Rgb:
        """One picture (height, width, 3) of the cameras' pictures."""
        whole = np.zeros((self.height, self.width, 3), np.uint8)
        for name, (x, y, width, height) in self._places.items():
            picture = pictures[name]
            if picture.shape[:2] != (height, width):
                picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
            whole[y : y + height, x : x + width] = picture
        return whole


def _width(camera: TakeCamera, height: int) -> int:
    return max(round(camera.width / camera.height * height), 1)
