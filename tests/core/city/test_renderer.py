import numpy as np
import pytest
from city_box_scene import EYE_M, PLAIN_GROUND, WALL_X_M, box_actor, box_world, camera, looking_along_x

from core.city.renderer import CityRenderer
from core.city.static_world import FIRST_STATIC_INSTANCE, StaticWorld
from core.city.surfaces import Label
from core.city.weather import Weather
from core.geometry.fisheye import FisheyeCamera


@pytest.fixture(scope="module")
def world() -> StaticWorld:
    return box_world()


@pytest.fixture(scope="module")
def renderer(world: StaticWorld) -> CityRenderer:
    return CityRenderer(world, Weather.of("overcast", 1))


def test_depth_is_the_distance_along_the_optical_axis(renderer: CityRenderer) -> None:
    lens = camera()
    image = renderer.render(lens, looking_along_x(), [], 0.0)
    rays, _ = lens.pixel_rays()
    with np.errstate(divide="ignore"):
        to_ground = np.where(rays[..., 1] > 0, EYE_M / rays[..., 1] * rays[..., 2], np.inf)
    beside = rays[..., 0] / rays[..., 2] * WALL_X_M
    above = EYE_M - rays[..., 1] / rays[..., 2] * WALL_X_M
    on_wall = (np.abs(beside) < 3) & (above > 0) & (above < 4)
    expected = np.where(on_wall, WALL_X_M, to_ground)
    expected[expected > 290] = np.inf
    reached = np.isfinite(expected)
    assert np.array_equal(np.isfinite(image.depth_m), reached)
    np.testing.assert_allclose(image.depth_m[reached], expected[reached], rtol=2e-4)
    assert image.depth_m.dtype == np.float32


def test_instance_and_label_belong_to_what_the_centre_of_the_pixel_shows(renderer: CityRenderer) -> None:
    image = renderer.render(camera(), looking_along_x(), [], 0.0)
    wall = np.isclose(image.depth_m, WALL_X_M, atol=1e-3) & (image.instance > 0)
    assert wall.sum() > 100
    assert set(np.unique(image.instance)) == {0, FIRST_STATIC_INSTANCE}
    assert np.all(image.label[image.instance == FIRST_STATIC_INSTANCE] == Label.WALL)
    assert np.all(image.label[np.isinf(image.depth_m)] == Label.SKY)
    assert np.all(image.label[np.isfinite(image.depth_m) & (image.instance == 0)] == Label.TERRAIN)


def test_an_actor_covers_the_wall_and_carries_its_own_number(world: StaticWorld, renderer: CityRenderer) -> None:
    actor = box_actor(world.surfaces, (6.0, 0.0, 1.0))
    image = renderer.render(camera(), looking_along_x(), [actor], 0.0)
    seen = image.instance == actor.instance
    np.testing.assert_allclose(image.depth_m[24, 32], 5.0, rtol=1e-4)
    assert seen[24, 32] and np.all(image.label[seen] == Label.CAR)
    assert image.rgb[24, 32, 0] > 2 * image.rgb[24, 32, 1]


def test_an_actor_behind_the_wall_is_not_seen(world: StaticWorld, renderer: CityRenderer) -> None:
    hidden = box_actor(world.surfaces, (14.0, 0.0, 1.0))
    image = renderer.render(camera(), looking_along_x(), [hidden], 0.0)
    assert not (image.instance == hidden.instance).any()


def test_the_samples_change_only_the_colours(renderer: CityRenderer) -> None:
    quick = renderer.render(camera(), looking_along_x(), [], 0.0, samples=1)
    fine = renderer.render(camera(), looking_along_x(), [], 0.0, samples=4)
    assert np.array_equal(quick.depth_m, fine.depth_m)
    assert np.array_equal(quick.instance, fine.instance)
    assert np.array_equal(quick.label, fine.label)
    # The upper edge of the wall is smoothed, its middle is left alone.
    assert not np.array_equal(quick.rgb, fine.rgb)
    assert np.array_equal(quick.rgb[20:23, 25:38], fine.rgb[20:23, 25:38])


def test_the_same_instant_looks_the_same_in_any_order(world: StaticWorld, renderer: CityRenderer) -> None:
    actor = box_actor(world.surfaces, (6.0, 0.5, 1.0))
    first = renderer.render(camera(), looking_along_x(), [actor], 1.0)
    renderer.render(camera(), looking_along_x(2.0), [], 2.0)
    again = renderer.render(camera(), looking_along_x(), [actor], 1.0)
    other = CityRenderer(box_world(PLAIN_GROUND), renderer.weather)
    actor_there = box_actor(other.surfaces, (6.0, 0.5, 1.0))
    elsewhere = other.render(camera(), looking_along_x(), [actor_there], 1.0)
    assert np.array_equal(first.rgb, again.rgb)
    assert np.array_equal(first.rgb, elsewhere.rgb)


def test_a_fisheye_sees_behind_its_shoulders_and_is_black_outside_its_circle(renderer: CityRenderer) -> None:
    lens = FisheyeCamera(80, 80, 24.0, 24.0, 39.5, 39.5)
    rays, valid = lens.pixel_rays()
    image = renderer.render(lens, looking_along_x(), [], 0.0)
    assert valid.any()
    outside = ~valid
    assert np.all(image.rgb[outside] == 0) and np.all(np.isinf(image.depth_m[outside]))
    assert np.all(image.label[outside] == Label.SKY)
    centre = image.depth_m[39, 39]
    np.testing.assert_allclose(centre, WALL_X_M, rtol=1e-3)
    down = valid & (rays[..., 1] > 0.3) & (rays[..., 2] > 0.05) & (image.instance == 0)
    np.testing.assert_allclose(image.depth_m[down], (EYE_M / rays[..., 1] * rays[..., 2])[down], rtol=1e-3)
