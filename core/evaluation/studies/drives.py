"""Drives of the demo city to judge by: recorded once, and known as they would have been after an edit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from core.city import CityDrive, write_city
from core.city.edits import Edit, SetWeather, ShiftEgo
from core.city.spec import WeatherName
from core.evaluation.studies.subject import Seen, Subject
from core.jwm.drawing import finer_for
from core.logs import DrivingLog, open_log
from core.scene import Scene, with_observation
from core.training.city_films import SIZES, TWIN, film_of_city, spec_of
from core.training.city_twins import twin_of
from core.training.films import FOLDER, SUFFIX, FilmFile, save_film, smaller
from core.training.jwm.priors import in_world
from core.training.jwm.renditions import staged
from core.training.run_films import CHECK_SEED
from core.worldgen.conditions.ground import GroundMap
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.plan import Plan
from core.worldgen.tokenizer import FrameTokenizer
from core.worldrec.model.config import Preset
from core.worldrec.reconstructing import reconstruct

OBSERVED_S = 4.0
"""So long the log is that scenes are made of."""
_LOG_HZ, _LOG_SAMPLES = 5.0, 4
_CHANGED = 8  # of 255
_OTHERS: tuple[WeatherName, ...] = ("night", "rain", "fog", "clear", "dusk")
"""Weathers that drives are shown under in turn."""


@dataclass(frozen=True)
class Place:
    """Where drives are kept, and of what kind they are."""

    cache: Path
    preset: Preset
    seconds: float = OBSERVED_S  # of the edited drive
    relit: bool = False  # whether the edit is one of the weather, too

    @property
    def folder(self) -> Path:
        """Drives as long as those of training lie where they do; a longer one is another city."""
        return self.cache if self.seconds == OBSERVED_S else self.cache / f"{self.seconds:g}s"


def drives_in(place: Place, count: int) -> list[StudyDrive]:
    """The first drives that no network learned from, over all weathers, all of the preset's own rig."""
    rig = SIZES[place.preset][2]
    specs = ((number, spec_of(place.preset, CHECK_SEED + number, number)) for number in range(2 * count))
    return [StudyDrive(place, number) for number, spec in specs if spec.rig == rig][:count]


class StudyDrive:
    """One of them. Log and film are made when they are asked for, and kept."""

    def __init__(self, place: Place, number: int) -> None:
        self._place, self._number = place, number
        self.seed = CHECK_SEED + number
        self.spec = spec_of(place.preset, self.seed, number, place.seconds)
        own = self.spec.weather
        others = [name for name in _OTHERS if name != own]
        self.weather = others[number % len(others)] if place.relit else own
        self.name = f"{self.seed}, {own}, shown under {self.weather}" if place.relit else f"{self.seed}, {own}"

    @cached_property
    def recorded(self) -> CityDrive:
        """The drive as it was."""
        return CityDrive(self.spec)

    @cached_property
    def twin(self) -> CityDrive:
        """The drive after the edit."""
        return twin_of(self.recorded).edited(self._weather_edits)

    @property
    def _weather_edits(self) -> list[Edit]:
        return [SetWeather(weather=self.weather)] if self._place.relit else []

    @property
    def _begins(self) -> FilmFile:
        """What is given of the edited drive: recorded pictures know no other weather."""
        return StudyDrive(replace(self._place, relit=False), self._number).film if self._place.relit else self.film

    @cached_property
    def log(self) -> DrivingLog:
        """
        Raises:
            UserError: it cannot be written.
        """
        path = self._place.folder / "cities" / self._place.preset / str(self.seed)
        if not path.is_dir():
            changes = {"seconds": OBSERVED_S, "hz": _LOG_HZ, "samples": _LOG_SAMPLES}
            # Other processes would have to build the city once more.
            write_city(CityDrive(self.spec.model_copy(update=changes), city=self.recorded.city), path, workers=1)
        return open_log(path)

    @cached_property
    def film(self) -> FilmFile:
        """What the cameras would have seen after the edit."""
        name = f"{self.seed}{TWIN}-{self.weather}" if self._place.relit else f"{self.seed}{TWIN}"
        path = self._place.folder / FOLDER / self._place.preset / f"{name}{SUFFIX}"
        if not path.exists():
            save_film(film_of_city(self.twin), path)
        return FilmFile(path)

    @cached_property
    def scene(self) -> Scene:
        """What WorldRec makes of the log, with its actors as they move after the edit. It is not kept: the code that
        made it would be forgotten.

        Raises:
            UserError: no weights of WorldRec are there, or a file cannot be written.
        """
        made = reconstruct(self.log, preset=self._place.preset).scene
        return staged(with_observation(made, self.log), self.log, self.twin)

    def subject(
        self, tokenizer: FrameTokenizer, *, height: int, chunk: int, frames: int, threads: int | None = None
    ) -> Subject:
        """What is to be shown of the edited drive, and what is to be seen there.

        Args:
            tokenizer: of the generators.
            height: of the pictures.
            chunk: frames that are given.
            frames: after these; fewer where the drive is shorter.
            threads: that draw; all usable cores if None.
        """
        whole = self.film.window(0, min(chunk + frames, len(self.film)))
        film, fine = smaller(whole, height), finer_for(height) * height
        views = in_world(film.viewpoints, self.log.source_from_world.inverse(), self.log.start_ns)
        ground = (
            None if self.log.lane_map is None else GroundMap.of(self.log.lane_map, views.world_from_ego.translation)
        )
        names = tuple(mount.name for mount in self.spec.cameras.cameras)
        begins = self._begins.window(0, chunk)
        images = smaller(begins, height).images
        plan = Plan(names, views, ground, film.weather, images, changes=self.weather != self.spec.weather)
        seen = partial(self._seen, film.viewpoints)
        fine_truth, fine_given = (
            smaller(each, fine).images if whole.images.shape[2] >= fine else None for each in (whole, begins)
        )
        pictures = film.images, tokenizer, seen, threads, fine_truth, fine_given
        return Subject(self.name, self.log, self.scene, plan, *pictures)

    def _seen(self, views: Viewpoints) -> Seen:
        """What the city tells of the pixels: one ray each, of the edited drive and of one in which only the ego is."""
        aside: list[Edit] = [edit for edit in self.twin.edits if isinstance(edit, ShiftEgo)]
        elsewhere = self.recorded.edited([*aside, *self._weather_edits])
        shape = *views.t_ns.shape, *views.size
        changed, standing, depth_m = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape, np.float32)
        for frame, view in np.ndindex(*views.t_ns.shape):
            place = views.cameras[view], views.world_from_camera[frame, view], int(views.t_ns[frame, view]) * 1e-9
            one, other = (drive.render_at(*place, samples=1) for drive in (self.twin, elsewhere))
            apart = np.abs(one.rgb.astype(np.int16) - other.rgb.astype(np.int16))
            changed[frame, view] = apart.max(-1) > _CHANGED
            standing[frame, view], depth_m[frame, view] = one.instance == 0, one.depth_m
        return Seen(changed, standing, depth_m)
