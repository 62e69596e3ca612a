"""Weather and light as the generator is told them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from core.city.log_files import FOLDER, read_city_file
from core.logs import DrivingLog

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

_DUSK_DEG, _NIGHT_DEG = 8.0, -6.0  # of the sun; below the second, civil twilight is over


def weather_vector(sky: Sky, light: Light, share: float = 1.0) -> Tensor:
    """[K]: one-hot sky, then one-hot light. Of the sky there may be a share only; the rest is overcast."""
    vector = torch.zeros(WEATHER_SIZE)
    vector[get_args(Sky).index("overcast")] = 1.0 - share
    vector[get_args(Sky).index(sky)] += share
    vector[len(get_args(Sky)) + get_args(Light).index(light)] = 1.0
    return vector


def share_of(sky: Sky, intensity: float) -> float:
    """How much there is of a sky that a scenario gives an intensity in [0, 1]: of rain and fog all from ½ on, which is
    what networks saw of them; clear and overcast skies know no less."""
    return min(2 * intensity, 1.0) if sky in ("rain", "fog") else 1.0


def recorded_weather(log: DrivingLog) -> tuple[Sky, Light] | None:
    """What a log was recorded in; None if no one knows."""
    folder = Path(log.path)
    return CITY_WEATHERS[read_city_file(folder)[0].weather] if (folder / FOLDER / "city.json").exists() else None


def asked_weather(
    name: str | None, sun_elevation_rad: float | None, recorded: tuple[Sky, Light] | None
) -> tuple[Sky, Light] | None:
    """What a scenario asks for.

    Args:
        name: of the weather, one of `CITY_WEATHERS` or snow, which is taken for an overcast day; None: as recorded.
        sun_elevation_rad: tells day, dusk and night apart, whatever the name says; None: as the name says.
        recorded: None if no one knows.
    """
    asked = recorded if name is None else CITY_WEATHERS.get(name, ("overcast", "day"))
    if sun_elevation_rad is None:
        return asked
    sky: Sky = "clear" if asked is None else asked[0]
    degrees = float(np.degrees(sun_elevation_rad))
    return sky, "day" if degrees > _DUSK_DEG else "dusk" if degrees > _NIGHT_DEG else "night"
