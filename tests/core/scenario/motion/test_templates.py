"""Manoeuvres that meet their numbers."""

from itertools import pairwise

import numpy as np
import pytest
from motion_samples import CAR_M, LANE_M, START_NS, bend_left, car, driven, ns, straight

from core.errors import UserError
from core.geometry import Curve, Pose, PoseTrack
from core.logs import Track
from core.scenario.motion import (
    EGO_FRONT_M,
    EGO_REAR_M,
    Bend,
    CutIn,
    Follow,
    HardBrake,
    Overtake,
    Reactive,
    Shift,
    StopAt,
    bent_path,
    bent_track,
    cut_in,
    follow,
    hard_brake,
    overtake,
    reacting,
    stop_at,
)


def place(poses: PoseTrack, t_s: float) -> np.ndarray:
    return poses.at(ns(t_s)).translation


def speed(poses: PoseTrack, t_s: float) -> float:
    return float(np.linalg.norm(place(poses, t_s + 0.1) - place(poses, t_s - 0.1)) / 0.2)


def bent(track: Track, bends: tuple[Bend, ...]) -> Track:
    return bent_track(track, bends, start_ns=START_NS, until_s=20.0)


@pytest.mark.parametrize("curve", [straight(), bend_left(90.0)], ids=["straight", "bend"])
@pytest.mark.parametrize(("beside_m", "ahead_m"), [(LANE_M, 12.0), (LANE_M, -5.0), (-LANE_M, 20.0)])
def test_a_cut_in_ends_in_the_egos_lane_at_the_gap_and_the_egos_speed(
    curve: Curve, beside_m: float, ahead_m: float
) -> None:
    ego = driven(curve, 10.0)
    lane = curve.offset(beside_m)
    start = float(lane.project(curve.at(20.0))[0]) + ahead_m
    rest = Curve.through(lane.at(np.linspace(start, start + 130.0, 66)))
    actor = car(driven(rest, 11.0))
    cutting = bent(actor, cut_in(actor, ego, CutIn(at_s=6.0, gap_m=7.0), start_ns=START_NS))
    along, lateral = curve.project(place(cutting.poses, 6.0))
    assert along - CAR_M[0] / 2 - (60.0 + EGO_FRONT_M) == pytest.approx(7.0, abs=0.15)
    assert lateral == pytest.approx(0.0, abs=0.1)
    assert speed(cutting.poses, 6.3) == pytest.approx(10.0, abs=0.5)
    assert curve.project(place(cutting.poses, 2.9))[1] == pytest.approx(beside_m, abs=0.1)


def test_an_actor_in_the_egos_lane_comes_from_the_side_that_is_named() -> None:
    ego, actor = driven(straight(), 10.0), car(driven(straight(from_m=20.0), 10.0))
    with pytest.raises(UserError, match="already"):
        cut_in(actor, ego, CutIn(at_s=6.0), start_ns=START_NS)
    cutting = bent(actor, cut_in(actor, ego, CutIn(at_s=6.0, side="right"), start_ns=START_NS))
    assert place(cutting.poses, 2.0)[1] == pytest.approx(-3.5, abs=0.05)
    assert place(cutting.poses, 6.0)[1] == pytest.approx(0.0, abs=0.05)


def test_who_cannot_cut_in_says_why() -> None:
    ego = driven(straight(), 10.0)
    oncoming = car(driven(Curve.through([[200.0, 3.5, 0.0], [0.0, 3.5, 0.0]]), 10.0))
    with pytest.raises(UserError, match="does not drive where"):
        cut_in(oncoming, ego, CutIn(at_s=6.0), start_ns=START_NS)
    far = car(driven(straight(y_m=LANE_M, from_m=290.0), 10.0))
    with pytest.raises(UserError, match="too far away"):
        cut_in(far, ego, CutIn(at_s=4.0), start_ns=START_NS)
    beside = car(driven(straight(y_m=LANE_M), 10.0))
    with pytest.raises(UserError, match=r"change its speed by \d+ m/s²"):
        cut_in(beside, ego, CutIn(at_s=2.0, gap_m=9.0), start_ns=START_NS)
    with pytest.raises(UserError, match=r"between 1\.0 and 10\.0 s"):
        cut_in(car(driven(straight(y_m=LANE_M), 10.0)), ego, CutIn(at_s=11.0), start_ns=START_NS)


def test_a_hard_brake_brakes_as_hard_as_asked_when_asked() -> None:
    actor = car(driven(straight(), 15.0))
    braking = bent(actor, hard_brake(HardBrake(at_s=3.0, deceleration_mps2=7.0)))
    assert speed(braking.poses, 2.8) == pytest.approx(15.0, abs=0.1)
    assert speed(braking.poses, 4.2) - speed(braking.poses, 4.6) == pytest.approx(0.4 * 7.0, abs=0.2)
    assert speed(braking.poses, 8.0) == pytest.approx(0.0, abs=0.01)


def test_following_keeps_gap_and_headway() -> None:
    lead_mps = np.concatenate([np.full(60, 12.0), np.linspace(12, 6, 41)[1:], np.full(101, 6.0)])
    leader = car(driven(straight(from_m=45.0), lead_mps, seconds=20.0))
    ego = driven(straight(), 14.0, seconds=20.0)
    bends = follow(ego, leader, Follow(from_s=1.0, gap_m=3.0, headway_s=1.5), start_ns=START_NS)
    followed = bent_path(ego, bends, start_ns=START_NS)
    for t_s in (5.5, 12.0, 18.0):
        gap = place(leader.poses, t_s)[0] - CAR_M[0] / 2 - place(followed, t_s)[0] - EGO_FRONT_M
        assert gap == pytest.approx(3.0 + 1.5 * speed(leader.poses, t_s), abs=0.4)
    assert speed(followed, 18.0) == pytest.approx(6.0, abs=0.1)
    with pytest.raises(UserError, match="not drive on the ego's path"):
        follow(ego, car(driven(straight(y_m=9.0), 10.0)), Follow(from_s=1.0), start_ns=START_NS)


def test_overtaking_passes_beside_and_comes_back_at_the_gap() -> None:
    ego = driven(straight(), 10.0, seconds=20.0)
    slow = car(driven(straight(from_m=60.0), 6.0, seconds=20.0))
    template = Overtake(from_s=1.0, speed_mps=16.0, gap_m=8.0)
    passing = bent_path(ego, overtake(ego, slow, template, start_ns=START_NS), start_ns=START_NS)
    t_s = np.arange(0.0, 20.0, 0.1)
    apart = passing.at(ns(t_s)).translation - slow.poses.at(ns(t_s)).translation
    beside = (apart[:, 0] + EGO_FRONT_M + 8.0 > -CAR_M[0] / 2) & (apart[:, 0] - EGO_REAR_M - 8.0 < CAR_M[0] / 2)
    assert beside.any()
    assert apart[beside, 1].min() > 3.3
    assert apart[-1, 0] > 20.0 and abs(apart[-1, 1]) < 0.05
    with pytest.raises(UserError, match=r"does not get past the actor's 6\.0 m/s"):
        overtake(ego, slow, Overtake(from_s=1.0, speed_mps=6.0), start_ns=START_NS)
    with pytest.raises(UserError, match="too near"):
        overtake(ego, slow, Overtake(from_s=8.0, speed_mps=16.0, gap_m=20.0), start_ns=START_NS)


def test_a_drive_that_is_too_short_to_overtake_in_is_told_with_numbers() -> None:
    slow = car(driven(straight(from_m=60.0), 6.0, seconds=20.0))
    ego = driven(straight(), 10.0, seconds=20.0)
    with pytest.raises(UserError, match=r"too short.* at \d\d\.\d s, and the drive ends at 20\.0 s"):
        overtake(ego, slow, Overtake(from_s=1.0, speed_mps=7.0, gap_m=2.0), start_ns=START_NS)
    template = Overtake(from_s=0.0, speed_mps=16.0, gap_m=2.0, over_s=1.5)
    _, shift = overtake(ego, slow, template, start_ns=START_NS)
    assert isinstance(shift, Shift) and shift.to_s is not None
    short = driven(straight(), 10.0, seconds=shift.to_s - 0.2)
    with pytest.raises(UserError, match="too short"):
        overtake(short, slow, template, start_ns=START_NS)
    slower = driven(straight(), 7.0, seconds=shift.to_s + 0.5)
    with pytest.raises(UserError, match=r"after \d+ m, and its path ends after \d+ m"):
        overtake(slower, slow, template, start_ns=START_NS)


def test_the_front_bumper_stops_at_the_place_and_the_ego_drives_on() -> None:
    ego = driven(straight(), 12.0, seconds=20.0)
    bends = stop_at(ego, StopAt(x_m=80.0, y_m=0.5, stand_s=3.0), start_ns=START_NS)
    stopped = bent_path(ego, bends, start_ns=START_NS)
    t_s = np.arange(0.0, 20.0, 0.1)
    x = stopped.at(ns(t_s)).translation[:, 0]
    standing = t_s[1:][np.diff(x) < 1e-3]
    assert standing[-1] - standing[0] == pytest.approx(3.0, abs=0.3)
    assert place(stopped, float(standing.mean()))[0] + EGO_FRONT_M == pytest.approx(80.0, abs=0.1)
    assert speed(stopped, 19.5) == pytest.approx(12.0, abs=0.1)
    with pytest.raises(UserError, match="too near"):
        stop_at(ego, StopAt(x_m=6.0, y_m=0.0), start_ns=START_NS)
    with pytest.raises(UserError, match="does not get that far"):
        stop_at(ego, StopAt(x_m=290.0, y_m=0.0), start_ns=START_NS)


def gap(behind: Track, ahead: Track, t_s: float) -> float:
    return float(place(ahead.poses, t_s)[0] - place(behind.poses, t_s)[0]) - CAR_M[0]


def test_a_reacting_actor_stops_behind_one_that_stands() -> None:
    wall = car(driven(straight(from_m=100.0), 0.0, seconds=20.0), id="wall")
    (driver,) = reacting(
        [(car(driven(straight(), 12.0, seconds=5.0)), Reactive())], [wall], start_ns=START_NS, until_s=20.0
    )
    assert speed(driver.poses, 19.0) < 0.1
    assert gap(driver, wall, 19.9) == pytest.approx(2.0, abs=0.5)
    assert min(gap(driver, wall, t) for t in np.arange(0, 20, 0.5)) > 1.5


def test_a_queue_reacts_to_its_first_and_stays_in_order() -> None:
    tracks = [car(driven(straight(from_m=60.0 - 15.0 * k), 10.0, seconds=20.0), id=str(k)) for k in range(4)]
    leader = bent(tracks[0], hard_brake(HardBrake(at_s=3.0, deceleration_mps2=6.0)))
    queue = [(track, Reactive()) for track in tracks[1:]]
    driven_tracks = [leader, *reacting(queue, [leader], start_ns=START_NS, until_s=20.0)]
    for ahead, behind in pairwise(driven_tracks):
        assert min(gap(behind, ahead, t) for t in np.arange(0, 20, 0.2)) > 0.5
    again = reacting(queue, [leader], start_ns=START_NS, until_s=20.0)
    for one, other in zip(driven_tracks[1:], again, strict=True):
        np.testing.assert_array_equal(one.poses.poses.matrix, other.poses.poses.matrix)


def test_one_in_the_next_lane_is_no_leader_and_a_free_driver_drives_as_desired() -> None:
    beside = car(driven(straight(y_m=LANE_M, from_m=20.0), 2.0, seconds=20.0), id="beside")
    (driver,) = reacting(
        [(car(driven(straight(), 8.0)), Reactive(desired_mps=12.0))], [beside], start_ns=START_NS, until_s=20.0
    )
    assert speed(driver.poses, 19.0) == pytest.approx(12.0, abs=0.3)


def test_it_reacts_only_from_its_time_on() -> None:
    recorded = car(driven(straight(), 10.0))
    wall = car(driven(straight(from_m=80.0), 0.0), id="wall")
    (driver,) = reacting([(recorded, Reactive(from_s=4.0))], [wall], start_ns=START_NS, until_s=10.0)
    before = recorded.t_ns <= ns(4.0)
    np.testing.assert_array_equal(driver.t_ns[: before.sum()], recorded.t_ns[before])
    np.testing.assert_array_equal(driver.poses.poses.matrix[: before.sum()], recorded.poses.poses.matrix[before])
    assert place(driver.poses, 9.5)[0] < 76.0


def test_one_that_comes_after_the_end_is_left_as_it_is() -> None:
    late = car(PoseTrack(ns([30.0, 30.5]), Pose.from_heading([0.0, 0.0], [[0.0, 0, 0], [5.0, 0, 0]])))
    (driver,) = reacting([(late, Reactive())], [], start_ns=START_NS, until_s=10.0)
    assert driver.t_ns.tolist() == [int(ns(30.0))]
