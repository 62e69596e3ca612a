"""Films on disk: small, images and layouts as bytes, and read window by window."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.errors import UserError
from core.geometry import Pose, PoseTrack, camera_from_dict
from core.logs import ActorClass, Track
from core.logs.box_table import BoxTable
from core.training.processes import unfinished
from core.worldgen.conditions.film import Film
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.weather import Light, Sky

SUFFIX = ".film.safetensors"
FOLDER = "aligned-films"
"""Of a cache; films of before, in others, lay a sixth of a pixel aside, or did not know where actors are."""
_BOXES = "box_counts", "box_t_ns", "world_from_box", "box_sizes"


def save_film(film: Film, path: Path) -> None:
    """Write a film; a file appears complete or not at all."""
    views = film.viewpoints
    arrays = {
        "images": film.images,
        "layouts": film.layouts,
        "t_ns": views.t_ns,
        "world_from_camera": views.world_from_camera.matrix,
        "world_from_ego": views.world_from_ego.matrix,
    } | _as_arrays(views.boxes)
    tracks = [] if views.boxes is None else views.boxes.tracks
    actors = [(track.id, track.actor_class, track.source_label) for track in tracks]
    facts = {"cameras": [camera.to_dict() for camera in views.cameras], "weather": film.weather, "actors": actors}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = unfinished(path)
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
                boxes = {name: file.get_tensor(name) for name in _BOXES if name in file.keys()}  # noqa: SIM118
            self._cameras = tuple(camera_from_dict(values) for values in facts["cameras"])
            weather = facts["weather"]
            known = weather is not None and weather[0] in get_args(Sky) and weather[1] in get_args(Light)
            self.weather: tuple[Sky, Light] | None = (weather[0], weather[1]) if known else None
            self._boxes = _as_table(facts["actors"], boxes) if boxes else None
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
        return Viewpoints(self._cameras, poses["t_ns"], world_from_camera, world_from_ego, self._boxes)


def _as_arrays(boxes: BoxTable | None) -> dict[str, NDArray[np.generic]]:
    """The boxes of all actors, one actor after the other; nothing if no one knows."""
    if boxes is None or not boxes.tracks:
        return {}
    tracks = boxes.tracks
    found = (
        np.array([len(track.t_ns) for track in tracks]),
        np.concatenate([track.t_ns for track in tracks]),
        np.concatenate([track.poses.poses.matrix for track in tracks]),
        np.array([(*track.size_m, track.max_gap_s, track.margin_s) for track in tracks]),
    )
    return dict(zip(_BOXES, found, strict=True))


def _as_table(actors: Sequence[Sequence[str]], boxes: Mapping[str, NDArray[Any]]) -> BoxTable:
    counts, t_ns, poses, lasting = (boxes[name] for name in _BOXES)
    ends = np.cumsum(counts)
    tracks = []
    for (name, kind, label), begin, end, (*size_m, gap_s, margin_s) in zip(
        actors, ends - counts, ends, lasting.tolist(), strict=True
    ):
        length, width, height = size_m
        tracks.append(
            Track(
                id=name,
                actor_class=ActorClass(kind),
                source_label=label,
                poses=PoseTrack(t_ns[begin:end], Pose(poses[begin:end])),
                size_m=(length, width, height),
                max_gap_s=gap_s,
                margin_s=margin_s,
            )
        )
    return BoxTable(tracks)


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
