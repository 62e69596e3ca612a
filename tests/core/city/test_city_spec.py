"""City specs: what users may ask for, and the rigs that they get."""

import subprocess
import sys
from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError

from core.city import RIGS, CitySpec, WeatherKind
from core.city.spec import CameraMount, RigSpec, WeatherName
from core.errors import UserError


def test_importing_the_city_loads_nothing_heavy() -> None:
    code = "import sys, core.city; assert not {'numba', 'embreex', 'cv2', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "values",
    [{"rig": "sonar"}, {"weather": "snow"}, {"seconds": 0.0}, {"seconds": 600.0}, {"width": 4}, {"seed": -1}, {"x": 1}],
)
def test_bad_values_are_refused_by_name(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(values))):
        CitySpec(**values)


def test_an_unknown_rig_is_told_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="surround6, front3"):
        CitySpec(rig="sonar")


def test_every_weather_of_the_renderer_can_be_asked_for() -> None:
    assert set(get_args(WeatherName)) == {kind.value for kind in WeatherKind}


def test_a_user_is_told_the_field_and_the_value() -> None:
    with pytest.raises(UserError, match=r"'snow'.*'clear'.*field weather"):
        CitySpec.checked(weather="snow")
    with pytest.raises(UserError, match=r"there is no rig.*field rig"):
        CitySpec.checked(rig="sonar")


def test_frames_are_evenly_spaced_in_whole_microseconds() -> None:
    spec = CitySpec(seconds=2.0, hz=12.0)
    times = [spec.t_ns(frame) for frame in range(spec.frames)]
    assert spec.frames == 24 and times[0] == 0 and times[12] == 1_000_000_000
    assert all(t_ns % 1000 == 0 for t_ns in times)


def test_surround6_sees_all_around() -> None:
    covered = np.zeros(360, dtype=bool)
    for mount in RIGS["surround6"].cameras:
        rays = mount.camera(160, 90).pixel_rays()[0][45]
        ego = mount.ego_from_camera.rotate(rays)
        degrees = np.degrees(np.unwrap(np.arctan2(ego[:, 1], ego[:, 0])))
        covered[np.arange(round(degrees.min()), round(degrees.max())) % 360] = True
    assert covered.mean() > 0.99


@pytest.mark.parametrize("rig", list(RIGS))
def test_cameras_look_where_they_are_mounted_to(rig: str) -> None:
    for mount in RIGS[rig].cameras:
        camera = mount.camera(160, 90)
        forward = mount.ego_from_camera.rotate([[0.0, 0.0, 1.0]])[0]
        assert np.degrees(np.arctan2(forward[1], forward[0])) == pytest.approx(
            (mount.yaw_deg + 180) % 360 - 180, abs=1e-6
        ) or abs(mount.yaw_deg) == pytest.approx(180)
        assert np.degrees(np.arcsin(-forward[2])) == pytest.approx(mount.pitch_deg, abs=1e-6)
        row = camera.pixel_rays()[0][45]
        field = np.degrees(np.arccos(np.clip(row[0] @ row[-1], -1, 1)))
        expected = mount.field_deg if mount.field_deg < 180 else 360 - mount.field_deg
        assert field == pytest.approx(expected, abs=3.0)


def test_a_rig_of_ones_own_needs_different_names() -> None:
    mount = CameraMount(name="A", position_m=(1, 0, 1.5))
    assert CitySpec(rig=RigSpec(cameras=(mount,))).cameras.mount("A") == mount
    with pytest.raises(ValidationError, match="same name"):
        RigSpec(cameras=(mount, mount))
