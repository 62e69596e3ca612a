"""Points that a picture saw, as another one sees them."""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import numpy as np

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
def _within_body(start: Array, way: Array, at: float) -> bool:
    total = 0.0
    for a in range(3):
        total += (start[a] + way[a] * at) ** 4
    return total < 1


@kernel
def bring_to_bodies(
    origin: Array,
    rays: Array,
    box_from_world: Array,
    half_m: Array,
    row: Array,
    enters: Array,
    ends: Array,
    before: float,
    beyond: float,
    deep: float,
) -> None:
    """Let rays that enter boxes end at the rounded bodies inside of them, |x|⁴ + |y|⁴ + |z|⁴ = 1 in halves of the box.

    Those that miss the body end in the box if they end about where it is.

    Args:
        origin: (3,) of the rays in the world.
        rays: (n, 3).
        box_from_world: (k, 4, 4).
        half_m: (k, 3) halves of length, width and height.
        row: (n,) of the box that each ray enters; -1 for none.
        enters: (n,) where it does, in units of the rays.
        ends: (n,) where the rays end; changed.
        before: share of the way to a box before which something else ends a ray.
        beyond: how many times as far as the box a ray may end that misses the body and still belongs to it.
        deep: share of the box, after which such a ray then ends.
    """
    steps, halvings = 24, 4
    for i in range(len(rays)):
        k = row[i]
        if k < 0 or not ends[i] > before * enters[i]:
            continue
        m = box_from_world[k]
        leaves, start, way = 1e9, np.empty(3), np.empty(3)
        for a in range(3):
            start[a] = (m[a, 0] * origin[0] + m[a, 1] * origin[1] + m[a, 2] * origin[2] + m[a, 3]) / half_m[k, a]
            way[a] = (m[a, 0] * rays[i, 0] + m[a, 1] * rays[i, 1] + m[a, 2] * rays[i, 2]) / half_m[k, a]
            if abs(way[a]) > 1e-9:
                leaves = min(leaves, max((1 - start[a]) / way[a], (-1 - start[a]) / way[a]))
        outside, inside = enters[i], -1.0
        for step in range(steps + 1):
            at = enters[i] + (leaves - enters[i]) * step / steps
            if _within_body(start, way, at):
                inside = at
                break
            outside = at
        if inside >= 0:
            for _ in range(halvings):
                middle = (outside + inside) / 2
                if _within_body(start, way, middle):
                    inside = middle
                else:
                    outside = middle
            ends[i] = inside
        elif ends[i] < enters[i]:
            ends[i] = enters[i]
        elif leaves < ends[i] < beyond * leaves:
            ends[i] = enters[i] + deep * (leaves - enters[i])


@kernel
def draw(pixels: Array, depth_m: Array, owner: Array, apart: float, nearest_m: Array, of: Array) -> None:
    """Draw a grid of points: each into the four pixels around it, and what lies between neighbours of one surface.

    Args:
        pixels: (r, c, 2) columns and rows.
        depth_m: (r, c); NaN of a point that is not drawn.
        owner: (r, c).
        apart: neighbours of one owner are of one surface if the farther one is no more times as far away.
        nearest_m: (h, w) depths so far; those of nearer points take their place.
        of: (h, w) owners of these.
    """
    height, width = nearest_m.shape
    for i in range(depth_m.shape[0]):
        for j in range(depth_m.shape[1]):
            here_m = depth_m[i, j]
            if not here_m > 0:
                continue
            column, row = floor(pixels[i, j, 0]), floor(pixels[i, j, 1])
            for y in range(max(row, 0), min(row + 2, height)):
                for x in range(max(column, 0), min(column + 2, width)):
                    if here_m < nearest_m[y, x]:
                        nearest_m[y, x], of[y, x] = here_m, owner[i, j]
    for i in range(depth_m.shape[0] - 1):
        for j in range(depth_m.shape[1] - 1):
            for half in range(2):
                # The two triangles of a cell share the diagonal from its upper right to its lower left.
                third = i + half, j + half
                farthest_m = max(depth_m[i, j + 1], depth_m[i + 1, j], depth_m[third])
                closest_m = min(depth_m[i, j + 1], depth_m[i + 1, j], depth_m[third])
                one = owner[third] == owner[i, j + 1] and owner[third] == owner[i + 1, j]
                if not one or not farthest_m <= apart * closest_m:
                    continue
                x0, y0 = pixels[i, j + 1]
                x1, y1 = pixels[i + 1, j]
                x2, y2 = pixels[third]
                twice = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
                if abs(twice) < 1e-9:
                    continue
                for y in range(max(ceil(min(y0, y1, y2)), 0), min(floor(max(y0, y1, y2)) + 1, height)):
                    for x in range(max(ceil(min(x0, x1, x2)), 0), min(floor(max(x0, x1, x2)) + 1, width)):
                        b = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) / twice
                        c = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / twice
                        if b < 0 or c < 0 or b + c > 1:
                            continue
                        inverse = (1 - b - c) / depth_m[i, j + 1] + b / depth_m[i + 1, j] + c / depth_m[third]
                        if inverse * nearest_m[y, x] > 1:
                            nearest_m[y, x], of[y, x] = 1 / inverse, owner[third]
