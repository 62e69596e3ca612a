"""Sizes of the depth network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field


class DepthConfig(BaseModel):
    """What decides the shapes of the depth network's weights and of its evidence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    planes: int = Field(48, ge=8, multiple_of=2)
    nearest_m: float = Field(1.8, gt=0)
    farthest_m: float = Field(150.0, gt=0)
    neighbours: int = Field(6, ge=1)
    stem: int = Field(16, ge=4)
    widths: tuple[int, int, int, int] = (32, 48, 56, 56)

    @property
    def bins(self) -> int:
        """Of the volumes that the network sees: two planes each."""
        return self.planes // 2

    @property
    def depths_m(self) -> NDArray[np.float32]:
        """Depths (planes,) of the planes, evenly spaced in their logarithm."""
        return np.geomspace(self.nearest_m, self.farthest_m, self.planes).astype(np.float32)


PRESETS = {"tiny": DepthConfig(), "base": DepthConfig(planes=96, neighbours=8, stem=32, widths=(64, 96, 128, 160))}
