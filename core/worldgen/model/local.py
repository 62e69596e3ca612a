"""What neighbouring latents say of each other, beside the transformer's coarse tokens."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from core.worldgen.model.config import WorldGenConfig
from core.worldgen.model.embedding import from_patches

LEAST_SPREAD = 0.1
"""How far a guess lies from the reference is told in units of its standard error, or of this."""


class LocalDetail(nn.Module):
    """Convolutions over the latents of each picture, led by the transformer's tokens; they add nothing at first.

    A token of a small network has to carry a patch of latents, noise included, in few channels, and says what it found
    without looking at its neighbours' answer: pictures fall into blocks. Removing noise and bending the reference into
    place is local work, which convolutions learn in far fewer steps.

    They also say, latent by latent, how far to go back from the guess to the reference: where nothing moves it is all
    there is to know, and what noise has brought into the guess has to go.
    """

    def __init__(self, config: WorldGenConfig) -> None:
        super().__init__()
        channels, inner = config.latent_channels, config.local_channels
        self.patch = config.patch
        self.led = nn.Linear(config.width, 2 * inner * config.patch**2)
        self.first = nn.Conv2d(3 * channels + 1, inner, 3, padding=1)
        self.second = nn.Conv2d(inner, inner, 3, padding=1)
        self.last = nn.Conv2d(inner, 2 * channels, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(cast(Tensor, self.last.bias))

    def forward(
        self,
        guess: Tensor,
        innovation: Tensor,
        reference: Tensor | float,
        unknown: Tensor | float,
        spread: Tensor | float,
        tokens: Tensor,
        grid: tuple[int, int],
    ) -> Tensor:
        """What is added to predictions [B, T, V, C, h, w].

        Args:
            guess: of the clean latents [B, T, V, C, h, w].
            innovation: what noisy latents say beyond the reference, the same shape.
            reference: the same of the reference; 0 where there is none.
            unknown: variance that it leaves [B, T, V, 1, h, w].
            spread: standard error of the guess, the same shape.
            tokens: [B, V, T, n, width] of the transformer, normalised.
            grid: rows and columns of tokens.
        """
        referred = torch.zeros_like(guess) + reference
        seen = torch.cat([guess, innovation, referred, torch.zeros_like(guess[:, :, :, :1]) + unknown], 3)
        leading = from_patches(self.led(tokens), grid, self.patch).flatten(0, 2)
        scale, shift = leading.chunk(2, 1)
        found = gelu(self.first(seen.flatten(0, 2).to(tokens.dtype))) * (1 + scale) + shift
        found = found + gelu(self.second(found))
        added, back = torch.unflatten(self.last(found), 0, guess.shape[:3]).chunk(2, 3)
        return added + back * (referred - guess) / (torch.zeros_like(guess) + spread).clamp_min(LEAST_SPREAD)
