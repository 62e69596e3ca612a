"""How far a drawn picture is from a recorded one."""

from __future__ import annotations

from torch import Tensor

from core.networks.similarity import ssim_map


def dissimilarity(picture: Tensor, reference: Tensor, valid: Tensor) -> Tensor:
    """One minus structural similarity, halved, of pictures [3, H, W] in [0, 1]: a map [H - 10, W - 10].

    Pixels that are not valid [1, H, W] are equal.
    """
    return 0.5 * (1 - ssim_map(picture * valid, reference * valid)).mean(0)
