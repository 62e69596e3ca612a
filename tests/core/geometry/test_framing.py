"""Lenses of another angle or size."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry import FisheyeCamera, PinholeCamera
from core.geometry.framing import field_of_view, with_field_of_view, with_size

PINHOLE = PinholeCamera(640, 480, 500.0, 510.0, 320.0, 235.0, distortion=(-0.2, 0.05, 0.001, 0.0))
FISHEYE = FisheyeCamera(640, 480, 200.0, 200.0, 319.5, 239.5, distortion=(0.01, 0.0, 0.0, 0.0))


@pytest.mark.parametrize("camera", [PINHOLE, FISHEYE])
def test_the_wanted_angle_is_seen_through_the_true_lens(camera: PinholeCamera) -> None:
    changed = with_field_of_view(camera, np.radians(55.0))
    assert np.degrees(field_of_view(changed)) == pytest.approx(55.0, abs=0.05)
    assert (changed.width, changed.height) == (640, 480)
    assert with_field_of_view(camera, field_of_view(camera)).fx == pytest.approx(camera.fx, rel=1e-3)


def test_a_plain_lens_is_as_wide_as_trigonometry_says() -> None:
    camera = PinholeCamera(200, 100, 100.0, 100.0, 99.5, 49.5)
    assert np.degrees(field_of_view(camera)) == pytest.approx(90.0)


def test_an_angle_beyond_the_lens_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot see"):
        with_field_of_view(PINHOLE, np.radians(200.0))


def test_another_size_keeps_the_angle_and_square_pixels() -> None:
    wide = with_size(PINHOLE, 1280, 600)
    assert field_of_view(wide) == pytest.approx(field_of_view(PINHOLE), rel=1e-3)
    assert wide.fy / wide.fx == pytest.approx(PINHOLE.fy / PINHOLE.fx)
    pixel, _ = wide.project([[0.0, 0.0, 5.0]])
    middle, _ = PINHOLE.project([[0.0, 0.0, 5.0]])
    assert pixel[0, 1] - 299.5 == pytest.approx(2 * (middle[0, 1] - 239.5))
