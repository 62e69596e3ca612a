"""From gradients of ellipses in the picture to those of splats in the world and of the camera."""

from __future__ import annotations

from math import sqrt

import numpy as np

from core.splats.kernels import kernel
from core.splats.kernels.constants import (
    HALF_A,
    HALF_C,
    OPACITY,
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
    Array,
    B,
)
from core.splats.kernels.projection import Four, Rows, Vector, axes_of, axis_in_picture, moved, rows_of, turned

_BLOCK = 64

# What a block keeps of the records.
_A, _B, _C, _OPACITY = range(4)


@kernel
def add_rows(
    begin: int, end: int, ranks: Array, first_rows: Array, rows: Array, records: Array, sums: Array, ellipses: Array
) -> None:
    """Sums over the rows of each of a few splats, and their inverse covariances and opacities in the picture.

    Apart from what is done with them, so that many of these far reads are under way at once.
    """
    for i in range(begin, end):
        rank, at = ranks[i], i - begin
        if rank < 0:
            continue
        for k in range(rows.shape[1]):
            sums[at, k] = 0.0
        for row in range(first_rows[rank], first_rows[rank + 1]):
            for k in range(rows.shape[1]):
                sums[at, k] += rows[row, k]
        ellipses[at, _A] = 2.0 * records[rank, HALF_A]
        ellipses[at, _B] = records[rank, B]
        ellipses[at, _C] = 2.0 * records[rank, HALF_C]
        ellipses[at, _OPACITY] = records[rank, OPACITY]


@kernel
def turned_back(pose: Rows, v: Vector) -> Vector:
    """A direction in the frame from which a pose leads; for any matrix, its transpose times the direction."""
    return (
        pose[0][0] * v[0] + pose[1][0] * v[1] + pose[2][0] * v[2],
        pose[0][1] * v[0] + pose[1][1] * v[1] + pose[2][1] * v[2],
        pose[0][2] * v[0] + pose[1][2] * v[1] + pose[2][2] * v[2],
    )


@kernel
def quaternion_gradient(q: Four, a: Vector, b: Vector, c: Vector) -> Four:
    """Gradient of a unit quaternion, along the sphere of them, from those of its axes."""
    w, x, y, z = q
    d_w = 2 * (x * (b[2] - c[1]) + y * (c[0] - a[2]) + z * (a[1] - b[0]))
    d_x = 2 * (w * (b[2] - c[1]) + y * (b[0] + a[1]) + z * (c[0] + a[2]) - 2 * x * (b[1] + c[2]))
    d_y = 2 * (w * (c[0] - a[2]) + x * (b[0] + a[1]) + z * (c[1] + b[2]) - 2 * y * (a[0] + c[2]))
    d_z = 2 * (w * (a[1] - b[0]) + x * (c[0] + a[2]) + y * (c[1] + b[2]) - 2 * z * (a[0] + b[1]))
    along = d_w * w + d_x * x + d_y * y + d_z * z
    return d_w - along * w, d_x - along * x, d_y - along * y, d_z - along * z


@kernel
def covariance_gradient(ellipse: Vector, g_xx: float, g_xy: float, g_yy: float) -> Vector:
    """Gradient (xx, xy, yy) of a covariance from that of its inverse K = ((a, b), (b, c)): -K G K."""
    a, b, c = ellipse
    h_xx, h_xy = a * g_xx + b * g_xy, a * g_xy + b * g_yy
    h_yx, h_yy = b * g_xx + c * g_xy, b * g_xy + c * g_yy
    return -(h_xx * a + h_xy * b), -(h_xx * b + h_xy * c), -(h_yx * b + h_yy * c)


@kernel
def axis_gradient(
    axis: Vector, scale: float, pose: Rows, fx: float, fy: float, u: float, v: float, covariance: Vector
) -> tuple[float, Vector]:
    """Gradients of a splat's scale and of its axis in the camera's frame, from that of its covariance in the picture.

    Focal lengths are divided by the depth, u and v are x / z and y / z.
    """
    x, y = axis_in_picture(axis, 1.0, pose, fx, fy, u, v)
    d_x = 2.0 * scale * (covariance[0] * x + covariance[1] * y)
    d_y = 2.0 * scale * (covariance[1] * x + covariance[2] * y)
    to_x, to_y = d_x * scale * fx, d_y * scale * fy
    return d_x * x + d_y * y, (to_x, to_y, -(u * to_x + v * to_y))


@kernel
def place_gradient(
    point: Vector, field: Four, fx: float, fy: float, mean: tuple[float, float], d_u: float, d_v: float, grown: float
) -> Vector:
    """Gradient of a splat's place in the camera's frame, but for what its depth itself adds.

    From the gradients of its mean in the picture, of the direction u, v that shapes it (inside the bounds left, right,
    top and bottom of the `field` only), and of its growth as it comes nearer.
    """
    x, y, z = point
    near = 1.0 / z
    d_x, d_y = fx * near * mean[0], fy * near * mean[1]
    if field[0] < x * near < field[1]:
        d_x += d_u * near
    if field[2] < y * near < field[3]:
        d_y += d_v * near
    return d_x, d_y, -near * (d_x * x + d_y * y + grown)


@kernel
def shape_gradients(
    at: Vector,
    quaternion: Four,
    scales: Vector,
    pose: Rows,
    focal: tuple[float, float],
    field: Four,
    mean: tuple[float, float],
    covariance: Vector,
    of_depth: float,
) -> tuple[Vector, Four, Vector, Rows]:
    """Gradients of a splat's mean, quaternion and scales and of the camera's pose.

    From the gradients of its mean and covariance in the picture and of its depth.
    """
    fx, fy = focal
    x, y, z = moved(pose, at)
    u, v = min(max(x / z, field[0]), field[1]), min(max(y / z, field[2]), field[3])
    w, i, j, k = quaternion
    norm = 1.0 / sqrt(w * w + i * i + j * j + k * k)
    unit = (w * norm, i * norm, j * norm, k * norm)
    one, two, three = axes_of(unit)
    s_1, t_1 = axis_gradient(one, scales[0], pose, fx / z, fy / z, u, v, covariance)
    s_2, t_2 = axis_gradient(two, scales[1], pose, fx / z, fy / z, u, v, covariance)
    s_3, t_3 = axis_gradient(three, scales[2], pose, fx / z, fy / z, u, v, covariance)
    z_1, z_2, z_3 = turned(pose, one)[2], turned(pose, two)[2], turned(pose, three)[2]
    d_u = -(t_1[0] * z_1 + t_2[0] * z_2 + t_3[0] * z_3)
    d_v = -(t_1[1] * z_1 + t_2[1] * z_2 + t_3[1] * z_3)
    # The ellipse grows with 1 / z as it does with the scales.
    grown = scales[0] * s_1 + scales[1] * s_2 + scales[2] * s_3
    d_x, d_y, d_z = place_gradient((x, y, z), field, fx, fy, mean, d_u, d_v, grown)
    d_z += of_depth
    d_w, d_i, d_j, d_k = quaternion_gradient(
        unit, turned_back(pose, t_1), turned_back(pose, t_2), turned_back(pose, t_3)
    )
    return (
        turned_back(pose, (d_x, d_y, d_z)),
        (d_w * norm, d_i * norm, d_j * norm, d_k * norm),
        (s_1, s_2, s_3),
        (
            pose_row(t_1[0], t_2[0], t_3[0], d_x, one, two, three, at),
            pose_row(t_1[1], t_2[1], t_3[1], d_y, one, two, three, at),
            pose_row(t_1[2], t_2[2], t_3[2], d_z, one, two, three, at),
        ),
    )


@kernel
def pose_row(a: float, b: float, c: float, d: float, one: Vector, two: Vector, three: Vector, at: Vector) -> Four:
    """One row of a pose's gradient from that coordinate's of three axes and a point."""
    return (
        a * one[0] + b * two[0] + c * three[0] + d * at[0],
        a * one[1] + b * two[1] + c * three[1] + d * at[1],
        a * one[2] + b * two[2] + c * three[2] + d * at[2],
        d,
    )


@kernel
def project_backward(
    begin: int,
    end: int,
    ranks: Array,
    first_rows: Array,
    rows: Array,
    records: Array,
    means: Array,
    quaternions: Array,
    scales: Array,
    view: Array,
    lens: Array,
    grad_means: Array,
    grad_quaternions: Array,
    grad_scales: Array,
    grad_opacities: Array,
    grad_colours: Array,
    grad_features: Array,
    grad_view: Array,
) -> None:
    """Gradients of the splats `begin` to `end` from their rows of sums; adds theirs to `grad_view` (3, 4).

    `ranks` (n,) are their places in the order of depth, -1 for those not drawn.
    """
    pose = rows_of(view)
    focal, field = (lens[0], lens[1]), (lens[4], lens[5], lens[6], lens[7])
    sums, ellipses = np.empty((_BLOCK, rows.shape[1])), np.empty((_BLOCK, 4))
    # Summed at last: adding to the same numbers at once would make every splat wait for the one before.
    views = np.zeros((_BLOCK, 3, 4))
    for first in range(begin, end, _BLOCK):
        last = min(first + _BLOCK, end)
        add_rows(first, last, ranks, first_rows, rows, records, sums, ellipses)
        for i in range(first, last):
            if ranks[i] < 0:
                continue
            at = i - first
            grad_colours[i, 0] = sums[at, SUM_RED]
            grad_colours[i, 1] = sums[at, SUM_GREEN]
            grad_colours[i, 2] = sums[at, SUM_BLUE]
            for k in range(grad_features.shape[1]):
                grad_features[i, k] = sums[at, SUMS + k]
            grad_opacities[i] = -sums[at, SUM_1] / ellipses[at, _OPACITY]
            a, b, c = ellipses[at, _A], ellipses[at, _B], ellipses[at, _C]
            d_x, d_y = sums[at, SUM_X], sums[at, SUM_Y]
            g_xx, g_xy, g_yy = 0.5 * sums[at, SUM_XX], 0.5 * sums[at, SUM_XY], 0.5 * sums[at, SUM_YY]
            d_mean, d_quaternion, d_scales, d_pose = shape_gradients(
                (float(means[i, 0]), float(means[i, 1]), float(means[i, 2])),
                (
                    float(quaternions[i, 0]),
                    float(quaternions[i, 1]),
                    float(quaternions[i, 2]),
                    float(quaternions[i, 3]),
                ),
                (float(scales[i, 0]), float(scales[i, 1]), float(scales[i, 2])),
                pose,
                focal,
                field,
                (-(a * d_x + b * d_y), -(b * d_x + c * d_y)),
                covariance_gradient((a, b, c), g_xx, g_xy, g_yy),
                sums[at, SUM_DEPTH],
            )
            grad_means[i, 0], grad_means[i, 1], grad_means[i, 2] = d_mean
            grad_scales[i, 0], grad_scales[i, 1], grad_scales[i, 2] = d_scales
            for k in range(4):
                grad_quaternions[i, k] = d_quaternion[k]
                views[at, 0, k], views[at, 1, k], views[at, 2, k] = d_pose[0][k], d_pose[1][k], d_pose[2][k]
        for at in range(_BLOCK):
            for j in range(3):
                for k in range(4):
                    grad_view[j, k] += views[at, j, k]
                    views[at, j, k] = 0.0
