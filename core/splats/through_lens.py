"""Pictures of splats through any lens.

The rasteriser draws pinholes. A lens with distortion is drawn as one that holds its whole field and is as fine as it
is in its middle, and then resampled; a lens wider than 120° as up to six faces of a cube.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import Camera, PinholeCamera, Pose
from core.splats.cloud import GaussianCloud
from core.splats.kernels.resampling import resample
from core.splats.rasteriser import SplatImage, colours_seen_from, intrinsics_of, rasterise
from core.splats.threads import in_ranges, share, usable_cores
from core.splats.tile_lists import as_kernel_array

Rasterise = Callable[..., SplatImage]
"""As `rasterise`, whoever draws."""

_WIDEST = np.tan(np.radians(60.0))
_FINER = 1.25  # pinhole pixels per pixel of the lens: mixing four of them should not blur
_MOST_PIXELS = 4  # of a pinhole, in pictures
_CHUNK = 16384

# Axes right, down and forward of the faces of a cube, as rows.
_CUBE = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 0, -1], [0, 1, 0], [1, 0, 0]],
        [[0, 0, 1], [0, 1, 0], [-1, 0, 0]],
        [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
        [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
        [[-1, 0, 0], [0, 1, 0], [0, 0, -1]],
    ],
    dtype=np.float64,
)


@dataclass(frozen=True, eq=False)
class _Face:
    """A pinhole that draws some pixels of a lens."""

    face_from_camera: Pose
    intrinsics: NDArray[np.float64]  # (3, 3)
    width: int
    height: int
    pixels: NDArray[np.int64]  # (k,) of the lens's picture, counted by rows
    at: NDArray[np.float64]  # (k, 2) where they lie in the pinhole's picture
    stretch: NDArray[np.float64]  # (k,) depth along the lens's axis per depth along the pinhole's


def render_through(
    camera: Camera,
    world_from_camera: Pose,
    cloud: GaussianCloud,
    *,
    features: ArrayLike | None = None,
    background: ArrayLike | None = None,
    threads: int | None = None,
    draw: Rasterise = rasterise,
) -> SplatImage:
    """What a camera sees of a cloud, through its true lens; exactly `rasterise_cloud` for one without distortion.

    Depth is along the optical axis as everywhere, so it is negative where a lens sees behind itself. Where the lens
    sees nothing, everything is zero.

    Args:
        camera: any lens.
        world_from_camera: its place.
        cloud: in the world; its lifespans are not looked at.
        features: (n, c) further channels.
        background: (3,) colour behind all splats.
        threads: how many threads share the work; all usable cores if None.
        draw: who draws pinholes.
    """
    splats = (
        cloud.means_m,
        cloud.quaternions,
        cloud.scales_m,
        cloud.opacities,
        colours_seen_from(cloud, world_from_camera.translation),
    )
    camera_from_world = world_from_camera.inverse()
    if isinstance(camera, PinholeCamera) and not any(camera.distortion):
        pinhole = camera_from_world.matrix, intrinsics_of(camera), camera.width, camera.height
        return draw(*splats, *pinhole, features=features, background=background, threads=threads)
    threads = usable_cores() if threads is None else threads
    shape = camera.height, camera.width
    channels = as_kernel_array(np.zeros((len(cloud), 0)) if features is None else features)
    rgb, depth, alpha = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    sums = np.zeros((*shape, channels.shape[1]), np.float32)
    for face in _faces(camera):
        view = (face.face_from_camera @ camera_from_world).matrix
        lens = face.intrinsics, face.width, face.height
        drawn = draw(*splats, view, *lens, features=channels, threads=threads)
        assert drawn.features is not None
        given = face.at, face.pixels, face.stretch, drawn.rgb, drawn.depth_m, drawn.alpha, drawn.features
        seen = rgb, depth, alpha, sums

        def resample_range(begin: int, end: int, given: tuple = given, seen: tuple = seen) -> None:  # type: ignore[type-arg]
            resample(begin, end, *given, *seen)

        share(resample_range, in_ranges(len(face.pixels), _CHUNK), threads)
        if background is not None:
            flat = rgb.reshape(-1, 3)
            flat[face.pixels] += (1 - alpha.reshape(-1, 1)[face.pixels]) * np.asarray(background, np.float32)
    return SplatImage(rgb, depth, alpha, None if features is None else sums)


@lru_cache(maxsize=16)
def _faces(camera: Camera) -> tuple[_Face, ...]:
    rays, valid = camera.pixel_rays()
    with np.errstate(divide="ignore", invalid="ignore"):
        plane = rays[..., :2] / rays[..., 2:]
    narrow = (rays[..., 2] > 0) & (np.abs(plane) <= _WIDEST).all(-1)
    if not valid.any():
        return ()
    if narrow[valid].all():
        return (_face(_CUBE[0], rays, valid),)
    along = rays @ _CUBE[:, 2].T
    nearest = np.where(valid, np.nan_to_num(along).argmax(-1), -1)
    return tuple(_face(axes, rays, nearest == i) for i, axes in enumerate(_CUBE) if (nearest == i).any())


def _face(axes: NDArray[np.float64], rays: NDArray[np.float64], chosen: NDArray[np.bool_]) -> _Face:
    """The pinhole with these axes for the chosen (H, W) of the pixels' rays (H, W, 3)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        local = rays @ axes.T
        plane = local[..., :2] / local[..., 2:]
    low, high = plane[chosen].min(0), plane[chosen].max(0)
    focal = np.array([_fineness(plane[..., 0], chosen, 1), _fineness(plane[..., 1], chosen, 0)]) * _FINER
    most = _MOST_PIXELS * chosen.size
    focal *= min(1.0, np.sqrt(most / max(np.prod((high - low) * focal), 1.0)))
    first = np.floor(low * focal) - 1
    width, height = (np.ceil(high * focal) - first + 2).astype(int).tolist()
    intrinsics = np.array([[focal[0], 0.0, -first[0]], [0.0, focal[1], -first[1]], [0.0, 0.0, 1.0]])
    at = plane[chosen] * focal - first
    stretch = rays[chosen][:, 2] / local[chosen][:, 2]
    return _Face(Pose.from_rotation(axes, np.zeros(3)), intrinsics, width, height, np.flatnonzero(chosen), at, stretch)


def _fineness(plane: NDArray[np.float64], chosen: NDArray[np.bool_], axis: int) -> float:
    """Pixels of the lens per unit of a plane's coordinate where there are many: in all but the finest twentieth."""
    both = np.take(chosen, range(1, chosen.shape[axis]), axis) & np.take(chosen, range(chosen.shape[axis] - 1), axis)
    steps = np.abs(np.diff(plane, axis=axis))[both]
    steps = steps[steps > 0]
    return float(1 / np.quantile(steps, 0.05)) if len(steps) else 1.0
