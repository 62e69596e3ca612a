"""Road networks: plausible streets that mesh without gaps, lights that never let two ways go."""

from itertools import pairwise

import numpy as np
import pytest

from core.city.network import build_network
from core.city.roads import LaneUse, RoadNetwork
from core.city.signals import Phase, SignalPlan, SignalState

SEEDS = range(8)


@pytest.fixture(scope="module", params=SEEDS)
def network(request: pytest.FixtureRequest) -> RoadNetwork:
    return build_network(request.param)


def test_equal_seeds_give_equal_streets_and_others_differ() -> None:
    a, b, c = build_network(5), build_network(5), build_network(6)
    assert a.main.profile == b.main.profile and a.crosswalks == b.crosswalks and a.signal_heads == b.signal_heads
    np.testing.assert_array_equal(a.main.curve.points_m, b.main.curve.points_m)
    assert a.main.curve.length_m != c.main.curve.length_m


def test_the_main_road_is_long_gentle_and_crossed(network: RoadNetwork) -> None:
    curve = network.main.curve
    assert 370 < curve.length_m < 600
    assert np.abs(curve.curvature(np.linspace(5, curve.length_m - 5, 200))).max() < 1 / 120
    assert 1 <= len(network.junctions) <= 4
    assert (curve.at(np.linspace(0, curve.length_m, 50))[:, :2] > 100).all()


def test_lanes_lie_between_the_kerbs_without_overlap(network: RoadNetwork) -> None:
    for road in network.roads:
        lanes = road.profile.lanes
        assert lanes[0].right_m >= road.profile.right_kerb_m and lanes[-1].left_m <= road.profile.left_kerb_m
        for right, left in pairwise(lanes):
            assert left.right_m >= right.left_m - 1e-9
        assert all(lane.width_m >= 2.8 for lane in lanes if lane.use is LaneUse.DRIVE)
        assert all(np.sign(lane.centre_m) == -lane.direction for lane in lanes)


def test_strips_and_junctions_cover_a_road_without_gap(network: RoadNetwork) -> None:
    for junction in network.junctions:
        for arm in junction.arms:
            ends = {end for strip in network.stretches(arm.road) for end in (strip.from_m, strip.to_m)}
            assert arm.mouth_m in ends


def test_corner_ribbons_join_the_kerbs_of_their_arms(network: RoadNetwork) -> None:
    for junction in network.junctions:
        following = (*junction.arms[1:], junction.arms[0])
        for corner, arm, next_arm in zip(junction.corners, junction.arms, following, strict=True):
            for at, which, left in ((0, arm, True), (-1, next_arm, False)):
                road = network.roads[which.road]
                side = which.side(left=left)
                np.testing.assert_allclose(
                    corner.kerb_m[at], road.points(which.mouth_m, road.profile.kerb_m(side)), atol=1e-6
                )
                np.testing.assert_allclose(
                    corner.back_m[at], road.points(which.mouth_m, road.profile.back_m(side)), atol=1e-6
                )


def test_junction_outlines_run_counter_clockwise(network: RoadNetwork) -> None:
    for junction in network.junctions:
        x, y = junction.outline_m[:, 0], junction.outline_m[:, 1]
        area = (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2
        assert area > 80


def test_nobody_may_park_in_junctions_or_on_crosswalks(network: RoadNetwork) -> None:
    for walk in network.crosswalks:
        clear = network.kept_clear(walk.road)
        assert any(gap.from_m < walk.from_m and walk.to_m < gap.to_m for gap in clear)


def test_a_longer_road_starts_the_same() -> None:
    short, long = build_network(3), build_network(3, 900.0)
    at = np.linspace(0, 250, 30)
    shift = long.main.curve.at(0.0) - short.main.curve.at(0.0)
    np.testing.assert_allclose(short.main.curve.at(at) + shift, long.main.curve.at(at), atol=0.02)


def test_lights_never_let_crossing_ways_go_at_once() -> None:
    plan = SignalPlan(main_green_s=25, side_green_s=18, offset_s=-7)
    for t_s in np.arange(-100, 200, 0.25):
        main, side, over_main, over_side = (plan.state(phase, float(t_s)) for phase in Phase)
        assert SignalState.RED in (main, side)
        assert over_main is SignalState.RED or main is SignalState.RED
        assert over_side is SignalState.RED or side is SignalState.RED


def test_lights_show_amber_between_green_and_red() -> None:
    plan = SignalPlan(main_green_s=25, side_green_s=18, offset_s=0)
    states = [plan.state(Phase.MAIN, t_s) for t_s in np.arange(0, plan.cycle_s, 0.5)]
    changes = [(a, b) for a, b in pairwise(states) if a is not b]
    assert changes == [(SignalState.GREEN, SignalState.AMBER), (SignalState.AMBER, SignalState.RED)]
