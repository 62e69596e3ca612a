"""Drawing a path."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motion_samples import CAR_M, START_NS, ns, seconds

from core.logs import ActorClass
from core.scenario.motion import (
    AuthoredPath,
    Handle,
    SpeedOverDistance,
    SpeedOverTime,
    authored_poses,
    authored_track,
)

points = st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), min_size=1, max_size=6)


def path(*points_m: tuple[float, ...], speed: SpeedOverTime | SpeedOverDistance | None = None) -> AuthoredPath:
    handles = tuple(Handle.at((*point, 0.0)[:3]) for point in points_m)
    return AuthoredPath(handles=handles) if speed is None else AuthoredPath(handles=handles, speed=speed)


def test_a_path_goes_through_its_handles_at_their_arrival_times() -> None:
    drawn = path((0, 0), (20, 0), (40, 10, 1.0), (60, 30))
    poses = authored_poses(drawn, start_ns=START_NS, until_s=15.0)
    arrivals = drawn.arrivals_s(15.0)
    assert arrivals[0] == 0.0
    for handle, arrival in zip(drawn.handles, arrivals, strict=True):
        assert arrival is not None
        np.testing.assert_allclose(poses.at(ns(arrival)).translation, handle.point_m, atol=0.1)
    assert arrivals == sorted(arrivals)


def test_curvature_is_continuous_along_the_path() -> None:
    curve = path((0, 0), (20, 0), (40, 10), (60, 30)).curve
    assert curve is not None
    curvature = curve.curvature(np.linspace(0, curve.length_m, 5000))
    assert np.abs(np.diff(curvature)).max() < 2e-3
    assert curvature[0] == pytest.approx(0.0, abs=0.05)


@given(points, st.floats(0.5, 20.0))
@settings(deadline=None, max_examples=40)
def test_any_drawing_even_straight_back_can_be_driven(given_points: list[tuple[float, float]], speed: float) -> None:
    drawn = path(*given_points, speed=SpeedOverTime.of([0.0], [speed]))
    poses = authored_poses(drawn, start_ns=START_NS, until_s=6.0)
    assert len(poses) == 61
    steps = np.linalg.norm(np.diff(poses.poses.translation, axis=0), axis=1)
    assert steps.max() <= 1.2 * speed * 0.1
    turned = np.swapaxes(poses.poses.rotation, -1, -2) @ poses.poses.rotation
    np.testing.assert_allclose(turned, np.broadcast_to(np.eye(3), turned.shape), atol=1e-9)


def test_handles_are_inserted_where_they_belong() -> None:
    drawn = path((0, 0), (20, 0), (40, 0))
    assert [handle.x_m for handle in drawn.inserted((30, 2, 0)).handles] == [0, 20, 30, 40]
    assert [handle.x_m for handle in drawn.inserted((-5, 0, 0)).handles] == [-5, 0, 20, 40]
    assert [handle.x_m for handle in drawn.inserted((50, 0, 0)).handles] == [0, 20, 40, 50]
    assert [handle.x_m for handle in drawn.extended((50, 0, 0)).handles] == [0, 20, 40, 50]
    assert drawn.moved(1, (20, 5, 0)).handles[1].y_m == 5
    assert [handle.x_m for handle in drawn.removed().handles] == [0, 20]
    assert [handle.x_m for handle in drawn.removed(0).handles] == [20, 40]
    alone = path((3, 4))
    assert alone.removed() == alone
    assert drawn.inserted((30, 2, 0)).removed(2) == drawn


def test_one_handle_stands_and_looks_where_it_is_told() -> None:
    standing = path((3, 4, 1.0)).model_copy(update={"heading_rad": 0.7})
    track = authored_track(standing, id="a", actor_class=ActorClass.CAR, size_m=CAR_M, start_ns=START_NS, until_s=5.0)
    box = track.box_at(int(ns(3.0)))
    assert box is not None
    np.testing.assert_allclose(box.world_from_box.translation, [3, 4, 1 + CAR_M[2] / 2])
    assert float(box.world_from_box.heading) == pytest.approx(0.7)


def test_two_clicks_on_one_spot_are_one_handle() -> None:
    doubled = path((0, 0), (20, 0), (20, 0.01), (40, 0))
    once = path((0, 0), (20, 0), (40, 0))
    assert doubled.curve is not None and once.curve is not None
    assert doubled.curve.length_m == pytest.approx(once.curve.length_m)
    assert len(doubled.arrivals_s(20.0)) == 4


def test_it_stands_where_the_path_ends() -> None:
    poses = authored_poses(path((0, 0), (20, 0)), start_ns=START_NS, until_s=8.0)
    np.testing.assert_allclose(poses.at(ns([3.0, 8.0])).translation[:, 0], 20.0, atol=1e-6)
    assert seconds(poses)[-1] == pytest.approx(8.0)


def test_speed_over_distance_slows_where_it_says() -> None:
    slow = SpeedOverDistance.of([0.0, 30.0, 60.0], [10.0, 3.0, 10.0])
    poses = authored_poses(path((0, 0), (60, 0), speed=slow), start_ns=START_NS, until_s=15.0)
    steps = np.diff(poses.poses.translation[:, 0]) / 0.1
    slowest = int(np.argmin(np.where(poses.poses.translation[1:, 0] < 59, steps, np.inf)))
    assert poses.poses.translation[slowest, 0] == pytest.approx(30.0, abs=1.0)
    assert steps[slowest] == pytest.approx(3.0, abs=0.1)


def test_it_pitches_on_a_slope_and_stays_level_sideways() -> None:
    poses = authored_poses(path((0, 0, 0), (100, 0, 10)), start_ns=START_NS, until_s=5.0)
    ahead, left = poses.poses.rotation[20, :, 0], poses.poses.rotation[20, :, 1]
    np.testing.assert_allclose(ahead[2] / ahead[0], 0.1, atol=1e-6)
    np.testing.assert_allclose(left, [0, 1, 0], atol=1e-9)


def test_a_path_is_json() -> None:
    drawn = path((0, 0), (20, 3), speed=SpeedOverDistance.of([0.0], [4.0]))
    assert AuthoredPath.model_validate_json(drawn.model_dump_json()) == drawn
