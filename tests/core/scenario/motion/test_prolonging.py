"""A log goes on where it ended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from motion_samples import LANE_M, START_NS, bend_left, car, driven, road, straight
from synthetic_drive import EGO_MPS, IMAGES, small_drive

from core.errors import UserError
from core.geometry import PoseTrack
from core.logs import DrivingLog, Lane, LaneMap, Track
from core.scenario import Authored, EditedDrive, editing
from core.scenario.motion import AuthoredPath, Handle, LaneIndex, prolonged

LONGER_S = 12.0


def bent_lanes() -> LaneMap:
    """A quarter of a bend to the left, and two lanes that it leads to: one goes on bending, one turns off."""
    curve = bend_left()
    places = np.linspace(0.0, curve.length_m, 400)
    first, second = places[:130], places[129:]

    def lane(name: str, s_m: np.ndarray, successors: tuple[str, ...] = (), turn: float = 0.0) -> Lane:
        centre, left = curve.at(s_m), curve.left(s_m)
        aside = turn * (s_m - s_m[0])[:, None] * left
        return Lane(
            id=name,
            centre_m=centre + aside,
            left_m=centre + aside + LANE_M / 2 * left,
            right_m=centre + aside - LANE_M / 2 * left,
            successors=successors,
        )

    return LaneMap(
        lanes={
            each.id: each
            for each in (lane("a", first, ("off", "on")), lane("on", second[:60]), lane("off", second[:60], turn=0.9))
        }
    )


def with_tracks(*tracks: Track, lanes: LaneMap | None) -> DrivingLog:
    shift_ns = START_NS - small_drive().start_ns
    log = small_drive()
    moved = [replace(t, poses=PoseTrack(t.t_ns - shift_ns, t.poses.poses)) for t in tracks]
    return replace(log, tracks=tuple(moved), lane_map=lanes)


def test_vehicles_keep_to_their_lane_and_beside_its_centre_and_walkers_go_straight_on() -> None:
    curve = bend_left()
    beside = driven(curve.offset(0.6), 6.0, seconds=2.0)
    walker = replace(car(beside, id="walker"), actor_class=small_drive().tracks[1].actor_class)
    log = with_tracks(car(beside), walker, lanes=bent_lanes())
    driver, on_foot = prolonged(log, LONGER_S).tracks
    later = driver.t_ns > log.end_ns
    assert driver.t_ns[-1] >= log.end_ns + round(LONGER_S * 1e9)
    points = driver.poses.poses.translation
    _, left_m = curve.project(points[later][:60])
    np.testing.assert_allclose(left_m, 0.6, atol=0.15)
    speeds = np.linalg.norm(np.diff(points, axis=0), axis=1) / (np.diff(driver.t_ns) * 1e-9)
    np.testing.assert_allclose(speeds[later[1:]], 6.0, rtol=0.05)
    turns = np.abs(np.diff(np.unwrap(driver.poses.poses.heading)))
    assert turns.max() < 0.05  # nobody turns on the spot, at the end of the recording either
    walked = on_foot.poses.poses.translation[on_foot.t_ns > log.end_ns]
    ahead = walked[-1] - walked[0]
    np.testing.assert_allclose(np.cross(walked - walked[0], ahead / np.linalg.norm(ahead)), 0.0, atol=1e-6)


def test_who_stands_stays_who_was_gone_stays_gone_and_the_recording_is_as_it_was() -> None:
    gone = car(driven(straight(), 5.0, seconds=0.5), id="gone")
    parked = car(driven(straight(y_m=LANE_M), 0.02, seconds=2.0), id="parked")
    log = with_tracks(gone, parked, lanes=road())
    longer = prolonged(log, LONGER_S)
    assert longer.tracks[0] is log.tracks[0]
    parked_poses = longer.tracks[1].poses
    np.testing.assert_allclose(parked_poses.poses.matrix[-1], parked_poses.poses.matrix[len(log.tracks[1].t_ns) - 1])
    np.testing.assert_array_equal(longer.ego.poses.matrix[: len(log.ego)], log.ego.poses.matrix)
    assert longer.duration_s >= log.duration_s + LONGER_S
    end_m = longer.ego.at(longer.end_ns).translation[0] - log.ego.poses.translation[0, 0]
    assert end_m == pytest.approx((longer.end_ns - log.ego.t_ns[0]) * 1e-9 * EGO_MPS, rel=0.01)


def test_cameras_fire_on_where_they_are_mounted_and_have_no_pictures() -> None:
    log = small_drive()
    stream = prolonged(log, 1.0).cameras[1]
    assert len(stream) > IMAGES
    assert np.ptp(np.diff(stream.t_ns)) == 0
    expected = (
        log.ego.at(stream.t_ns[IMAGES - 1]).translation[0] + 0.1 * EGO_MPS + stream.ego_from_camera.translation[0]
    )
    assert stream.world_from_camera[IMAGES].translation[0] == pytest.approx(expected, abs=0.02)
    assert stream.image(IMAGES - 1).any()
    with pytest.raises(UserError, match="ends before"):
        stream.image(IMAGES)


def test_edits_go_on_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    from scenario_street import scenario_of

    log = small_drive()
    path = AuthoredPath(handles=(Handle(x_m=0.0, y_m=0.0), Handle(x_m=200.0, y_m=0.0)))
    scenario = editing.set_ego_path(scenario_of(log), Authored(path=path)).apply(scenario_of(log))
    longer = prolonged(log, 10.0)
    ego = EditedDrive(scenario, longer).as_driven.ego
    assert ego.at(longer.t_ns(11.0)).translation[0] == pytest.approx(11.0 * 8.0, rel=0.02)


def test_the_way_ahead_takes_the_straightest_lane_and_needs_one_that_leads_there() -> None:
    lanes = LaneIndex(bent_lanes())
    way = lanes.ahead((0.0, 0.5, 0.0), 0.0, 80.0)
    _, left_m = bend_left().project(way)
    np.testing.assert_allclose(left_m, 0.0, atol=0.05)
    assert np.linalg.norm(np.diff(way, axis=0), axis=1).max() < 0.7
    assert len(lanes.ahead((0.0, 0.5, 0.0), np.pi, 80.0)) == 0
    assert len(lanes.ahead((0.0, 50.0, 0.0), 0.0, 80.0)) == 0
