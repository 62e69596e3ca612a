"""How alike films are, by regions of the pictures, cameras and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.evaluation.film_cells import Figures, Pictures
from core.evaluation.image_quality import MOST_DB, ssim_map

BUCKET_S = 1.0
"""Likeness over time is told for each so many seconds after the given frames."""
_LEAST_SHARE = 0.005  # of a picture's pixels; fewer of a region say nothing about it

Mask = NDArray[np.bool_]


def region_figures(
    truth: Pictures,
    made: Pictures,
    regions: Mapping[str, Mask],
    *,
    given: int,
    names: Sequence[str],
    frame_s: float,
) -> Figures:
    """Likeness of the frames after the given ones: `psnr/REGION` and `ssim/REGION` are means over all pictures of which
    the region is half a percent at least, None where there is none; after another `/` follow those of one camera, or of
    a second such as `1-2 s`. `share/REGION` is which share of all pixels belongs to it.

    Args:
        truth: (T, V, H, W, 3) what the cameras would have seen.
        made: of the same shape.
        regions: of pixels (T, V, H, W), by name.
        given: number of the first frames that were given.
        names: of the cameras.
        frame_s: between frames.
    """
    error = np.square(made[given:] - truth[given:]).mean(-1)
    alike = np.full(error.shape, np.nan)
    for at in np.ndindex(*error.shape[:2]):
        found = ssim_map(made[given:][at], truth[given:][at]).mean(-1)
        margin = (error.shape[2] - found.shape[0]) // 2
        alike[at][margin:-margin, margin:-margin] = found
    seconds = (np.arange(len(error)) * frame_s / BUCKET_S + 1e-6).astype(int)
    figures: Figures = {}
    for region, mask in regions.items():
        inside = mask[given:]
        enough = inside.mean((2, 3)) >= _LEAST_SHARE
        psnr = np.minimum(-10 * np.log10(np.maximum(_means(error, inside), 1e-12)), MOST_DB)
        figures[f"share/{region}"] = float(inside.mean())
        for measure, values in (("psnr", psnr), ("ssim", _means(alike, inside))):
            kept = np.where(enough, values, np.nan)
            figures[f"{measure}/{region}"] = _mean(kept)
            figures |= {f"{measure}/{region}/{name}": _mean(kept[:, view]) for view, name in enumerate(names)}
            figures |= {
                f"{measure}/{region}/{bucket_name(bucket)}": _mean(kept[seconds == bucket])
                for bucket in range(int(seconds[-1]) + 1)
            }
    return figures


def shown_figures(truth: Pictures, made: Pictures, *, given: int) -> Figures:
    """Likeness of whole pictures as they are shown: `psnr/shown` and `ssim/shown`, those that are smaller enlarged.

    Args:
        truth: (T, V, H, W, 3) as fine as takes are shown.
        made: the same, or smaller.
        given: number of the first frames that were given.
    """
    height, width = truth.shape[2:4]
    psnr, ssim = [], []
    for at in np.ndindex(len(truth) - given, truth.shape[1]):
        one, other = truth[given:][at], made[given:][at]
        if len(other) < height:
            other = np.asarray(cv2.resize(other, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1), np.float32)
        psnr.append(min(-10 * np.log10(max(float(np.square(other - one).mean()), 1e-12)), MOST_DB))
        ssim.append(float(ssim_map(other, one).mean()))
    return {"psnr/shown": float(np.mean(psnr)), "ssim/shown": float(np.mean(ssim))}


def bucket_name(number: int) -> str:
    return f"{number * BUCKET_S:g}-{(number + 1) * BUCKET_S:g} s"


def _means(values: NDArray[np.floating], inside: Mask) -> NDArray[np.float64]:
    """Means (T, V) of values (T, V, H, W) that are inside and are numbers."""
    counted = inside & np.isfinite(values)
    count = counted.sum((2, 3))
    total = np.where(counted, values, 0.0).sum((2, 3), dtype=np.float64)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None
