"""A network of WorldGen small enough for tests, and conditions for it."""

from __future__ import annotations

import torch
from torch import Tensor

from core.worldgen.conditions import Conditions
from core.worldgen.model import WorldGen, WorldGenConfig

CONFIG = WorldGenConfig(
    width=24,
    depth=2,
    heads=2,
    feedforward=32,
    latent_channels=3,
    layout_channels=2,
    layout_scale=2,
    weather_kinds=3,
    local_channels=8,
    innovation=True,
    chunk=2,
    window=6,
)
GRID = 4, 6


def small_network(**changes: object) -> WorldGen:
    """Random weights where networks begin with zeros, so that every part takes part."""
    torch.manual_seed(0)
    network = WorldGen(CONFIG.model_copy(update=changes))
    for value in network.parameters():
        if not value.count_nonzero():
            torch.nn.init.normal_(value, std=0.3)
    return network.requires_grad_(False).eval()


def latents_of(frames: int, views: int = 2, batch: int = 1) -> Tensor:
    return torch.randn(batch, frames, views, CONFIG.latent_channels, *GRID)


def conditions_of(frames: int, views: int = 2, batch: int = 1, *, prior: int = 0, text: int = 0) -> Conditions:
    rows, columns = GRID
    pictures = (batch, frames, views)
    made = Conditions(
        layout=torch.rand(*pictures, 2, 2 * rows, 2 * columns),
        rays=torch.randn(*pictures, 6, rows, columns),
        ego_motion=torch.randn(batch, frames, 6),
        weather=torch.eye(3)[torch.randint(3, (batch,))],
    )
    if prior:
        made = made.with_prior(
            torch.randn(*pictures, prior, rows, columns),
            mask=torch.ones(*pictures, 1, rows, columns),
            start_level=torch.rand(*pictures, 1, rows, columns),
        )
    return made.with_text(torch.randn(batch, 5, text)) if text else made
