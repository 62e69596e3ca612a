import numpy as np
import pytest

from core.geometry import Camera, FisheyeCamera, PinholeCamera, Pose, UnifiedCamera
from core.splats.cloud import GaussianCloud
from core.splats.rasteriser import rasterise_cloud
from core.splats.through_lens import render_through

WIDTH, HEIGHT = 120, 80
FLAT = PinholeCamera(WIDTH, HEIGHT, 80.0, 82.0, 58.3, 41.2)
BARREL = PinholeCamera(WIDTH, HEIGHT, 80.0, 82.0, 58.3, 41.2, (-0.2, 0.03, 0.001, -0.001))
PINCUSHION = PinholeCamera(WIDTH, HEIGHT, 80.0, 82.0, 58.3, 41.2, (0.15, 0.02, 0.0, 0.0))
FISHEYE = FisheyeCamera(WIDTH, HEIGHT, 30.0, 30.0, 59.5, 39.5, (0.02, 0.0, 0.0, 0.0))
UNIFIED = UnifiedCamera(WIDTH, HEIGHT, 1.2, 90.0, 90.0, 59.5, 39.5)
LENSES: dict[str, Camera] = {
    "flat": FLAT,
    "barrel": BARREL,
    "pincushion": PINCUSHION,
    "fisheye": FISHEYE,
    "unified": UNIFIED,
}
WORLD_FROM_CAMERA = Pose.from_quaternion([0.5, -0.5, 0.5, -0.5], [1.0, 2.0, 1.5])


def cloud(
    means_m: np.ndarray, size_m: float, colours: np.ndarray | None = None, opacity: float = 0.95
) -> GaussianCloud:
    n = len(means_m)
    return GaussianCloud(
        means_m=WORLD_FROM_CAMERA.apply(means_m).astype(np.float32),
        quaternions=np.tile(np.array([1, 0, 0, 0], np.float32), (n, 1)),
        scales_m=np.full((n, 3), size_m, np.float32),
        opacities=np.full(n, opacity, np.float32),
        colours=np.ones((n, 3), np.float32) if colours is None else colours.astype(np.float32),
    )


def rays_of(camera: Camera, pixels: list) -> np.ndarray:
    rays, valid = camera.unproject(np.array(pixels, float))
    assert valid.all()
    return rays


@pytest.mark.parametrize("name", LENSES)
def test_a_splat_appears_where_the_lens_puts_it(name: str) -> None:
    camera = LENSES[name]
    for pixel in ([60, 40], [10, 12], [108, 70], [15.5, 66.25], [59, 5]):
        point = 4.0 * rays_of(camera, [pixel])
        image = render_through(camera, WORLD_FROM_CAMERA, cloud(point, 0.02))
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        centre = [(image.alpha * axis).sum() / image.alpha.sum() for axis in (x, y)]
        np.testing.assert_allclose(centre, pixel, atol=0.1)
        row, column = round(pixel[1]), round(pixel[0])
        assert image.depth_m[row, column] == pytest.approx(point[0, 2], rel=0.01, abs=0.1)


def test_a_lens_without_distortion_is_the_rasteriser_itself() -> None:
    splats = cloud(np.random.default_rng(0).normal((0, 0, 4), size=(50, 3)), 0.1)
    through = render_through(FLAT, WORLD_FROM_CAMERA, splats, background=(0.2, 0.3, 0.4))
    direct = rasterise_cloud(splats, FLAT, WORLD_FROM_CAMERA, background=(0.2, 0.3, 0.4))
    np.testing.assert_array_equal(through.rgb, direct.rgb)


def test_hardly_any_distortion_hardly_changes_a_picture() -> None:
    random = np.random.default_rng(1)
    means = np.stack([random.uniform(-4, 4, 2000), random.uniform(-3, 3, 2000), random.uniform(3, 8, 2000)], 1)
    splats = cloud(means, 0.12, random.uniform(size=(2000, 3)), 0.7)
    almost = PinholeCamera(WIDTH, HEIGHT, 80.0, 82.0, 58.3, 41.2, (1e-7, 0.0, 0.0, 0.0))
    through = render_through(almost, WORLD_FROM_CAMERA, splats)
    direct = rasterise_cloud(splats, FLAT, WORLD_FROM_CAMERA)
    difference = np.abs(through.rgb - direct.rgb)
    assert difference.mean() < 0.004
    assert np.quantile(difference, 0.999) < 0.06


def test_the_faces_of_a_wide_lens_join() -> None:
    """A closed sphere of splats around a lens of more than 180° leaves no gap and no step."""
    i = np.arange(20000) + 0.5
    polar, around = np.arccos(1 - 2 * i / len(i)), np.pi * (1 + 5**0.5) * i
    sphere = 5 * np.stack([np.cos(around) * np.sin(polar), np.sin(around) * np.sin(polar), np.cos(polar)], 1)
    colours = 0.5 + sphere / 10
    image = render_through(FISHEYE, WORLD_FROM_CAMERA, cloud(sphere, 0.1, colours))
    rays, seen = FISHEYE.pixel_rays()
    assert (rays[..., 2][seen] < -0.1).any()
    assert image.alpha[seen].min() > 0.95
    np.testing.assert_allclose((image.rgb / image.alpha[..., None])[seen], 0.5 + rays[seen] / 2, atol=0.03)
    np.testing.assert_allclose(image.depth_m[seen], 5 * rays[seen][:, 2], atol=0.12)


def test_features_and_background_come_through() -> None:
    splats = cloud(np.array([[0.0, 0.0, 4.0]]), 0.4)
    image = render_through(
        BARREL, WORLD_FROM_CAMERA, splats, features=np.array([[2.0, -1.0]]), background=(0.0, 0.5, 0.0)
    )
    row, column = 41, 58
    assert image.features is not None
    np.testing.assert_allclose(image.features[row, column], image.alpha[row, column] * np.array([2, -1]), rtol=1e-4)
    np.testing.assert_allclose(image.rgb[0, 0], [0, 0.5, 0], atol=1e-6)
    assert image.rgb[row, column] == pytest.approx([0.95, 0.975, 0.95], abs=0.01)


def test_nothing_shows_where_the_lens_sees_nothing() -> None:
    camera = UnifiedCamera(WIDTH, HEIGHT, 1.8, 50.0, 50.0, 59.5, 39.5)
    _, seen = camera.pixel_rays()
    assert not seen.all()
    image = render_through(camera, WORLD_FROM_CAMERA, cloud(np.array([[0.0, 0.0, 1.0]]), 5.0), background=(1, 1, 1))
    assert not image.rgb[~seen].any()
    assert (image.rgb[seen] > 0.9).all()
