"""Weather and light as the generator is told them."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor

Sky = Literal["clear", "overcast", "rain", "fog"]
Light = Literal["day", "dusk", "night"]

WEATHER_SIZE = len(get_args(Sky)) + len(get_args(Light))

CITY_WEATHERS: dict[str, tuple[Sky, Light]] = {
    "clear": ("clear", "day"),
    "overcast": ("overcast", "day"),
    "rain": ("rain", "day"),
    "fog": ("fog", "day"),
    "dusk": ("clear", "dusk"),
    "night": ("clear", "night"),
}
"""What the demo city calls its weathers."""


def weather_vector(sky: Sky, light: Light) -> Tensor:
    """[K]: one-hot sky, then one-hot light."""
    vector = torch.zeros(WEATHER_SIZE)
    vector[get_args(Sky).index(sky)] = 1.0
    vector[len(get_args(Sky)) + get_args(Light).index(light)] = 1.0
    return vector
