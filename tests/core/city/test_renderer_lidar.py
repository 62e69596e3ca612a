import numpy as np
from city_box_scene import WALL_X_M, box_actor, box_world

from core.city.lidar import LidarModel
from core.city.renderer import CityRenderer
from core.city.weather import Weather
from core.geometry import Pose

_LIDAR = LidarModel(beams=16, azimuth_steps=180, noise_m=0.02, dropout=0.05, seed=4)


def _at(height_m: float = 1.8) -> Pose:
    return Pose.from_heading(0.3, np.array([0.0, 0.0, height_m]))


def test_points_lie_on_surfaces_within_the_range_noise() -> None:
    renderer = CityRenderer(box_world(), Weather.of("clear", 1))
    sweep = renderer.sweep(_at(), [], 0.0, _LIDAR)
    points = _at().apply(sweep.points_m)
    # Range noise moves a point along its ray.
    on_ground = np.abs(points[:, 2]) < 0.08
    on_front = (np.abs(points[:, 0] - WALL_X_M) < 0.08) & (np.abs(points[:, 1]) < 3.1)
    assert np.all(on_ground | on_front)
    assert on_front.sum() > 20 and on_ground.sum() > 200
    assert len(sweep.points_m) == len(sweep.intensity) == len(sweep.ring) == len(sweep.instance)


def test_points_on_an_actor_carry_its_number_and_lie_in_its_box() -> None:
    world = box_world()
    actor = box_actor(world.surfaces, (5.0, 2.0, 1.0), instance=9)
    sweep = CityRenderer(world, Weather.of("clear", 1)).sweep(_at(), [actor], 0.0, _LIDAR)
    local = actor.world_from_actor.inverse().apply(_at().apply(sweep.points_m[sweep.instance == 9]))
    assert len(local) > 10
    assert np.all(np.abs(local) < 1.08)


def test_the_lowest_ring_is_ring_0() -> None:
    sweep = CityRenderer(box_world(), Weather.of("clear", 1)).sweep(_at(), [], 0.0, _LIDAR)
    lowest = sweep.points_m[sweep.ring == 0]
    elevation = np.arctan2(lowest[:, 2], np.hypot(lowest[:, 0], lowest[:, 1]))
    np.testing.assert_allclose(elevation, _LIDAR.lowest_rad, atol=1e-3)


def test_noise_repeats_with_the_seed_and_the_time() -> None:
    renderer = CityRenderer(box_world(), Weather.of("clear", 1))
    first, again, later = (renderer.sweep(_at(), [], t_s, _LIDAR) for t_s in (0.5, 0.5, 0.6))
    assert np.array_equal(first.points_m, again.points_m)
    assert not np.array_equal(first.points_m[:50], later.points_m[:50])


def test_fog_shortens_the_sight() -> None:
    world = box_world()
    counts = [
        len(CityRenderer(world, Weather.of(kind, 1)).sweep(_at(), [], 0.0, _LIDAR).points_m)
        for kind in ("clear", "fog")
    ]
    assert counts[1] < counts[0]
