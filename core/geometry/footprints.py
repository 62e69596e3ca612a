"""Boxes on the ground, seen from above: do they overlap, and when will they?"""

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


def time_to_overlap(a: Floats, b: Floats, velocity_mps: Floats) -> Floats:
    """Seconds (...) until rectangles (..., 4, 2) overlap if `a` goes on at a velocity (..., 2) relative to `b`.

    Zero where they overlap already, infinite where they never do. On each separating axis the shadows overlap for one
    interval of time, and the rectangles overlap while all shadows do.
    """
    enter = np.full(np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), -np.inf)
    leave = np.full(enter.shape, np.inf)
    for shape in (a, b):
        for first, second in ((0, 1), (1, 2)):
            axis = shape[..., second, :] - shape[..., first, :]
            on_a, on_b = ((corners * axis[..., None, :]).sum(-1) for corners in (a, b))
            closing = (velocity_mps * axis).sum(-1)
            ahead, behind = on_b.min(-1) - on_a.max(-1), on_b.max(-1) - on_a.min(-1)
            still = np.abs(closing) < 1e-12
            rate = np.where(still, 1.0, closing)
            one, other = ahead / rate, behind / rate
            never = still & ((ahead >= 0) | (behind <= 0))
            enter = np.maximum(enter, np.where(still, -np.inf, np.minimum(one, other)))
            leave = np.where(never, -np.inf, np.minimum(leave, np.where(still, np.inf, np.maximum(one, other))))
    return np.where((enter < leave) & (leave > 0), np.maximum(enter, 0.0), np.inf)
