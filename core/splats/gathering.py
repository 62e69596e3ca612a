"""From a picture back to the splats that made it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from core.splats.kernels.gathering import add_rows, gather
from core.splats.rasteriser import RasterImage
from core.splats.threads import share
from core.splats.tile_lists import Floats, as_kernel_array


def gathered(image: RasterImage, values: ArrayLike, weights: ArrayLike) -> Floats:
    """What the pixels of a picture hold for each of its splats, as `rasterise_backward` would find in more time.

    A pixel counts for a splat as much as the splat adds to it, times the pixel's own weight.

    Args:
        image: what `rasterise` answered.
        values: (H, W, 3).
        weights: (H, W).

    Returns:
        Sums (n, 4): of the three values, and of what counted.

    Raises:
        ValueError: shapes that do not fit the picture.
    """
    state, lists = image.state, image.state.lists
    shown, trust = as_kernel_array(values), as_kernel_array(weights)
    if shown.shape != image.rgb.shape or trust.shape != image.alpha.shape:
        raise ValueError(f"values {shown.shape} and weights {trust.shape} do not fit a picture of {image.alpha.shape}")
    rows = np.zeros((len(lists.ranks), 4), np.float32)

    def gather_range(begin: int, end: int) -> None:
        gather(begin, end, lists.offsets, lists.ranks, lists.sum_rows, lists.records, shown, trust, rows)

    share(gather_range, lists.tile_ranges(state.threads), state.threads)
    sums = np.zeros((len(state.splats), 4), np.float32)
    add_rows(lists.order, lists.first_rows, rows, sums)
    return sums
