from pathlib import Path

import pytest

from core.city import CitySpec, write_city
from core.logs import DrivingLog, open_log
from core.scene import Scene
from core.worldrec.lift import lift


@pytest.fixture(scope="session")
def city_log(tmp_path_factory: pytest.TempPathFactory) -> DrivingLog:
    """A short drive through the city in small pictures."""
    spec = CitySpec(seed=23, seconds=1.5, rig="front3", width=112, height=64, samples=2)
    folder: Path = tmp_path_factory.mktemp("lift") / "city"
    return open_log(write_city(spec, folder, workers=1))


@pytest.fixture(scope="session")
def city_scene(city_log: DrivingLog) -> Scene:
    return lift(city_log, hold_out=3, max_splats=16_000)
