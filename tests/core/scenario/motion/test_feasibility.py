"""What a motion demands, what it hits, and where it leaves the road."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motion_samples import CAR_M, LANE_M, START_NS, bend_left, car, driven, jittered, ns, road, straight

from core.geometry import Curve, Pose, PoseTrack
from core.geometry.footprints import footprints, overlap, time_to_overlap
from core.logs import ActorClass, Track
from core.scenario.motion import LIMITS, Feasibility, Kind, Road, Shift, Traffic, bent_path, feasibility
from core.scenario.motion.fitting import fitted


def look(
    poses: PoseTrack, *others: Track, on_road: bool = False, actor_class: ActorClass = ActorClass.CAR
) -> Feasibility:
    return feasibility(
        poses,
        size_m=CAR_M,
        limits=LIMITS[actor_class],
        start_ns=START_NS,
        traffic=Traffic.of(others, start_ns=START_NS, until_s=10.0),
        road=Road(road()) if on_road else None,
    )


def kinds(found: Feasibility) -> set[Kind]:
    return {violation.kind for violation in found.violations}


def test_an_arc_demands_what_the_textbook_says() -> None:
    found = look(driven(bend_left(20.0), 7.0))
    np.testing.assert_allclose(found.speed_mps, 7.0, atol=0.05)
    np.testing.assert_allclose(found.curvature_1pm, 1 / 20, rtol=0.03)
    np.testing.assert_allclose(found.lateral_mps2[5:-5], 7.0**2 / 20, atol=0.05)
    assert np.abs(found.longitudinal_mps2).max() < 0.1
    assert found.violations == ()


def test_a_turn_too_fast_breaks_sideways_and_says_when_and_by_how_much() -> None:
    circle = np.linspace(0, 2 * np.pi, 100)
    line = [
        [-40, 0, 0],
        [-20, 0, 0],
        *np.stack([15 * np.sin(circle[:40]), 15 * (1 - np.cos(circle[:40])), 0 * circle[:40]], -1),
    ]
    found = look(driven(Curve.through(line), 11.0, seconds=6.0))
    worst = next(violation for violation in found.violations if violation.kind is Kind.LATERAL)
    assert worst.worst == pytest.approx(11.0**2 / 15, rel=0.1)
    assert 3.0 < worst.from_s < 4.0
    assert worst.limit == LIMITS[ActorClass.CAR].lateral_mps2
    assert found.broken_at().any() and not found.broken_at(frozenset({Kind.OFF_ROAD})).any()


def test_braking_and_speeding_up_are_told_apart() -> None:
    speed = np.concatenate([np.full(31, 25.0), np.linspace(25, 0, 26)[1:], np.zeros(45)])
    found = look(driven(straight(), speed))
    braking = next(violation for violation in found.violations if violation.kind is Kind.BRAKING)
    assert braking.worst == pytest.approx(10.0, rel=0.1)
    assert Kind.ACCELERATION not in kinds(found)
    assert Kind.ACCELERATION in kinds(look(driven(straight(), speed[::-1])))


def test_reversing_faster_is_speeding_up() -> None:
    poses = driven(straight(), np.linspace(0, 8, 101))
    reversing = PoseTrack(poses.t_ns, poses.poses @ Pose.from_heading(np.pi, [0.0, 0.0, 0.0]))
    np.testing.assert_allclose(look(reversing).longitudinal_mps2[5:-5], 0.8, atol=0.05)


def test_limits_depend_on_the_class() -> None:
    poses = driven(bend_left(9.0), 6.0, seconds=4.0)  # 4 m/s² sideways on a radius of 9 m
    assert kinds(look(poses)) == set()
    assert kinds(look(poses, actor_class=ActorClass.TRUCK)) == {Kind.LATERAL}
    assert kinds(look(poses, actor_class=ActorClass.PEDESTRIAN)) == set()


def test_box_jitter_is_not_taken_for_driving() -> None:
    assert kinds(look(jittered(driven(bend_left(), 8.0), 0.03))) <= {Kind.JERK}


def test_driving_into_a_standing_car_is_foreseen_and_then_an_overlap() -> None:
    standing = car(PoseTrack(ns([0.0, 10.0]), Pose.from_heading([0.0, 0.0], [[60.0, 0.3, 0.0]] * 2)), id="parked")
    standing = Track(**{**vars(standing), "max_gap_s": 20.0})
    found = look(driven(straight(), 10.0), standing)
    # Bumpers meet at 60 - 4.5 m (but 0.025 of the other is let go), at 10 m/s.
    near = next(v for v in found.violations if v.kind is Kind.TIME_TO_COLLISION)
    hit = next(v for v in found.violations if v.kind is Kind.OVERLAP)
    assert near.other == hit.other == "parked"
    assert hit.from_s == pytest.approx(5.6, abs=0.05)
    assert hit.to_s == pytest.approx(6.4, abs=0.05)
    np.testing.assert_allclose(found.time_to_collision_s[30], 5.5525 - 3.0, atol=0.01)
    assert found.nearest[30] == 0


def test_one_in_the_next_lane_or_above_or_not_there_is_no_danger() -> None:
    beside = car(driven(straight(y_m=LANE_M), 10.0), id="beside")
    above = car(driven(straight(), 10.0), id="above")
    lifted = PoseTrack(above.t_ns, Pose.from_rotation(np.eye(3), [0.0, 0.0, 6.0]) @ above.poses.poses)
    gone = car(driven(straight(), 10.0, seconds=1.0, rate_hz=5.0), id="gone")
    gone = Track(**{**vars(gone), "poses": PoseTrack(gone.t_ns + 60_000_000_000, gone.poses.poses)})
    found = look(driven(straight(), 10.0), beside, Track(**{**vars(above), "poses": lifted}), gone)
    assert found.violations == ()
    assert np.isinf(found.time_to_collision_s).all()


def test_of_several_the_first_to_be_hit_is_named() -> None:
    others = [car(driven(straight(from_m=at), 5.0), id=f"at {at}") for at in (60.0, 30.0, 90.0)]
    found = look(driven(straight(), 12.0, seconds=2.0), *others)
    assert set(found.nearest.tolist()) == {1}
    assert Traffic.of(others, start_ns=START_NS, until_s=1.0).without("at 30.0").ids == ("at 60.0", "at 90.0")


def test_leaving_the_road_is_told_in_metres_of_the_farthest_wheel() -> None:
    on = look(driven(straight(), 10.0), on_road=True)
    assert on.violations == () and on.off_road_m.max() == 0.0
    off = bent_path(driven(straight(), 10.0), [Shift(left_m=-2.0, from_s=2.0)], start_ns=START_NS)
    found = look(off, on_road=True)
    assert kinds(found) == {Kind.OFF_ROAD}
    assert found.off_road_m[-1] == pytest.approx(2.0 + CAR_M[1] / 2 - LANE_M / 2, abs=0.05)


def test_the_ego_box_is_ahead_of_its_rear_axle() -> None:
    wall = car(PoseTrack(ns([0.0, 10.0]), Pose.from_heading([0.0, 0.0], [[50.0, 0.0, 0.0]] * 2)))
    wall = Track(**{**vars(wall), "max_gap_s": 20.0})
    traffic = Traffic.of([wall], start_ns=START_NS, until_s=10.0)
    ahead = Pose.from_rotation(np.eye(3), [1.4, 0.0, 0.7])
    found = feasibility(
        driven(straight(), 10.0),
        size_m=CAR_M,
        limits=LIMITS[ActorClass.CAR],
        start_ns=START_NS,
        pose_from_box=ahead,
        traffic=traffic,
    )
    hit = next(v for v in found.violations if v.kind is Kind.OVERLAP)
    assert hit.from_s == pytest.approx((50.0 - 4.5 - 1.4) / 10, abs=0.11)


def test_one_instant_has_nothing_wrong_with_it() -> None:
    assert look(PoseTrack(ns([0.0]), Pose.from_heading([0.0], [[0.0, 0.0, 0.0]]))).violations == ()
    assert look(PoseTrack(ns([0.05]), Pose.from_heading([0.0], [[0.0, 0.0, 0.0]]))).t_s.shape == (0,)


angles = st.floats(-3.1, 3.1)


@given(st.floats(-12, 12), st.floats(-12, 12), angles, angles, st.floats(-10, 10), st.floats(-10, 10))
@settings(deadline=None, max_examples=60)
def test_the_time_to_overlap_agrees_with_moving_step_by_step(
    x: float, y: float, turn: float, other_turn: float, vx: float, vy: float
) -> None:
    one = footprints(np.zeros(2), np.array(turn), np.array([4.0, 2.0]))
    other = footprints(np.array([x, y]), np.array(other_turn), np.array([5.0, 1.5]))
    found = float(time_to_overlap(one, other, np.array([vx, vy])))
    t_s = np.linspace(0.0, 10.0, 4001)
    moved = one + t_s[:, None, None] * np.array([vx, vy])
    hits = t_s[overlap(moved, other)]
    slow = hits[0] if len(hits) else np.inf
    if np.isinf(slow):
        # A graze may fall between two steps.
        assert found > 10.0 or not overlap(one + (found + 0.1) * np.array([vx, vy]), other)
    else:
        assert found == pytest.approx(slow, abs=0.005)


def test_fitted_polynomials_are_those_of_scipy() -> None:
    from scipy.signal import savgol_filter

    samples = np.random.default_rng(1).normal(size=(40, 2)).cumsum(0)
    for derivative in (0, 1, 2, 3):
        np.testing.assert_allclose(
            fitted(samples, 0.1, window=9, degree=3, derivative=derivative),
            savgol_filter(samples, 9, 3, deriv=derivative, delta=0.1, axis=0),
            atol=1e-6 * 10**derivative,
        )
    assert fitted(samples[:1], 0.1, window=9, degree=3, derivative=1).tolist() == [[0.0, 0.0]]


def test_a_turn_too_tight_is_told_however_slowly_it_is_driven() -> None:
    turn = np.linspace(0, np.pi, 40)
    arc = np.stack([2.5 * np.sin(turn), 2.5 * (1 - np.cos(turn)), 0 * turn], -1)
    found = look(driven(Curve.through([[-10, 0, 0], [-5, 0, 0], *arc, [-5, 5, 0]]), 1.0, seconds=20.0))
    assert kinds(found) == {Kind.CURVATURE}
    assert found.violations[0].worst == pytest.approx(1 / 2.5, rel=0.1)


def test_one_that_stands_with_jitter_turns_nowhere() -> None:
    assert Kind.CURVATURE not in kinds(look(jittered(driven(straight(), 0.0), 0.05, 0.02)))
