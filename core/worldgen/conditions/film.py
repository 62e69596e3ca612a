"""Films: what all cameras of a rig saw, up to ten times a second, and what a generator is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.logs import DrivingLog
from core.worldgen.conditions.building import conditions_of, layouts_of
from core.worldgen.conditions.conditions import Conditions
from core.worldgen.conditions.ground import GroundMap
from core.worldgen.conditions.viewpoints import Viewpoints, recorded
from core.worldgen.conditions.weather import Light, Sky, recorded_weather, weather_vector


@dataclass(frozen=True, eq=False)
class Film:
    """Frames of a drive, or of a window of it."""

    viewpoints: Viewpoints
    images: NDArray[np.uint8]  # (T, V, H, W, 3) RGB
    layouts: NDArray[np.uint8]  # (T, V, L, H/2, W/2)
    weather: tuple[Sky, Light] | None  # None if no one knows

    def conditions(self, *, chunk: int, stride: int) -> Conditions:
        """B = 1; the first frame begins a chunk."""
        weather = None if self.weather is None else weather_vector(*self.weather)
        return conditions_of(self.viewpoints, self.layouts, weather, chunk=chunk, stride=stride)


def film_of(log: DrivingLog, size: tuple[int, int], cameras: Sequence[str] | None = None) -> Film:
    """All that a log recorded, as images of one size (height, width).

    Raises:
        UserError: a camera records less than four images a second, or an image cannot be read.
    """
    viewpoints, index = recorded(log, size, cameras)
    streams = [stream for stream in log.cameras if cameras is None or stream.name in cameras]
    images = np.empty((*index.shape, *size, 3), np.uint8)
    for frame, view in np.ndindex(*index.shape):
        image = streams[view].image(int(index[frame, view]))
        images[frame, view] = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    path_m = viewpoints.world_from_ego.translation
    ground = None if log.lane_map is None else GroundMap.of(log.lane_map, path_m)
    return Film(viewpoints, images, layouts_of(viewpoints, ground), recorded_weather(log))
