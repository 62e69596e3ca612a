"""Orders by depth."""

from __future__ import annotations

import numpy as np

from core.splats.kernels import kernel
from core.splats.kernels.constants import FAR_M, Array, Number

_DIGITS = 2048
_KEYS = 65536
_FAR = np.float32(FAR_M)


@kernel
def begin_places(counts: Array) -> None:
    """Turn the number of each digit into the place where the first of them goes."""
    place = 0
    for digit in range(len(counts)):
        count = counts[digit]
        counts[digit] = place
        place += count


@kernel
def sort_by_digit(keys: Array, values: Array, shift: int, places: Array, to_keys: Array, to_values: Array) -> None:
    """Put keys and their values in the order of eleven bits of the keys, equals as they were."""
    for i in range(len(keys)):
        digit = (np.int64(keys[i]) >> shift) & (_DIGITS - 1)
        place = places[digit]
        places[digit] = place + 1
        to_keys[place] = keys[i]
        to_values[place] = values[i]


@kernel
def order_by_depth(depths: Array) -> Array:
    """Indices (m,) int32 of the depths (n,) float32 above 0, nearest first, equals in the order they were given.

    Positive floats are ordered as their bits are; these are sorted by eleven at a time.
    """
    bits = depths.view(np.uint32)
    counts = np.zeros((3, _DIGITS), np.int64)
    indices, keys = np.empty(len(depths), np.int32), np.empty(len(depths), np.uint32)
    drawn = 0
    for i in range(len(depths)):
        if depths[i] > 0:
            key = np.int64(bits[i])
            indices[drawn] = i
            keys[drawn] = key
            drawn += 1
            counts[0, key & 2047] += 1
            counts[1, (key >> 11) & 2047] += 1
            counts[2, key >> 22] += 1
    indices, keys = indices[:drawn], keys[:drawn]
    other, other_keys = np.empty_like(indices), np.empty_like(keys)
    for k in range(3):
        begin_places(counts[k])
    sort_by_digit(keys, indices, 0, counts[0], other_keys, other)
    sort_by_digit(other_keys, other, 11, counts[1], keys, indices)
    sort_by_digit(keys, indices, 22, counts[2], other_keys, other)
    return other


@kernel
def order_back_to_front(means: Array, row: Array) -> Array:
    """Indices (n,) uint32 of means (n, 3), farthest first, those behind the camera last; see `back_to_front`.

    `row` (4,) of the camera's matrix gives their depth.
    """
    n = len(means)
    depths = np.empty(n, np.float32)
    a, b, c, d = row[0], row[1], row[2], row[3]
    nearest: Number = np.float32(np.inf)
    farthest: Number = np.float32(0)
    for i in range(n):
        depth = a * means[i, 0] + b * means[i, 1] + c * means[i, 2] + d
        depth = min(depth, _FAR) if depth > 0 else np.float32(0)
        depths[i] = depth
        farthest = max(farthest, depth)
        nearest = min(nearest, depth if depth > 0 else nearest)
    ends = np.array([nearest, farthest]).view(np.uint32)
    low = np.int64(ends[0])
    span: Number = max(np.int64(ends[1]) - low, 0)
    shift = 0
    while span >> shift >= _KEYS - 1:
        shift += 1
    bits = depths.view(np.uint32)
    most = span >> shift
    keys = np.empty(n, np.uint16)
    counts = np.zeros(_KEYS, np.int64)
    for i in range(n):
        key = most - ((np.int64(bits[i]) - low) >> shift) if depths[i] > 0 else most + 1
        keys[i] = key
        counts[key] += 1
    begin_places(counts)
    order = np.empty(n, np.uint32)
    for i in range(n):
        place = counts[keys[i]]
        counts[keys[i]] = place + 1
        order[place] = i
    return order
