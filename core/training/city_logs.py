"""Drives of the demo city to learn from, made one by one and kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from core.city import CityDrive, CitySpec, write_city
from core.city.spec import WeatherName
from core.training.city_twins import twin_of

FIRST_SEED = 1001
"""Below are those by which networks are judged."""
_SIZES = {"tiny": (224, 128, "front3"), "base": (448, 256, "surround6")}
_OTHER_RIGS = ("surround6", "fisheye4", "front1")


@dataclass(frozen=True)
class Plan:
    """What all drives of one purpose have in common."""

    folder: str
    seconds: float
    hz: float
    samples: int  # rays per pixel
    other_rig_every: int = 0  # drives, of which one has another rig than the preset's; 0: none has
    twin_every: int = 0  # drives, of which one is made again with edits; 0: none is


KEY_FRAMES = Plan("cities", seconds=4.0, hz=5.0, samples=4)
"""What reconstruction learns from."""
FILMS = Plan("films", seconds=5.0, hz=10.0, samples=2, other_rig_every=7, twin_every=2)
"""What generation learns from: every instant, other rigs too, and the truth of edits."""

TWIN = "-edited"
"""Ends the name of a drive that was edited; without it, it is the name of the drive before."""


class CityLogs:
    """Logs of as many cities as were asked for, over all weathers; a call of `grow` makes the next."""

    def __init__(
        self, cache: Path, preset: str, count: int, first_seed: int = FIRST_SEED, plan: Plan = KEY_FRAMES
    ) -> None:
        self.folder = cache / plan.folder / preset
        self._preset = preset
        self._count = count
        self._first_seed = first_seed
        self._plan = plan

    def there(self) -> list[Path]:
        """Folders of the logs that are there; unfinished ones are none."""
        return [path for path in map(self._path, self._names()) if path.is_dir()]

    def grow(self, workers: int | None = None) -> bool:
        """Make the next log with so many processes, one per core by default; False when all are there.

        Raises:
            UserError: it cannot be written.
        """
        for name in self._names():
            if not self._path(name).is_dir():
                write_city(self._drive(name), self._path(name), workers=workers)
                return True
        return False

    def _names(self) -> Iterator[str]:
        every = self._plan.twin_every
        for number in range(self._count):
            yield str(self._first_seed + number)
            if every and number % every == 0:
                yield f"{self._first_seed + number}{TWIN}"

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _drive(self, name: str) -> CityDrive | CitySpec:
        spec = self._spec(int(name.removesuffix(TWIN)) - self._first_seed)
        return twin_of(CityDrive(spec)) if name.endswith(TWIN) else spec

    def _spec(self, number: int) -> CitySpec:
        weathers = get_args(WeatherName)
        width, height, rig = _SIZES[self._preset]
        every = self._plan.other_rig_every
        if every and number % every == every - 1:
            rig = _OTHER_RIGS[number // every % len(_OTHER_RIGS)]
        return CitySpec.model_validate(
            {
                "seed": self._first_seed + number,
                "seconds": self._plan.seconds,
                "hz": self._plan.hz,
                "rig": rig,
                "weather": weathers[number % len(weathers)],
                "width": width,
                "height": height,
                "samples": self._plan.samples,
            }
        )
