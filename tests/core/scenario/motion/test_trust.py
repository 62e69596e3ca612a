"""How far a new path may leave the recording."""

import numpy as np
import pytest
from motion_samples import START_NS, car, driven, ns, seconds, straight

from core.geometry import PinholeCamera, Pose, PoseTrack
from core.scenario.motion import Shift, Traffic, Trust, bent_path, camera_trust
from core.scene import Coverage

MOUNT = Pose.from_rotation([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [1.5, 0.0, 1.5])


def lens() -> PinholeCamera:
    return PinholeCamera(width=800, height=450, fx=500.0, fy=500.0, cx=399.5, cy=224.5)


def trust(ego: PoseTrack, recorded: PoseTrack, **more: object) -> Trust:
    return camera_trust(
        lens(),
        ego.poses @ MOUNT,
        t_s=seconds(ego),
        heading_rad=ego.poses.heading,
        seen_from=recorded.poses @ MOUNT,
        **more,  # type: ignore[arg-type]
    )


def test_the_recorded_path_is_trusted_without_reasons() -> None:
    ego = driven(straight(), 10.0)
    found = trust(ego, ego)
    np.testing.assert_allclose(found.value, 1.0)
    assert found.reasons(50) == []


def test_trust_falls_with_the_distance_to_the_side_and_says_so() -> None:
    ego = driven(straight(), 10.0)
    values = []
    for left_m in (0.5, 1.5, 3.5, 7.0):
        found = trust(bent_path(ego, [Shift(left_m=-left_m)], start_ns=START_NS), ego)
        np.testing.assert_allclose(np.abs(found.away_m[50]), [0, left_m, 0], atol=0.02)
        values.append(float(found.value[50]))
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.95
    assert 0.4 < values[2] < 0.6
    assert values[3] < 0.1
    assert found.reasons(50) == ["7.0 m right of the recording"]


def test_height_turn_and_going_beyond_the_recording_count() -> None:
    ego = driven(straight(), 10.0)
    higher = PoseTrack(ego.t_ns, Pose.from_rotation(np.eye(3), [0.0, 0.0, 1.5]) @ ego.poses)
    assert trust(higher, ego).reasons(20) == ["1.5 m above the recording"]
    turned = PoseTrack(ego.t_ns, ego.poses @ Pose.from_heading(0.5, [0.0, 0.0, 0.0]))
    assert trust(turned, ego).reasons(50)[0] == "turned by 29°"
    further = driven(straight(), 11.0)
    assert trust(further, ego).reasons(100) == ["10.0 m beyond where pictures were taken"]


def test_without_a_recorded_picture_nothing_is_trusted() -> None:
    ego = driven(straight(), 10.0)
    found = camera_trust(
        lens(), ego.poses @ MOUNT, t_s=seconds(ego), heading_rad=ego.poses.heading, seen_from=Pose(np.empty((0, 4, 4)))
    )
    assert found.value.max() == 0.0
    assert found.reasons(0) == ["no picture was recorded"]


def test_a_side_that_nobody_saw_counts_once_it_fills_the_picture() -> None:
    ego = driven(straight(), 10.0)
    parked = PoseTrack(ns([0.0, 0.5, 10.0]), Pose.from_heading([0.0] * 3, [[60.0, 3.0, 0.75]] * 3))
    track = car(parked, id="parked")
    object.__setattr__(track, "max_gap_s", 20.0)
    traffic = Traffic.of([track], start_ns=START_NS, until_s=10.0)
    front_only = Coverage.nothing()
    front_only.px_per_m[1:3, [14, 15, 0, 1]] = 50.0
    found = trust(ego, ego, traffic=traffic, coverages={"parked": front_only})
    assert found.sides[5] > found.sides[45]
    assert found.sides[45] < 0.6
    assert found.actors[45] == "parked"
    assert found.reasons(45, str.upper) == ["a side of PARKED was never seen"]
    assert found.sides[90] == 1.0  # passed
    everything = Coverage(np.full_like(front_only.px_per_m, 50.0))
    np.testing.assert_allclose(trust(ego, ego, traffic=traffic, coverages={"parked": everything}).value, 1.0)
    assert found.value[45] == pytest.approx(found.sides[45])
