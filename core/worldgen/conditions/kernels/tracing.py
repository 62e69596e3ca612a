"""Rays of a picture against boxes and the ground."""

from __future__ import annotations

from math import floor, sqrt
from typing import Any

from core.worldgen.conditions.kernels import kernel

Array = Any


@kernel
def trace_boxes(
    rays: Array,
    camera_from_box: Array,
    half_m: Array,
    groups: Array,
    spread_rad: float,
    edge_m: float,
    first_side: int,
    nearness: int,
    edges: int,
    out: Array,
) -> None:
    """Add what each ray sees of boxes to the pixels of a layout: a share of each channel.

    Args:
        rays: (h, w, s, 3) unit rays in the camera frame, s of them within each pixel; NaN where the lens sees nothing.
        camera_from_box: (n, 4, 4).
        half_m: (n, 3) halves of length, width and height.
        groups: (n,) channel of each box's class.
        spread_rad: angle between neighbouring pixels.
        edge_m: edges are drawn so wide, and at least a pixel.
        first_side: channel of the front; rear, left and right follow.
        nearness: its channel.
        edges: its channel.
        out: (channels, h, w) shares so far; changed.
    """
    height, width, samples = rays.shape[:3]
    share = 1.0 / samples
    for row in range(height):
        for column in range(width):
            for sample in range(samples):
                dx, dy, dz = rays[row, column, sample]
                if not dx * dx + dy * dy + dz * dz > 0.0:
                    continue
                nearest, box, axis, sign = 1e9, -1, 0, 0.0
                for k in range(len(groups)):
                    m = camera_from_box[k]
                    cx, cy, cz = m[0, 3], m[1, 3], m[2, 3]
                    along = cx * dx + cy * dy + cz * dz
                    reach2 = half_m[k, 0] ** 2 + half_m[k, 1] ** 2 + half_m[k, 2] ** 2
                    if cx * cx + cy * cy + cz * cz - along * along > reach2:
                        continue
                    enter, leave, enter_axis, enter_sign = -1e9, 1e9, -1, 0.0
                    for a in range(3):
                        step = m[0, a] * dx + m[1, a] * dy + m[2, a] * dz
                        start = -(m[0, a] * cx + m[1, a] * cy + m[2, a] * cz)
                        if abs(step) < 1e-9:
                            step = 1e-9
                        one, other = (-half_m[k, a] - start) / step, (half_m[k, a] - start) / step
                        side = -1.0
                        if one > other:
                            one, other = other, one
                            side = 1.0
                        if one > enter:
                            enter, enter_axis, enter_sign = one, a, side
                        leave = min(leave, other)
                    # A box that the camera is in, as that of a very near car, hides nothing.
                    if enter < leave and enter > 0.0 and enter < nearest:
                        nearest, box, axis, sign = enter, k, enter_axis, enter_sign
                if box < 0:
                    continue
                out[groups[box], row, column] += share
                out[nearness, row, column] += share / (1.0 + 0.1 * nearest)
                if axis == 0:
                    out[first_side + (0 if sign > 0 else 1), row, column] += share
                elif axis == 1:
                    out[first_side + (2 if sign > 0 else 3), row, column] += share
                margin = max(edge_m, spread_rad * nearest)
                m = camera_from_box[box]
                for a in range(3):
                    if a != axis:
                        at = (
                            m[0, a] * (dx * nearest - m[0, 3])
                            + m[1, a] * (dy * nearest - m[1, 3])
                            + m[2, a] * (dz * nearest - m[2, 3])
                        )
                        if half_m[box, a] - abs(at) < margin:
                            out[edges, row, column] += share
                            break


@kernel
def find_nearest(
    origin: Array, rays: Array, box_from_world: Array, half_m: Array, reach: Array, nearest: Array
) -> None:
    """Find the first box that each ray enters.

    Args:
        origin: (3,) of all rays; a box that it is in hides nothing.
        rays: (n, 3) of any length.
        box_from_world: (k, 4, 4); NaN for a box that is not there.
        half_m: (k, 3) halves of length, width and height.
        reach: (n,) how far each ray goes, in units of the ray; shortened to where it enters a box.
        nearest: (n,) set to the row of that box.
    """
    for k in range(len(half_m)):
        m = box_from_world[k]
        x = m[0, 0] * origin[0] + m[0, 1] * origin[1] + m[0, 2] * origin[2] + m[0, 3]
        y = m[1, 0] * origin[0] + m[1, 1] * origin[1] + m[1, 2] * origin[2] + m[1, 3]
        z = m[2, 0] * origin[0] + m[2, 1] * origin[1] + m[2, 2] * origin[2] + m[2, 3]
        round2 = half_m[k, 0] ** 2 + half_m[k, 1] ** 2 + half_m[k, 2] ** 2
        away2 = x * x + y * y + z * z
        for i in range(len(rays)):
            u, v, w = rays[i, 0], rays[i, 1], rays[i, 2]
            dx = m[0, 0] * u + m[0, 1] * v + m[0, 2] * w
            dy = m[1, 0] * u + m[1, 1] * v + m[1, 2] * w
            dz = m[2, 0] * u + m[2, 1] * v + m[2, 2] * w
            along, length2 = -(x * dx + y * dy + z * dz), dx * dx + dy * dy + dz * dz
            # A ray that leads away from a box, or passes the ball around it, does not meet it.
            if not (along > 0.0 and (away2 - round2) * length2 <= along * along):
                continue
            enter, leave = 0.0, reach[i]
            for start, step, half in ((x, dx, half_m[k, 0]), (y, dy, half_m[k, 1]), (z, dz, half_m[k, 2])):
                if abs(step) < 1e-12:
                    step = 1e-12
                one, other = (-half - start) / step, (half - start) / step
                enter, leave = max(enter, min(one, other)), min(leave, max(one, other))
            if 0.0 < enter < leave:
                reach[i], nearest[i] = enter, k


@kernel
def trace_ground(
    rays: Array,
    map_from_camera: Array,
    corner_m: Array,
    cell_m: float,
    marks: Array,
    directions: Array,
    heights_m: Array,
    farthest_m: float,
    heading: Array,
    first: int,
    out: Array,
) -> None:
    """Add what each ray sees on the ground to the pixels of a layout: a share of each channel.

    Args:
        rays: as above.
        map_from_camera: (4, 4) into the map's frame, z up.
        corner_m: (2,) x and y of the map's first cell's corner.
        cell_m: size of the cells.
        marks: (3, rows, columns) shares of drivable ground, lane borders and crossings in 0 … 255, row by row along y.
        directions: (2, rows, columns) x and y of the direction of the lane in -127 … 127.
        heights_m: (rows, columns) z of the ground.
        farthest_m: ground beyond is not drawn.
        heading: (2,) x and y of the direction in which lanes lead away.
        first: channel of the drivable ground; borders, crossings, lanes away and lanes towards follow.
        out: (channels, h, w) shares so far; changed.
    """
    height, width, samples = rays.shape[:3]
    rows, columns = heights_m.shape
    share = 1.0 / samples
    m = map_from_camera
    ox, oy, oz = m[0, 3], m[1, 3], m[2, 3]
    for row in range(height):
        for column in range(width):
            for sample in range(samples):
                dx, dy, dz = rays[row, column, sample]
                if not dx * dx + dy * dy + dz * dz > 0.0:
                    continue
                wx = m[0, 0] * dx + m[0, 1] * dy + m[0, 2] * dz
                wy = m[1, 0] * dx + m[1, 1] * dy + m[1, 2] * dz
                wz = m[2, 0] * dx + m[2, 1] * dy + m[2, 2] * dz
                if wz > -1e-4:
                    continue
                i = min(max(floor((oy - corner_m[1]) / cell_m), 0), rows - 1)
                j = min(max(floor((ox - corner_m[0]) / cell_m), 0), columns - 1)
                # Ground rises slowly: its height where the last guess fell leads to a better guess.
                for _ in range(4):
                    distance = min(max((heights_m[i, j] - oz) / wz, 0.0), 2.0 * farthest_m)
                    i = floor((oy + distance * wy - corner_m[1]) / cell_m)
                    j = floor((ox + distance * wx - corner_m[0]) / cell_m)
                    if i < 0 or j < 0 or i >= rows or j >= columns:
                        break
                if i < 0 or j < 0 or i >= rows or j >= columns:
                    continue
                if distance * sqrt(wx * wx + wy * wy) > farthest_m:
                    continue
                for mark in range(3):
                    out[first + mark, row, column] += share * marks[mark, i, j] / 255.0
                along = (directions[0, i, j] * heading[0] + directions[1, i, j] * heading[1]) / 127.0
                if along > 0.0:
                    out[first + 3, row, column] += share * along
                else:
                    out[first + 4, row, column] -= share * along
