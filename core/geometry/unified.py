"""The unified camera: a sphere seen from a point inside or outside it."""

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
class UnifiedCamera(Camera):
    """Mei and Rives 2007, as KITTI-360's side cameras; fields of view beyond 180° work.

    A point is moved onto the unit sphere, seen from `xi` behind its centre on the plane at distance one,
    distorted there, and scaled to pixels.

    Raises:
        ValueError: xi negative, another number of coefficients than 0 or 4, or a gamma that is not positive.
    """

    model: ClassVar[str] = "unified"

    xi: float
    gamma1: float  # scales and principal point in pixels
    gamma2: float
    u0: float
    v0: float
    distortion: tuple[float, ...] = ()  # k1 k2 p1 p2

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_positive("gamma1", "gamma2")
        if not 0 <= self.xi < np.inf:
            raise ValueError("xi must not be negative")
        if len(self.distortion) not in (0, 4):
            raise ValueError(f"{len(self.distortion)} distortion coefficients; expected 0 or 4")
        BrownConrady(self.distortion)

    def project(self, points_m: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        points = np.asarray(points_m, dtype=np.float64)
        distance = np.linalg.norm(points, axis=-1)
        sphere = points / np.maximum(distance, 1e-300)[..., None]
        depth = sphere[..., 2] + self.xi
        across = sphere[..., 0] ** 2 + sphere[..., 1] ** 2
        valid = (distance > 1e-9) & (sphere[..., 2] > self._least_z) & (depth > 1e-9)
        valid &= across <= self._lens.max_radius**2 * depth * depth
        plane = sphere[..., :2] / np.where(valid, depth, np.nan)[..., None]
        return self._lens.apply(plane) * (self.gamma1, self.gamma2) + (self.u0, self.v0), valid

    def unproject(self, pixels: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        distorted = (np.asarray(pixels, dtype=np.float64) - (self.u0, self.v0)) / (self.gamma1, self.gamma2)
        plane, valid = self._lens.invert(distorted)
        r2 = (plane**2).sum(-1)
        under_root = 1.0 + (1.0 - self.xi**2) * r2
        valid = valid & (under_root >= 0.0)
        reach = (self.xi + np.sqrt(np.maximum(under_root, 0.0))) / (1.0 + r2)
        rays = np.concatenate([plane * reach[..., None], (reach - self.xi)[..., None]], -1)
        return np.where(valid[..., None], rays, np.nan), valid

    @property
    def max_angle_rad(self) -> float:
        return float(np.arccos(self._least_z))

    def resized(self, width: int, height: int) -> UnifiedCamera:
        sx, sy = self._scales(width, height)
        u0, v0 = scaled_centre(self.u0, sx), scaled_centre(self.v0, sy)
        return UnifiedCamera(width, height, self.xi, self.gamma1 * sx, self.gamma2 * sy, u0, v0, self.distortion)

    @property
    def _least_z(self) -> float:
        """Of the sphere's points that are seen: beyond its rim the image would fold back."""
        return -self.xi if self.xi <= 1.0 else -1.0 / self.xi

    @cached_property
    def _lens(self) -> BrownConrady:
        return BrownConrady(self.distortion)
