"""From splats in the world to ellipses in the picture."""

from __future__ import annotations

from math import log, sqrt

from core.splats.kernels import kernel
from core.splats.kernels.constants import (
    BLUE,
    DEPTH,
    FAR_M,
    GREEN,
    HALF_A,
    HALF_C,
    HALF_HEIGHT,
    INVERSE_C,
    INVERSE_XX,
    LEAST_ALPHA,
    LOW_PASS_PX2,
    NEAR_M,
    OPACITY,
    REACH,
    RED,
    SLOPE,
    TALLEST,
    Array,
    B,
    X,
    Y,
)

Vector = tuple[float, float, float]
Four = tuple[float, float, float, float]
Rows = tuple[Four, Four, Four]


@kernel
def rows_of(matrix: Array) -> Rows:
    """The upper three rows of a pose."""
    return (
        (matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]),
        (matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]),
        (matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]),
    )


@kernel
def turned(pose: Rows, v: Vector) -> Vector:
    """A direction in the frame to which a pose leads."""
    return (
        pose[0][0] * v[0] + pose[0][1] * v[1] + pose[0][2] * v[2],
        pose[1][0] * v[0] + pose[1][1] * v[1] + pose[1][2] * v[2],
        pose[2][0] * v[0] + pose[2][1] * v[1] + pose[2][2] * v[2],
    )


@kernel
def moved(pose: Rows, v: Vector) -> Vector:
    """A point in the frame to which a pose leads."""
    x, y, z = turned(pose, v)
    return x + pose[0][3], y + pose[1][3], z + pose[2][3]


@kernel
def axes_of(q: Four) -> tuple[Vector, Vector, Vector]:
    """The axes of a unit quaternion: the columns of its matrix."""
    w, x, y, z = q
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)),
        (2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)),
        (2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)),
    )


@kernel
def axis_in_picture(
    axis: Vector, scale: float, pose: Rows, fx: float, fy: float, u: float, v: float
) -> tuple[float, float]:
    """A splat's axis in the picture at x / z = u and y / z = v; focal lengths are those divided by z."""
    x, y, z = turned(pose, axis)
    return fx * scale * (x - u * z), fy * scale * (y - v * z)


@kernel
def covariance_in_picture(q: Four, scales: Vector, pose: Rows, fx: float, fy: float, u: float, v: float) -> Vector:
    """Entries xx, xy and yy of a splat's covariance in the picture, widened; arguments as of `axis_in_picture`."""
    one, two, three = axes_of(q)
    x_1, y_1 = axis_in_picture(one, scales[0], pose, fx, fy, u, v)
    x_2, y_2 = axis_in_picture(two, scales[1], pose, fx, fy, u, v)
    x_3, y_3 = axis_in_picture(three, scales[2], pose, fx, fy, u, v)
    return (
        x_1 * x_1 + x_2 * x_2 + x_3 * x_3 + LOW_PASS_PX2,
        x_1 * y_1 + x_2 * y_2 + x_3 * y_3,
        y_1 * y_1 + y_2 * y_2 + y_3 * y_3 + LOW_PASS_PX2,
    )


@kernel
def project(
    begin: int,
    end: int,
    means: Array,
    quaternions: Array,
    scales: Array,
    opacities: Array,
    colours: Array,
    view: Array,
    lens: Array,
    size: Array,
    records: Array,
    depths: Array,
) -> None:
    """Fill records (n, 16) and depths (n,), 0 for what is not drawn: behind, outside, transparent or not finite."""
    fx, fy, cx, cy, left, right, top, bottom = lens
    last_x, last_y = size[0] - 0.5, size[1] - 0.5
    pose = rows_of(view)
    for i in range(begin, end):
        depths[i] = 0
        x, y, z = moved(pose, (float(means[i, 0]), float(means[i, 1]), float(means[i, 2])))
        opacity = float(opacities[i])
        strength = abs(float(colours[i, 0])) + abs(float(colours[i, 1])) + abs(float(colours[i, 2]))
        w, qx = float(quaternions[i, 0]), float(quaternions[i, 1])
        qy, qz = float(quaternions[i, 2]), float(quaternions[i, 3])
        length = sqrt(w * w + qx * qx + qy * qy + qz * qz)
        if not (NEAR_M < z < FAR_M and opacity > LEAST_ALPHA and strength < FAR_M and length > 0.0):
            continue
        near, norm = 1.0 / z, 1.0 / length
        q = (w * norm, qx * norm, qy * norm, qz * norm)
        scale = (float(scales[i, 0]), float(scales[i, 1]), float(scales[i, 2]))
        u, v = min(max(x * near, left), right), min(max(y * near, top), bottom)
        xx, xy, yy = covariance_in_picture(q, scale, pose, fx * near, fy * near, u, v)
        det = xx * yy - xy * xy
        reach = 2.0 * log(min(opacity, 1.0) / LEAST_ALPHA)
        half_width, half_height = sqrt(reach * xx), sqrt(reach * yy)
        px, py = fx * x * near + cx, fy * y * near + cy
        if not (
            0.0 < det < 1e30
            and px + half_width >= -0.5
            and px - half_width <= last_x
            and py + half_height >= -0.5
            and py - half_height <= last_y
        ):
            continue
        inverse = 1.0 / det
        depths[i] = z
        records[i, X] = px
        records[i, Y] = py
        records[i, HALF_A] = 0.5 * yy * inverse
        records[i, B] = -xy * inverse
        records[i, HALF_C] = 0.5 * xx * inverse
        records[i, OPACITY] = opacity
        records[i, RED] = colours[i, 0]
        records[i, GREEN] = colours[i, 1]
        records[i, BLUE] = colours[i, 2]
        records[i, DEPTH] = z
        records[i, REACH] = reach
        records[i, HALF_HEIGHT] = half_height
        records[i, TALLEST] = xy / yy * half_height
        records[i, SLOPE] = xy / xx
        records[i, INVERSE_XX] = 1.0 / xx
        records[i, INVERSE_C] = det / xx
