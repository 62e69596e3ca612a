"""Unit quaternions, wxyz, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def matrix_from_quaternion(wxyz: Floats) -> Floats:
    """Rotation matrices (..., 3, 3) of quaternions (..., 4), normalised here.

    Raises:
        ValueError: a quaternion of length zero.
    """
    length = np.linalg.norm(wxyz, axis=-1, keepdims=True)
    if (length < 1e-12).any():
        raise ValueError("a quaternion has length zero")
    w, x, y, z = np.moveaxis(wxyz / length, -1, 0)
    matrix = np.empty((*wxyz.shape[:-1], 3, 3))
    matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 0, 2] = (
        1 - 2 * (y * y + z * z),
        2 * (x * y - w * z),
        2 * (x * z + w * y),
    )
    matrix[..., 1, 0], matrix[..., 1, 1], matrix[..., 1, 2] = (
        2 * (x * y + w * z),
        1 - 2 * (x * x + z * z),
        2 * (y * z - w * x),
    )
    matrix[..., 2, 0], matrix[..., 2, 1], matrix[..., 2, 2] = (
        2 * (x * z - w * y),
        2 * (y * z + w * x),
        1 - 2 * (x * x + y * y),
    )
    return matrix


def quaternion_from_matrix(rotation: Floats) -> Floats:
    """Quaternions (..., 4), w ≥ 0, of rotation matrices (..., 3, 3).

    Each row of `products` is the quaternion times four of its own parts; the longest row loses no digits
    (Shepperd 1978).
    """
    m = rotation
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    wx, wy, wz = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    rows = (
        (1 + xx + yy + zz, wx, wy, wz),
        (wx, 1 + xx - yy - zz, xy, xz),
        (wy, xy, 1 - xx + yy - zz, yz),
        (wz, xz, yz, 1 - xx - yy + zz),
    )
    products = np.stack([np.stack(row, -1) for row in rows], -2)
    longest = np.diagonal(products, axis1=-2, axis2=-1).argmax(-1)
    quaternion = np.take_along_axis(products, longest[..., None, None], axis=-2)[..., 0, :]
    quaternion = quaternion / np.linalg.norm(quaternion, axis=-1, keepdims=True)
    return np.where(quaternion[..., :1] < 0, -quaternion, quaternion)


def slerp(start: Floats, end: Floats, fraction: Floats) -> Floats:
    """Quaternions (..., 4) at fractions (...) of the shorter way from `start` to `end`, at an even rate."""
    cosine = (start * end).sum(-1)
    end = np.where(cosine[..., None] < 0, -end, end)
    angle = np.arctan2(np.linalg.norm(end - start, axis=-1) / 2, np.linalg.norm(end + start, axis=-1) / 2) * 2
    sine = np.sin(angle)
    # Of nearly equal rotations the straight line is exact to rounding, and the sine would divide by zero.
    close = sine < 1e-9
    safe = np.where(close, 1.0, sine)
    from_start = np.where(close, 1 - fraction, np.sin((1 - fraction) * angle) / safe)
    from_end = np.where(close, fraction, np.sin(fraction * angle) / safe)
    return from_start[..., None] * start + from_end[..., None] * end
