"""Key images of a log as undistorted views."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Camera, PinholeCamera, Pose
from core.logs import CameraStream, DrivingLog
from core.splats.rasteriser import intrinsics_of
from core.splats.threads import of_each

logger = logging.getLogger(__name__)

_WIDEST_RAD = np.radians(100.0)  # of one view; wider lenses become several
MOST_PIXELS = 60_000
"""Of one view. Larger images are made smaller: splats as many as the budget allows show no more."""


@dataclass(frozen=True, eq=False)
class View:
    """An image as a pinhole without distortion took it."""

    stream: str
    index: int  # of the image in its stream
    t_ns: int
    camera: PinholeCamera
    world_from_camera: Pose
    rgb: NDArray[np.float32]  # (h, w, 3) in [0, 1]
    valid: NDArray[np.bool_]  # (h, w) where the lens saw something
    face: Face  # how it was cut out of its image

    @cached_property
    def camera_from_world(self) -> NDArray[np.float64]:
        return self.world_from_camera.inverse().matrix

    @cached_property
    def directions(self) -> NDArray[np.float32]:
        """World directions (h, w, 3) of all pixels, of depth 1: the point at depth d lies at centre + d · direction."""
        return (_plane_rays(self.camera) @ self.world_from_camera.rotation.T).astype(np.float32)

    def depth_of(self, image_depth_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Depths (h, w) of this view from those (H, W) of its image, along the optical axis each, nearest pixels."""
        small = cv2.resize(image_depth_m, self.face.image_size, interpolation=cv2.INTER_NEAREST)
        if self.face.at is None:
            return np.asarray(small, np.float32)
        x, y = np.ascontiguousarray(self.face.at[..., 0]), np.ascontiguousarray(self.face.at[..., 1])
        depth = cv2.remap(small, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        along = self.face.camera_from_face.rotate(_plane_rays(self.camera))[..., 2]
        return np.where(along > 0.05, depth / np.maximum(along, 0.05), np.inf).astype(np.float32)

    @property
    def centre_m(self) -> NDArray[np.float64]:
        return self.world_from_camera.translation

    @property
    def lens(self) -> NDArray[np.float64]:
        """fx, fy, cx, cy."""
        camera = self.camera
        return np.array([camera.fx, camera.fy, camera.cx, camera.cy])

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        return intrinsics_of(self.camera)


def key_views(
    log: DrivingLog,
    window_ns: tuple[int, int],
    cameras: Sequence[str] | None,
    hold_out: int,
    most_times: int,
) -> list[View]:
    """Views of all chosen cameras at up to `most_times` evenly spread images each, within a window of time.

    Of every `hold_out` images the last is never looked at. One that cannot be read counts as missing.

    Raises:
        UserError: no image can be read.
    """
    unreadable: list[UserError] = []

    def read(image: tuple[CameraStream, int]) -> list[View]:
        try:
            return views_of(*image)
        except UserError as error:
            logger.warning("an image is left out of the scene: %s", error)
            unreadable.append(error)
            return []

    images = [
        (stream, index)
        for stream in log.cameras
        if cameras is None or stream.name in cameras
        for index in spread(usable_images(stream, window_ns, hold_out), most_times)
    ]
    views = [view for found in of_each(read, images) for view in found]
    if unreadable and not views:
        raise unreadable[0]
    return views


def usable_images(stream: CameraStream, window_ns: tuple[int, int], hold_out: int) -> list[int]:
    """Indices of the images within a window, without those that are held out."""
    inside = np.flatnonzero((stream.t_ns >= window_ns[0]) & (stream.t_ns <= window_ns[1]))
    return [int(index) for index in inside if not is_held_out(int(index), hold_out)]


def is_held_out(index: int, hold_out: int) -> bool:
    """Whether an image is the last of its `hold_out`; none is for 0."""
    return hold_out > 0 and index % hold_out == hold_out - 1


def spread(indices: list[int], most: int) -> list[int]:
    """At most `most` of them, evenly spread, the first and the last included."""
    if len(indices) <= most:
        return indices
    return [indices[round(at)] for at in np.linspace(0, len(indices) - 1, most)]


def views_of(stream: CameraStream, index: int) -> list[View]:
    """One image as undistorted views, one for a lens up to 100° wide."""
    image, pose, t_ns = stream.image(index), stream.world_from_camera[index], int(stream.t_ns[index])
    return [view_of(image, face, pose, stream=stream.name, index=index, t_ns=t_ns) for face in faces_of(stream.camera)]


def view_of(
    image: NDArray[np.uint8], face: Face, world_from_camera: Pose, *, stream: str = "", index: int = 0, t_ns: int = 0
) -> View:
    """What a face shows of an image (H, W, 3) of any size."""
    rgb = cv2.resize(image, face.size, interpolation=cv2.INTER_AREA) if face.at is None else _sampled(image, face)
    pose = world_from_camera @ face.camera_from_face
    return View(stream, index, t_ns, face.camera, pose, rgb.astype(np.float32) / 255.0, face.valid, face)


@dataclass(frozen=True, eq=False)
class Face:
    """A pinhole that shows a part of what a lens sees."""

    camera: PinholeCamera
    camera_from_face: Pose
    at: NDArray[np.float32] | None  # (h, w, 2) pixels of the smaller image; None if the lens is this pinhole
    valid: NDArray[np.bool_]  # (h, w)
    image_size: tuple[int, int]  # to which the image is made smaller first

    @property
    def size(self) -> tuple[int, int]:
        return self.camera.width, self.camera.height


def working_size(camera: Camera) -> tuple[int, int]:
    """Width and height of an image that has at most `MOST_PIXELS`."""
    shrink = min(1.0, (MOST_PIXELS / (camera.width * camera.height)) ** 0.5)
    return max(round(camera.width * shrink), 1), max(round(camera.height * shrink), 1)


@lru_cache(maxsize=32)
def faces_of(camera: Camera) -> tuple[Face, ...]:
    """Pinholes that show all that a lens sees; one for a lens up to 100° wide."""
    size = working_size(camera)
    small = camera.resized(*size)
    if isinstance(small, PinholeCamera) and not any(small.distortion):
        return (Face(small, Pose.identity(), None, np.ones(size[::-1], bool), size),)
    rays, valid = small.pixel_rays()
    seen = rays[valid]
    across, down = np.arctan2(seen[:, 0], seen[:, 2]), np.arctan2(seen[:, 1], np.hypot(seen[:, 0], seen[:, 2]))
    per_pixel = np.sqrt(np.ptp(across) * np.ptp(down) / len(seen))
    faces = [
        _face(small, yaw, pitch, half, per_pixel)
        for yaw, half_across in _pieces(across.min(), across.max())
        for pitch, half_down in _pieces(down.min(), down.max())
        for half in ((half_across, half_down),)
    ]
    return tuple(face for face in faces if face.valid.any())


def _pieces(low: float, high: float) -> list[tuple[float, float]]:
    """Middle and half width of equal pieces of a range of angles, none wider than a view."""
    count = int(np.ceil((high - low) / _WIDEST_RAD))
    borders = np.linspace(low, high, count + 1)
    return [(float(a + b) / 2, float(b - a) / 2) for a, b in itertools.pairwise(borders)]


def _face(camera: Camera, yaw: float, pitch: float, half: tuple[float, float], per_pixel: float) -> Face:
    extent = np.tan(np.asarray(half))
    width, height = np.maximum(np.ceil(2 * extent / per_pixel), 8).astype(int).tolist()
    focal = (width / 2 / extent[0], height / 2 / extent[1])
    lens = PinholeCamera(width, height, *focal, (width - 1) / 2, (height - 1) / 2)
    cos, sin = np.cos(yaw), np.sin(yaw)
    about_y = np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])
    cos, sin = np.cos(pitch), np.sin(pitch)
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]])
    turn = Pose.from_rotation(about_y @ about_x, np.zeros(3))
    pixels, valid = camera.project(turn.rotate(_plane_rays(lens)))
    valid &= camera.in_image(pixels)
    at = np.where(valid[..., None], pixels, -1.0).astype(np.float32)
    return Face(lens, turn, at, valid, (camera.width, camera.height))


def _sampled(image: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
    small = cv2.resize(image, face.image_size, interpolation=cv2.INTER_AREA)
    assert face.at is not None
    x, y = np.ascontiguousarray(face.at[..., 0]), np.ascontiguousarray(face.at[..., 1])
    return np.asarray(cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


@lru_cache(maxsize=64)
def _plane_rays(camera: PinholeCamera) -> NDArray[np.float64]:
    """Camera directions (h, w, 3) of depth 1."""
    x = (np.arange(camera.width) - camera.cx) / camera.fx
    y = (np.arange(camera.height) - camera.cy) / camera.fy
    across, down = np.meshgrid(x, y)
    return np.stack([across, down, np.ones_like(across)], -1)
