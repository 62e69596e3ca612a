"""Camera models: what every lens has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Camera(ABC):
    """A lens and its image. Camera frame: x right, y down, z forward (OpenCV).

    Pixel centres have integer coordinates: the image spans [-0.5, width - 0.5] × [-0.5, height - 0.5].
    """

    model: ClassVar[str]  # the family's name in files and messages

    width: int
    height: int

    def __post_init__(self) -> None:
        self._require_positive("width", "height")
        if not all(np.isfinite(getattr(self, field.name)).all() for field in fields(self)):
            raise ValueError("a camera parameter is not finite")

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

    @cached_property
    def half_field_rad(self) -> float:
        """The angle from the optical axis within which the whole image lies, its border grown by 16 pixels."""
        x, y = np.linspace(-16.5, self.width + 15.5, 65), np.linspace(-16.5, self.height + 15.5, 65)
        rows, columns = np.meshgrid(y[[0, -1]], x), np.meshgrid(y, x[[0, -1]])
        border = np.concatenate([np.stack(grid[::-1], -1).reshape(-1, 2) for grid in (rows, columns)])
        rays, valid = self.unproject(border)
        return float(np.arccos(np.clip(rays[:, 2], -1, 1)).max()) + 0.01 if valid.all() else np.pi

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON; `camera_from_dict` reads it back."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        return {"model": self.model, **plain}

    def _require_positive(self, *names: str) -> None:
        for name in names:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive")

    def _scales(self, width: int, height: int) -> tuple[float, float]:
        return width / self.width, height / self.height


def scaled_centre(centre_px: float, scale: float) -> float:
    """A principal point after resampling by `scale`, with pixel centres at integers."""
    return (centre_px + 0.5) * scale - 0.5
