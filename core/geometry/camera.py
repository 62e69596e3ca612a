"""Camera models: what every lens has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Camera(ABC):
    """A lens and its image. Camera frame: x right, y down, z forward (OpenCV).

    Pixel centres have integer coordinates: the image spans [-0.5, width - 0.5] × [-0.5, height - 0.5].
    """

    width: int
    height: int

    @abstractmethod
    def project(self, points_m: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        """Pixels (..., 2) of camera points (..., 3), and whether each lies in the lens's valid field of view.

        A valid point may fall outside the image; see `in_image`. Pixels of invalid points are NaN.
        """

    @abstractmethod
    def unproject(self, pixels: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        """Unit viewing rays (..., 3) of pixels (..., 2), and whether the lens sees that pixel.

        Rays of invalid pixels are NaN.
        """

    @abstractmethod
    def resized(self, width: int, height: int) -> Camera:
        """The same lens for an image resampled to another size."""

    def in_image(self, pixels: ArrayLike) -> NDArray[np.bool_]:
        """Whether pixels (..., 2) lie inside the image; NaN does not."""
        pixels = np.asarray(pixels)
        x, y = pixels[..., 0], pixels[..., 1]
        return np.asarray((x >= -0.5) & (x <= self.width - 0.5) & (y >= -0.5) & (y <= self.height - 0.5))

    def pixel_rays(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Unit rays (height, width, 3) through all pixel centres, and which of them the lens sees."""
        x, y = np.meshgrid(np.arange(self.width, dtype=float), np.arange(self.height, dtype=float))
        return self.unproject(np.stack([x, y], -1))

    def _scales(self, width: int, height: int) -> tuple[float, float]:
        return width / self.width, height / self.height


def scaled_centre(centre_px: float, scale: float) -> float:
    """A principal point after resampling by `scale`, with pixel centres at integers."""
    return (centre_px + 0.5) * scale - 0.5
