"""From a picture back to the splats that made it."""

from __future__ import annotations

import numpy as np

from core.splats.kernels import kernel
from core.splats.kernels.blending import ONE, ZERO, falloff, rows_in_tile
from core.splats.kernels.constants import (
    HALF_A,
    HALF_C,
    HALF_HEIGHT,
    INVERSE_C,
    INVERSE_XX,
    LEAST_ALPHA,
    LEAST_TRANSMITTANCE,
    MOST_ALPHA,
    OPACITY,
    REACH,
    SLOPE,
    TALLEST,
    TILE,
    Array,
    B,
    X,
    Y,
)

_LEAST_ALPHA = np.float32(LEAST_ALPHA)
_MOST_ALPHA = np.float32(MOST_ALPHA)
_LEAST_LEFT = np.float32(LEAST_TRANSMITTANCE)


@kernel
def gather(
    begin: int,
    end: int,
    offsets: Array,
    ranks: Array,
    sum_rows: Array,
    records: Array,
    image: Array,
    weights: Array,
    rows: Array,
) -> None:
    """Sums of an image (h, w, 3) under each pair of a splat and one of the tiles `begin` to `end`.

    A pixel counts as much as the splat adds to it, times its own weight (h, w). `rows` (p, 4) get the weighted sums of
    red, green and blue, and the sum of weights.
    """
    height, width = weights.shape
    tiles_across = (width + TILE - 1) // TILE
    light = np.empty((TILE, TILE), np.float32)
    red, green, blue = np.zeros_like(light), np.zeros_like(light), np.zeros_like(light)
    trust = np.empty_like(light)
    for tile in range(begin, end):
        left, top = tile % tiles_across * TILE, tile // tiles_across * TILE
        left_px, top_px = np.float32(left), np.float32(top)
        inside_x, inside_y = min(TILE, width - left), min(TILE, height - top)
        light[:] = -ONE
        trust[:] = ZERO
        for y in range(inside_y):
            for x in range(inside_x):
                light[y, x] = ONE
                trust[y, x] = weights[top + y, left + x]
                red[y, x] = image[top + y, left + x, 0]
                green[y, x] = image[top + y, left + x, 1]
                blue[y, x] = image[top + y, left + x, 2]
        for pair in range(offsets[tile], offsets[tile + 1]):
            rank = ranks[pair]
            half_a, b, half_c = records[rank, HALF_A], records[rank, B], records[rank, HALF_C]
            opacity = records[rank, OPACITY]
            offset = left_px - records[rank, X]
            first, last = rows_in_tile(
                records[rank, X],
                records[rank, Y],
                records[rank, TALLEST],
                records[rank, HALF_HEIGHT],
                records[rank, SLOPE],
                records[rank, INVERSE_XX],
                records[rank, INVERSE_C],
                records[rank, REACH],
                left_px,
                top_px,
            )
            r, g, s, w = ZERO, ZERO, ZERO, ZERO
            for row in range(first, last):
                dy = top_px + np.float32(row) - records[rank, Y]
                b_dy, c_dy = b * dy, half_c * dy * dy
                for lane in range(TILE):
                    dx = np.float32(lane) + offset
                    seen = min(opacity * falloff((half_a * dx + b_dy) * dx + c_dy), _MOST_ALPHA)
                    seen = seen if seen >= _LEAST_ALPHA else ZERO
                    before = light[row, lane]
                    after = before - before * seen
                    done = after <= _LEAST_LEFT
                    weight = ZERO if done else before * seen * trust[row, lane]
                    light[row, lane] = -abs(before) if done else after
                    r += weight * red[row, lane]
                    g += weight * green[row, lane]
                    s += weight * blue[row, lane]
                    w += weight
            out = sum_rows[pair]
            rows[out, 0], rows[out, 1], rows[out, 2], rows[out, 3] = r, g, s, w


@kernel
def add_rows(order: Array, first_rows: Array, rows: Array, sums: Array) -> None:
    """Add the rows of each drawn splat to its sums (n, 4)."""
    for rank in range(len(order)):
        splat = order[rank]
        for row in range(first_rows[rank], first_rows[rank + 1]):
            for k in range(4):
                sums[splat, k] += rows[row, k]
