"""How far a drawn picture is from a recorded one."""

from __future__ import annotations

from torch import Tensor

from core.networks.similarity import WINDOW, ssim_map


def difference(drawn: Tensor, recorded: Tensor, valid: Tensor, dissimilarity: float) -> Tensor:
    """Mean absolute difference and dissimilarity, mixed, of pictures [3, H, W] where a lens saw something [1, H, W]."""
    one, other = drawn * valid, recorded * valid
    apart = (one - other).abs().mean()
    if min(one.shape[-2:]) < WINDOW:
        return apart
    return (1 - dissimilarity) * apart + dissimilarity * (1 - ssim_map(one, other).mean())
