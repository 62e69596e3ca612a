"""A distance between what two sets of pictures look like, without downloaded weights."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

LABEL = "Fréchet distance of features of a fixed random network, not FID"

_WIDTHS = (24, 32, 48)
_AT_ONCE = 32


class FixedFeatures:
    """Means and deviations of what three layers of fixed random weights answer.

    Random convolutions tell blur, blotches and wrong colours from pictures well enough to compare generators with each
    other; the numbers mean nothing beside those of other networks.
    """

    def __init__(self) -> None:
        random = np.random.default_rng(20)
        layers: list[nn.Module] = []
        before = 3
        for width in _WIDTHS:
            layer = nn.Conv2d(before, width, 3, stride=2, padding=1)
            weight = random.standard_normal((width, before, 3, 3)) * np.sqrt(2 / (9 * before))
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(weight))
                layer.bias.zero_()  # type: ignore[union-attr]
            layers += [layer, nn.LeakyReLU(0.1)]
            before = width
        self._layers = nn.ModuleList(layers).requires_grad_(False)

    def __call__(self, pictures: NDArray[np.float32]) -> NDArray[np.float64]:
        """Features (n, k) of pictures (n, H, W, 3) in [0, 1]."""
        found = []
        for begin in range(0, len(pictures), _AT_ONCE):
            some = torch.from_numpy(np.ascontiguousarray(pictures[begin : begin + _AT_ONCE]))
            found.append(torch.cat(list(self._of(some.movedim(-1, 1).float())), 1))
        return torch.cat(found).double().numpy()

    def _of(self, pictures: Tensor) -> Iterable[Tensor]:
        answers = 2 * pictures - 1
        for layer in self._layers:
            answers = layer(answers)
            if isinstance(layer, nn.LeakyReLU):
                yield answers.mean((2, 3))
                yield answers.std((2, 3))


def frechet_distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Of normal distributions that fit features (n, k), each feature for itself (Dowson and Landau, 1982).

    Covariances of that many features would need more pictures than a few short drives have.
    """
    means, deviations = (float(((measure(one, 0) - measure(other, 0)) ** 2).sum()) for measure in (np.mean, np.std))
    return means + deviations
