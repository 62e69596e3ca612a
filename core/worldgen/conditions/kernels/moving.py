"""Points that a picture saw, as another one sees them."""

from __future__ import annotations

from math import floor
from typing import Any

from core.worldgen.conditions.kernels import kernel

Array = Any


@kernel
def find_owners(points: Array, box_from_world: Array, half_m: Array, owner: Array) -> None:
    """Find the box that each point lies in.

    Args:
        points: (n, 3) in the world; NaN lies in none.
        box_from_world: (k, 4, 4); NaN for a box that is not there.
        half_m: (k, 3) halves of length, width and height.
        owner: (n,) set to the row of the box.
    """
    for k in range(len(half_m)):
        m = box_from_world[k]
        for i in range(len(points)):
            x, y, z = points[i, 0], points[i, 1], points[i, 2]
            if (
                abs(m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]) < half_m[k, 0]
                and abs(m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]) < half_m[k, 1]
                and abs(m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]) < half_m[k, 2]
            ):
                owner[i] = k


@kernel
def splat(pixels: Array, depth_m: Array, owner: Array, nearest_m: Array, of: Array) -> None:
    """Draw points, each into the four pixels around it.

    Args:
        pixels: (n, 2) columns and rows.
        depth_m: (n,).
        owner: (n,).
        nearest_m: (h, w) depths so far; those of nearer points take their place.
        of: (h, w) owners of these.
    """
    height, width = nearest_m.shape
    for i in range(len(pixels)):
        column, row = floor(pixels[i, 0]), floor(pixels[i, 1])
        for y in range(max(row, 0), min(row + 2, height)):
            for x in range(max(column, 0), min(column + 2, width)):
                if depth_m[i] < nearest_m[y, x]:
                    nearest_m[y, x], of[y, x] = depth_m[i], owner[i]
