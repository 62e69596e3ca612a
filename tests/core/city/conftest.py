"""A small drive that tests of the city share; building its streets takes seconds."""

from pathlib import Path

import pytest

from core.city import CityDrive, CitySpec, write_city


@pytest.fixture(scope="session")
def small_drive() -> CityDrive:
    """Three frames of three small cameras with lidar."""
    return CityDrive(CitySpec(seed=4, seconds=0.3, rig="front3", width=84, height=48, samples=1))


@pytest.fixture(scope="session")
def small_log(small_drive: CityDrive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(small_drive, tmp_path_factory.mktemp("city") / "log", workers=1)
