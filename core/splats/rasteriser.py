"""Pictures of splats on the CPU, and the gradients of such a picture.

The picture is that of 3D Gaussian splatting (Kerbl et al., 2023): every splat is an ellipse, its 3D covariance
projected with the Jacobian of the pinhole at its mean (EWA splatting, Zwicker et al., 2001) and widened by 0.3 px²;
splats are blended front to back by the depth of their means. All thresholds are those of gsplat's classic mode
(alpha between 1/255 and 0.999, a pixel is done at 1e-4 of its light, near plane at 1 cm), so both rasterisers draw
the same picture. gsplat counts pixels from corners: its `cx`, `cy` are ours plus one half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import PinholeCamera, Pose
from core.splats.cloud import GaussianCloud
from core.splats.harmonics import harmonic_colours
from core.splats.kernels.blending import blend
from core.splats.kernels.constants import BLUE, RED, SUMS
from core.splats.kernels.unblending import unblend
from core.splats.kernels.unprojection import project_backward
from core.splats.threads import in_ranges, share, usable_cores
from core.splats.tile_lists import CHUNK, Floats, Lens, Splats, TileLists, as_kernel_array


@dataclass(frozen=True, eq=False)
class RasterState:
    """What the way back needs of the way there; keep the picture's arrays unchanged until then."""

    splats: Splats
    lens: Lens
    lists: TileLists
    stops: NDArray[np.int64]  # (t,) the pair of each tile at which no light was left
    has_features: bool
    has_background: bool
    threads: int


@dataclass(frozen=True, eq=False)
class SplatImage:
    """A picture of splats. Nothing is clipped: colours may exceed 1 if those of the splats do."""

    rgb: Floats  # (H, W, 3) over the background, black without
    depth_m: Floats  # (H, W) mean depth along the optical axis, weighted as the colours are; 0 where alpha is 0
    alpha: Floats  # (H, W) share of the light that splats stop, at most 0.9999
    features: Floats | None  # (H, W, c) weighted sums, over zero; None without features


@dataclass(frozen=True, eq=False)
class RasterImage(SplatImage):
    """A picture of splats and how it was made, for `rasterise_backward`."""

    state: RasterState


@dataclass(frozen=True, eq=False)
class RasterGradients:
    """Gradients of a loss with respect to what `rasterise` was given, in its shapes."""

    means_m: Floats  # (n, 3)
    quaternions: Floats  # (n, 4) of the quaternions as given, so they stand at a right angle to them
    scales_m: Floats  # (n, 3)
    opacities: Floats  # (n,)
    colours: Floats  # (n, 3)
    features: Floats | None  # (n, c)
    camera_from_world: NDArray[np.float64]  # (4, 4) of each entry by itself; the last row is zero
    background: Floats | None  # (3,)


def rasterise(
    means_m: ArrayLike,
    quaternions: ArrayLike,
    scales_m: ArrayLike,
    opacities: ArrayLike,
    colours: ArrayLike,
    camera_from_world: ArrayLike,
    intrinsics: ArrayLike,
    width: int,
    height: int,
    *,
    features: ArrayLike | None = None,
    background: ArrayLike | None = None,
    threads: int | None = None,
) -> RasterImage:
    """What a pinhole sees of splats.

    Deterministic: the same bytes for any number of threads. May be called from several threads at once.
    Splats with a value that is not finite, or a quaternion of zero, are not drawn.

    Args:
        means_m: (n, 3) in the world.
        quaternions: (n, 4) wxyz, of any length.
        scales_m: (n, 3) standard deviations along the splat's own axes.
        opacities: (n,) in [0, 1].
        colours: (n, 3).
        camera_from_world: (4, 4); x right, y down, z forward.
        intrinsics: (3, 3) in pixels with centres at integers; a skew is ignored.
        width, height: of the picture in pixels.
        features: (n, c) further channels.
        background: (3,) colour behind all splats.
        threads: how many threads share the work; all usable cores if None.

    Raises:
        ValueError: shapes that do not fit together, or a camera that is none.
        MemoryError: so many splats fill so much of the picture that lists of them would not fit.
    """
    channels = np.zeros((len(np.asarray(means_m)), 0), np.float32) if features is None else features
    splats = Splats.checked(means_m, quaternions, scales_m, opacities, colours, channels)
    lens = Lens.checked(camera_from_world, intrinsics, width, height)
    threads = usable_cores() if threads is None else threads
    lists = TileLists.of(splats, lens, threads)
    return _blended(splats, lens, lists, background, features is not None, threads)


def recoloured(image: RasterImage, colours: ArrayLike, *, background: ArrayLike | None = None) -> RasterImage:
    """A picture as `rasterise` draws it with other colours (n, 3), in half the time: nothing else changes."""
    state = image.state
    splats = replace(state.splats, colours=as_kernel_array(colours))
    records = state.lists.records.copy()
    records[:, RED : BLUE + 1] = splats.colours[state.lists.order]
    lists = replace(state.lists, records=records)
    return _blended(splats, state.lens, lists, background, state.has_features, state.threads)


def _blended(
    splats: Splats, lens: Lens, lists: TileLists, background: ArrayLike | None, has_features: bool, threads: int
) -> RasterImage:
    behind = as_kernel_array(np.zeros(3) if background is None else background)
    if behind.shape != (3,):
        raise ValueError(f"a background of shape {behind.shape} is no colour")
    height, width = lens.height, lens.width
    rgb, depth = np.empty((height, width, 3), np.float32), np.empty((height, width), np.float32)
    alpha, feature_image = np.empty_like(depth), np.empty((height, width, splats.features.shape[1]), np.float32)
    stops = np.empty(len(lists.offsets) - 1, np.int64)
    pairs, shown = (lists.offsets, lists.ranks, lists.records, lists.order), (splats.features, behind)

    def blend_range(begin: int, end: int) -> None:
        blend(begin, end, *pairs, *shown, rgb, depth, alpha, feature_image, stops)

    share(blend_range, lists.tile_ranges(threads), threads)
    state = RasterState(splats, lens, lists, stops, has_features, background is not None, threads)
    return RasterImage(rgb, depth, alpha, feature_image if has_features else None, state)


def rasterise_backward(
    image: RasterImage,
    grad_rgb: ArrayLike | None = None,
    grad_depth: ArrayLike | None = None,
    grad_alpha: ArrayLike | None = None,
    grad_features: ArrayLike | None = None,
) -> RasterGradients:
    """Gradients of a loss from its gradients with respect to a picture.

    Args:
        image: what `rasterise` answered.
        grad_rgb: (H, W, 3); this and the others are zero if None.
        grad_depth: (H, W).
        grad_alpha: (H, W).
        grad_features: (H, W, c).
    """
    state, splats, lists = image.state, image.state.splats, image.state.lists
    n, channels = splats.features.shape
    no_features = np.zeros((*image.alpha.shape, 0), np.float32)
    seen = image.rgb, image.depth_m, image.alpha, no_features if image.features is None else image.features
    colour, depth = _gradient(grad_rgb, seen[0]), _gradient(grad_depth, seen[1])
    given = colour, depth, _gradient(grad_alpha, seen[2]), _gradient(grad_features, seen[3])
    rows = np.empty((len(lists.ranks), SUMS + channels), np.float32)
    pairs = lists.offsets, state.stops, lists.ranks, lists.sum_rows, lists.records, lists.order

    def unblend_range(begin: int, end: int) -> None:
        unblend(begin, end, *pairs, splats.features, *seen, *given, rows)

    share(unblend_range, lists.tile_ranges(state.threads), state.threads)

    shapes = (n, 3), (n, 4), (n, 3), (n,), (n, 3), (n, channels)
    means, quaternions, scales, opacities, colours, features = (np.zeros(shape, np.float32) for shape in shapes)
    ranges = in_ranges(n, CHUNK)
    ranks = np.full(n, -1, np.int32)
    ranks[lists.order] = np.arange(len(lists.order), dtype=np.int32)
    views = np.zeros((len(ranges), 3, 4))
    shapes_of = splats.means_m, splats.quaternions, splats.scales_m
    camera = state.lens.camera_from_world, state.lens.values

    def project_range(begin: int, end: int) -> None:
        into = means, quaternions, scales, opacities, colours, features, views[begin // CHUNK]
        project_backward(begin, end, ranks, lists.first_rows, rows, lists.records, *shapes_of, *camera, *into)

    share(project_range, ranges, state.threads)
    view = np.concatenate([views.sum(0), np.zeros((1, 4))])
    background = np.einsum("hw,hwc->c", 1 - image.alpha, colour) if state.has_background else None
    own_features = features if state.has_features else None
    return RasterGradients(means, quaternions, scales, opacities, colours, own_features, view, background)


def rasterise_cloud(
    cloud: GaussianCloud,
    camera: PinholeCamera,
    world_from_camera: Pose,
    *,
    features: ArrayLike | None = None,
    background: ArrayLike | None = None,
    threads: int | None = None,
) -> RasterImage:
    """What a pinhole without distortion sees of a cloud; its lifespans are not looked at.

    Raises:
        ValueError: the camera has a distortion; `render_through` is for those.
    """
    if any(camera.distortion):
        raise ValueError("the rasteriser draws through a lens without distortion")
    shapes = (
        cloud.means_m,
        cloud.quaternions,
        cloud.scales_m,
        cloud.opacities,
        colours_seen_from(cloud, world_from_camera.translation),
    )
    matrix = intrinsics_of(camera)
    view = world_from_camera.inverse().matrix
    options: dict[str, Any] = {"features": features, "background": background, "threads": threads}
    return rasterise(*shapes, view, matrix, camera.width, camera.height, **options)


def colours_seen_from(cloud: GaussianCloud, eye_m: ArrayLike) -> Floats:
    """Colours (n, 3) of a cloud with what its harmonics add for an eye at a place (3,), never below black."""
    if cloud.harmonics is None:
        return cloud.colours
    directions = cloud.means_m - np.asarray(eye_m, dtype=np.float32)
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-9)
    return np.maximum(cloud.colours + harmonic_colours(cloud.harmonics, directions), 0.0).astype(np.float32)


def intrinsics_of(camera: PinholeCamera) -> NDArray[np.float64]:
    """The matrix (3, 3) of a pinhole, in pixels with centres at integers."""
    return np.array([[camera.fx, 0.0, camera.cx], [0.0, camera.fy, camera.cy], [0.0, 0.0, 1.0]])


def _gradient(given: ArrayLike | None, image: Floats) -> Floats:
    gradient = np.zeros_like(image) if given is None else as_kernel_array(given)
    if gradient.shape != image.shape:
        raise ValueError(f"a gradient of shape {gradient.shape} for a picture of {image.shape}")
    return gradient
