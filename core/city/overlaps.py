"""Do boxes on the ground overlap?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def footprints(centres_m: Floats, headings_rad: Floats, sizes_m: Floats) -> Floats:
    """Corners (..., 4, 2) of boxes with centres (..., 2), headings (...) and lengths and widths (..., 2)."""
    along = np.stack([np.cos(headings_rad), np.sin(headings_rad)], -1) * sizes_m[..., :1] / 2
    aside = np.stack([-np.sin(headings_rad), np.cos(headings_rad)], -1) * sizes_m[..., 1:2] / 2
    corners = [along + aside, along - aside, -along - aside, -along + aside]
    return centres_m[..., None, :] + np.stack(corners, -2)


def overlap(a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Whether rectangles (..., 4, 2) overlap, by their separating axes."""
    apart = np.zeros(np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), dtype=bool)
    for shape in (a, b):
        for first, second in ((0, 1), (1, 2)):
            axis = shape[..., second, :] - shape[..., first, :]
            on_a, on_b = ((corners * axis[..., None, :]).sum(-1) for corners in (a, b))
            apart |= (on_a.max(-1) <= on_b.min(-1)) | (on_b.max(-1) <= on_a.min(-1))
    return ~apart
