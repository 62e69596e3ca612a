"""Networks whose answers are known, and drives for them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.training.worldgen.batches import Batch
from core.worldgen.conditions import Conditions
from core.worldgen.model import WorldGenConfig
from core.worldgen.schedule import as_map

TOY = WorldGenConfig(
    width=24,
    depth=2,
    heads=2,
    feedforward=32,
    latent_channels=3,
    layout_channels=2,
    layout_scale=1,
    weather_kinds=3,
    chunk=2,
    window=6,
)
GRID = 4, 6


class Toy(nn.Module):
    """Has what stages and rollouts ask of a network."""

    def __init__(self) -> None:
        super().__init__()
        self.config = TOY

    def prepare(self, conditions: Conditions) -> Conditions:
        return conditions

    def forward(self, latents: Tensor, sigma: Tensor, conditions: Conditions, **_: Any) -> Tensor:
        clean = self.clean(latents, as_map(sigma))
        return (latents - clean) / as_map(sigma).clamp_min(1e-3)

    def clean(self, latents: Tensor, sigma: Tensor) -> Tensor:
        raise NotImplementedError


class Gaussian(Toy):
    """The exact velocity where every latent is an independent draw of one normal distribution."""

    def __init__(self, mean: float, deviation: float) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.tensor(mean))
        self.log_deviation = nn.Parameter(torch.tensor(math.log(deviation)))

    def clean(self, latents: Tensor, sigma: Tensor) -> Tensor:
        variance = (2 * self.log_deviation).exp()
        pull = (1 - sigma) * variance / ((1 - sigma) ** 2 * variance + sigma**2)
        return self.mean + pull * (latents - (1 - sigma) * self.mean)


class Linear(Toy):
    """Clean latents are a linear function of what it is given, another at each of some levels."""

    def __init__(self, levels: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("levels", torch.tensor(levels))
        self.offset = nn.Parameter(torch.zeros(len(levels)))
        self.slope = nn.Parameter(torch.full((len(levels),), 0.5))

    def clean(self, latents: Tensor, sigma: Tensor) -> Tensor:
        levels: Any = self.levels
        nearest = (sigma[..., None] - levels).abs().argmin(-1)
        return self.offset[nearest] + self.slope[nearest] * latents


class ToySamples:
    """Drives without any structure; pictures are latents."""

    def __init__(self, views: int = 2, frames: int = 6, checks: int = 1) -> None:
        self.views, self.frames = views, frames
        self.checks = [self.batch(np.random.default_rng(number), 1, frames) for number in range(checks)]
        self.pictures = self
        self.described = "toys"

    def decode(self, latents: Tensor) -> Tensor:
        return (0.5 + 0.1 * latents).clamp(0, 1).repeat_interleave(8, -2).repeat_interleave(8, -1)

    def batch(self, random: np.random.Generator, count: int, frames: int) -> Batch:
        def normal(*shape: int) -> Tensor:
            return torch.from_numpy(random.standard_normal((count, frames, *shape), np.float32))

        conditions = Conditions(
            layout=normal(self.views, 2, *GRID),
            rays=normal(self.views, 6, *GRID),
            ego_motion=normal(6),
            weather=torch.eye(3)[torch.from_numpy(random.integers(3, size=count))],
        )
        return Batch(normal(self.views, 3, *GRID), conditions)
