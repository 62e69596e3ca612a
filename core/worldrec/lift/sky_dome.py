"""Which pixels show sky, and the dome they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.scene import Sky
from core.scene.sky import dome_pixels
from core.splats.threads import of_each
from core.worldrec.lift.depth_pictures import AROUND, DepthPicture, filled
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SHAPE = 128, 512
_COARSE = 64, 256  # enough to compare the skies of cameras
_LEVELS = 16  # per channel, of the histograms of colours
_LEAST_EVIDENCE = 300  # pixels
_SMOOTH = 0.07  # the sky's colours differ at most so much from pixel to pixel
_MARGIN_RAD = 0.02  # between the horizon, the beams that can be lost, and the topmost one
_LOST_PX = 4  # a pixel so far from any measured one had its beam and got nothing back
_OTHERS = 0.002  # weight of pixels without sky in the dome: better than nothing where splats leave a hole


def sky_masks(views: Sequence[View], measured: Sequence[Floats]) -> list[Mask]:
    """Sky (h, w) of each view, given measured depths (h, w), infinite where there are none.

    Where beams look and nothing comes back, there is sky; its colours against those of everything else decide above
    the topmost beam. Without lidar, smooth pixels at the upper border and all below the horizon take their parts.
    Sky is connected with that border or with where beams were lost.
    """
    from scipy.ndimage import distance_transform_edt, label

    known = [np.isfinite(depth) for depth in measured]
    upwards = of_each(_elevation, views)
    highest = _highest_beam(known, upwards)
    smooth = of_each(lambda view: _is_smooth(view) & view.valid, views)
    near = of_each(lambda mask: distance_transform_edt(~mask) if mask.any() else np.full(mask.shape, 1e3), known)
    lost = [
        (up > 0.02) & (up < highest - 0.02) & (gap > 4) & s for up, gap, s in zip(upwards, near, smooth, strict=True)
    ]
    if sum(int(mask.sum()) for mask in lost) < _LEAST_EVIDENCE:
        lost = [s & (up > 0.05) & _in_upper_rows(s) for s, up in zip(smooth, upwards, strict=True)]
    others = [(up < 0.0) | mask for up, mask in zip(upwards, known, strict=True)]
    likely = _likely_sky([view.rgb for view in views], lost, others)

    def mask_of(each: tuple[View, Floats, NDArray[Any], Mask, Mask]) -> Mask:
        view, up, gap, s, seed = each
        candidate = likely(view.rgb) & s & (up > 0.0) & (gap > 1.5)
        parts, count = label(candidate)
        kept = np.zeros(count + 1, bool)
        kept[parts[0]] = kept[parts[seed & candidate]] = True
        return candidate & kept[parts]

    return of_each(mask_of, list(zip(views, upwards, near, smooth, lost, strict=True)))


def sky_dome(views: Sequence[View], pictures: Sequence[DepthPicture]) -> Sky:
    """The mean colour of the sky in each direction, smoothly continued where none was seen."""
    sums = np.zeros((_SHAPE[0] * _SHAPE[1], 4))
    cells = of_each(lambda view: _cells(view, _SHAPE), views)
    for view, picture, cell in zip(views, pictures, cells, strict=True):
        at = cell[view.valid]
        weight = (np.where(picture.sky, 1.0, _OTHERS) * _towards_middle(*view.valid.shape))[view.valid]
        for channel in range(3):
            sums[:, channel] += np.bincount(at, weight * view.rgb[..., channel][view.valid], len(sums))
        sums[:, 3] += np.bincount(at, weight, len(sums))
    mean = (sums[:, :3] / np.maximum(sums[:, 3:], 1e-9)).reshape(*_SHAPE, 3).astype(np.float32)
    weights = np.minimum(2 * sums[:, 3], 1.0).reshape(_SHAPE).astype(np.float32)
    # Twice around and the middle cut out, so that the seam is filled from both sides.
    around = filled(np.concatenate([mean] * 3, 1), np.concatenate([weights] * 3, 1))
    return Sky(np.ascontiguousarray(around[:, _SHAPE[1] : 2 * _SHAPE[1]]).clip(0.0, 1.0))


def sky_sums(views: Sequence[View], pictures: Sequence[DepthPicture], names: Sequence[str]) -> Floats:
    """For each camera and some directions (k, n, 4) the sum of the colours of its sky there, and its pixels."""
    sums = np.zeros((len(names), _COARSE[0] * _COARSE[1], 4), np.float32)
    cells = of_each(lambda view: _cells(view, _COARSE), views)
    for view, picture, cell in zip(views, pictures, cells, strict=True):
        chosen = picture.sky & view.valid & ~picture.edge
        at, own = cell[chosen], sums[names.index(view.stream)]
        for channel in range(3):
            own[:, channel] += np.bincount(at, view.rgb[..., channel][chosen], len(own))
        own[:, 3] += np.bincount(at, minlength=len(own))
    return sums


def _cells(view: View, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Which pixels (h, w) of a dome of some shape a view's pixels see."""
    row, column = dome_pixels(view.directions, *shape)
    rows = np.clip(np.round(row).astype(np.int64), 0, shape[0] - 1)
    columns = np.round(column).astype(np.int64) % shape[1]
    return np.asarray(rows * shape[1] + columns, np.int64)


def _towards_middle(height: int, width: int) -> Floats:
    """Weights (h, w) from nearly 0 at a border to 1 in the middle: cameras of unlike exposure then leave no seam."""
    down, across = (np.sin(np.pi * (np.arange(size) + 0.5) / size) for size in (height, width))
    return (down[:, None] * across).astype(np.float32)


def _elevation(view: View) -> Floats:
    x, y, z = np.moveaxis(view.directions, -1, 0)
    return np.arctan2(z, np.hypot(x, y)).astype(np.float32)


def _highest_beam(known: Sequence[Mask], upwards: Sequence[Floats]) -> float:
    met = np.concatenate([up[mask] for up, mask in zip(upwards, known, strict=True)])
    return float(np.quantile(met, 0.995)) if len(met) else -1.0


def _is_smooth(view: View) -> Mask:
    import cv2

    return np.asarray((cv2.dilate(view.rgb, AROUND) - cv2.erode(view.rgb, AROUND)).max(-1) < _SMOOTH)


def _in_upper_rows(mask: Mask) -> Mask:
    rows = np.zeros_like(mask)
    rows[: max(mask.shape[0] // 12, 1)] = True
    return rows


def _likely_sky(images: Sequence[Floats], sky: Sequence[Mask], others: Sequence[Mask]) -> Callable[[Floats], Mask]:
    """A function from colours (..., 3) to whether they are rather the sky's than the others'."""
    from scipy.ndimage import gaussian_filter

    def density(masks: Sequence[Mask]) -> Floats:
        bins = np.concatenate([_bins(image[mask]) for image, mask in zip(images, masks, strict=True)])
        counts = np.bincount(bins, minlength=_LEVELS**3).astype(np.float64) / max(len(bins), 1)
        smooth = gaussian_filter(counts.reshape(_LEVELS, _LEVELS, _LEVELS), 0.7)
        return np.asarray(smooth, np.float32).reshape(-1)

    table = density(sky) > density(others) + 1e-6
    return lambda colours: table[_bins(colours)]


def _bins(colours: Floats) -> NDArray[np.int64]:
    levels = np.minimum((colours * _LEVELS).astype(np.int64), _LEVELS - 1)
    return (levels[..., 0] * _LEVELS + levels[..., 1]) * _LEVELS + levels[..., 2]
