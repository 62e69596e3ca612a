"""Exposures of a scene's cameras as parameters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from core.scene import Exposure, Scene
from core.scene.exposure import NEUTRAL, exposure_of

_TRUST = 0.5
"""Of the ones that refinement began with: weight of the mean square of what is changed."""


class LearntExposures:
    """A gain and a bias for each channel of each camera; neutral in the mean over all cameras, whatever is learnt."""

    def __init__(self, scene: Scene, cameras: Iterable[str], device: torch.device) -> None:
        self._names = sorted({*scene.exposures, *cameras})
        starts = [scene.exposures.get(name, NEUTRAL) for name in self._names]
        self._device = device
        self._start_gains, self._start_biases = (
            self._tensor([start.gain for start in starts]),
            self._tensor([start.bias for start in starts]),
        )
        self.gains = self._start_gains.clone().requires_grad_()  # [k, 3] up to a common factor
        self.biases = self._start_biases.clone().requires_grad_()  # [k, 3] up to a common shift

    def recorded(self, rgb: Tensor, camera: str) -> Tensor:
        """What a camera records of a picture [3, H, W]; not limited, so that gradients reach all of it."""
        number = self._names.index(camera)
        gains, biases = self._balanced()
        return rgb * gains[number].view(3, 1, 1) + biases[number].view(3, 1, 1)

    def drift(self) -> Tensor:
        """How much worse it is to be far from where it began."""
        gains, biases = self._balanced()
        return _TRUST * ((gains - self._start_gains).square().mean() + (biases - self._start_biases).square().mean())

    @torch.no_grad()
    def values(self) -> dict[str, Exposure]:
        gains, biases = (values.cpu().numpy() for values in self._balanced())
        return {name: exposure_of(*each) for name, *each in zip(self._names, gains, biases, strict=True)}

    def _balanced(self) -> tuple[Tensor, Tensor]:
        return self.gains / self.gains.mean(0), self.biases - self.biases.mean(0)

    def _tensor(self, values: ArrayLike) -> Tensor:
        return torch.from_numpy(np.array(values, np.float32)).to(self._device)
