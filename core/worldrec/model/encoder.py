"""The image encoder: one small pyramid for all views."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.worldrec.model.evidence import Drawn
from core.worldrec.model.sights import Sight

INPUTS = 14
STRIDE = 4


def encoder_input(sight: Sight, drawn: Drawn) -> Tensor:
    """Channels [14, H, W]: picture, what the scene lacks there, viewing rays in the world (the direction and, for a
    camera that stands still, nothing else of a Plücker ray differs), inverse depth as drawn and as measured, alpha,
    validity, and whether an actor's box is there."""
    rays = viewing_rays(sight)
    depth = torch.where(drawn.alpha > 0.05, 4.0 / drawn.depth.clamp_min(1.0), 0.0)
    measured = torch.where(sight.measured > 0, 4.0 / sight.measured.clamp_min(1.0), 0.0)
    missing = 2.0 * (sight.rgb - drawn.rgb) * sight.valid
    movers = torch.isfinite(sight.movers).to(depth)
    return torch.cat([sight.rgb - 0.5, missing, rays, depth, measured, drawn.alpha, sight.valid, movers], 0)


def viewing_rays(sight: Sight) -> Tensor:
    """Unit directions [3, H, W] of a view's pixels in the world."""
    height, width = sight.size
    fx, fy = sight.intrinsics[0, 0], sight.intrinsics[1, 1]
    cx, cy = sight.intrinsics[0, 2], sight.intrinsics[1, 2]
    columns, rows = (torch.arange(size, device=fx.device, dtype=fx.dtype) for size in (width, height))
    x, y = ((columns - cx) / fx)[None, :], ((rows - cy) / fy)[:, None]
    length = torch.sqrt(x**2 + y**2 + 1)
    x, y, z = x / length, y / length, 1 / length
    right, down, ahead = (sight.camera_from_world[i, :3, None, None] for i in range(3))
    return right * x + down * y + ahead * z


class ImageEncoder(nn.Module):
    """Features [V, C, H/4, W/4] of views' channels [V, 14, H, W]."""

    def __init__(self, width: int, blocks: int) -> None:
        super().__init__()
        self.channels = 2 * width
        self.down = nn.Sequential(
            nn.Conv2d(INPUTS, width, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, self.channels, 3, stride=2, padding=1),
        )
        self.blocks = nn.ModuleList(_Residual(self.channels, 1 + index % 2) for index in range(blocks))

    def forward(self, images: Tensor) -> Tensor:
        features = self.down(images)
        for block in self.blocks:
            features = block(features)
        return features


class _Residual(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.GroupNorm(8, channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation),
        )

    def forward(self, features: Tensor) -> Tensor:
        return features + self.layers(features)
