"""Numbers, pictures and latents turned into tokens, and back."""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

_LEVEL_WAVES = 256
_MOTION_WAVES = 6
_MOST_STEPS = 1000.0  # what Wan's networks call σ = 1


class LevelEmbedding(nn.Module):
    """Levels of noise as vectors, and as changes of scale, shift and gate for all blocks (as Wan 2.1)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.vector = nn.Sequential(nn.Linear(_LEVEL_WAVES, width), nn.SiLU(), nn.Linear(width, width))
        self.changes = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.changes.weight)
        nn.init.zeros_(self.changes.bias)

    def forward(self, sigma: Tensor, motion: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors [..., width] and changes [..., 6, width] of levels [...] with something added to their vectors."""
        vector = self.vector(_waves(sigma * _MOST_STEPS).to(motion.dtype)) + motion
        return vector, torch.unflatten(self.changes(nn.functional.silu(vector)), -1, (6, -1))


class MotionEmbedding(nn.Module):
    """The ego's motion between frames [..., 6] as vectors; they begin at zero."""

    def __init__(self, width: int) -> None:
        super().__init__()
        last = nn.Linear(width, width)
        zeroed(last)
        self.layers = nn.Sequential(nn.Linear(6 * (1 + 2 * _MOTION_WAVES), width), nn.SiLU(), last)

    def forward(self, motion: Tensor) -> Tensor:
        speeds = 2.0 ** torch.arange(_MOTION_WAVES, device=motion.device)
        angles = (motion[..., None] * speeds).flatten(-2)
        waves = torch.cat([motion, angles.sin(), angles.cos()], -1)
        return cast(Tensor, self.layers(waves.to(motion.dtype)))


class Patches(nn.Module):
    """Pictures [B, T, V, C, rows · side, columns · side] as tokens [B, V, T, rows · columns, width]."""

    def __init__(self, channels: int, side: int, width: int, *, zero: bool = True) -> None:
        super().__init__()
        self.side = side
        self.linear = nn.Linear(channels * side * side, width)
        if zero:
            zeroed(self.linear)

    def forward(self, pictures: Tensor) -> Tensor:
        patches = pixel_unshuffle(pictures, self.side)
        return cast(Tensor, self.linear(patches.flatten(-2).permute(0, 2, 1, 4, 3)))


def from_patches(patches: Tensor, grid: tuple[int, int], side: int) -> Tensor:
    """Patches [B, V, T, rows · columns, C · side²] as pictures [B, T, V, C, rows · side, columns · side]."""
    return pixel_shuffle(torch.unflatten(patches.permute(0, 2, 1, 4, 3), -1, grid), side)


def zeroed(layer: nn.Linear) -> None:
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)


def _waves(values: Tensor) -> Tensor:
    half = _LEVEL_WAVES // 2
    speeds = torch.exp(-math.log(10_000) * torch.arange(half, device=values.device, dtype=torch.float32) / half)
    angles = values.float()[..., None] * speeds
    return torch.cat([angles.cos(), angles.sin()], -1)
