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

    @property
    @abstractmethod
    def max_angle_rad(self) -> float:
        """The angle from the optical axis beyond which the lens sees nothing, wherever the image ends."""

    def in_image(self, pixels: ArrayLike, *, margin_px: float = 0.0) -> NDArray[np.bool_]:
        """Whether pixels (..., 2) lie inside the image grown by `margin_px` on every side; NaN does not."""
        pixels = np.asarray(pixels)
        x, y = pixels[..., 0], pixels[..., 1]
        low, right, bottom = -0.5 - margin_px, self.width - 0.5 + margin_px, self.height - 0.5 + margin_px
        return np.asarray((x >= low) & (x <= right) & (y >= low) & (y <= bottom))

    def pixel_rays(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Unit rays (height, width, 3) through all pixel centres, and which of them the lens sees."""
        x, y = np.meshgrid(np.arange(self.width, dtype=float), np.arange(self.height, dtype=float))
        return self.unproject(np.stack([x, y], -1))

    @property
    def px_per_rad(self) -> float:
        """How fine the image is in its middle, from left to right."""
        x, y = (self.width - 1) / 2, (self.height - 1) / 2
        (left, right), _ = self.unproject([[x - 0.5, y], [x + 0.5, y]])
        return float(1.0 / np.arctan2(np.linalg.norm(np.cross(left, right)), left @ right))

    @property
    def margin_px(self) -> float:
        """How far outside the image overlays are still drawn, so that none ends visibly before its border."""
        return 4.0 + 0.03 * max(self.width, self.height)

    @cached_property
    def half_field_rad(self) -> float:
        """The angle from the optical axis within which all of the image and its margin lies."""
        x, y = (np.linspace(-0.5, size - 0.5, 65) for size in (self.width, self.height))
        x, y = x + np.linspace(-1, 1, 65) * self.margin_px, y + np.linspace(-1, 1, 65) * self.margin_px
        sides = [np.stack(np.broadcast_arrays(*side), -1) for side in ((x, y[0]), (x, y[-1]), (x[0], y), (x[-1], y))]
        rays, valid = self.unproject(np.concatenate(sides))
        return float(np.arccos(rays[:, 2].clip(-1.0, 1.0)).max()) + 0.01 if valid.all() else self.max_angle_rad

    @cached_property
    def corner_pixels(self) -> Floats:
        """The image's own corners (4, 2): left top, right top, left bottom, right bottom."""
        right, bottom = self.width - 0.5, self.height - 0.5
        return np.array([[-0.5, -0.5], [right, -0.5], [-0.5, bottom], [right, bottom]])

    @cached_property
    def corner_rays(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Unit rays (4, 3) through the image's corners, and which of them the lens sees (4,)."""
        return self.unproject(self.corner_pixels)

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
