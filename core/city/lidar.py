"""A spinning lidar by the same rays as the pictures."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.city.weather import Weather


class LidarModel(BaseModel):
    """Beams × azimuth steps; x of the lidar's frame is forward, z up."""

    model_config = ConfigDict(frozen=True)

    beams: int = Field(default=32, gt=0)
    azimuth_steps: int = Field(default=1084, gt=0)
    lowest_rad: float = -0.535
    highest_rad: float = 0.186
    nearest_m: float = 1.0
    farthest_m: float = 100.0
    noise_m: float = Field(default=0.02, ge=0)
    dropout: float = Field(default=0.03, ge=0, le=1)
    seed: int = 0


@cache
def lidar_rays(lidar: LidarModel) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Unit directions (n, 3) in the lidar's frame, and the ring (n,) of each, 0 the lowest."""
    elevation = np.linspace(lidar.lowest_rad, lidar.highest_rad, lidar.beams)
    azimuth = np.linspace(np.pi, -np.pi, lidar.azimuth_steps, endpoint=False)
    a, e = np.meshgrid(azimuth, elevation, indexing="ij")
    directions = np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], -1).reshape(-1, 3)
    rings = np.broadcast_to(np.arange(lidar.beams, dtype=np.uint8), a.shape).reshape(-1)
    return directions, rings


def recorded(
    lidar: LidarModel,
    distance_m: NDArray[np.float32],
    facing: NDArray[np.float64],
    albedo: NDArray[np.float32],
    retroreflecting: NDArray[np.bool_],
    weather: Weather,
    t_s: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Ranges and intensities (0..255) as recorded, and which rays came back at all; each (n,).

    `facing` is the cosine between ray and surface. Weak echoes drop out, fog and rain shorten the sight.
    """
    # The time is part of the seed: an edit elsewhere must not change this sweep's noise.
    rng = np.random.default_rng([lidar.seed, round(t_s * 1e6) & 0xFFFFFFFF])
    noise = rng.normal(0.0, lidar.noise_m, len(distance_m)).clip(-3 * lidar.noise_m, 3 * lidar.noise_m)
    luck = rng.random(len(distance_m))
    finite = np.where(np.isfinite(distance_m), distance_m, 0)
    sight = np.exp(-2 * finite / weather.visibility_m)
    echo = (0.15 + albedo) * facing * sight
    weak = np.clip(0.02 / np.maximum(echo, 1e-4) * (finite / lidar.farthest_m) ** 2, 0, 0.9)
    kept = (
        np.isfinite(distance_m)
        & (finite > lidar.nearest_m)
        & (finite < lidar.farthest_m)
        & (luck > np.maximum(weak, lidar.dropout))
    )
    intensity = np.where(retroreflecting, 200 + 55 * facing, 255 * np.clip(0.8 * echo, 0, 0.7))
    return (finite + noise).astype(np.float32), intensity.astype(np.float32), kept
