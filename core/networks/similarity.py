"""Structural similarity as a function of torch."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

WINDOW = 11
"""Pixels: the window fits nowhere in smaller pictures."""
_SIGMA = 1.5
_C1, _C2 = 0.01**2, 0.03**2

Floats = NDArray[np.float32]


def ssim_map(picture: Tensor, reference: Tensor) -> Tensor:
    """Structural similarity [C, H - 10, W - 10] of pictures [C, H, W] in [0, 1], wherever the window fits.

    As `core.evaluation.image_quality.ssim_map` defines it, differentiable in both.
    """
    if picture.is_cuda:
        return _alike(picture, reference, *_means_on_cuda(picture, reference))
    alike: Any = _Alike.apply
    found: Tensor = alike(picture, reference)
    return found


def _alike(one: Any, other: Any, mean_1: Any, mean_2: Any, square_1: Any, square_2: Any, product: Any) -> Any:
    both = mean_1 * mean_2
    squares = mean_1 * mean_1 + mean_2 * mean_2
    above = (2 * both + _C1) * (2 * (product - both) + _C2)
    return above / ((squares + _C1) * (square_1 + square_2 - squares + _C2))


class _Alike(torch.autograd.Function):
    """On the CPU with OpenCV's separable filters, a quarter of the time that matrices take."""

    @staticmethod
    def forward(ctx: Any, picture: Tensor, reference: Tensor) -> Tensor:
        ctx.save_for_backward(picture, reference)
        one, other = picture.detach().numpy(), reference.detach().numpy()
        ctx.means = tuple(_means(each) for each in (one, other, one * one, other * other, one * other))
        return torch.from_numpy(_alike(one, other, *ctx.means))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        one, other = (each.detach().numpy() for each in ctx.saved_tensors)
        mean_1, mean_2, square_1, square_2, product = ctx.means
        both, squares = mean_1 * mean_2, mean_1 * mean_1 + mean_2 * mean_2
        a, b = 2 * both + _C1, 2 * (product - both) + _C2
        c, d = squares + _C1, square_1 + square_2 - squares + _C2
        share = gradient.numpy() / (c * d)
        of_product = _spread(2 * a * share)
        of_squares = _spread(-a * b * share / d)
        # What the means change by themselves, their own mean and what is taken from the squares and the product.
        of_other, of_own = 2 * (b - a) * share, 2 * a * b * share * (1 / d - 1 / c)
        found: list[Tensor | None] = []
        for needed, own, beside, mean, mean_beside in zip(
            ctx.needs_input_grad, (one, other), (other, one), (mean_1, mean_2), (mean_2, mean_1), strict=True
        ):
            slope = _spread(of_other * mean_beside + of_own * mean) + 2 * own * of_squares + beside * of_product
            found.append(torch.from_numpy(slope) if needed else None)
        return tuple(found)


def _means(planes: Floats) -> Floats:
    """Under the window wherever it fits (c, h - 10, w - 10), of (c, h, w)."""
    edge = WINDOW // 2
    kernel = cv2.getGaussianKernel(WINDOW, _SIGMA, cv2.CV_32F)
    return np.stack([cv2.sepFilter2D(plane, -1, kernel, kernel)[edge:-edge, edge:-edge] for plane in planes])


def _spread(planes: Floats) -> Floats:
    """The transpose of `_means`: (c, h, w) from (c, h - 10, w - 10)."""
    edge = WINDOW // 2
    kernel = cv2.getGaussianKernel(WINDOW, _SIGMA, cv2.CV_32F)
    padded = np.pad(planes, ((0, 0), (edge, edge), (edge, edge)))
    return np.stack([cv2.sepFilter2D(plane, -1, kernel, kernel, borderType=cv2.BORDER_CONSTANT) for plane in padded])


def _means_on_cuda(one: Tensor, other: Tensor) -> tuple[Tensor, ...]:
    stack = torch.stack([one, other, one * one, other * other, one * other])
    height, width = one.shape[-2:]
    return tuple(_matrix(height).to(one) @ stack @ _matrix(width).to(one).T)


@lru_cache(maxsize=32)
def _matrix(size: int) -> Tensor:
    """The window at all places where it fits, as a matrix [size - 10, size]."""
    window = torch.from_numpy(cv2.getGaussianKernel(WINDOW, _SIGMA, cv2.CV_32F)[:, 0])
    matrix = torch.zeros(size - WINDOW + 1, size)
    for row in range(len(matrix)):
        matrix[row, row : row + WINDOW] = window
    return matrix
