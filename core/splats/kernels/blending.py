"""Tiles, front to back: the picture."""

from __future__ import annotations

from math import ceil, floor, sqrt

import numpy as np

from core.splats.kernels import kernel
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
    TALLEST,
    TILE,
    Array,
    B,
    Number,
    X,
    Y,
)

LANES = np.uint64(TILE)
LANES_F = np.float32(TILE)
ONE = np.float32(1)
ZERO = np.float32(0)
_HALF = np.float32(0.5)
_SLACK_PX = np.float32(0.01)
_LEAST_ALPHA = np.float32(LEAST_ALPHA)
_MOST_ALPHA = np.float32(MOST_ALPHA)
_LEAST_LEFT = np.float32(LEAST_TRANSMITTANCE)
# A row of a tile in the buffer, 16 numbers each: transmittance, negative where a pixel is done, and sums.
_RED, _GREEN, _BLUE, _DEPTH = (np.uint64(16 * k) for k in range(1, 5))
_STRIDE = np.uint64(16 * 5)

_MOST = np.float32(5.6)
_EIGHTH = np.float32(-0.125)
_E2, _E3, _E4 = np.float32(0.5), np.float32(1 / 6), np.float32(1 / 24)
_E5, _E6, _E7 = np.float32(1 / 120), np.float32(1 / 720), np.float32(1 / 5040)


@kernel
def falloff(exponent: Number) -> Number:
    """exp(-exponent) of a float32 in [0, 5.6], clamped there: a series for the eighth part, to the eighth power."""
    x = min(max(exponent, ZERO), _MOST) * _EIGHTH
    part = ONE + x * (ONE + x * (_E2 + x * (_E3 + x * (_E4 + x * (_E5 + x * (_E6 + x * _E7))))))
    part *= part
    part *= part
    return part * part


@kernel
def rows_in_tile(
    x: Number,
    y: Number,
    tallest: Number,
    half_height: Number,
    slope: Number,
    inverse_xx: Number,
    inverse_c: Number,
    reach: Number,
    left: Number,
    top: Number,
) -> tuple[int, int]:
    """First and past the last row, counted from the top of a tile, in which the ellipse of a splat meets it.

    `tallest` is how far right of its middle the ellipse reaches lowest in the picture; it reaches highest opposite.
    """
    low, high = left - _HALF - x, left + LANES_F - _HALF - x
    upper, lower = -half_height, half_height
    if not low <= tallest <= high:
        at = min(max(tallest, low), high)
        lower = slope * at + np.float32(sqrt(max(reach - at * at * inverse_xx, ZERO) * inverse_c))
    if not low <= -tallest <= high:
        at = min(max(-tallest, low), high)
        upper = slope * at - np.float32(sqrt(max(reach - at * at * inverse_xx, ZERO) * inverse_c))
    slack = _SLACK_PX + np.float32(1e-5) * half_height
    first = max(y - top + upper - slack, ZERO)
    last = min(y - top + lower + slack, LANES_F - ONE)
    return ceil(first), floor(last) + 1


@kernel
def light_left(buffer: Array) -> int:
    """Pixels of a tile that are not done."""
    stride = np.uint64(len(buffer) // TILE)
    count = 0
    for row in range(LANES):
        base = row * stride
        for lane in range(LANES):
            count += buffer[base + lane] > ZERO
    return count


@kernel
def begin_tile(buffer: Array, inside_x: int, inside_y: int) -> None:
    """Full light for the pixels inside the picture, the others done; the rest of the buffer zero."""
    stride = len(buffer) // TILE
    buffer[:] = 0
    for row in range(TILE):
        for lane in range(TILE):
            buffer[row * stride + lane] = 1 if lane < inside_x and row < inside_y else -1


@kernel
def finish_tile(
    buffer: Array,
    feature_sums: Array,
    left: int,
    top: int,
    background: Array,
    rgb: Array,
    depth: Array,
    alpha: Array,
    feature_image: Array,
) -> None:
    """Put a tile into the picture, over the background."""
    height, width = alpha.shape
    stride = len(buffer) // TILE
    for row in range(min(TILE, height - top)):
        y = top + row
        for lane in range(min(TILE, width - left)):
            x, at = left + lane, row * stride + lane
            light = abs(buffer[at])
            opaque = ONE - light
            rgb[y, x, 0] = buffer[at + 16] + light * background[0]
            rgb[y, x, 1] = buffer[at + 32] + light * background[1]
            rgb[y, x, 2] = buffer[at + 48] + light * background[2]
            depth[y, x] = buffer[at + 64] / opaque if opaque > ZERO else ZERO
            alpha[y, x] = opaque
            for channel in range(feature_image.shape[2]):
                feature_image[y, x, channel] = feature_sums[channel, row * TILE + lane]


@kernel
def blend(
    begin: int,
    end: int,
    offsets: Array,
    ranks: Array,
    records: Array,
    order: Array,
    features: Array,
    background: Array,
    rgb: Array,
    depth: Array,
    alpha: Array,
    feature_image: Array,
    stops: Array,
) -> None:
    """Draw the tiles `begin` to `end` and note in `stops` how far down its list each had light."""
    height, width = alpha.shape
    tiles_across = (width + TILE - 1) // TILE
    channels = np.uint64(features.shape[1])
    buffer = np.empty(TILE * np.int64(_STRIDE), np.float32)
    columns = np.arange(TILE).astype(np.float32)
    weights = np.empty(TILE * TILE, np.float32)
    feature_sums = np.empty((feature_image.shape[2], TILE * TILE), np.float32)
    for tile in range(begin, end):
        left, top = tile % tiles_across * TILE, tile // tiles_across * TILE
        left_px, top_px = np.float32(left), np.float32(top)
        begin_tile(buffer, width - left, height - top)
        feature_sums[:] = 0
        stop = offsets[tile + 1]
        for pair in range(offsets[tile], offsets[tile + 1]):
            if (pair - offsets[tile]) & 15 == 15 and light_left(buffer) == 0:
                stop = pair
                break
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
            for row in range(np.uint64(first), np.uint64(max(last, first))):
                dy = top_px + np.float32(row) - records[rank, Y]
                b_dy, c_dy = b * dy, half_c * dy * dy
                base = row * _STRIDE
                for lane in range(LANES):
                    at = base + lane
                    dx = columns[lane] + offset
                    seen = min(opacity * falloff((half_a * dx + b_dy) * dx + c_dy), _MOST_ALPHA)
                    seen = seen if seen >= _LEAST_ALPHA else ZERO
                    light = buffer[at]
                    after = light - light * seen
                    done = after <= _LEAST_LEFT
                    weight = ZERO if done else light * seen
                    buffer[at] = -abs(light) if done else after
                    buffer[at + _RED] += weight * red
                    buffer[at + _GREEN] += weight * green
                    buffer[at + _BLUE] += weight * blue
                    buffer[at + _DEPTH] += weight * deep
                    weights[row * LANES + lane] = weight
            for channel in range(channels):
                value = features[order[rank], channel]
                if value == ZERO:
                    continue
                for pixel in range(np.uint64(first) * LANES, np.uint64(max(last, first)) * LANES):
                    feature_sums[channel, pixel] += weights[pixel] * value
        stops[tile] = stop
        finish_tile(buffer, feature_sums, left, top, background, rgb, depth, alpha, feature_image)
