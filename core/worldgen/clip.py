"""Clips made as a whole, every frame seeing every other: the many-step reference of a network that is not causal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from core.worldgen.conditions import Conditions
from core.worldgen.model.transformer import WorldGen
from core.worldgen.reference import Referring
from core.worldgen.rollout import Noise
from core.worldgen.schedule import at_level, checked_steps, clean_of, source_of


@torch.no_grad()
def make_clip(
    network: WorldGen,
    first: Tensor,
    conditions: Conditions,
    *,
    noise: Noise,
    steps: Sequence[float],
    referring: Referring | None = None,
) -> Tensor:
    """Clean latents [B, T, V, C, h, w] of all frames that the conditions tell of, by Euler steps along the flow.

    Args:
        network: that was trained without a mask.
        first: clean latents [B, k, V, C, h, w] of the first frames, which stay as they are.
        conditions: of all frames.
        noise: what to begin with.
        steps: levels of noise.
        referring: gives each chunk its reference, of what the chunk before is taken to be at each step.

    Raises:
        ValueError: the steps do not fall from 1, or the conditions tell of no frame.
    """
    frames, given = conditions.length, first.shape[1]
    shape = first.shape[0], frames, *first.shape[2:]
    prepared = network.prepare(conditions)
    clean = first[:, -1:].expand(-1, frames, -1, -1, -1, -1)
    source = source_of(noise(0, 0, shape), conditions)
    levels = (*checked_steps(steps), 0.0)
    latents = source
    for sigma, after in pairwise(levels):
        latents = torch.cat([first, latents[:, given:]], 1)
        at = levels_after(given, latents, sigma)
        if referring is not None and given:
            chunk = network.config.chunk
            prepared = network.prepare(referring.along(torch.cat([first, clean[:, given:]], 1), conditions, chunk))
        predicted = network(latents, at, prepared)
        clean = clean_of(latents, predicted, at)
        latents = at_level(clean, clean + predicted, torch.full_like(at, after))
    return torch.cat([first, latents[:, given:]], 1)


def levels_after(given: int, latents: Tensor, sigma: float) -> Tensor:
    """Levels [B, T]: none of the given first frames, `sigma` of the others."""
    levels = latents.new_full(latents.shape[:2], sigma)
    levels[:, :given] = 0.0
    return levels
