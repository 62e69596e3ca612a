"""From a pinhole's picture to another lens's."""

from __future__ import annotations

from core.splats.kernels import kernel
from core.splats.kernels.constants import Array


@kernel
def resample(
    begin: int,
    end: int,
    at: Array,
    pixels: Array,
    stretch: Array,
    rgb: Array,
    depth: Array,
    alpha: Array,
    features: Array,
    to_rgb: Array,
    to_depth: Array,
    to_alpha: Array,
    to_features: Array,
) -> None:
    """Fill the pixels (k,), counted by rows, from between four pixels at places `at` (k, 2) of a picture.

    Depths count by their alpha, so that an edge before nothing keeps its depth; they are multiplied by `stretch` (k,).
    """
    width = to_alpha.shape[1]
    for i in range(begin, end):
        x, y = int(at[i, 0]), int(at[i, 1])
        right, down = at[i, 0] - x, at[i, 1] - y
        row, column = pixels[i] // width, pixels[i] % width
        opaque, deep = 0.0, 0.0
        red, green, blue = 0.0, 0.0, 0.0
        for corner in range(4):
            dx, dy = corner & 1, corner >> 1
            share = (right if dx else 1.0 - right) * (down if dy else 1.0 - down)
            x_at, y_at = x + dx, y + dy
            opaque += share * alpha[y_at, x_at]
            deep += share * alpha[y_at, x_at] * depth[y_at, x_at]
            red += share * rgb[y_at, x_at, 0]
            green += share * rgb[y_at, x_at, 1]
            blue += share * rgb[y_at, x_at, 2]
            for channel in range(features.shape[2]):
                to_features[row, column, channel] += share * features[y_at, x_at, channel]
        to_rgb[row, column, 0], to_rgb[row, column, 1], to_rgb[row, column, 2] = red, green, blue
        to_alpha[row, column] = opaque
        to_depth[row, column] = stretch[i] * deep / opaque if opaque > 0.0 else 0.0
