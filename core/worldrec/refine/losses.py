"""How far a drawn picture is from a recorded one."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2


def difference(drawn: Tensor, recorded: Tensor, valid: Tensor, dissimilarity: float) -> Tensor:
    """Mean absolute difference and dissimilarity, mixed, of pictures [3, H, W] where a lens saw something [1, H, W]."""
    one, other = drawn * valid, recorded * valid
    apart = (one - other).abs().mean()
    if min(one.shape[-2:]) < _WINDOW:
        return apart
    return (1 - dissimilarity) * apart + dissimilarity * (1 - ssim(one, other))


def ssim(one: Tensor, other: Tensor) -> Tensor:
    """Structural similarity of pictures [3, H, W] in [0, 1]: `core.evaluation.image_quality.ssim`, differentiable."""
    mean_1, square_1, product = _blurred(one, one * one, one * other)
    mean_2, square_2 = _blurred(other, other * other)
    variances = square_1 - mean_1**2 + square_2 - mean_2**2
    alike = (2 * mean_1 * mean_2 + _C1) * (2 * (product - mean_1 * mean_2) + _C2)
    return (alike / ((mean_1**2 + mean_2**2 + _C1) * (variances + _C2))).mean()


def _blurred(*images: Tensor) -> Tensor:
    """Images [3, H, W] under the window wherever it fits, stacked."""
    height, width = images[0].shape[-2:]
    return _blur(height).to(images[0]) @ torch.stack(images) @ _blur(width).to(images[0]).T


@lru_cache(maxsize=32)
def _blur(size: int) -> Tensor:
    """A Gaussian window at all places where it fits, as a matrix [size - 10, size]."""
    at = np.arange(_WINDOW) - _WINDOW // 2
    window = np.exp(-0.5 * (at / _SIGMA) ** 2)
    window /= window.sum()
    matrix = np.zeros((size - _WINDOW + 1, size), np.float32)
    for row in range(len(matrix)):
        matrix[row, row : row + _WINDOW] = window
    return torch.from_numpy(matrix)
