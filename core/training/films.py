"""Films that generation learns from: what all cameras of a rig saw, up to ten times a second, and where and when.

A film is small on disk, images and layouts as bytes, and read window by window.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.city.log_files import FOLDER, read_city_file
from core.errors import UserError
from core.geometry import Pose, camera_from_dict
from core.logs import DrivingLog
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.building import boxes_of, conditions_of, layouts_of
from core.worldgen.conditions.ground import GroundMap
from core.worldgen.conditions.viewpoints import Viewpoints, recorded
from core.worldgen.conditions.weather import CITY_WEATHERS, Light, Sky, weather_vector

SUFFIX = ".film.safetensors"


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
    layouts = layouts_of(viewpoints, boxes_of(log.tracks) if log.tracks else None, ground)
    return Film(viewpoints, images, layouts, _weather_of(log))


def _weather_of(log: DrivingLog) -> tuple[Sky, Light] | None:
    folder = Path(log.path)
    return CITY_WEATHERS[read_city_file(folder)[0].weather] if (folder / FOLDER / "city.json").exists() else None


def save_film(film: Film, path: Path) -> None:
    """Write a film; a file appears complete or not at all."""
    views = film.viewpoints
    arrays = {
        "images": film.images,
        "layouts": film.layouts,
        "t_ns": views.t_ns,
        "world_from_camera": views.world_from_camera.matrix,
        "world_from_ego": views.world_from_ego.matrix,
    }
    facts = {"cameras": [camera.to_dict() for camera in views.cameras], "weather": film.weather}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, part, {"facts": json.dumps(facts)})
    part.replace(path)


class FilmFile:
    """A film on disk, of which windows are read.

    Raises:
        UserError: the file is not one that `save_film` wrote.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with safe_open(path, framework="np") as file:
                facts = json.loads(file.metadata()["facts"])
                self._poses = {name: file.get_tensor(name) for name in ("t_ns", "world_from_camera", "world_from_ego")}
                height, width = file.get_slice("images").get_shape()[2:4]
            self._cameras = tuple(camera_from_dict(values) for values in facts["cameras"])
            weather = facts["weather"]
            known = weather is not None and weather[0] in get_args(Sky) and weather[1] in get_args(Light)
            self.weather: tuple[Sky, Light] | None = (weather[0], weather[1]) if known else None
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise UserError("A film cannot be read", path=path, remedy="Delete it; it is made again.") from error
        self.size = int(height), int(width)

    def __len__(self) -> int:
        return len(self._poses["t_ns"])

    @property
    def views(self) -> int:
        return len(self._cameras)

    def window(self, begin: int, end: int) -> Film:
        """Some frames as a film of their own, before which nothing was."""
        with safe_open(self.path, framework="np") as file:
            images = file.get_slice("images")[begin:end]
            layouts = file.get_slice("layouts")[begin:end]
        return Film(self.viewpoints(begin, end), images, layouts, self.weather)

    def viewpoints(self, begin: int, end: int) -> Viewpoints:
        """Those of some frames, before which nothing was."""
        poses = {name: values[begin:end] for name, values in self._poses.items()}
        world_from_camera, world_from_ego = Pose(poses["world_from_camera"]), Pose(poses["world_from_ego"])
        return Viewpoints(self._cameras, poses["t_ns"], world_from_camera, world_from_ego)


def smaller(film: Film, height: int) -> Film:
    """The same film with images of another height, in proportion; both sides stay multiples of the layout's stride."""
    views = film.viewpoints
    width = round(views.size[1] * height / views.size[0])
    if height == views.size[0]:
        return film
    images = np.stack([_shrunk(image, height, width) for image in film.images.reshape(-1, *film.images.shape[2:])])
    rows = film.layouts.shape[3] * height // views.size[0], film.layouts.shape[4] * width // views.size[1]
    layouts = torch.nn.functional.interpolate(torch.from_numpy(film.layouts).flatten(0, 1).float(), rows, mode="area")
    return Film(
        views.resized(height, width),
        images.reshape(*film.images.shape[:2], height, width, 3),
        (layouts + 0.5).to(torch.uint8).numpy().reshape(*film.layouts.shape[:3], *rows),
        film.weather,
    )


def _shrunk(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))
