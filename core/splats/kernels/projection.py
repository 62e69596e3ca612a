"""From splats in the world to ellipses in the picture, and their gradients' way back."""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from core.splats.kernels import kernel
from core.splats.kernels.constants import (
    BLUE,
    DEPTH,
    FAR_M,
    GREEN,
    HALF_A,
    HALF_C,
    HALF_HEIGHT,
    HALF_WIDTH,
    INVERSE_C,
    INVERSE_XX,
    LEAST_ALPHA,
    LOW_PASS_PX2,
    NEAR_M,
    OPACITY,
    REACH,
    RED,
    SLOPE,
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
    X,
    Y,
)


@kernel
def turned(w: float, x: float, y: float, z: float) -> tuple[tuple[float, float, float], ...]:
    """The rotation matrix of a unit quaternion, by rows."""
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
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
    for i in range(begin, end):
        depths[i] = 0
        mx, my, mz = float(means[i, 0]), float(means[i, 1]), float(means[i, 2])
        z = view[2, 0] * mx + view[2, 1] * my + view[2, 2] * mz + view[2, 3]
        opacity = float(opacities[i])
        strength = abs(float(colours[i, 0])) + abs(float(colours[i, 1])) + abs(float(colours[i, 2]))
        if not (NEAR_M < z < FAR_M and opacity >= LEAST_ALPHA and strength < FAR_M):
            continue
        x = view[0, 0] * mx + view[0, 1] * my + view[0, 2] * mz + view[0, 3]
        y = view[1, 0] * mx + view[1, 1] * my + view[1, 2] * mz + view[1, 3]
        qw, qx, qy, qz = quaternions[i, 0], quaternions[i, 1], quaternions[i, 2], quaternions[i, 3]
        length = sqrt(float(qw) * qw + float(qx) * qx + float(qy) * qy + float(qz) * qz)
        if not length > 0.0:
            continue
        norm = 1.0 / length
        rotation = turned(qw * norm, qx * norm, qy * norm, qz * norm)
        near = 1.0 / z
        u, v = min(max(x * near, left), right), min(max(y * near, top), bottom)
        sx, sy, sxy = LOW_PASS_PX2, LOW_PASS_PX2, 0.0
        for k in range(3):
            across = view[0, 0] * rotation[0][k] + view[0, 1] * rotation[1][k] + view[0, 2] * rotation[2][k]
            down = view[1, 0] * rotation[0][k] + view[1, 1] * rotation[1][k] + view[1, 2] * rotation[2][k]
            along = view[2, 0] * rotation[0][k] + view[2, 1] * rotation[1][k] + view[2, 2] * rotation[2][k]
            scale = float(scales[i, k]) * near
            p = fx * scale * (across - u * along)
            q = fy * scale * (down - v * along)
            sx += p * p
            sy += q * q
            sxy += p * q
        det = sx * sy - sxy * sxy
        reach = 2.0 * log(min(opacity, 1.0) / LEAST_ALPHA)
        half_width, half_height = sqrt(reach * sx), sqrt(reach * sy)
        px, py = fx * x * near + cx, fy * y * near + cy
        if not (
            0.0 < det < 1e30
            and px + half_width >= -0.5
            and px - half_width <= size[0] - 0.5
            and py + half_height >= -0.5
            and py - half_height <= size[1] - 0.5
        ):
            continue
        inverse = 1.0 / det
        depths[i] = z
        records[i, X] = px
        records[i, Y] = py
        records[i, HALF_A] = 0.5 * sy * inverse
        records[i, B] = -sxy * inverse
        records[i, HALF_C] = 0.5 * sx * inverse
        records[i, OPACITY] = opacity
        records[i, RED] = colours[i, 0]
        records[i, GREEN] = colours[i, 1]
        records[i, BLUE] = colours[i, 2]
        records[i, DEPTH] = z
        records[i, REACH] = reach
        records[i, HALF_WIDTH] = half_width
        records[i, HALF_HEIGHT] = half_height
        records[i, SLOPE] = sxy / sx
        records[i, INVERSE_XX] = 1.0 / sx
        records[i, INVERSE_C] = det / sx


@kernel
def project_backward(
    begin: int,
    end: int,
    order: Array,
    first_rows: Array,
    rows: Array,
    means: Array,
    quaternions: Array,
    scales: Array,
    view: Array,
    lens: Array,
    records: Array,
    grad_means: Array,
    grad_quaternions: Array,
    grad_scales: Array,
    grad_opacities: Array,
    grad_colours: Array,
    grad_features: Array,
    grad_view: Array,
) -> None:
    """Gradients of the splats `order[begin:end]` from their rows of sums; adds theirs to `grad_view` (3, 4)."""
    fx, fy, left, right, top, bottom = lens[0], lens[1], lens[4], lens[5], lens[6], lens[7]
    channels = grad_features.shape[1]
    sums = np.empty(SUMS + channels)
    axes = np.empty((3, 3))
    grad_axes = np.empty((3, 3))
    d_turn = np.empty((3, 3))
    for rank in range(begin, end):
        i = order[rank]
        sums[:] = 0.0
        for row in range(first_rows[rank], first_rows[rank + 1]):
            for k in range(SUMS + channels):
                sums[k] += rows[row, k]
        grad_colours[i, 0] = sums[SUM_RED]
        grad_colours[i, 1] = sums[SUM_GREEN]
        grad_colours[i, 2] = sums[SUM_BLUE]
        for k in range(channels):
            grad_features[i, k] = sums[SUMS + k]
        grad_opacities[i] = -sums[SUM_1] / float(records[rank, OPACITY])

        # Gradients of the mean in the picture and, through -K G K, of the covariance there.
        a, b, c = 2.0 * records[rank, HALF_A], float(records[rank, B]), 2.0 * records[rank, HALF_C]
        d_px = -(a * sums[SUM_X] + b * sums[SUM_Y])
        d_py = -(b * sums[SUM_X] + c * sums[SUM_Y])
        g_xx, g_xy, g_yy = 0.5 * sums[SUM_XX], 0.5 * sums[SUM_XY], 0.5 * sums[SUM_YY]
        h_xx, h_xy = a * g_xx + b * g_xy, a * g_xy + b * g_yy
        h_yx, h_yy = b * g_xx + c * g_xy, b * g_xy + c * g_yy
        d_xx, d_xy, d_yy = -(h_xx * a + h_xy * b), -(h_xx * b + h_xy * c), -(h_yx * b + h_yy * c)

        mx, my, mz = float(means[i, 0]), float(means[i, 1]), float(means[i, 2])
        x = view[0, 0] * mx + view[0, 1] * my + view[0, 2] * mz + view[0, 3]
        y = view[1, 0] * mx + view[1, 1] * my + view[1, 2] * mz + view[1, 3]
        z = view[2, 0] * mx + view[2, 1] * my + view[2, 2] * mz + view[2, 3]
        near = 1.0 / z
        u, v = min(max(x * near, left), right), min(max(y * near, top), bottom)
        qw, qx, qy, qz = quaternions[i, 0], quaternions[i, 1], quaternions[i, 2], quaternions[i, 3]
        norm = 1.0 / sqrt(float(qw) * qw + float(qx) * qx + float(qy) * qy + float(qz) * qz)
        w0, x0, y0, z0 = qw * norm, qx * norm, qy * norm, qz * norm
        rotation = turned(w0, x0, y0, z0)
        d_near = fx * x * d_px + fy * y * d_py
        d_u, d_v = 0.0, 0.0
        for k in range(3):
            for j in range(3):
                axes[j, k] = view[j, 0] * rotation[0][k] + view[j, 1] * rotation[1][k] + view[j, 2] * rotation[2][k]
            scale = float(scales[i, k])
            across, down = fx * (axes[0, k] - u * axes[2, k]), fy * (axes[1, k] - v * axes[2, k])
            p, q = across * scale * near, down * scale * near
            d_p, d_q = 2.0 * (d_xx * p + d_xy * q), 2.0 * (d_xy * p + d_yy * q)
            grad_scales[i, k] = near * (d_p * across + d_q * down)
            d_near += scale * (d_p * across + d_q * down)
            d_p *= fx * scale * near
            d_q *= fy * scale * near
            grad_axes[0, k] = d_p
            grad_axes[1, k] = d_q
            grad_axes[2, k] = -(u * d_p + v * d_q)
            d_u -= d_p * axes[2, k]
            d_v -= d_q * axes[2, k]
        d_x, d_y = fx * near * d_px, fy * near * d_py
        if left < x * near < right:
            d_x += d_u * near
            d_near += d_u * x
        if top < y * near < bottom:
            d_y += d_v * near
            d_near += d_v * y
        d_z = sums[SUM_DEPTH] - near * near * d_near

        for k in range(3):
            grad_means[i, k] = view[0, k] * d_x + view[1, k] * d_y + view[2, k] * d_z
            for j in range(3):
                d_turn[j, k] = (
                    view[0, j] * grad_axes[0, k] + view[1, j] * grad_axes[1, k] + view[2, j] * grad_axes[2, k]
                )
        d_point = (d_x, d_y, d_z)
        for j in range(3):
            grad_view[j, 0] += d_point[j] * mx
            grad_view[j, 1] += d_point[j] * my
            grad_view[j, 2] += d_point[j] * mz
            grad_view[j, 3] += d_point[j]
            for k in range(3):
                own = rotation[k]
                grad_view[j, k] += grad_axes[j, 0] * own[0] + grad_axes[j, 1] * own[1] + grad_axes[j, 2] * own[2]

        d = d_turn
        d_qw = 2 * (x0 * (d[2, 1] - d[1, 2]) + y0 * (d[0, 2] - d[2, 0]) + z0 * (d[1, 0] - d[0, 1]))
        d_qx = 2 * (
            w0 * (d[2, 1] - d[1, 2])
            + y0 * (d[0, 1] + d[1, 0])
            + z0 * (d[0, 2] + d[2, 0])
            - 2 * x0 * (d[1, 1] + d[2, 2])
        )
        d_qy = 2 * (
            w0 * (d[0, 2] - d[2, 0])
            + x0 * (d[0, 1] + d[1, 0])
            + z0 * (d[1, 2] + d[2, 1])
            - 2 * y0 * (d[0, 0] + d[2, 2])
        )
        d_qz = 2 * (
            w0 * (d[1, 0] - d[0, 1])
            + x0 * (d[0, 2] + d[2, 0])
            + y0 * (d[1, 2] + d[2, 1])
            - 2 * z0 * (d[0, 0] + d[1, 1])
        )
        along_q = d_qw * w0 + d_qx * x0 + d_qy * y0 + d_qz * z0
        grad_quaternions[i, 0] = (d_qw - along_q * w0) * norm
        grad_quaternions[i, 1] = (d_qx - along_q * x0) * norm
        grad_quaternions[i, 2] = (d_qy - along_q * y0) * norm
        grad_quaternions[i, 3] = (d_qz - along_q * z0) * norm
