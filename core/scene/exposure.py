"""How a camera turns what there is into what it records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Channels = tuple[float, float, float]


@dataclass(frozen=True)
class Exposure:
    """Gain and bias of red, green and blue. Those of a scene's cameras are neutral in the mean."""

    gain: Channels = (1.0, 1.0, 1.0)
    bias: Channels = (0.0, 0.0, 0.0)

    def recorded(self, rgb: Floats) -> Floats:
        """What the camera records, RGB (..., 3) in [0, 1], of what a scene shows."""
        return np.clip(rgb * _array(self.gain) + _array(self.bias), 0.0, 1.0).astype(np.float32)

    def undone(self, rgb: Floats) -> Floats:
        """What a scene shows, RGB (..., 3), given what the camera recorded; beyond 1 where that was bright."""
        return ((rgb - _array(self.bias)) / _array(self.gain)).astype(np.float32)


NEUTRAL = Exposure()


def balanced(exposures: Mapping[str, Exposure]) -> dict[str, Exposure]:
    """The same differences between cameras, with a mean gain of 1 and a mean bias of 0."""
    if not exposures:
        return {}
    gains = np.array([one.gain for one in exposures.values()])
    biases = np.array([one.bias for one in exposures.values()])
    mean, shift = gains.mean(0), biases.mean(0)
    biases, gains = biases - gains / mean * shift, gains / mean
    return {name: exposure_of(gain, bias) for name, gain, bias in zip(exposures, gains, biases, strict=True)}


def exposure_of(gain: NDArray[np.floating], bias: NDArray[np.floating]) -> Exposure:
    """From arrays (3,) of any type."""
    return Exposure(_channels(gain), _channels(bias))


def _array(values: Channels) -> Floats:
    return np.array(values, np.float32)


def _channels(values: NDArray[np.floating]) -> Channels:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
