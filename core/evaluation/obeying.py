"""Whether a generated drive goes where it is steered, and looks like the weather that it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from core.city.edits import SetWeather
from core.city.spec import WeatherName
from core.evaluation.city_truth import drive_of, seen_from
from core.evaluation.film_cells import Figures
from core.evaluation.flow import Film, shift_px
from core.evaluation.generation import Generator, Truth, made_by, relit
from core.geometry import Camera, Pose
from core.jwm.relighting import relighting_beside
from core.jwm.shipped import coupled_weights_of
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.building import conditions_of, layouts_of
from core.worldgen.conditions.ground import GroundMap
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.weather import CITY_WEATHERS, weather_vector
from core.worldgen.depths import shipped_depths
from core.worldgen.tokenizer import FrameTokenizer

Floats = NDArray[np.float64]

TURN_RADPS = 0.3
WEATHERS: tuple[WeatherName, ...] = ("clear", "rain", "fog", "night")
_FRAMES = 12  # that are made of each film
_LOOKED_AT = 4  # of the last of these, for the weather


class Obeying:
    """The beginning of a drive, steered and under other weathers.

    - `turn`: how much of turns of `TURN_RADPS` to either side the pictures of the camera that looks ahead show.
    - `weather`: how much of the difference that `WEATHERS` make in the demo city they show, begun with first pictures
      that are relit; None of other logs.

    Both are 1 for all and 0 for nothing.
    """

    def __init__(self, truth: Truth, tokenizer: FrameTokenizer, chunk: int) -> None:
        self._truth, self._tokenizer, self._chunk = truth, tokenizer, chunk
        count = min(len(truth.film.viewpoints), chunk + _FRAMES // chunk * chunk)
        self._viewpoints = truth.film.viewpoints.frames(0, count)
        self._city = drive_of(truth.log)
        self._begun: dict[str, tuple[Truth, bool]] = {}

    def figures(self, generator: Generator, *, steps: int, seed: int) -> Figures:
        """What a generator obeys; makes a film for each side and each weather."""

        def film(conditions: Conditions, under: str | None = None) -> Film:
            truth, changes = (self._truth, False) if under is None else self._relit(under)
            return made_by(
                generator,
                truth,
                self._tokenizer,
                steps=steps,
                seed=seed,
                conditions=conditions,
                changes=changes,
            )[0]

        ahead = _looking_ahead(self._viewpoints)
        left, right = (film(self._turning(side * TURN_RADPS))[self._chunk - 1 :, ahead] for side in (1, -1))
        share = turn_share(left, right, self._viewpoints.cameras[ahead], self._truth.frame_s)
        if self._city is None:
            return {"turn": share, "weather": None}
        own = self._city.spec.weather
        made = {
            name: film(told, None if name == own else name)[-_LOOKED_AT:]
            for name, told in self._under_weathers().items()
        }
        return {"turn": share, "weather": weather_share(made, self._weather_truth, own)}

    def _turning(self, rate_radps: float) -> Conditions:
        log, viewpoints = self._truth.log, turned(self._viewpoints, self._chunk, rate_radps)
        ground = None if log.lane_map is None else GroundMap.of(log.lane_map, viewpoints.world_from_ego.translation)
        layouts = layouts_of(viewpoints, ground)
        weather = None if self._truth.film.weather is None else weather_vector(*self._truth.film.weather)
        return conditions_of(viewpoints, layouts, weather, chunk=self._chunk, stride=self._tokenizer.stride)

    def _relit(self, name: str) -> tuple[Truth, bool]:
        """The drive as it begins under a weather, and whether it is to go on under another one than it begins with."""
        if name not in self._begun:
            recorded, asked = self._truth.film.weather, CITY_WEATHERS[name]
            relighting = relighting_beside(coupled_weights_of("tiny"), recorded, asked, torch.device("cpu"))
            depths, found = shipped_depths(), None
            if relighting is not None and depths is not None:
                found = relit(self._truth, relighting, depths, self._tokenizer, self._chunk)
            self._begun[name] = (self._truth, True) if found is None else (found, False)
        return self._begun[name]

    def _under_weathers(self) -> dict[str, Conditions]:
        told = self._truth.film.conditions(chunk=self._chunk, stride=self._tokenizer.stride)
        told = told.frames(0, len(self._viewpoints))
        return {name: replace(told, weather=weather_vector(*CITY_WEATHERS[name])[None]) for name in self._names}

    @property
    def _names(self) -> tuple[WeatherName, ...]:
        assert self._city is not None
        return tuple(dict.fromkeys((self._city.spec.weather, *WEATHERS)))

    @cached_property
    def _weather_truth(self) -> dict[str, Film]:
        """What the cameras would have recorded under each weather."""
        assert self._city is not None
        seen = self._viewpoints.frames(len(self._viewpoints) - _LOOKED_AT, len(self._viewpoints))
        films = {}
        for name in self._names:
            drive = self._city.edited([SetWeather(weather=name)])
            film = np.empty((*seen.t_ns.shape, *seen.size, 3), np.float32)
            for frame, view in np.ndindex(*seen.t_ns.shape):
                pose, t_ns = seen.world_from_camera[frame, view], int(seen.t_ns[frame, view])
                film[frame, view] = seen_from(drive, self._truth.log, seen.cameras[view], pose, t_ns)[0]
            films[str(name)] = film
        return films


def _looking_ahead(viewpoints: Viewpoints) -> int:
    """Number of the camera that looks ahead most."""
    ahead = viewpoints.world_from_ego[0].rotation[:, 0]
    return int((viewpoints.world_from_camera[0].matrix[:, :3, 2] @ ahead).argmax())


def turned(viewpoints: Viewpoints, after: int, rate_radps: float) -> Viewpoints:
    """The same drive until a frame; from there on it turns, to the left for a positive rate, as fast as it drove."""
    t_s = viewpoints.t_ns[:, 0] * 1e-9
    ego = viewpoints.world_from_ego
    matrices = ego.matrix.copy()
    cameras = viewpoints.world_from_camera.matrix.copy()
    heading = 0.0
    for frame in range(after, len(matrices)):
        heading += rate_radps * (t_s[frame] - t_s[frame - 1])
        ahead_m = float(np.linalg.norm(ego.translation[frame] - ego.translation[frame - 1]))
        turn = Pose.from_heading(heading, np.zeros(3))
        start = Pose(ego.matrix[after - 1])
        rotation = start.rotation @ turn.rotation
        place = matrices[frame - 1][:3, 3] + rotation @ np.array([ahead_m, 0.0, 0.0])
        matrices[frame] = Pose.from_rotation(rotation, place).matrix
        cameras[frame] = matrices[frame] @ np.linalg.inv(ego.matrix[frame]) @ cameras[frame]
    return replace(viewpoints, world_from_ego=Pose(matrices), world_from_camera=Pose(cameras))


def turn_share(left: Film, right: Film, camera: Camera, frame_s: float) -> float:
    """How much of the turns of `TURN_RADPS` to either side pictures show: 1 all, 0 none, negative the other way.

    Args:
        left: (T, H, W, 3) pictures of a camera that looks ahead, while the drive turns left.
        right: the same while it turns right.
        camera: its lens.
        frame_s: seconds from frame to frame.
    """
    middle = np.array([[camera.width / 2 - 0.5, camera.height / 2], [camera.width / 2 + 0.5, camera.height / 2]])
    rays = camera.unproject(middle)[0]
    expected_px = 2 * TURN_RADPS * frame_s / float(np.arccos(np.clip(rays[0] @ rays[1], -1.0, 1.0)))
    return (shift_px(left) - shift_px(right)) / expected_px


def weather_share(made: Mapping[str, Film], truth: Mapping[str, Film], own: str) -> float | None:
    """How much of the difference that weathers make pictures show: 1 all, 0 none, negative the opposite.

    Of each other weather, brightness, contrast, saturation and tint change from the drive's own; what was made is
    measured along the truth's change. The mean over the weathers, each counting at most as 1; None if there is no
    other.

    Args:
        made: films by weather, of one drive.
        truth: of the same drive and places.
        own: the weather that the drive was recorded in.
    """
    shares = []
    for name in truth:
        if name == own or name not in made:
            continue
        wanted = _look(truth[name]) - _look(truth[own])
        found = _look(made[name]) - _look(made[own])
        shares.append(min(float(found @ wanted) / max(float(wanted @ wanted), 1e-9), 1.0))
    return float(np.mean(shares)) if shares else None


def _look(film: Film) -> Floats:
    """Brightness, contrast, saturation and blueness."""
    grey = film.mean(-1)
    saturation = (film.max(-1) - film.min(-1)).mean()
    return np.array([grey.mean(), grey.std(), saturation, (film[..., 2] - film[..., 0]).mean()], np.float64)
