"""How far a drawn picture is from a recorded one."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

_C1, _C2 = 0.01**2, 0.03**2
_WINDOW, _SIGMA = 11, 1.5


def dissimilarity(picture: Tensor, reference: Tensor, valid: Tensor) -> Tensor:
    """One minus structural similarity, halved, of pictures [3, H, W] in [0, 1]: a map [H - 10, W - 10].

    As `core.evaluation.image_quality.ssim` defines it, differentiable. Pixels that are not valid [1, H, W] are equal.
    """
    one, other = picture * valid, reference * valid
    height, width = one.shape[-2:]
    down, across = _window(height).to(one), _window(width).to(one)
    stack = torch.cat([one, other, one * one, other * other, one * other])
    mean_1, mean_2, square_1, square_2, product = torch.split(down @ stack @ across.T, len(one))
    alike = (2 * mean_1 * mean_2 + _C1) * (2 * (product - mean_1 * mean_2) + _C2)
    spread = square_1 - mean_1**2 + square_2 - mean_2**2
    return 0.5 * (1 - alike / ((mean_1**2 + mean_2**2 + _C1) * (spread + _C2))).mean(0)


@lru_cache(maxsize=32)
def _window(size: int) -> Tensor:
    """A Gaussian window at all places where it fits, as a matrix [size - 10, size]."""
    at = torch.arange(_WINDOW) - _WINDOW // 2
    window = torch.exp(-0.5 * (at / _SIGMA) ** 2)
    matrix = torch.zeros(size - _WINDOW + 1, size)
    for row in range(len(matrix)):
        matrix[row, row : row + _WINDOW] = window / window.sum()
    return matrix
