"""How clean latents turn into noise and back: the line between them, its levels, the steps of a sampler.

Rectified flow (Liu et al., 2022; shift as in Stable Diffusion 3, Esser et al., 2024): `x_σ = (1 − σ)·x0 + σ·source`.
The source is noise; where a prior shows what is there, it is prior and noise mixed by the start level of each pixel, so
that one network repairs pictures (level 0), makes them of nothing (level 1), and does all between.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from core.worldgen.conditions import Conditions

DEFAULT_SHIFT = 5.0
STEP_COUNTS = (1, 2, 4, 8, 50)


def shifted(sigma: Tensor, shift: float) -> Tensor:
    """Levels moved towards noise; 0 and 1 stay."""
    return shift * sigma / (1 + (shift - 1) * sigma)


def step_list(count: int, shift: float = DEFAULT_SHIFT) -> tuple[float, ...]:
    """Levels at which a sampler of `count` steps asks the network; 1.0, 0.9375, 0.8333, 0.625 for four.

    Raises:
        ValueError: `count` is not positive.
    """
    if count < 1:
        raise ValueError(f"a sampler takes at least one step, not {count}")
    return tuple(shifted(1 - torch.arange(count, dtype=torch.float64) / count, shift).tolist())


def at_level(clean: Tensor, source: Tensor, sigma: Tensor) -> Tensor:
    """Latents [B, T, V, C, h, w] at levels [B, T] or [B, T, V, 1, h, w] between clean and source."""
    level = as_map(sigma)
    return (1 - level) * clean + level * source


def velocity(clean: Tensor, source: Tensor) -> Tensor:
    """What the network predicts."""
    return source - clean


def clean_of(latents: Tensor, predicted: Tensor, sigma: Tensor) -> Tensor:
    """Clean latents by a predicted velocity; at σ = 0 the latents themselves."""
    return latents - as_map(sigma) * predicted


def source_of(noise: Tensor, conditions: Conditions) -> Tensor:
    """What denoising starts from [B, T, V, C, h, w]: noise, and the prior's render where it tells a start level."""
    if conditions.prior is None or conditions.start_level is None:
        return noise
    level = conditions.start_level
    if (kept := conditions.kept.get("prior")) is not None:
        level = torch.where(kept.view(-1, 1, 1, 1, 1, 1), level, 1.0)
    return level * noise + (1 - level) * conditions.prior[:, :, :, : noise.shape[3]]


def as_map(sigma: Tensor) -> Tensor:
    """Levels that spread over latents."""
    return sigma[:, :, None, None, None, None] if sigma.ndim == 2 else sigma


def checked_steps(steps: Sequence[float]) -> tuple[float, ...]:
    """
    Raises:
        ValueError: the levels do not fall from 1 to above 0.
    """
    falls = all(one > other for one, other in pairwise(steps))
    if not steps or steps[0] != 1.0 or steps[-1] <= 0 or not falls:
        raise ValueError(f"steps fall from 1 to above 0, not {list(steps)}")
    return tuple(steps)
