"""Dense depth pictures of the static world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.worldrec.lift.kernels.points import nearest_depths
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

FAR_M = 120.0
"""Where the background is put that neither lidar nor the ground reaches."""
_FIRM_PX = 2.5  # a depth this near to a measured one is as good as measured
_UPRIGHT_M = 0.7  # what is this much higher than the ground goes on upwards
_SAME = 0.1  # depths of one surface differ less from pixel to pixel
EDGE = 1.25  # depths of neighbouring pixels with a larger ratio belong to two things
AROUND = np.ones((3, 3), np.uint8)
_NOTHING = np.float32(np.inf)


@dataclass(frozen=True, eq=False)
class DepthPicture:
    """How far the static world is along a view's optical axis."""

    depth_m: Floats  # (h, w)
    firm: Mask  # (h, w) measured, or right beside
    sky: Mask  # (h, w)
    edge: Mask  # (h, w) which of two things a pixel shows is not known


def measured_depth(view: View, points_m: Floats) -> Floats:
    """Depths (h, w) of the points that a view sees, infinite where there is none.

    Sparse points do not hide what is behind them: one is left out when nearer ones surround it at its own height in
    the picture or above. (Below a point on the ground there is always nearer ground.)
    """
    import cv2

    depth = np.full(view.valid.shape, _NOTHING, np.float32)
    nearest_depths(points_m, view.camera_from_world, view.lens, depth)
    near = cv2.erode(depth, _AROUND_AND_ABOVE, borderType=cv2.BORDER_REPLICATE)
    depth[depth > 1.12 * near + 0.4] = _NOTHING
    return depth


_AROUND_AND_ABOVE = np.zeros((7, 5), np.uint8)
_AROUND_AND_ABOVE[:4] = 1


def completed(view: View, measured: Floats, ground_m: float, sky: Mask) -> DepthPicture:
    """A depth for every pixel, from measured ones (h, w) and the height of the ground in the world.

    Gaps between measurements are filled in inverse depth, in which planes are flat. Above the topmost measurement of
    a column its surface goes on upwards if it stands upright, else the background begins. Below the lowest lies
    ground.
    """
    import cv2
    from scipy.ndimage import distance_transform_edt

    known = np.isfinite(measured)
    if not known.any():
        return DepthPicture(ground_or_far(view, ground_m), known, sky, known)
    gap_px, nearest = distance_transform_edt(~known, return_indices=True)
    closest = measured[tuple(nearest)]
    depth = 1.0 / filled(np.where(known, 1.0 / measured, 0.0), known.astype(np.float32))
    # Between two things at different depths there is nothing: a pixel shows one or the other.
    torn = np.abs(depth - closest) > _SAME * closest
    depth = np.where(torn, closest, depth)
    above, below = _beyond(known)
    upwards = _upwards(view, depth, known, ground_m)
    depth = np.where(above & (gap_px > _FIRM_PX), upwards, depth)
    depth = np.where(below & (gap_px > _FIRM_PX), ground_or_far(view, ground_m), depth)
    depth = np.where(known, measured, depth).astype(np.float32)
    edge = (cv2.dilate(depth, AROUND) > EDGE * cv2.erode(depth, AROUND)) & ~known
    edge |= torn & (gap_px > _FIRM_PX) & ~above & ~below
    return DepthPicture(depth, gap_px <= _FIRM_PX, sky, edge)


def ground_or_far(view: View, ground_m: float) -> Floats:
    """Depth (h, w) of level ground at a height in the world, at most `FAR_M` away."""
    down = -view.directions[..., 2]
    height = view.centre_m[2] - ground_m
    return np.minimum(height / np.maximum(down, max(height, 0.1) / FAR_M), FAR_M).astype(np.float32)


def filled(values: Floats, weights: Floats) -> Floats:
    """A picture (h, w) or (h, w, c) with values where weights (h, w) are above zero, spread into the rest.

    Pull and push over a pyramid (Gortler et al., The Lumigraph, 1996).
    """
    import cv2

    flat = values if values.ndim == 3 else values[..., None]
    if min(weights.shape) <= 1 or (weights > 0).all():
        mean = (flat * weights[..., None]).sum((0, 1)) / max(float(weights.sum()), 1e-9)
        done = np.where((weights > 0)[..., None], flat, mean)
        return done.reshape(values.shape).astype(np.float32)
    height, width = weights.shape
    half = (width + 1) // 2, (height + 1) // 2
    sums = cv2.resize(np.dstack([flat * weights[..., None], weights]), half, interpolation=cv2.INTER_AREA)
    small_weights = sums[..., -1]
    small = sums[..., :-1] / np.maximum(small_weights, 1e-12)[..., None]
    coarse = filled(small.astype(np.float32), np.minimum(small_weights * 4, 1.0) * (small_weights > 1e-6))
    rough = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, -1)
    share = np.minimum(weights, 1.0)[..., None]
    return (flat * share + rough * (1 - share)).reshape(values.shape).astype(np.float32)


def _beyond(known: Mask) -> tuple[Mask, Mask]:
    """Which pixels lie above the topmost, and below the lowest, known one of their column."""
    from_top = np.maximum.accumulate(known, axis=0)
    from_bottom = np.maximum.accumulate(known[::-1], axis=0)[::-1]
    return ~from_top, ~from_bottom


def _upwards(view: View, depth: Floats, known: Mask, ground_m: float) -> Floats:
    """Depth (h, w) if each column's topmost known surface went on upwards without end."""
    from scipy.ndimage import median_filter

    top = np.where(known.any(0), known.argmax(0), known.shape[0] - 1)
    columns = np.arange(known.shape[1])
    directions = view.directions[top, columns]
    at = depth[top, columns]
    height = view.centre_m[2] + at * directions[:, 2] - ground_m
    level = at * np.hypot(directions[:, 0], directions[:, 1])
    level = np.where(known.any(0) & (height > _UPRIGHT_M), level, FAR_M)
    level = median_filter(level, 5, mode="nearest")
    across = np.hypot(view.directions[..., 0], view.directions[..., 1])
    return np.minimum(level / np.maximum(across, 0.05), 2 * FAR_M).astype(np.float32)
