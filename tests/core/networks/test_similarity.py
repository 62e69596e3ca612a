"""Structural similarity in torch against the evaluation's, and its slopes against finite differences."""

from __future__ import annotations

import numpy as np
import torch

from core.evaluation.image_quality import ssim_map as map_of_arrays
from core.networks.similarity import ssim_map


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(1)
    one, other = torch.rand(2, 3, 24, 31, generator=random)
    return one, 0.5 * one + 0.5 * other


def test_it_is_that_of_the_evaluation() -> None:
    one, other = pair()
    expected = map_of_arrays(*(image.movedim(0, -1).numpy() for image in (one, other)))
    np.testing.assert_allclose(ssim_map(one, other).movedim(0, -1).numpy(), expected, atol=1e-4)


def test_slopes_are_those_of_finite_differences() -> None:
    one, other = (image.requires_grad_() for image in pair())
    weights = torch.rand(3, 14, 21, generator=torch.Generator().manual_seed(2))
    slopes = torch.autograd.grad((ssim_map(one, other) * weights).sum(), (one, other))
    arrays = [image.detach().movedim(0, -1).double().numpy() for image in (one, other)]
    across = weights.movedim(0, -1).double().numpy()
    step = 1e-4
    for number, slope in enumerate(slopes):
        for channel, row, column in ((0, 0, 0), (1, 12, 15), (2, 23, 4), (0, 7, 30)):
            values = []
            for sign in (1, -1):
                moved = [array.copy() for array in arrays]
                moved[number][row, column, channel] += sign * step
                values.append(float((map_of_arrays(*moved) * across).sum()))
            expected = (values[0] - values[1]) / (2 * step)
            np.testing.assert_allclose(float(slope[channel, row, column]), expected, rtol=2e-3, atol=2e-3)
