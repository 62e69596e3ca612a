"""Weather and time of day: what the light is."""

from __future__ import annotations

from enum import StrEnum
from math import cos, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Rgb = tuple[float, float, float]


class WeatherKind(StrEnum):
    CLEAR = "clear"
    OVERCAST = "overcast"
    RAIN = "rain"
    FOG = "fog"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(BaseModel):
    """Light, sky, wetness and sight of one drive. Colours are linear RGB; azimuth counter-clockwise from world x."""

    model_config = ConfigDict(frozen=True)

    kind: WeatherKind
    seed: int = 0
    sun_azimuth_rad: float
    sun_elevation_rad: float
    sun: Rgb
    zenith: Rgb
    horizon: Rgb
    ambient: Rgb
    cloud_cover: float = Field(ge=0, le=1)
    wetness: float = Field(ge=0, le=1)
    visibility_m: float = Field(gt=0)
    lamps: float = Field(ge=0, le=1)
    exposure: float = Field(gt=0)

    @classmethod
    def of(cls, kind: WeatherKind | str, seed: int = 0) -> Weather:
        """A weather of that kind, with the sun, the clouds and the sight varied by the seed.

        Raises:
            ValueError: `kind` is none of `WeatherKind`.
        """
        kind = WeatherKind(kind)
        rng = np.random.default_rng([seed, list(WeatherKind).index(kind)])
        low, high = _ELEVATIONS_DEG[kind]
        azimuth, elevation = rng.uniform(-np.pi, np.pi), radians(rng.uniform(low, high))
        look = dict(_LOOKS[kind])
        if kind is WeatherKind.CLEAR:
            # A low sun is warmer and weaker.
            warmth = float(np.clip((radians(42) - elevation) / radians(30), 0, 1))
            look["sun"] = (3.4 - 0.3 * warmth, 3.1 - 0.75 * warmth, 2.7 - 1.25 * warmth)
            look["cloud_cover"] = float(rng.uniform(0.1, 0.5))
        look["visibility_m"] = float(look["visibility_m"] * rng.uniform(0.8, 1.25))
        return cls(kind=kind, seed=seed, sun_azimuth_rad=azimuth, sun_elevation_rad=elevation, **look)

    def sun_direction(self) -> NDArray[np.float64]:
        """Unit vector (3,) from the ground to the sun."""
        level = cos(self.sun_elevation_rad)
        return np.array(
            [level * cos(self.sun_azimuth_rad), level * sin(self.sun_azimuth_rad), sin(self.sun_elevation_rad)]
        )

    def light(self, t_s: float) -> NDArray[np.float64]:
        """The light's numbers as the kernels read them, see `core.city.kernels.light`."""
        # Here, because the kernels bring numba, which names of weathers do not need.
        from core.city.kernels import light as slots

        numbers = np.zeros(slots.LIGHT_SIZE)
        numbers[slots.SUN : slots.SUN + 3] = self.sun_direction()
        numbers[slots.SUN_COLOUR : slots.SUN_COLOUR + 3] = self.sun
        numbers[slots.ZENITH : slots.ZENITH + 3] = self.zenith
        numbers[slots.HORIZON : slots.HORIZON + 3] = self.horizon
        numbers[slots.AMBIENT_COLOUR : slots.AMBIENT_COLOUR + 3] = self.ambient
        numbers[slots.CLOUDS] = self.cloud_cover
        numbers[slots.SEED] = self.seed % 10_000
        numbers[slots.FOG] = 3.0 / self.visibility_m
        numbers[slots.WETNESS] = self.wetness
        numbers[slots.LAMPS] = self.lamps
        numbers[slots.EXPOSURE] = self.exposure
        numbers[slots.TIME] = t_s
        return numbers


_ELEVATIONS_DEG = {
    WeatherKind.CLEAR: (24, 56),
    WeatherKind.OVERCAST: (30, 55),
    WeatherKind.RAIN: (30, 50),
    WeatherKind.FOG: (20, 40),
    WeatherKind.DUSK: (5, 10),
    WeatherKind.NIGHT: (-30, -18),
}

_LOOKS: dict[WeatherKind, dict[str, Any]] = {
    WeatherKind.CLEAR: {
        "sun": (3.3, 3.0, 2.6), "zenith": (0.13, 0.28, 0.66), "horizon": (0.62, 0.76, 0.92),
        "ambient": (0.62, 0.70, 0.86), "cloud_cover": 0.3, "wetness": 0.0, "visibility_m": 2500.0, "lamps": 0.0,
        "exposure": 0.78,
    },
    WeatherKind.OVERCAST: {
        "sun": (0.30, 0.30, 0.29), "zenith": (0.60, 0.64, 0.70), "horizon": (0.80, 0.82, 0.85),
        "ambient": (0.98, 1.02, 1.08), "cloud_cover": 0.95, "wetness": 0.0, "visibility_m": 1300.0, "lamps": 0.0,
        "exposure": 0.92,
    },
    WeatherKind.RAIN: {
        "sun": (0.10, 0.10, 0.10), "zenith": (0.40, 0.44, 0.50), "horizon": (0.60, 0.63, 0.68),
        "ambient": (0.72, 0.77, 0.84), "cloud_cover": 1.0, "wetness": 1.0, "visibility_m": 500.0, "lamps": 0.25,
        "exposure": 1.05,
    },
    WeatherKind.FOG: {
        "sun": (0.14, 0.14, 0.13), "zenith": (0.68, 0.70, 0.72), "horizon": (0.72, 0.74, 0.76),
        "ambient": (0.88, 0.90, 0.94), "cloud_cover": 0.6, "wetness": 0.25, "visibility_m": 170.0, "lamps": 0.2,
        "exposure": 0.95,
    },
    WeatherKind.DUSK: {
        "sun": (2.3, 1.10, 0.42), "zenith": (0.16, 0.20, 0.42), "horizon": (0.95, 0.52, 0.30),
        "ambient": (0.36, 0.34, 0.46), "cloud_cover": 0.45, "wetness": 0.0, "visibility_m": 1500.0, "lamps": 0.55,
        "exposure": 1.05,
    },
    WeatherKind.NIGHT: {
        "sun": (0.0, 0.0, 0.0), "zenith": (0.006, 0.009, 0.022), "horizon": (0.040, 0.036, 0.046),
        "ambient": (0.050, 0.052, 0.075), "cloud_cover": 0.35, "wetness": 0.15, "visibility_m": 1500.0, "lamps": 1.0,
        "exposure": 1.9,
    },
}  # fmt: skip
