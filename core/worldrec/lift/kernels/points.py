"""Points against boxes, pictures and sweeps."""

from __future__ import annotations

from math import atan2, floor, hypot, pi, sqrt
from typing import Any

from core.worldrec.lift.kernels import kernel

Array = Any


@kernel
def find_owners(points: Array, box_from_world: Array, low: Array, high: Array, owners: Array) -> None:
    """For each point (n, 3) the box (k, 4, 4) that holds it within its corners low and high (k, 3), or -1."""
    for i in range(len(points)):
        owners[i] = -1
        for k in range(len(low)):
            inside = True
            for axis in range(3):
                row = box_from_world[k, axis]
                at = row[0] * points[i, 0] + row[1] * points[i, 1] + row[2] * points[i, 2] + row[3]
                if at < low[k, axis] or at > high[k, axis]:
                    inside = False
                    break
            if inside:
                owners[i] = k
                break


@kernel
def nearest_depths(points: Array, camera_from_world: Array, lens: Array, depth: Array) -> None:
    """Lower the depths of a picture (h, w) to those of points (n, 3) that fall on its pixels."""
    m = camera_from_world
    height, width = depth.shape
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        deep = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
        if deep < 0.3:
            continue
        right = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
        down = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
        column = floor(right / deep * lens[0] + lens[2] + 0.5)
        row = floor(down / deep * lens[1] + lens[3] + 0.5)
        if 0 <= column < width and 0 <= row < height and deep < depth[row, column]:
            depth[row, column] = deep


@kernel
def judge_by_picture(
    points: Array,
    camera_from_world: Array,
    lens: Array,
    depth: Array,
    firm: Array,
    free: Array,
    agreeing: Array,
    against: Array,
) -> None:
    """Count for each point whether a depth picture shows it or looks through it.

    Only depths that are `firm` (h, w) speak, and pixels that are `free` (h, w): those of the sky.
    """
    m = camera_from_world
    height, width = depth.shape
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        deep = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
        if deep < 0.3:
            continue
        right = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
        down = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
        column = floor(right / deep * lens[0] + lens[2] + 0.5)
        row = floor(down / deep * lens[1] + lens[3] + 0.5)
        if not (0 <= column < width and 0 <= row < height):
            continue
        if free[row, column]:
            against[i] += 1.0
        elif abs(depth[row, column] - deep) < 0.1 * deep + 0.1:
            agreeing[i] += 1.0
        elif firm[row, column] and depth[row, column] > 1.2 * deep + 0.3:
            against[i] += 1.0


@kernel
def nearest_ranges(points: Array, centre: Array, ranges: Array) -> None:
    """Lower the ranges of a sweep's panorama (elevations, azimuths) to those of points (n, 3)."""
    rows, columns = ranges.shape
    for i in range(len(points)):
        x, y, z = points[i, 0] - centre[0], points[i, 1] - centre[1], points[i, 2] - centre[2]
        row = int((atan2(z, hypot(x, y)) / pi + 0.5) * rows)
        column = int((atan2(y, x) / (2 * pi) + 0.5) * columns)
        row, column = min(row, rows - 1), min(column, columns - 1)
        away = sqrt(x * x + y * y + z * z)
        if away < ranges[row, column]:
            ranges[row, column] = away


@kernel
def judge_by_sweep(points: Array, centre: Array, ranges: Array, agreeing: Array, against: Array) -> None:
    """Count for each point whether a sweep met something there or passed through.

    A beam passed only if all around it did, in the panorama's cell and its neighbours.
    """
    rows, columns = ranges.shape
    for i in range(len(points)):
        x, y, z = points[i, 0] - centre[0], points[i, 1] - centre[1], points[i, 2] - centre[2]
        row = int((atan2(z, hypot(x, y)) / pi + 0.5) * rows)
        column = int((atan2(y, x) / (2 * pi) + 0.5) * columns)
        away = sqrt(x * x + y * y + z * z)
        met, passed, beams = False, True, 0
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                r, c = min(max(row + dr, 0), rows - 1), column + dc
                c += columns if c < 0 else 0
                c -= columns if c >= columns else 0
                seen = ranges[r, c]
                if seen < 1e9:
                    beams += 1
                    met = met or abs(seen - away) < 0.02 * away + 0.15
                    passed = passed and seen > 1.1 * away + 0.4
            if met:
                break
        if met:
            agreeing[i] += 1.0
        elif passed and beams >= 2:
            against[i] += 1.0


@kernel
def nearest_places(points: Array, places: Array, distances: Array) -> None:
    """Distances (n,) of points (n, 3) to the nearest of a few places (k, 3)."""
    for i in range(len(points)):
        x, y, z = float(points[i, 0]), float(points[i, 1]), float(points[i, 2])
        least = 1e30
        for k in range(len(places)):
            dx, dy, dz = x - places[k, 0], y - places[k, 1], z - places[k, 2]
            least = min(least, dx * dx + dy * dy + dz * dz)
        distances[i] = sqrt(least)


@kernel
def finest_pixels(points: Array, camera_from_world: Array, lenses: Array, sizes: Array, finest: Array) -> None:
    """Lower `finest` (n,) to the metres per pixel at which any of the views (v, 4, 4) holds a point (n, 3).

    `lenses` (v, 4) are fx, fy, cx, cy and `sizes` (v, 2) widths and heights.
    """
    for v in range(len(lenses)):
        m = camera_from_world[v]
        fx, fy, cx, cy = lenses[v, 0], lenses[v, 1], lenses[v, 2], lenses[v, 3]
        for i in range(len(points)):
            x, y, z = points[i, 0], points[i, 1], points[i, 2]
            deep = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
            if deep < 0.3 or deep >= finest[i] * fx:
                continue
            column = (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]) / deep * fx + cx
            row = (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]) / deep * fy + cy
            if -0.5 <= column < sizes[v, 0] and -0.5 <= row < sizes[v, 1]:
                finest[i] = deep / fx
