"""From where and through which lens a frame is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import Camera, PinholeCamera, Pose

Floats = NDArray[np.float64]

NEAR_M = 0.05
_STEP = 1e-3  # of a ray beside the axis, by which a lens's focal length is found


@dataclass(frozen=True, eq=False)
class Sight:
    """A pinhole in the world, and where its frame lies in the view. Pixels are those of the device."""

    world_from_camera: Pose
    lens: PinholeCamera  # without distortion
    left_px: int = 0
    top_px: int = 0

    @cached_property
    def camera_from_world(self) -> Floats:
        """Matrix (4, 4)."""
        return self.world_from_camera.inverse().matrix

    @property
    def frame(self) -> tuple[int, int, int, int]:
        """Width, height, left and top in the view."""
        return self.lens.width, self.lens.height, self.left_px, self.top_px

    @property
    def intrinsics(self) -> Floats:
        """Matrix (3, 3), pixels with centres at integers."""
        lens = self.lens
        return np.array([[lens.fx, 0.0, lens.cx], [0.0, lens.fy, lens.cy], [0.0, 0.0, 1.0]])

    def scaled(self, scale: float) -> Sight:
        """The same sight for a frame of another size."""
        width, height = max(round(self.lens.width * scale), 1), max(round(self.lens.height * scale), 1)
        return Sight(self.world_from_camera, self.lens.resized(width, height), self.left_px, self.top_px)

    def ray(self, x_px: float, y_px: float) -> tuple[Floats, Floats]:
        """Origin (3,) and direction (3,), one metre deep, of the world ray through a place of the view."""
        lens = self.lens
        pixel = x_px - self.left_px - 0.5, y_px - self.top_px - 0.5
        local = [(pixel[0] - lens.cx) / lens.fx, (pixel[1] - lens.cy) / lens.fy, 1.0]
        return self.world_from_camera.translation, self.world_from_camera.rotate([local])[0]

    def to_view(self, points_m: ArrayLike) -> tuple[Floats, Floats]:
        """Places (n, 2) in the view and depths (n,) of world points (n, 3); NaN places for those behind."""
        local = np.asarray(points_m, dtype=float).reshape(-1, 3) @ self.camera_from_world[:3, :3].T
        local += self.camera_from_world[:3, 3]
        depth = local[:, 2]
        near = np.where(depth > NEAR_M, depth, np.nan)[:, None]
        lens = self.lens
        pixels = local[:, :2] / near * (lens.fx, lens.fy) + (lens.cx, lens.cy)
        return pixels + 0.5 + (self.left_px, self.top_px), depth


def pinhole_of(camera: Camera) -> PinholeCamera:
    """The lens without its distortion: a pinhole that agrees with it around the optical axis."""
    if isinstance(camera, PinholeCamera):
        return PinholeCamera(camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy)
    (centre, right, down), _ = camera.project(np.array([[0.0, 0.0, 1.0], [_STEP, 0.0, 1.0], [0.0, _STEP, 1.0]]))
    fx, fy = float(right[0] - centre[0]) / _STEP, float(down[1] - centre[1]) / _STEP
    return PinholeCamera(camera.width, camera.height, fx, fy, float(centre[0]), float(centre[1]))


def letterboxed(world_from_camera: Pose, camera: Camera, width_px: int, height_px: int) -> Sight:
    """Through a camera, its picture as large as it fits into a view and in the middle of it."""
    scale = min(width_px / camera.width, height_px / camera.height)
    width, height = max(round(camera.width * scale), 1), max(round(camera.height * scale), 1)
    lens = pinhole_of(camera).resized(width, height)
    return Sight(world_from_camera, lens, (width_px - width) // 2, (height_px - height) // 2)


def wide(world_from_camera: Pose, field_rad: float, width_px: int, height_px: int) -> Sight:
    """A whole view; the field is that of its shorter side."""
    focal = min(width_px, height_px) / 2 / np.tan(field_rad / 2)
    lens = PinholeCamera(width_px, height_px, focal, focal, (width_px - 1) / 2, (height_px - 1) / 2)
    return Sight(world_from_camera, lens)
