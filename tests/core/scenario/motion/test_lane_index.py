"""Snapping to lanes and to the ground."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motion_samples import LANE_M, road
from synthetic_drive import small_drive

from core.geometry import Pose
from core.logs import Lane, LaneMap
from core.scenario.motion import Ground, LaneIndex


def test_the_nearest_lane_gives_its_centre_heading_and_how_far_off_one_is() -> None:
    spot = LaneIndex(road()).nearest((33.3, 2.4))
    assert spot is not None
    assert spot.lane_id == "lane1"
    np.testing.assert_allclose(spot.point_m, [33.3, LANE_M, 0.0], atol=1e-6)
    assert spot.heading_rad == pytest.approx(0.0)
    assert spot.left_m == pytest.approx(2.4 - LANE_M)
    assert spot.width_m == pytest.approx(LANE_M)


def test_the_lanes_of_a_log_are_known_once_and_forgotten_with_it() -> None:
    log = small_drive()
    lanes = LaneIndex.of(log)
    assert lanes is not None and LaneIndex.of(log) is lanes
    assert LaneIndex.of(replace(log, lane_map=None)) is None
    known = weakref.ref(lanes)
    del lanes, log
    gc.collect()
    assert known() is None


def test_nothing_is_near_far_from_the_road_or_on_an_empty_map() -> None:
    assert LaneIndex(road()).nearest((33.3, -9.0)) is None
    assert LaneIndex(LaneMap(lanes={})).nearest((0.0, 0.0)) is None
    assert LaneIndex(LaneMap(lanes={})).distances_m([[0.0, 0.0]])[0] == np.inf


def test_who_drives_the_other_way_snaps_to_the_lane_of_that_way() -> None:
    lane = road(1).lanes["lane0"]
    back = {
        "centre_m": lane.centre_m[::-1] + np.array([0.0, LANE_M, 0.0]),
        "left_m": lane.left_m[::-1],
        "right_m": lane.right_m[::-1],
    }
    lanes = LaneIndex(LaneMap(lanes={"lane0": lane, "back": Lane(id="back", **back)}))
    assert lanes.nearest((30.0, 1.5)).lane_id == "lane0"  # type: ignore[union-attr]
    assert lanes.nearest((30.0, 1.5), heading_rad=np.pi).lane_id == "back"  # type: ignore[union-attr]


@given(st.floats(-40, 300), st.floats(-4, 8), st.floats(-3, 3))
@settings(deadline=None, max_examples=40)
def test_the_nearest_point_agrees_with_looking_at_every_point(x: float, y: float, turn: float) -> None:
    turned = road().moved(Pose.from_heading(turn, [5.0, 6.0, 0.0]))
    place = Pose.from_heading(turn, [5.0, 6.0, 0.0]).apply([[x, y, 0.0]])[0]
    spot = LaneIndex(turned).nearest(place, within_m=50.0)
    assert spot is not None
    fine = np.linspace(0, 1, 40001)[:, None]
    distances = [
        np.linalg.norm(lane.centre_m[0] + fine * (lane.centre_m[-1] - lane.centre_m[0]) - place, axis=1).min()
        for lane in turned.lanes.values()
    ]
    assert np.linalg.norm(spot.point_m - place) == pytest.approx(min(distances), abs=0.02)


def test_the_distance_from_the_lanes_is_zero_on_them() -> None:
    found = LaneIndex(road()).distances_m([[10.0, 0.5, 0.0], [10.0, -LANE_M / 2 - 1.0, 0.0]])
    np.testing.assert_allclose(found, [0.0, 1.0], atol=0.05)


def test_the_ground_is_as_high_as_where_wheels_were() -> None:
    x = np.linspace(0, 100, 101)
    ground = Ground.of(np.stack([x, 0 * x, 0.05 * x], -1), road())  # a flat map says nothing
    assert float(ground.height_at((40.0, 3.0))) == pytest.approx(2.0, abs=0.1)
    assert ground.height_at(np.zeros((4, 5, 3))).shape == (4, 5)
    assert float(Ground([[0.0, 0.0, 7.0]]).height_at((99.0, 99.0))) == pytest.approx(7.0)
