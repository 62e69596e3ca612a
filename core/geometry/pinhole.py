"""The pinhole camera with Brown–Conrady distortion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera, scaled_centre
from core.geometry.distortion import BrownConrady

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PinholeCamera(Camera):
    """A perspective lens: OpenCV's standard camera.

    Raises:
        ValueError: another number of coefficients than 0, 4, 5 or 8, or a focal length that is not positive.
    """

    model: ClassVar[str] = "pinhole"

    fx: float  # focal lengths and principal point in pixels
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()  # see BrownConrady

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_positive("fx", "fy")
        BrownConrady(self.distortion)

    def project(self, points_m: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        points = np.asarray(points_m, dtype=np.float64)
        depth = points[..., 2]
        across = points[..., 0] ** 2 + points[..., 1] ** 2
        valid = (depth > 1e-9) & (across <= self._lens.max_radius**2 * depth * depth)
        plane = points[..., :2] / np.where(valid, depth, np.nan)[..., None]
        return self._lens.apply(plane) * (self.fx, self.fy) + (self.cx, self.cy), valid

    def unproject(self, pixels: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        distorted = (np.asarray(pixels, dtype=np.float64) - (self.cx, self.cy)) / (self.fx, self.fy)
        plane, valid = self._lens.invert(distorted)
        rays = np.concatenate([plane, np.ones_like(plane[..., :1])], -1)
        rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
        return np.where(valid[..., None], rays, np.nan), valid

    @property
    def max_angle_rad(self) -> float:
        return float(np.arctan(self._lens.max_radius))

    def resized(self, width: int, height: int) -> PinholeCamera:
        sx, sy = self._scales(width, height)
        cx, cy = scaled_centre(self.cx, sx), scaled_centre(self.cy, sy)
        return PinholeCamera(width, height, self.fx * sx, self.fy * sy, cx, cy, self.distortion)

    @cached_property
    def _lens(self) -> BrownConrady:
        return BrownConrady(self.distortion)
