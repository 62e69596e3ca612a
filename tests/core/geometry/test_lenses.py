"""Camera models: what every lens promises, and what each family must agree with."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from lens_strategies import FISHEYES, LENSES, PINHOLES, SIZE, all_round_rays, grid_pixels

from core.geometry import Camera, FisheyeCamera, PinholeCamera, PolynomialFisheyeCamera, UnifiedCamera

every_lens = settings(deadline=None, max_examples=150)

KITTI_360 = UnifiedCamera(1400, 1400, 2.2134, 1336.3, 1335.8, 716.94, 705.76, (0.0169, 1.6548, 0.0004, 0.0004))
WOODSCAPE = PolynomialFisheyeCamera(1280, 966, (339.749, -31.988, 48.275, -7.201), 643.4, 479.1)
BARREL = PinholeCamera(640, 400, 400.0, 400.0, 319.5, 199.5, (-0.35, 0.12, 0.001, -0.0005))


@given(camera=LENSES)
@every_lens
def test_a_seen_pixel_comes_back_from_its_ray(camera: Camera) -> None:
    pixels = grid_pixels(camera)
    rays, seen = camera.unproject(pixels)
    back, valid = camera.project(7.0 * rays[seen])
    np.testing.assert_allclose(back[valid], pixels[seen][valid], atol=1e-6)
    # Only on the very rim of the field of view may rounding decide otherwise.
    assert np.count_nonzero(~valid) <= 1


@given(camera=LENSES)
@every_lens
def test_no_two_directions_share_a_pixel(camera: Camera) -> None:
    rays = all_round_rays()
    pixels, valid = camera.project(rays)
    inside = valid & camera.in_image(pixels)
    back, seen = camera.unproject(pixels[inside])
    assert seen.all()
    np.testing.assert_allclose(back, rays[inside], atol=1e-7)


@given(camera=LENSES)
@every_lens
def test_the_middle_of_the_image_looks_ahead(camera: Camera) -> None:
    _, valid = camera.project([0.0, 0.0, 5.0])
    assert valid
    assert not camera.project([0.0, 0.0, -5.0])[1]
    assert not camera.project([0.0, 0.0, 0.0])[1]


@given(camera=LENSES)
@every_lens
def test_invalid_means_nan_and_nothing_else_does(camera: Camera) -> None:
    pixels, valid = camera.project(all_round_rays())
    assert np.isfinite(pixels[valid]).all() and np.isnan(pixels[~valid]).all()
    rays, seen = camera.unproject(grid_pixels(camera) * 3 - 200)
    assert np.isnan(rays[~seen]).all()
    np.testing.assert_allclose(np.linalg.norm(rays[seen], axis=-1), 1.0, atol=1e-12)


@given(camera=LENSES)
@every_lens
def test_a_resized_lens_sees_the_same_in_a_resampled_image(camera: Camera) -> None:
    rays = all_round_rays()
    small = camera.resized(160, 200)
    pixels, valid = camera.project(rays)
    resampled, still_valid = small.project(rays)
    np.testing.assert_array_equal(still_valid, valid)
    expected = (pixels[valid] + 0.5) * [160 / camera.width, 200 / camera.height] - 0.5
    np.testing.assert_allclose(resampled[valid], expected, rtol=1e-9, atol=1e-6)
    assert (small.width, small.height) == (160, 200)


@given(camera=LENSES)
@every_lens
def test_an_image_twice_as_large_is_twice_as_fine(camera: Camera) -> None:
    fine = camera.resized(2 * camera.width, 2 * camera.height).px_per_rad
    assert np.isnan(fine) or fine == pytest.approx(2 * camera.px_per_rad, rel=0.02)


@given(camera=LENSES)
@every_lens
def test_the_whole_image_lies_within_the_half_field(camera: Camera) -> None:
    rays, seen = camera.unproject(grid_pixels(camera))
    assert (np.arccos(rays[seen, 2]) <= camera.half_field_rad).all()
    _, valid = camera.project(all_round_rays())
    assert (np.arccos(all_round_rays()[valid, 2]) <= camera.max_angle_rad + 1e-9).all()


@given(camera=PINHOLES)
@every_lens
def test_pinhole_agrees_with_opencv(camera: PinholeCamera) -> None:
    rays = all_round_rays()
    pixels, valid = camera.project(rays)
    valid &= rays[:, 2] > 0.05
    matrix = np.array([[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]])
    theirs, _ = cv2.projectPoints(rays[valid], np.zeros(3), np.zeros(3), matrix, np.array(camera.distortion))
    np.testing.assert_allclose(pixels[valid], theirs[:, 0], rtol=1e-9, atol=1e-6)


@given(camera=FISHEYES)
@every_lens
def test_fisheye_agrees_with_opencv(camera: FisheyeCamera) -> None:
    rays = all_round_rays()
    pixels, valid = camera.project(rays)
    valid &= rays[:, 2] > 0.05
    matrix = np.array([[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]])
    theirs, _ = cv2.fisheye.projectPoints(
        rays[valid][:, None], np.zeros(3), np.zeros(3), matrix, np.array(camera.distortion)
    )
    np.testing.assert_allclose(pixels[valid], theirs[:, 0], rtol=1e-9, atol=1e-6)


def test_a_pinhole_without_distortion_divides_by_depth() -> None:
    camera = PinholeCamera(200, 100, 100.0, 50.0, 99.5, 49.5)
    pixels, valid = camera.project([[1.0, 2.0, 4.0], [1.0, 2.0, -4.0]])
    np.testing.assert_allclose(pixels[0], [124.5, 74.5])
    assert valid.tolist() == [True, False]


def test_a_fisheye_without_distortion_is_equidistant() -> None:
    camera = FisheyeCamera(*SIZE, 200.0, 200.0, 319.5, 199.5)
    pixels, valid = camera.project([[3.0, 0.0, 0.0], [0.0, -1.0, 1.0], [1.0, 0.0, -1.0]])
    assert valid.all()
    np.testing.assert_allclose(pixels[:, 0], [319.5 + 100 * np.pi, 319.5, 319.5 + 150 * np.pi])
    np.testing.assert_allclose(pixels[:, 1], [199.5, 199.5 - 50 * np.pi, 199.5])


def test_a_polynomial_fisheye_follows_its_polynomial_and_affine_part() -> None:
    camera = PolynomialFisheyeCamera(*SIZE, (300.0, -20.0, 5.0), 320.0, 200.0, (1.1, 0.01, 0.02))
    (pixel,), _ = camera.project([[np.sin(0.8) * 0.6, np.sin(0.8) * 0.8, np.cos(0.8)]])
    radius = 300 * 0.8 - 20 * 0.8**2 + 5 * 0.8**3
    x, y = 0.6 * radius, 0.8 * radius
    np.testing.assert_allclose(pixel, [1.1 * x + 0.01 * y + 320, 0.02 * x + y + 200])


def test_a_stated_field_of_view_ends_a_polynomial_fisheye() -> None:
    camera = PolynomialFisheyeCamera(*SIZE, (300.0,), 320.0, 200.0, limit_rad=1.0)
    _, valid = camera.project([[np.sin(a), 0.0, np.cos(a)] for a in (0.99, 1.01)])
    assert valid.tolist() == [True, False]
    assert camera.unproject([[320 + 299.0, 200.0], [320 + 301.0, 200.0]])[1].tolist() == [True, False]


def test_a_unified_lens_without_offset_is_a_pinhole() -> None:
    rays = all_round_rays()
    unified, pinhole = UnifiedCamera(*SIZE, 0.0, 300, 310, 320, 200), PinholeCamera(*SIZE, 300, 310, 320, 200)
    ours, valid = unified.project(rays)
    np.testing.assert_allclose(ours[rays[:, 2] > 0.01], pinhole.project(rays)[0][rays[:, 2] > 0.01])
    np.testing.assert_array_equal(valid, rays[:, 2] > 0)


def test_a_unified_lens_sees_behind_itself() -> None:
    (pixel,), valid = KITTI_360.project([[1.0, 0.0, -0.15]])
    assert valid[0]
    back = KITTI_360.unproject([pixel])[0][0]
    np.testing.assert_allclose(back, np.array([1.0, 0.0, -0.15]) / np.hypot(1, 0.15), atol=1e-12)
    assert not KITTI_360.project([[1.0, 0.0, -0.6]])[1][0]


def test_woodscape_sees_more_than_half_the_world() -> None:
    assert WOODSCAPE.project([[-1.0, 0.0, -0.1]])[1][0]
    rays, seen = WOODSCAPE.unproject([[0.0, 480.0]])
    assert seen[0] and rays[0, 2] < 0


def test_points_far_off_axis_do_not_fold_back_into_the_image() -> None:
    # Without a limit k1 r³ would bring this point back to x = 1.5 · (1 − 0.35 · 2.25 + …) of the half image.
    camera = PinholeCamera(640, 400, 400.0, 400.0, 319.5, 199.5, (-0.35, 0.0, 0.0, 0.0))
    unlimited = 319.5 + 400 * 1.5 * (1 - 0.35 * 1.5**2)
    assert 0 < unlimited < 640
    assert not camera.project([1.5, 0.0, 1.0])[1]
    assert camera.project([0.9, 0.0, 1.0])[1]


def test_a_pole_of_the_rational_model_ends_the_field_of_view() -> None:
    camera = PinholeCamera(640, 400, 400.0, 400.0, 319.5, 199.5, (0, 0, 0, 0, 0, -0.3, 0, 0))
    _, valid = camera.project([[1.0, 0.0, 1.0], [2.0, 0.0, 1.0]])
    assert valid.tolist() == [True, False]


def test_pixels_that_no_ray_reaches_are_not_seen() -> None:
    camera = PinholeCamera(640, 400, 200.0, 200.0, 319.5, 199.5, (-0.35, 0.0, 0.0, 0.0))
    _, seen = camera.unproject([[319.5, 199.5], [0.0, 0.0]])
    assert seen.tolist() == [True, False]


def test_shapes_follow_the_input() -> None:
    for camera in (BARREL, WOODSCAPE, KITTI_360):
        assert camera.project(np.ones((2, 3, 3)))[0].shape == (2, 3, 2)
        assert camera.project(np.ones((0, 3)))[1].shape == (0,)
        assert camera.unproject(np.full((5, 1, 2), 100.0))[0].shape == (5, 1, 3)
    rays, seen = BARREL.pixel_rays()
    assert rays.shape == (400, 640, 3) and seen.all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: PinholeCamera(640, 400, 0.0, 400.0, 320.0, 200.0),
        lambda: PinholeCamera(0, 400, 400.0, 400.0, 320.0, 200.0),
        lambda: PinholeCamera(640, 400, 400.0, float("nan"), 320.0, 200.0),
        lambda: PinholeCamera(640, 400, 400.0, 400.0, 320.0, 200.0, (0.1, 0.2)),
        lambda: FisheyeCamera(640, 400, 400.0, 400.0, 320.0, 200.0, (0.1,)),
        lambda: FisheyeCamera(640, 400, 400.0, 400.0, 320.0, 200.0, (0.1, 0.0, 0.0, float("inf"))),
        lambda: PolynomialFisheyeCamera(640, 400, (), 320.0, 200.0),
        lambda: PolynomialFisheyeCamera(640, 400, (-3.0,), 320.0, 200.0),
        lambda: PolynomialFisheyeCamera(640, 400, (300.0,), 320.0, 200.0, (0.0, 1.0, 1.0)),
        lambda: UnifiedCamera(640, 400, -0.1, 400.0, 400.0, 320.0, 200.0),
        lambda: UnifiedCamera(640, 400, 1.0, 400.0, 400.0, 320.0, 200.0, (0.1,)),
    ],
)
def test_values_that_make_no_camera_are_refused(make) -> None:
    with pytest.raises(ValueError):
        make()
