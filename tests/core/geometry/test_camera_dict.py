"""Cameras as plain JSON."""

import json

import pytest
from hypothesis import given, settings
from lens_strategies import LENSES

from core.errors import UserError
from core.geometry import Camera, PinholeCamera, camera_from_dict

GOOD = PinholeCamera(640, 400, 400.0, 410.0, 320.0, 200.0, (0.1, 0.0, 0.0, 0.0)).to_dict()


@given(camera=LENSES)
@settings(deadline=None, max_examples=100)
def test_every_lens_survives_json(camera: Camera) -> None:
    assert camera_from_dict(json.loads(json.dumps(camera.to_dict()))) == camera


def test_whole_numbers_are_numbers_too() -> None:
    camera = camera_from_dict({"model": "pinhole", "width": 64.0, "height": 40, "fx": 50, "fy": 50, "cx": 32, "cy": 20})
    assert camera == PinholeCamera(64, 40, 50.0, 50.0, 32.0, 20.0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model": "holographic"}, "model"),
        ({"model": None}, "model"),
        ({"model": ["pinhole"]}, "model"),
        ({"fx": "400"}, "fx"),
        ({"fx": True}, "fx"),
        ({"width": 640.5}, "width"),
        ({"width": None}, "width"),
        ({"width": float("inf")}, "width"),
        ({"distortion": 0.1}, "distortion"),
        ({"distortion": [0.1, "x", 0, 0]}, "distortion"),
        ({"xi": 1.0}, "xi"),
    ],
)
def test_a_wrong_field_is_named(change: dict, field: str) -> None:
    with pytest.raises(UserError) as error:
        camera_from_dict(GOOD | change, path="rig.json")
    assert error.value.field == field
    assert "rig.json" in str(error.value)


@pytest.mark.parametrize("field", ["width", "fy", "model"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(UserError) as error:
        camera_from_dict({key: value for key, value in GOOD.items() if key != field})
    assert error.value.field == field


@pytest.mark.parametrize("change", [{"fx": -1.0}, {"cx": float("nan")}, {"distortion": [0.1, 0.2]}])
def test_values_that_make_no_camera_are_told(change: dict) -> None:
    with pytest.raises(UserError, match="make no camera"):
        camera_from_dict(GOOD | change)
