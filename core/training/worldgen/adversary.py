"""Who tells recorded latents from made ones (beside the scores of stage 2c).

Scores of small networks know what is likely at each level of noise, and little of what makes a house or a car look like
one. A discriminator of patches sees just that (Isola et al., 2017), told where boxes and lanes are; beside distribution
matching it is that of Yin et al. (DMD2, 2024), and its smoothness that of Lin et al. (Seaweed APT, 2025): what a little
noise changes in its answers is held small, in place of a gradient's penalty.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, relu

from core.training.worldgen.batches import Batch
from core.worldgen.conditions import Conditions
from core.worldgen.model import WorldGenConfig

_RAYS = 6
_LITTLE = 0.03  # noise
_SMOOTH = 10.0  # weight of what that changes


class Adversary(nn.Module):
    """Answers for each latent of frames, and for their whole, whether they are recorded; it sees the frame before."""

    def __init__(self, config: WorldGenConfig, width: int = 96) -> None:
        super().__init__()
        given = 2 * config.latent_channels + config.layout_channels + _RAYS
        self.patches = nn.Sequential(
            nn.Conv2d(given, width, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.SiLU(),
        )
        self.near = nn.Conv2d(width, 1, 1)
        self.whole = nn.Sequential(
            nn.Conv2d(width, width, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, width, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(width, 1, 1),
        )

    def forward(self, latents: Tensor, conditions: Conditions) -> tuple[Tensor, Tensor]:
        """Of latents [B, T, V, C, h, w], those of the frames after the first: [n, 1, h, w] and [n, 1, 1, 1]."""
        height, width = latents.shape[-2:]
        assert conditions.layout is not None
        assert conditions.rays is not None
        layout = adaptive_avg_pool2d(conditions.layout[:, 1:].flatten(0, 2).float(), (height, width))
        pair = latents[:, 1:].flatten(0, 2), latents[:, :-1].flatten(0, 2)
        seen = self.patches(torch.cat([*pair, layout, conditions.rays[:, 1:].flatten(0, 2)], 1))
        return self.near(seen), self.whole(seen)


def told_apart(adversary: Adversary, made: Tensor, batch: Batch) -> Tensor:
    """The loss of one that learns: of what was made, and of what was recorded under the same conditions."""
    with torch.autocast(made.device.type, enabled=False):
        made, real = made.float(), batch.latents.float()
        loss = made.new_zeros(())
        for latents, sign in ((made, 1.0), (real, -1.0)):
            answers = adversary(latents, batch.conditions)
            shaken = adversary(latents + _LITTLE * torch.randn_like(latents), batch.conditions)
            for one, other in zip(answers, shaken, strict=True):
                loss = loss + relu(1 + sign * one).mean() + _SMOOTH * (one - other).square().mean()
    return loss / 4


def taken_for_real(adversary: Adversary, made: Tensor, conditions: Conditions) -> Tensor:
    """The loss of who makes; only what was made has a gradient."""
    fixed = {name: value.detach() for name, value in adversary.named_parameters()}
    with torch.autocast(made.device.type, enabled=False):
        near, whole = torch.func.functional_call(adversary, fixed, (made.float(), conditions))
    return -(near.mean() + whole.mean()) / 2
