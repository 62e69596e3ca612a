"""Bending what was recorded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motion_samples import (
    CAR_M,
    LANE_M,
    START_NS,
    bend_left,
    car,
    driven,
    jittered,
    ns,
    road,
    seconds,
    straight,
)

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import Track
from core.scenario.motion import (
    BENDS,
    Bend,
    ChangeSpeed,
    Delay,
    LaneChange,
    LaneIndex,
    Retime,
    Shift,
    SpeedOverTime,
    Stop,
    bent_path,
    bent_track,
)

SOME_OF_EACH: tuple[Bend, ...] = (
    Shift(left_m=1.5, from_s=3.0, to_s=8.0),
    LaneChange(side="left", offset_m=3.5, from_s=3.0),
    Delay(delay_s=0.8, from_s=3.0),
    Delay(delay_s=-0.8, from_s=3.0),
    ChangeSpeed(speed_mps=3.0, from_s=3.0),
    ChangeSpeed(speed_mps=14.0, from_s=3.0, to_s=7.0, over_s=1.5),
    Stop(from_s=3.0),
    Stop(from_s=3.0, stand_s=1.0),
    Retime(speed=SpeedOverTime.of([3.0, 5.0, 7.0], [10.0, 4.0, 12.0])),
)
each = pytest.mark.parametrize("bend", SOME_OF_EACH, ids=lambda bend: type(bend).__name__)


def bent(track: Track, *bends: Bend, until_s: float | None = 10.0, lanes: LaneIndex | None = None) -> Track:
    return bent_track(track, bends, start_ns=START_NS, until_s=until_s, lanes=lanes)


def at(track: Track, t_s: float) -> Pose:
    return track.poses.at(ns(t_s))


def speeds(poses: PoseTrack) -> np.ndarray:
    steps = np.linalg.norm(np.diff(poses.poses.translation, axis=0), axis=1)
    return steps / np.diff(seconds(poses))


def test_a_shift_drives_beside_the_recorded_path() -> None:
    recorded = car(driven(bend_left(), 10.0))
    shifted = bent(recorded, Shift(left_m=2.0))
    apart = recorded.poses.poses.inverse() @ shifted.poses.at(recorded.t_ns)
    np.testing.assert_allclose(apart.translation, np.tile([0, 2, 0], (len(recorded.t_ns), 1)), atol=0.05)
    assert shifted.size_m == CAR_M


def test_a_shift_lives_in_its_span_and_the_heading_follows_the_way_over() -> None:
    shifted = bent(car(driven(straight(), 10.0)), Shift(left_m=2.0, from_s=2.0, to_s=9.0, blend_s=2.0))
    lateral = [float(at(shifted, t).translation[1]) for t in (1.0, 2.0, 3.0, 4.0, 7.0, 8.0, 9.0)]
    np.testing.assert_allclose(lateral, [0, 0, 1, 2, 2, 1, 0], atol=0.01)
    # Halfway over at 1.875 · 2 m / 2 s sideways and 10 m/s ahead.
    assert float(at(shifted, 3.0).heading) == pytest.approx(np.arctan(0.1875), abs=0.005)
    assert float(at(shifted, 8.0).heading) == pytest.approx(-np.arctan(0.1875), abs=0.005)


@each
def test_nothing_changes_before_a_bend_begins(bend: Bend) -> None:
    recorded = car(jittered(driven(bend_left(), 10.0)))
    changed = bent(recorded, bend)
    before = recorded.t_ns <= ns(3.0)
    np.testing.assert_array_equal(changed.t_ns[: before.sum()], recorded.t_ns[before])
    np.testing.assert_allclose(
        changed.poses.poses.matrix[: before.sum()], recorded.poses.poses.matrix[before], atol=1e-9
    )


@each
def test_a_bent_track_is_continuous(bend: Bend) -> None:
    changed = bent(car(driven(bend_left(), 10.0)), bend)
    assert speeds(changed.poses).max() < 17.0
    assert np.abs(np.diff(np.unwrap(changed.poses.poses.heading))).max() < 0.09
    assert np.diff(seconds(changed.poses)).max() <= 0.1 + 1e-9


@each
def test_jitter_of_the_boxes_is_not_amplified(bend: Bend) -> None:
    smooth, rough = driven(bend_left(), 10.0), jittered(driven(bend_left(), 10.0))
    one, other = bent(car(smooth), bend), bent(car(rough), bend)
    times = other.t_ns[other.t_ns % 100_000_000 == 0]
    added = one.poses.at(times).inverse() @ other.poses.at(times)
    recorded = smooth.poses.inverse() @ rough.poses
    for values, given_values in ((added.translation, recorded.translation), (added.heading, recorded.heading)):
        assert np.diff(values, 2, axis=0).std() < 1.1 * np.diff(given_values, 2, axis=0).std()


@each
def test_height_pitch_and_roll_stay_those_of_the_place(bend: Bend) -> None:
    poses = driven(bend_left(), 10.0)
    tilt = Pose.from_quaternion([np.cos(0.02), np.sin(0.02), 0.0, 0.0], [0.0, 0.0, 0.0])  # 0.04 rad of roll
    changed = bent_path(PoseTrack(poses.t_ns, poses.poses @ tilt), [bend], start_ns=START_NS, until_s=10.0)
    up = changed.poses.rotation[:, 2, 2]
    np.testing.assert_allclose(up, np.cos(0.04), atol=1e-4)


@given(left_m=st.floats(-6, 6), from_s=st.floats(0, 5), blend_s=st.floats(0.5, 5), seed=st.integers(0, 3))
@settings(deadline=None, max_examples=25)
def test_a_shift_and_its_opposite_leave_the_recording(left_m: float, from_s: float, blend_s: float, seed: int) -> None:
    recorded = car(jittered(driven(bend_left(20.0 + 20 * seed), 8.0)))
    there = Shift(left_m=left_m, from_s=from_s, blend_s=blend_s)
    back = there.model_copy(update={"left_m": -left_m})
    again = bent(recorded, there, back)
    np.testing.assert_allclose(again.poses.at(recorded.t_ns).matrix, recorded.poses.poses.matrix, atol=1e-6)


@given(st.lists(st.sampled_from(SOME_OF_EACH), max_size=4))
@settings(deadline=None, max_examples=25)
def test_no_sequence_of_bends_makes_anyone_reverse(bends: list[Bend]) -> None:
    recorded = car(driven(straight(), np.linspace(12, 0, 101)))
    changed = bent(recorded, *bends)
    assert (np.diff(changed.poses.poses.translation[:, 0]) > -1e-4).all()


def test_a_delayed_track_is_where_it_was_that_much_earlier() -> None:
    recorded = car(driven(bend_left(), 10.0))
    late = bent(recorded, Delay(delay_s=1.5))
    np.testing.assert_allclose(at(late, 6.0).translation, at(recorded, 4.5).translation, atol=0.03)
    from_3 = bent(recorded, Delay(delay_s=1.0, from_s=3.0))
    np.testing.assert_allclose(at(from_3, 8.0).translation, at(recorded, 7.0).translation, atol=0.03)
    assert speeds(from_3.poses).min() > 4.9


def test_braking_reaches_the_speed_and_holds_it_until_the_end_of_the_span() -> None:
    slow = bent(car(driven(straight(), 10.0)), ChangeSpeed(speed_mps=4.0, from_s=2.0, over_s=2.0, to_s=8.0))
    speed = dict(zip(np.round(seconds(slow.poses)[1:], 2), speeds(slow.poses), strict=True))
    assert speed[1.9] == pytest.approx(10.0, abs=0.05)
    assert speed[5.0] == pytest.approx(4.0, abs=0.05)
    assert speed[9.9] == pytest.approx(10.0, abs=0.05)


def test_a_stop_brakes_no_harder_than_asked_stands_and_drives_on() -> None:
    stopped = bent(car(driven(straight(), 10.0, seconds=20.0)), Stop(from_s=2.0, deceleration_mps2=4.0, stand_s=3.0))
    t_s, speed = seconds(stopped.poses)[1:], speeds(stopped.poses)
    standing = t_s[speed < 0.01]
    assert standing[-1] - standing[0] == pytest.approx(3.0, abs=0.25)
    braking = -np.diff(speed) / 0.1
    assert braking.max() == pytest.approx(4.0, abs=0.1)
    assert speed[-1] == pytest.approx(10.0, abs=0.05)


def test_who_stops_for_good_stays_until_the_scenario_ends() -> None:
    short = car(driven(straight(), 10.0, seconds=4.0))
    stopped = bent(short, Stop(from_s=1.0), until_s=9.0)
    assert seconds(stopped.poses)[-1] == pytest.approx(9.0)
    assert seconds(bent(short, Shift(left_m=1.0), until_s=9.0).poses)[-1] == pytest.approx(4.0)


def test_a_hastened_actor_goes_on_beyond_its_recorded_path() -> None:
    fast = bent(car(driven(straight(), 10.0)), ChangeSpeed(speed_mps=20.0, from_s=0.0, over_s=1.0))
    assert seconds(fast.poses)[-1] == pytest.approx(10.0)
    assert float(at(fast, 10.0).translation[0]) == pytest.approx(195.0, abs=0.5)


def test_another_timing_keeps_the_recorded_path() -> None:
    curve = bend_left()
    changed = bent(car(driven(curve, 10.0)), Retime(speed=SpeedOverTime.of([0.0, 5.0, 10.0], [2.0, 12.0, 0.0])))
    _, lateral = curve.project(changed.poses.poses.translation)
    assert np.abs(lateral).max() < 0.05
    assert speeds(changed.poses).max() == pytest.approx(12.0, abs=0.2)
    np.testing.assert_allclose(
        np.angle(
            np.exp(
                1j * (changed.poses.poses.heading - curve.heading(curve.project(changed.poses.poses.translation)[0]))
            )
        ),
        0.0,
        atol=0.02,
    )


def test_a_lane_change_ends_in_the_neighbouring_lane_as_far_from_its_centre_as_before() -> None:
    lanes = LaneIndex(road())
    changed = bent(car(driven(straight(y_m=0.4), 10.0)), LaneChange(side="left", from_s=2.0), lanes=lanes)
    np.testing.assert_allclose(at(changed, 9.0).translation[1], LANE_M + 0.4, atol=0.02)
    back = bent(changed, LaneChange(side="right", from_s=6.0, over_s=3.0), lanes=lanes)
    np.testing.assert_allclose(at(back, 9.5).translation[1], 0.4, atol=0.02)


def test_a_lane_change_without_a_lane_is_refused_with_what_to_do() -> None:
    track = car(driven(straight(), 10.0))
    with pytest.raises(UserError, match=r"no lane on the right.*Choose the other side"):
        bent(track, LaneChange(side="right", from_s=2.0), lanes=LaneIndex(road()))
    with pytest.raises(UserError, match="no lane map"):
        bent(track, LaneChange(side="right", from_s=2.0))


def test_a_parked_car_is_shifted_to_its_own_left_and_can_drive_off() -> None:
    heading = np.pi / 3
    t_ns = ns(np.arange(0.0, 5.0, 0.5))
    parked = jittered(PoseTrack(t_ns, Pose.from_heading(np.full(10, heading), np.tile([20.0, 5.0, 0.7], (10, 1)))))
    moved = bent(car(parked), Shift(left_m=2.0))
    np.testing.assert_allclose(
        moved.poses.at(t_ns).translation - parked.poses.translation,
        np.tile([-2 * np.sin(heading), 2 * np.cos(heading), 0.0], (10, 1)),
        atol=0.03,
    )
    off = bent(car(parked), ChangeSpeed(speed_mps=5.0, from_s=1.0, over_s=2.0))
    gone = at(off, 4.5).translation - at(off, 1.0).translation
    np.testing.assert_allclose(np.arctan2(gone[1], gone[0]), heading, atol=0.03)
    assert np.linalg.norm(gone) == pytest.approx(5.0 * 1.0 + 5.0 * 1.5, abs=0.3)


def test_one_that_drives_backwards_is_shifted_to_its_own_left() -> None:
    poses = driven(straight(), 3.0)
    reversing = PoseTrack(poses.t_ns, poses.poses @ Pose.from_heading(np.pi, [0.0, 0.0, 0.0]))
    moved = bent(car(reversing), Shift(left_m=1.0, from_s=2.0, blend_s=2.0))
    np.testing.assert_allclose(at(moved, 8.0).translation[1], -1.0, atol=0.01)
    # It goes along x and to -y, so its tail turns to the right of x, and it looks the opposite way.
    assert float(at(moved, 3.0).heading) == pytest.approx(np.pi - np.arctan(0.9375 / 3), abs=0.01)


def test_who_was_not_there_for_a_while_still_is_not_when_bent() -> None:
    poses = driven(straight(), 10.0)
    seen = (seconds(poses) < 3.0) | (seconds(poses) > 6.0)
    track = car(PoseTrack(poses.t_ns[seen], poses.poses[seen]))
    shifted = bent(track, Shift(left_m=2.0))
    assert shifted.box_at(int(ns(4.5))) is None
    assert shifted.box_at(int(ns(7.0))) is not None
    late = bent(track, Delay(delay_s=1.0))
    assert late.box_at(int(ns(6.8))) is None
    assert late.box_at(int(ns(3.5))) is not None


def test_a_single_box_can_be_shifted() -> None:
    track = car(PoseTrack(ns([2.0]), Pose.from_heading([0.5], [[1.0, 2.0, 0.0]])))
    moved = bent(track, Shift(left_m=1.0), until_s=None)
    np.testing.assert_allclose(at(moved, 2.0).translation, [1 - np.sin(0.5), 2 + np.cos(0.5), 0], atol=1e-6)


def test_the_ego_keeps_its_rate_outside_the_bend() -> None:
    ego = driven(bend_left(), 10.0, rate_hz=50.0)
    changed = bent_path(ego, [Shift(left_m=2.0, from_s=4.0, to_s=8.0)], start_ns=START_NS)
    assert set(ego.t_ns) <= set(changed.t_ns)


def test_bends_are_json() -> None:
    assert BENDS.validate_json(BENDS.dump_json(SOME_OF_EACH)) == SOME_OF_EACH


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="to_s is not after from_s"):
        Shift(left_m=1.0, from_s=3.0, to_s=2.0)
