"""Telling what is made from what was recorded, square by square: the adversarial part of distribution matching.

DMD2 (Yin et al., "Improved distribution matching distillation", 2024) adds it so that a student is not bound by what
its teacher got wrong. Ours looks at latents, at two neighbouring frames of a camera under what both were told: it sees
blur, texture in place of houses, flicker, and another weather than the one asked for. Convolutions that see a sixth of
the picture at once learn from few drives, as each has thousands of squares.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, leaky_relu, softplus

from core.worldgen.conditions import Conditions
from core.worldgen.model import WorldGenConfig

_WIDTHS = (96, 96, 128, 128)
_STRIDES = (1, 1, 2, 1)
_SHAKEN = 0.1  # deviation of noise that should not change an answer
_SMOOTH = 1.0
"""Weight of how much it does (Lin et al., "Diffusion adversarial post-training", 2025, in place of a penalty on
gradients)."""
_RAYS = 6


class Discriminator(nn.Module):
    """Answers for each square of neighbouring frames how much they look like recorded ones."""

    def __init__(self, config: WorldGenConfig) -> None:
        super().__init__()
        self._layout, self._weather = config.layout_channels, config.weather_kinds
        layers, before = [], 2 * config.latent_channels + config.layout_channels + _RAYS + config.weather_kinds
        for width, stride in zip(_WIDTHS, _STRIDES, strict=True):
            layers.append(nn.Conv2d(before, width, 3, stride, 1))
            before = width
        self.layers = nn.ModuleList(layers)
        self.last = nn.Conv2d(before, 1, 3, padding=1)

    def forward(self, latents: Tensor, told: Tensor) -> Tensor:
        """Answers [n, 1, h / 2, w / 2], above zero for what looks recorded.

        Args:
            latents: [B, T, V, C, h, w].
            told: what the later one of each two frames was told, see `told_squares`.
        """
        both = torch.cat([latents[:, :-1], latents[:, 1:]], 3).flatten(0, 2)
        found = torch.cat([both, told.to(both.dtype)], 1)
        for layer in self.layers:
            found = leaky_relu(layer(found), 0.2)
        answers: Tensor = self.last(found)
        return answers

    def told_squares(self, told: Conditions, latents: Tensor) -> Tensor:
        """Layout, rays and weather [n, K, h, w] of all frames but the first; zero where nothing is told."""
        batch, times, views, _, height, width = latents.shape
        parts = []
        for value, channels in ((told.layout, self._layout), (told.rays, _RAYS)):
            if value is None:
                parts.append(latents.new_zeros(batch * (times - 1) * views, channels, height, width))
            else:
                parts.append(adaptive_avg_pool2d(value[:, 1:].flatten(0, 2), (height, width)))
        weather = latents.new_zeros(batch, self._weather) if told.weather is None else told.weather
        parts.append(weather.repeat_interleave((times - 1) * views, 0)[..., None, None].expand(-1, -1, height, width))
        return torch.cat(parts, 1)


def told_apart(discriminator: Discriminator, made: Tensor, truth: Tensor, told: Conditions) -> tuple[Tensor, Tensor]:
    """The loss of a discriminator, and that of who made latents [B, T, V, C, h, w] in place of the truth.

    The latter moves each latent as the discriminator would have it, by one on average: how sure that is of itself has
    nothing to say about how much it counts.
    """
    squares = discriminator.told_squares(told, made)
    fixed = made.detach().requires_grad_(True)
    with torch.enable_grad():
        of_made = discriminator(fixed, squares)
        wanted = torch.autograd.grad(softplus(-of_made.float()).sum(), fixed, retain_graph=torch.is_grad_enabled())[0]
    wanted = wanted.detach() / wanted.detach().abs().mean().clamp_min(1e-12)
    of_truth, shaken = (discriminator(each, squares) for each in (truth, truth + _SHAKEN * torch.randn_like(truth)))
    learned = softplus(-of_truth.float()).mean() + softplus(of_made.float()).mean()
    smooth = _SMOOTH * (of_truth - shaken).float().square().mean()
    return learned + smooth, (wanted * made).mean()
