"""Rays against boxes and through a sparse grid.

A grid is blocks of 8³ voxels. `table` (x, y, z) holds each block's row in the arrays of voxels, or -1.
"""

from __future__ import annotations

from math import floor, inf
from typing import Any

from core.scene.kernels import inner, kernel

Array = Any
SIDE = 8
MOST_VIEWS = 127


@kernel
def reach_boxes(origin: Array, rays: Array, box_from_world: Array, half: Array, reach: Array) -> None:
    """Shorten the reach (n,) of rays (n, 3) to where they enter boxes: poses (k, 4, 4) and half sizes (k, 3)."""
    for k in range(len(half)):
        for i in range(len(rays)):
            reach[i] = min(reach[i], _entry(origin, rays[i], box_from_world[k], half[k]))


@kernel
def hide_behind_boxes(
    origin: Array, points: Array, own: Array, box_from_world: Array, half: Array, visible: Array
) -> None:
    """Clear `visible` (n,) of points (n, 3) that lie behind boxes other than their `own` (n,)."""
    ray = points[0].copy()
    for i in range(len(points)):
        if not visible[i]:
            continue
        for axis in range(3):
            ray[axis] = points[i, axis] - origin[axis]
        for k in range(len(half)):
            if k != own[i] and _entry(origin, ray, box_from_world[k], half[k]) < 1.0:
                visible[i] = False
                break


@inner
def _entry(origin: Array, ray: Array, box_from_world: Array, half: Array) -> float:
    """Where a ray enters a box, in units of the ray; infinite for a miss or from inside."""
    enter, leave = -inf, inf
    for axis in range(3):
        row = box_from_world[axis]
        start = row[0] * origin[0] + row[1] * origin[1] + row[2] * origin[2] + row[3]
        step = row[0] * ray[0] + row[1] * ray[1] + row[2] * ray[2]
        if abs(step) < 1e-12:
            step = 1e-12
        one, other = (-half[axis] - start) / step, (half[axis] - start) / step
        enter, leave = max(enter, min(one, other)), min(leave, max(one, other))
    return enter if 0.0 < enter <= leave else inf


@kernel
def see_along(
    origin: Array,
    rays: Array,
    ends: Array,
    meets: Array,
    grid: Array,
    table: Array,
    view: int,
    last_view: Array,
    views: Array,
    nearest: Array,
    passed: Array,
    met: Array,
) -> None:
    """Note in the voxels along unit rays (n, 3), up to their `ends` (n,), that a view saw them.

    Args:
        meets: (n,) whether a ray ends at a surface, whose voxel is then met rather than passed.
        grid: (4,) low corner and side of a voxel, metres.
        view: a number that no earlier call had; `last_view` (blocks, 8, 8, 8) remembers it.
        views, nearest: (blocks, 8, 8, 8) number of views, and least distance in metres.
        passed, met: (blocks, 8, 8, 8) numbers of rays.
    """
    for i in range(len(rays)):
        at = 0.0
        while at < ends[i]:
            block, x, y, z, leave = _voxel(origin, rays[i], at, grid, table)
            leaves = leave < ends[i]
            if block >= 0:
                if last_view[block, x, y, z] != view:
                    last_view[block, x, y, z] = view
                    views[block, x, y, z] = min(views[block, x, y, z] + 1, MOST_VIEWS)
                nearest[block, x, y, z] = min(nearest[block, x, y, z], at)
                if leaves:
                    passed[block, x, y, z] += 1
                elif meets[i]:
                    met[block, x, y, z] += 1
            at = leave


@kernel
def measure_along(
    origin: Array, rays: Array, reach: float, clear: float, grid: Array, table: Array, views: Array, nearest: Array,
    surface: Array, lengths: Array
) -> None:  # fmt: skip
    """How much of unit rays (n, 3) runs through seen space, until they meet a surface or end.

    Args:
        reach: metres at which rays end; they also end above and below the grid.
        clear: metres from the origin within which nothing is a surface.
        lengths: (n, 4) written: metres seen, metres in all, metres to a seen surface or 0, least metres from which
            that surface was seen.
    """
    low, high = grid[2], grid[2] + table.shape[2] * SIDE * grid[3]
    for i in range(len(rays)):
        seen, at = 0.0, 0.0
        lengths[i, 2] = 0.0
        while at < reach:
            height = origin[2] + rays[i, 2] * at
            if (height > high and rays[i, 2] >= 0.0) or (height < low and rays[i, 2] <= 0.0):
                break
            block, x, y, z, leave = _voxel(origin, rays[i], at, grid, table)
            leave = min(leave, reach)
            if block >= 0 and views[block, x, y, z] > 0:
                seen += leave - at
                if surface[block, x, y, z] and at > clear:
                    lengths[i, 2] = at
                    lengths[i, 3] = nearest[block, x, y, z]
                    at = leave
                    break
            at = leave
        lengths[i, 0] = seen
        lengths[i, 1] = at


@inner
def _voxel(origin: Array, ray: Array, at: float, grid: Array, table: Array) -> tuple[int, int, int, int, float]:
    """The voxel in which a ray goes on from a distance: block or -1, place in it, and the distance where it leaves."""
    leave, side = inf, grid[3]
    x, y, z = 0, 0, 0
    for axis in range(3):
        place = (origin[axis] + ray[axis] * at - grid[axis]) / side
        cell = floor(place + (1e-7 if ray[axis] > 0 else -1e-7))
        if ray[axis] > 1e-12:
            leave = min(leave, at + (cell + 1 - place) * side / ray[axis])
        elif ray[axis] < -1e-12:
            leave = min(leave, at + (cell - place) * side / ray[axis])
        if axis == 0:
            x = int(cell)
        elif axis == 1:
            y = int(cell)
        else:
            z = int(cell)
    leave = max(leave, at + 1e-4)
    inside = 0 <= x < table.shape[0] * SIDE and 0 <= y < table.shape[1] * SIDE and 0 <= z < table.shape[2] * SIDE
    block = table[x // SIDE, y // SIDE, z // SIDE] if inside else -1
    return block, x % SIDE, y % SIDE, z % SIDE, leave
