"""Tiles, front to back once more: gradients of what every splat showed."""

from __future__ import annotations

import numpy as np

from core.compiled import kernels_beside
from core.splats.kernels.blending import LANES, ONE, ZERO, begin_tile, falloff, rows_in_tile
from core.splats.kernels.constants import (
    BLUE,
    DEPTH,
    GREEN,
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
    RED,
    SLOPE,
    SUM_1,
    SUM_BLUE,
    SUM_DEPTH,
    SUM_GREEN,
    SUM_RED,
    SUM_X,
    SUM_XX,
    SUM_XY,
    SUM_Y,
    SUM_YY,
    SUMS,
    TALLEST,
    TILE,
    Array,
    B,
    Number,
    X,
    Y,
)

_LEAST_ALPHA = np.float32(LEAST_ALPHA)
_MOST_ALPHA = np.float32(MOST_ALPHA)
_LEAST_LEFT = np.float32(LEAST_TRANSMITTANCE)

# A row of a tile in the buffer, 16 numbers each: transmittance as in `blend`, what the splats behind still add to
# the loss, and the gradients of the picture.
_BEHIND, _RED, _GREEN, _BLUE, _DEPTH = (np.uint64(16 * k) for k in range(1, 6))
_STRIDE = np.uint64(16 * 6)

# Sums of a splat over the rows of a tile, 16 numbers each.
_OF_GREEN, _OF_BLUE, _OF_DEPTH, _OF_1, _OF_Y, _OF_YY = (np.uint64(16 * k) for k in range(1, 7))

# Division must not test for zero, which would keep the loop scalar.
kernel = kernels_beside(__file__, error_model="numpy")


@kernel
def begin_gradients(
    buffer: Array,
    feature_gradients: Array,
    left: int,
    top: int,
    rgb: Array,
    depth: Array,
    alpha: Array,
    feature_image: Array,
    grad_rgb: Array,
    grad_depth: Array,
    grad_alpha: Array,
    grad_features: Array,
) -> None:
    """Per pixel of a tile: gradients of the sums that `blend` makes, and the loss that all of them stand for."""
    height, width = alpha.shape
    stride = len(buffer) // TILE
    begin_tile(buffer, width - left, height - top)
    feature_gradients[:] = 0
    for row in range(min(TILE, height - top)):
        y = top + row
        for lane in range(min(TILE, width - left)):
            x, at = left + lane, row * stride + lane
            opaque = alpha[y, x]
            of_depth = grad_depth[y, x] / opaque if opaque > ZERO else ZERO
            behind = depth[y, x] * grad_depth[y, x] if opaque > ZERO else ZERO
            behind -= (ONE - opaque) * (grad_alpha[y, x] - of_depth * depth[y, x])
            for k in range(3):
                buffer[at + 32 + 16 * k] = grad_rgb[y, x, k]
                behind += rgb[y, x, k] * grad_rgb[y, x, k]
            buffer[at + 80] = of_depth
            for k in range(feature_image.shape[2]):
                feature_gradients[k, row * TILE + lane] = grad_features[y, x, k]
                behind += feature_image[y, x, k] * grad_features[y, x, k]
            buffer[at + 16] = behind


@kernel
def total(sums: Array, first: Number) -> Number:
    value = ZERO
    for lane in range(LANES):
        value += sums[first + lane]
    return value


@kernel
def unblend(
    begin: int,
    end: int,
    offsets: Array,
    stops: Array,
    ranks: Array,
    sum_rows: Array,
    records: Array,
    order: Array,
    features: Array,
    rgb: Array,
    depth: Array,
    alpha: Array,
    feature_image: Array,
    grad_rgb: Array,
    grad_depth: Array,
    grad_alpha: Array,
    grad_features: Array,
    rows: Array,
) -> None:
    """Fill `rows` (p, 10 + c): the sums of each pair of splat and tile in the tiles `begin` to `end`."""
    tiles_across = (alpha.shape[1] + TILE - 1) // TILE
    channels = np.uint64(features.shape[1])
    buffer = np.empty(TILE * np.int64(_STRIDE), np.float32)
    sums = np.empty(TILE * 7, np.float32)
    columns = np.arange(TILE).astype(np.float32)
    # Of a splat, per pixel: its weights, and what its features would add to the loss at full weight.
    weights, shine_more = np.empty(TILE * TILE, np.float32), np.zeros(TILE * TILE, np.float32)
    feature_gradients = np.empty((feature_image.shape[2], TILE * TILE), np.float32)
    for tile in range(begin, end):
        left, top = tile % tiles_across * TILE, tile // tiles_across * TILE
        left_px, top_px = np.float32(left), np.float32(top)
        begin_gradients(
            buffer,
            feature_gradients,
            left,
            top,
            rgb,
            depth,
            alpha,
            feature_image,
            grad_rgb,
            grad_depth,
            grad_alpha,
            grad_features,
        )
        for pair in range(stops[tile], offsets[tile + 1]):
            for k in range(rows.shape[1]):
                rows[sum_rows[pair], k] = 0
        for pair in range(offsets[tile], stops[tile]):
            rank = np.uint64(ranks[pair])
            half_a, b, half_c = records[rank, HALF_A], records[rank, B], records[rank, HALF_C]
            opacity, deep = records[rank, OPACITY], records[rank, DEPTH]
            red, green, blue = records[rank, RED], records[rank, GREEN], records[rank, BLUE]
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
            begin_pixel, end_pixel = np.uint64(first) * LANES, np.uint64(max(last, first)) * LANES
            if channels > 0:
                shine_more[:] = 0
            for channel in range(channels):
                value = features[order[rank], channel]
                if value == ZERO:
                    continue
                for pixel in range(begin_pixel, end_pixel):
                    shine_more[pixel] += feature_gradients[channel, pixel] * value
            sums[:] = 0
            for row in range(np.uint64(first), np.uint64(max(last, first))):
                dy = top_px + np.float32(row) - records[rank, Y]
                b_dy, c_dy = b * dy, half_c * dy * dy
                base = row * _STRIDE
                for lane in range(LANES):
                    at = base + lane
                    dx = columns[lane] + offset
                    raw = opacity * falloff((half_a * dx + b_dy) * dx + c_dy)
                    seen = min(raw, _MOST_ALPHA)
                    seen = seen if seen >= _LEAST_ALPHA else ZERO
                    light = buffer[at]
                    after = light - light * seen
                    done = after <= _LEAST_LEFT
                    weight = ZERO if done else light * seen
                    shine = (
                        red * buffer[at + _RED]
                        + green * buffer[at + _GREEN]
                        + blue * buffer[at + _BLUE]
                        + deep * buffer[at + _DEPTH]
                        + shine_more[row * LANES + lane]
                    )
                    behind = buffer[at + _BEHIND] - weight * shine
                    steep = seen * (behind / (ONE - seen) - light * shine)
                    steep = ZERO if done else steep
                    steep = steep if raw <= _MOST_ALPHA else ZERO
                    buffer[at] = -abs(light) if done else after
                    buffer[at + _BEHIND] = behind
                    weights[row * LANES + lane] = weight
                    sums[lane] += weight * buffer[at + _RED]
                    sums[_OF_GREEN + lane] += weight * buffer[at + _GREEN]
                    sums[_OF_BLUE + lane] += weight * buffer[at + _BLUE]
                    sums[_OF_DEPTH + lane] += weight * buffer[at + _DEPTH]
                    sums[_OF_1 + lane] += steep
                    sums[_OF_Y + lane] += steep * dy
                    sums[_OF_YY + lane] += steep * dy * dy
            to = np.uint64(sum_rows[pair])
            rows[to, SUM_RED] = total(sums, np.uint64(0))
            rows[to, SUM_GREEN] = total(sums, _OF_GREEN)
            rows[to, SUM_BLUE] = total(sums, _OF_BLUE)
            rows[to, SUM_DEPTH] = total(sums, _OF_DEPTH)
            rows[to, SUM_1] = total(sums, _OF_1)
            rows[to, SUM_Y] = total(sums, _OF_Y)
            rows[to, SUM_YY] = total(sums, _OF_YY)
            of_x, of_xx, of_xy = ZERO, ZERO, ZERO
            for lane in range(LANES):
                dx = columns[lane] + offset
                of_x += sums[_OF_1 + lane] * dx
                of_xx += sums[_OF_1 + lane] * dx * dx
                of_xy += sums[_OF_Y + lane] * dx
            rows[to, SUM_X] = of_x
            rows[to, SUM_XX] = of_xx
            rows[to, SUM_XY] = of_xy
            for channel in range(channels):
                value = ZERO
                for pixel in range(begin_pixel, end_pixel):
                    value += weights[pixel] * feature_gradients[channel, pixel]
                rows[to, SUMS + np.int64(channel)] = value
