"""Films of the demo city, made one by one and kept: every instant of a drive, and the same once more, edited.

They are rendered without writing a log, which takes three times as long. A film `1001` shows the drive of which
`CityLogs` writes the log 1001 of key images, so that a scene can be made of the one and compared with the other;
`1001-edited` is what the same cameras would have seen after an edit, `1001-relit` the same drive under another
weather. Poses are in the city's coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np

from core.city import CityDrive, CitySpec
from core.city.actors import actor_class
from core.city.edits import SetWeather
from core.city.spec import WeatherName
from core.logs import Track
from core.logs.box_table import BoxTable
from core.training.city_logs import FIRST_SEED
from core.training.city_twins import twin_of
from core.training.films import FOLDER, SUFFIX, save_film
from core.worldgen.conditions.building import layouts_of
from core.worldgen.conditions.film import Film
from core.worldgen.conditions.ground import GroundMap
from core.worldgen.conditions.viewpoints import FRAME_S, Viewpoints
from core.worldgen.conditions.weather import CITY_WEATHERS

TWIN, RELIT = "-edited", "-relit"

_SECONDS, _SAMPLES = 4.0, 2
SIZES = {"tiny": (224, 128, "front3"), "base": (448, 256, "surround6")}
_OTHER_RIGS = ("surround6", "fisheye4", "front1")
_OTHER_RIG_EVERY = 7


class CityFilms:
    """Films of as many cities as were asked for, over all weathers; a call of `grow` makes those of the next."""

    def __init__(
        self, cache: Path, preset: str, count: int, first_seed: int = FIRST_SEED, *, relit: bool = False
    ) -> None:
        """
        Args:
            cache: folder of what training keeps.
            preset: tells how large pictures are, and on which rig.
            count: of the cities.
            first_seed: of the first.
            relit: whether each drive is also filmed under another weather.
        """
        self.folder = cache / FOLDER / preset
        self.count = count
        self._relit = relit
        self._preset = preset
        self._first_seed = first_seed

    def there(self) -> list[Path]:
        """Files of the films that are there."""
        return [path for number in range(self.count) for path in self.paths(number) if path.exists()]

    def grow(self) -> bool:
        """Make the films of the next city; False when all are there."""
        return any(self.make(number) for number in range(self.count))

    def make(self, number: int) -> bool:
        """Make a city's films; False when they are there."""
        paths = list(self.paths(number))
        paths += [relit_file(paths[0])] * self._relit
        missing = [path for path in paths if not path.exists()]
        if missing:
            drive = CityDrive(spec_of(self._preset, self._first_seed + number, number))
            for path in missing:
                save_film(film_of_city(_changed(drive, path.name)), path)
        return bool(missing)

    def paths(self, number: int) -> Iterator[Path]:
        """Files of a drive's film and of its twin, whether they are there or not."""
        yield self.folder / f"{self._first_seed + number}{SUFFIX}"
        yield self.folder / f"{self._first_seed + number}{TWIN}{SUFFIX}"


def relit_file(path: Path) -> Path:
    """The file of the same drive under another weather, whether it is there or not."""
    return path.with_name(path.name.removesuffix(SUFFIX) + RELIT + SUFFIX)


def _changed(drive: CityDrive, name: str) -> CityDrive:
    """What a film of that name shows of a drive."""
    if TWIN in name:
        return twin_of(drive)
    if RELIT not in name:
        return drive
    return drive.edited([SetWeather(weather=other_weathers(drive.spec)[0])])


def other_weathers(spec: CitySpec) -> list[WeatherName]:
    """All but that of a drive, in an order that its seed decides."""
    others = [weather for weather in get_args(WeatherName) if weather != spec.weather]
    return [others[number] for number in np.random.default_rng([spec.seed, 12]).permutation(len(others))]


def spec_of(preset: str, seed: int, number: int, seconds: float = _SECONDS) -> CitySpec:
    """The drive of a film: all weathers in turn, and some on another rig than the preset's."""
    weathers = get_args(WeatherName)
    width, height, rig = SIZES[preset]
    if number % _OTHER_RIG_EVERY == _OTHER_RIG_EVERY - 1:
        rig = _OTHER_RIGS[number // _OTHER_RIG_EVERY % len(_OTHER_RIGS)]
    return CitySpec.model_validate(
        {
            "seed": seed,
            "seconds": seconds,
            "hz": 1 / FRAME_S,
            "rig": rig,
            "weather": weathers[number % len(weathers)],
            "width": width,
            "height": height,
            "samples": _SAMPLES,
        }
    )


def film_of_city(drive: CityDrive, frames: int | None = None) -> Film:
    """What a drive of the city shows; all of it, or the first frames."""
    viewpoints, layouts = layout_of_city(drive)
    count = len(viewpoints) if frames is None else frames
    names = [mount.name for mount in drive.spec.cameras.cameras]
    images = np.stack([[drive.render(name, frame * FRAME_S).rgb for name in names] for frame in range(count)])
    return Film(viewpoints.frames(0, count), images, layouts[:count], CITY_WEATHERS[drive.spec.weather])


def layout_of_city(drive: CityDrive) -> tuple[Viewpoints, np.ndarray]:
    """Viewpoints and layouts (T, V, L, H/2, W/2) of a drive, without drawing what it shows."""
    spec = drive.spec
    mounts = spec.cameras.cameras
    viewpoints = Viewpoints.along(
        drive.ego,
        [mount.camera(spec.width, spec.height) for mount in mounts],
        [mount.ego_from_camera for mount in mounts],
        np.array([spec.t_ns(frame) for frame in range(spec.frames)]),
        boxes_of_city(drive),
    )
    ground = GroundMap.of(drive.lane_map, viewpoints.world_from_ego.translation)
    return viewpoints, layouts_of(viewpoints, ground)


def boxes_of_city(drive: CityDrive) -> BoxTable:
    """The boxes of all actors of a drive, in the city's clock and coordinates."""
    return BoxTable(
        [
            Track(
                id=track.id,
                actor_class=actor_class(track.kind),
                source_label=track.kind.value,
                poses=track.poses,
                size_m=track.size_m,
                max_gap_s=np.inf,
            )
            for track in drive.tracks
        ]
    )
