"""Drives of the demo city to learn from, made one by one and kept."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from core.city import CitySpec, write_city
from core.city.spec import WeatherName

FIRST_SEED = 1001
"""Below are those by which networks are judged."""
_SECONDS, _SAMPLES = 4.0, 4
_HZ = (10.0, 5.0)  # of all weathers in turn: networks meet many pictures of a place, and few
_SIZES = {"tiny": (224, 128, "front3"), "base": (448, 256, "surround6")}


class CityLogs:
    """Logs of as many cities as were asked for, over all weathers; a call of `grow` makes the next."""

    def __init__(self, cache: Path, preset: str, count: int, first_seed: int = FIRST_SEED) -> None:
        self.folder = cache / "cities" / preset
        self._preset = preset
        self._count = count
        self._first_seed = first_seed

    def there(self) -> list[Path]:
        """Folders of the logs that are there; unfinished ones are none."""
        return [path for path in map(self.path, range(self._count)) if path.is_dir()]

    def grow(self) -> bool:
        """Make the next log; False when all are there.

        Raises:
            UserError: it cannot be written.
        """
        return any(self.make(number) for number in range(self._count))

    def make(self, number: int) -> bool:
        """Make one log; False when it is there.

        Raises:
            UserError: it cannot be written.
        """
        path = self.path(number)
        if path.is_dir():
            return False
        write_city(self._spec(number), path)
        return True

    def path(self, number: int) -> Path:
        """The folder of a log, whether it is there or not."""
        return self.folder / str(self._first_seed + number)

    def _spec(self, number: int) -> CitySpec:
        weathers = get_args(WeatherName)
        width, height, rig = _SIZES[self._preset]
        return CitySpec.model_validate(
            {
                "seed": self._first_seed + number,
                "seconds": _SECONDS,
                "hz": _HZ[number // len(weathers) % len(_HZ)],
                "rig": rig,
                "weather": weathers[number % len(weathers)],
                "width": width,
                "height": height,
                "samples": _SAMPLES,
            }
        )
