from functools import cache

import numpy as np
import pytest
from city_box_scene import camera

from core.city.network import build_network
from core.city.renderer import CityRenderer
from core.city.roads import RoadNetwork
from core.city.static_world import FIRST_STATIC_INSTANCE, StaticWorld
from core.city.street_world import build_static_world
from core.city.surfaces import Label
from core.city.weather import Weather
from core.geometry import Pose

_SEED = 1


@cache
def _street() -> tuple[RoadNetwork, StaticWorld]:
    network = build_network(_SEED)
    return network, build_static_world(network, _SEED)


def _eye(network: RoadNetwork, s_m: float, turn_rad: float = 0.0) -> Pose:
    """A level camera on the right lane of the main road."""
    road = network.main
    place = road.points(s_m, road.profile.driving(1)[0].centre_m, 1.6)
    heading = Pose.from_heading(road.curve.heading(s_m) + turn_rad, place)
    return heading @ Pose.from_rotation([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]], [0.0, 0.0, 0.0])


def _linear(rgb: np.ndarray) -> np.ndarray:
    value = rgb / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


@pytest.fixture(scope="module")
def renderer() -> CityRenderer:
    return CityRenderer(_street()[1], Weather.of("clear", 2))


def test_four_adaptive_samples_come_close_to_sixteen_everywhere(renderer: CityRenderer) -> None:
    network, _ = _street()
    lens, eye = camera(112, 64, 90.0), _eye(network, 40.0)
    fine = renderer.render(lens.resized(448, 256), eye, [], 0.0, samples=1)
    truth = _linear(fine.rgb).reshape(64, 4, 112, 4, 3).mean((1, 3))

    def quality_db(samples: int) -> float:
        picture = _linear(renderer.render(lens, eye, [], 0.0, samples=samples).rgb)
        return float(-10 * np.log10(((picture - truth) ** 2).mean()))

    assert quality_db(4) > 28.0
    assert quality_db(4) > quality_db(1) + 3.0


def test_no_number_of_samples_moves_the_picture(renderer: CityRenderer) -> None:
    network, _ = _street()
    lens, eyes = camera(112, 64, 90.0), [_eye(network, s_m, turn) for s_m in (20.0, 60.0) for turn in (0.0, 0.8, -0.8)]
    fine = [renderer.render(lens.resized(448, 256), eye, [], 0.0, samples=3).rgb for eye in eyes]
    truth = np.stack([_linear(rgb).reshape(64, 4, 112, 4, 3).mean((1, 3, 4)) for rgb in fine])
    slopes = np.stack(np.gradient(truth, axis=(2, 1)), -1).reshape(-1, 2)
    for samples in (2, 4, 6, 9):
        found = np.stack([_linear(renderer.render(lens, eye, [], 0.0, samples=samples).rgb).mean(-1) for eye in eyes])
        shift_px = np.linalg.lstsq(slopes, (found - truth).ravel(), rcond=None)[0]
        assert np.abs(shift_px).max() < 0.04, samples


def test_a_street_has_all_that_belongs_to_it(renderer: CityRenderer) -> None:
    network, world = _street()
    views = [
        renderer.render(camera(112, 64, 60.0), _eye(network, 60.0, turn), [], 0.0, samples=1)
        for turn in (0.0, 0.9, -0.9)
    ]
    seen = set(np.unique([view.label for view in views]))
    assert {Label.SKY, Label.ROAD, Label.MARKING, Label.PAVEMENT, Label.BUILDING} <= seen
    road = np.mean([np.isin(view.label, [Label.ROAD, Label.MARKING]).mean() for view in views])
    assert 0.15 < road < 0.7
    names = {instance.name for instance in world.instances}
    assert {"house", "street lamp", "traffic light", "sign", "hills"} <= names


@pytest.mark.parametrize("s_m", [5.0, 200.0, 400.0])
def test_no_ray_below_the_horizon_meets_nothing(renderer: CityRenderer, s_m: float) -> None:
    network, _ = _street()
    for turn in (0.0, 1.6, 3.1, -1.6):
        image = renderer.render(camera(80, 48, 40.0), _eye(network, s_m, turn), [], 0.0, samples=1)
        assert np.isfinite(image.depth_m[25:]).all()


def test_the_road_lies_where_the_network_says() -> None:
    network, world = _street()
    renderer = CityRenderer(world, Weather.of("overcast", 1))
    road = network.main
    s_m = 40.0
    down = Pose.from_rotation([[0, -1.0, 0], [-1.0, 0, 0], [0, 0, -1.0]], [0, 0, 0])
    for offset, labels in (
        (road.profile.driving(1)[0].centre_m, {Label.ROAD, Label.MARKING}),
        (sum(road.profile.pavement_m(1)) / 2, {Label.PAVEMENT}),
    ):
        above = Pose.from_heading(road.curve.heading(s_m), road.points(s_m, offset, 2.0)) @ down
        image = renderer.render(camera(9, 9, 60.0), above, [], 0.0, samples=1)
        assert Label(int(image.label[4, 4])) in labels
        height = 2.0 - image.depth_m[4, 4]
        assert abs(height - (0.0 if Label.ROAD in labels else 0.12)) < 5e-3


def test_static_things_are_numbered_above_the_actors_and_fit_sixteen_bits() -> None:
    _, world = _street()
    numbers = [instance.number for instance in world.instances]
    assert min(numbers) == FIRST_STATIC_INSTANCE and max(numbers) < 2**16
    assert len(set(numbers)) == len(numbers)
    assert set(np.unique(world.mesh.instance)) <= {0, *numbers}


def test_the_same_seed_builds_the_same_world() -> None:
    network, world = _street()
    again = build_static_world(network, _SEED)
    other = build_static_world(network, _SEED + 1)
    assert np.array_equal(world.mesh.vertices, again.mesh.vertices)
    assert np.array_equal(world.mesh.surface, again.mesh.surface)
    assert world.lamps == again.lamps
    assert world.mesh.vertices.shape != other.mesh.vertices.shape or not np.array_equal(
        world.mesh.vertices, other.mesh.vertices
    )
