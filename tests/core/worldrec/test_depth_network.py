"""The shipped depth network: better than level ground, true to lidar, at home with little."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import UserError
from core.logs import DrivingLog
from core.worldrec.depth.predicting import NetworkDepth
from core.worldrec.depth.weights import load_weights
from core.worldrec.lift import city_depth
from core.worldrec.lift.depth_pictures import ground_or_far
from core.worldrec.lift.views import View, key_views

WEIGHTS = Path(__file__).parents[3] / "resources" / "models" / "worldrec-tiny" / "depth.safetensors"


@pytest.fixture(scope="module")
def shipped() -> NetworkDepth:
    return NetworkDepth.from_file(WEIGHTS)


@pytest.fixture(scope="module")
def views(city_log: DrivingLog) -> list[View]:
    return key_views(city_log, (city_log.start_ns, city_log.end_ns), None, 0, 4)


def nothing(views: Sequence[View]) -> list[NDArray[np.float32]]:
    return [np.full(view.valid.shape, np.inf, np.float32) for view in views]


def test_depth_without_lidar_is_better_than_level_ground(
    city_log: DrivingLog, views: list[View], shipped: NetworkDepth
) -> None:
    exact = city_depth(city_log)
    estimated, level = [], []
    for view, estimate in zip(views, shipped(views, nothing(views), 0.0), strict=True):
        truth = view.depth_of(exact(view.stream, view.index))
        met = np.isfinite(truth) & (truth < 100)
        estimated.append(np.abs(np.log(estimate.depth_m[met] / truth[met])))
        level.append(np.abs(np.log(ground_or_far(view, 0.0)[met] / truth[met])))
    assert np.concatenate(estimated).mean() < 0.5 * np.concatenate(level).mean()


def test_most_of_the_sky_is_found(city_log: DrivingLog, views: list[View], shipped: NetworkDepth) -> None:
    exact = city_depth(city_log)
    both = either = 0
    for view, estimate in zip(views, shipped(views, nothing(views), 0.0), strict=True):
        sky = ~np.isfinite(view.depth_of(exact(view.stream, view.index)))
        both += int((sky & estimate.sky).sum())
        either += int((sky | estimate.sky).sum())
    assert both > 0.6 * either


def test_equal_views_give_equal_estimates_of_their_size(views: list[View], shipped: NetworkDepth) -> None:
    few = views[:5]
    one, two = (shipped(few, nothing(few), 0.0) for _ in range(2))
    for view, first, second in zip(few, one, two, strict=True):
        assert first.depth_m.shape == first.error.shape == first.sky.shape == view.valid.shape
        assert np.array_equal(first.depth_m, second.depth_m)


def test_what_lidar_measured_is_believed(views: list[View], shipped: NetworkDepth) -> None:
    few = views[:2]
    measured = nothing(few)
    measured[0][::9, ::7] = 14.0
    estimate = shipped(few, measured, 0.0)[0]
    assert np.array_equal(estimate.depth_m[::9, ::7], measured[0][::9, ::7])
    assert not estimate.sky[::9, ::7].any()
    assert 0.9 < np.median(estimate.depth_m) / 14.0 < 1.1


def _black(views: list[View]) -> list[View]:
    return [replace(view, rgb=np.zeros_like(view.rgb)) for view in views]


def _alone(views: list[View]) -> list[View]:
    return [view for view in views if view.stream == views[0].stream]


def _standing(views: list[View]) -> list[View]:
    return [replace(view, world_from_camera=views[0].world_from_camera) for view in views[:3]]


def _of_odd_sizes(views: list[View]) -> list[View]:
    small = replace(views[1], camera=replace(views[1].camera, width=37, height=5))
    return [views[0], replace(small, rgb=small.rgb[:5, :37], valid=small.valid[:5, :37])]


@pytest.mark.parametrize("changed", [_black, _alone, _standing, _of_odd_sizes, lambda views: views[:1]])
def test_views_that_say_little_still_get_depth(
    views: list[View], shipped: NetworkDepth, changed: Callable[[list[View]], list[View]]
) -> None:
    poor = changed(views)
    for view, estimate in zip(poor, shipped(poor, nothing(poor), 0.0), strict=True):
        assert estimate.depth_m.shape == view.valid.shape
        assert np.isfinite(estimate.depth_m).all()
        assert (estimate.depth_m >= 1.0).all()
        assert np.isfinite(estimate.error).all()


def test_weights_that_are_missing_damaged_or_of_something_else_are_named(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(WEIGHTS.read_bytes()[:1000])
    for path in (tmp_path / "missing.safetensors", damaged):
        with pytest.raises(UserError) as caught:
            load_weights(path)
        assert caught.value.path == path
