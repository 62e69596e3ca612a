"""The demo city under several weathers: what a relighter learns from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.city import CityDrive
from core.city.edits import SetWeather
from core.errors import UserError
from core.training.city_films import other_weathers, spec_of
from core.training.processes import unfinished
from core.worldgen.conditions.weather import CITY_WEATHERS, weather_vector

_INSTANTS = 8  # of a drive
_EACH = 3  # weathers of a city: to make a city ready for one takes as long as thirty pictures


@dataclass(frozen=True, eq=False)
class Lit:
    """`N` pictures of a city, each under `M` of all weathers."""

    rgb: Tensor  # [N, M, 3, H, W] bytes
    depth_m: Tensor  # [N, 1, H, W] along the optical axis, infinite for sky
    weathers: Tensor  # [M, K] as `weather_vector` has them


class LitCities:
    """Pictures of as many cities as were asked for; made one by one, and kept."""

    def __init__(self, cache: Path, preset: str, count: int, first_seed: int) -> None:
        """
        Args:
            cache: folder of what training keeps.
            preset: tells how large pictures are, and on which rig.
            count: of the cities.
            first_seed: of the first.
        """
        self._folder, self._preset = cache / "lights" / preset, preset
        self._count, self._first_seed = count, first_seed

    def there(self) -> list[Path]:
        """Files of the cities that are there."""
        return [path for path in map(self._path, range(self._count)) if path.exists()]

    def grow(self) -> bool:
        """Make the pictures of the next city; False when all are there."""
        for number in range(self._count):
            if not (path := self._path(number)).exists():
                self._make(number, path)
                return True
        return False

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._first_seed + number}.safetensors"

    def _make(self, number: int, path: Path) -> None:
        drive = CityDrive(spec_of(self._preset, self._first_seed + number, number))
        names = [drive.spec.weather, *other_weathers(drive.spec)[: _EACH - 1]]
        lit = [drive.edited([SetWeather(weather=name)]) for name in names]
        times = np.linspace(0.0, drive.spec.seconds - 0.1, _INSTANTS)
        shown = [(mount.name, float(t_s)) for t_s in times for mount in drive.spec.cameras.cameras]
        rgb = np.stack([[each.render(name, t_s).rgb for each in lit] for name, t_s in shown])
        depth_m = np.stack([drive.render(name, t_s).depth_m for name, t_s in shown])
        path.parent.mkdir(parents=True, exist_ok=True)
        part = unfinished(path)
        depths = torch.from_numpy(np.where(depth_m > 0, depth_m, np.inf)).half()[:, None]
        weathers = torch.stack([weather_vector(*CITY_WEATHERS[name]) for name in names])
        pictures = torch.from_numpy(rgb).movedim(-1, 2).contiguous()
        save_file({"rgb": pictures, "depth_m": depths, "weathers": weathers}, part)
        part.replace(path)


def read_lit(path: Path) -> Lit:
    """
    Raises:
        UserError: the file cannot be read.
    """
    try:
        with safe_open(path, framework="pt") as file:
            rgb, depth_m, weathers = (file.get_tensor(name) for name in ("rgb", "depth_m", "weathers"))
            return Lit(rgb, depth_m.float(), weathers)
    except (OSError, SafetensorError) as error:
        raise UserError("Pictures of a city cannot be read", path=path, remedy="Delete the file.") from error
