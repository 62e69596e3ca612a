"""The rasteriser as one would write it down: float64, one splat after the other, every pixel at once.

Tests hold the kernels against it, and `driftless bench splats` says how much faster they are.
"""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor

Lens: TypeAlias = tuple[float, float, float, float]

NAMES = ("means", "quaternions", "scales", "opacities", "colours", "features", "view", "background")
"""What the picture is differentiable in, in the order of `draw_slowly`."""


def draw_slowly(
    means: Tensor,
    quaternions: Tensor,
    scales: Tensor,
    opacities: Tensor,
    colours: Tensor,
    features: Tensor,
    view: Tensor,
    background: Tensor,
    *,
    intrinsics: Tensor,
    width: int,
    height: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Picture [H, W, 3], depth [H, W], alpha [H, W] and features [H, W, c], as `core.splats.rasteriser` defines them.

    Args:
        means: [N, 3] in the world; this and all others in float64.
        quaternions: [N, 4] wxyz, of any length but zero.
        scales: [N, 3].
        opacities: [N].
        colours: [N, 3].
        features: [N, c].
        view: [4, 4] camera from world.
        background: [3].
        intrinsics: [3, 3] in pixels with centres at integers.
        width, height: of the picture in pixels.
    """
    fx, fy, cx, cy = (float(intrinsics[row, column]) for row, column in ((0, 0), (1, 1), (0, 2), (1, 2)))
    y, x = torch.meshgrid(torch.arange(height).double(), torch.arange(width).double(), indexing="ij")
    points = means @ view[:3, :3].T + view[:3, 3]
    light = torch.ones(height, width, dtype=torch.float64)
    open_pixels = torch.ones(height, width, dtype=torch.bool)
    sums = torch.zeros(height, width, 4 + features.shape[1], dtype=torch.float64)
    for i in torch.argsort(points[:, 2].detach(), stable=True).tolist():
        px, py, pz = points[i]
        if pz <= 0.01:
            continue
        covariance = _flat_covariance(i, points, quaternions, scales, view, (fx, fy, cx, cy), width, height)
        inverse = torch.linalg.inv(covariance)
        dx, dy = x - (fx * px / pz + cx), y - (fy * py / pz + cy)
        exponent = 0.5 * (inverse[0, 0] * dx * dx + inverse[1, 1] * dy * dy) + inverse[0, 1] * dx * dy
        alpha = (opacities[i] * torch.exp(-exponent)).clamp(max=0.999)
        after = light * (1 - alpha)
        shown = open_pixels & (alpha >= 1 / 255)
        open_pixels = open_pixels & ~(shown & (after <= 1e-4))
        shown = shown & open_pixels
        weight = torch.where(shown, light * alpha, 0.0)
        sums = sums + weight[..., None] * torch.cat([colours[i], pz[None], features[i]])
        light = torch.where(shown, after, light)
    alpha = 1 - light
    depth = torch.where(alpha > 0, sums[..., 3] / alpha.clamp(min=1e-10), 0.0)
    return sums[..., :3] + light[..., None] * background, depth, alpha, sums[..., 4:]


def _flat_covariance(
    i: int, points: Tensor, quaternions: Tensor, scales: Tensor, view: Tensor, lens: Lens, width: int, height: int
) -> Tensor:
    fx, fy, cx, cy = lens
    px, py, pz = points[i]
    tan_x, tan_y = 0.5 * width / fx, 0.5 * height / fy
    u = (px / pz).clamp(-(cx + 0.5) / fx - 0.3 * tan_x, (width - 0.5 - cx) / fx + 0.3 * tan_x)
    v = (py / pz).clamp(-(cy + 0.5) / fy - 0.3 * tan_y, (height - 0.5 - cy) / fy + 0.3 * tan_y)
    zero = torch.zeros((), dtype=torch.float64)
    jacobian = torch.stack([fx / pz, zero, -fx * u / pz, zero, fy / pz, -fy * v / pz]).reshape(2, 3)
    axes = jacobian @ view[:3, :3] @ _rotation(quaternions[i]) * scales[i]
    return axes @ axes.T + 0.3 * torch.eye(2, dtype=torch.float64)


def _rotation(quaternion: Tensor) -> Tensor:
    w, x, y, z = quaternion / quaternion.norm()
    cross = torch.stack([torch.stack([0 * w, -z, y]), torch.stack([z, 0 * w, -x]), torch.stack([-y, x, 0 * w])])
    return torch.eye(3, dtype=torch.float64) + 2 * w * cross + 2 * cross @ cross
