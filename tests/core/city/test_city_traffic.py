"""Traffic: plausible to look at, without collisions, and the same for the same seed."""

import numpy as np
import pytest

from core.city.actors import ActorKind
from core.city.drive import City
from core.city.idm import Driver, acceleration
from core.city.lane_graph import LaneGraph
from core.city.network import build_network
from core.city.roads import MAIN, WARM_UP_S
from core.city.signals import Phase, SignalState
from core.city.traffic import STEP_S, Traffic
from core.geometry.footprints import footprints, overlap

NOTHING = float("inf")
SECONDS = 6.0


@pytest.fixture(scope="module", params=[1, 4, 7])
def city(request: pytest.FixtureRequest) -> City:
    return City(request.param, SECONDS)


def test_a_driver_alone_reaches_the_desired_speed() -> None:
    speed = 0.0
    for _ in range(1200):
        speed += 0.05 * acceleration(Driver(), speed, 14.0, NOTHING, 0.0)
    assert speed == pytest.approx(14.0, abs=0.1)


def test_a_driver_stops_behind_a_standing_leader() -> None:
    speed, position = 14.0, 0.0
    for _ in range(800):
        speed = max(speed + 0.05 * acceleration(Driver(), speed, 14.0, 80.0 - position, 0.0), 0.0)
        position += 0.05 * speed
    assert 76.0 < position < 79.0


def test_a_driver_follows_at_the_time_headway() -> None:
    driver = Driver(headway_s=1.5)
    gap, speed = 60.0, 10.0
    for _ in range(4000):
        speed += 0.05 * acceleration(driver, speed, 20.0, gap, 10.0)
        gap += 0.05 * (10.0 - speed)
    assert gap == pytest.approx(driver.standstill_gap_m + 15.0, rel=0.1)


def test_nobody_brakes_harder_than_tyres_allow() -> None:
    assert acceleration(Driver(), 20.0, 20.0, 0.5, 0.0) >= -7.0


@pytest.mark.parametrize("seed", [2, 8])
def test_vehicles_wait_at_red_lights(seed: int) -> None:
    traffic = Traffic(LaneGraph(build_network(seed)), seed, 12.0)
    network, lanes = traffic.graph.network, traffic.graph.lanes
    traffic.run()
    entered = 0
    for vehicle in (*traffic.vehicles, *traffic.gone):
        for (_, before, *_), (step, after, *_) in zip(vehicle.trail, vehicle.trail[1:], strict=False):
            junction = lanes[after].junction
            if before == after or junction is None:
                continue
            group = network.junctions[junction].group(Phase.MAIN if lanes[after].road == MAIN else Phase.SIDE)
            if group is None:
                continue
            entered += 1
            # Who passed the stop line at amber may still be short of the junction when red comes.
            states = [network.signal_state(group, step * STEP_S - back) for back in (0.0, 1.0, 2.0, 3.0)]
            assert any(state is not SignalState.RED for state in states), (vehicle.name, step)
    assert entered > 3


def test_equal_seeds_give_equal_life(city: City) -> None:
    again = City(city.seed, SECONDS).life
    assert [track.id for track in again.tracks] == [track.id for track in city.life.tracks]
    for a, b in zip(again.tracks, city.life.tracks, strict=True):
        np.testing.assert_array_equal(a.poses.poses.matrix, b.poses.poses.matrix)
    np.testing.assert_array_equal(again.ego.poses.matrix, city.life.ego.poses.matrix)


def test_the_street_is_alive(city: City) -> None:
    kinds = {track.kind for track in city.life.tracks}
    assert {ActorKind.CAR, ActorKind.PEDESTRIAN} <= kinds
    assert 25 <= len(city.life.tracks) <= 160
    moving = [track for track in city.life.tracks if track.speed_at(3_000_000_000) > 0.5]
    assert len(moving) >= 10


def test_the_ego_moves_forward_on_the_ground(city: City) -> None:
    ego = city.life.ego
    steps = np.diff(ego.poses.translation, axis=0)
    ahead = np.einsum("nc,nc->n", steps, ego.poses.rotation[:-1, :, 0])
    assert (ahead > -1e-6).all() and ahead.sum() > 5.0
    np.testing.assert_allclose(ego.poses.translation[:, 2], 0.0, atol=1e-9)
    assert ego.t_ns[0] == 0 and ego.t_ns[-1] >= SECONDS * 1e9


def test_no_two_actors_overlap(city: City) -> None:
    tracks = city.life.tracks
    for t_s in np.arange(0.0, SECONDS, 0.5):
        t_ns = round(t_s * 1e9)
        here = [track for track in tracks if track.exists_at(t_ns)]
        poses = [track.pose_at(t_ns) for track in here]
        shapes = footprints(
            np.array([pose.translation[:2] for pose in poses]),
            np.array([pose.heading for pose in poses]),
            np.array([track.size_m[:2] for track in here]),
        )
        both = overlap(shapes[:, None], shapes[None])
        np.fill_diagonal(both, False)
        assert not both.any(), [(here[i].name, here[j].name) for i, j in np.argwhere(both)]


def test_vehicles_accelerate_plausibly_and_never_turn_on_the_spot(city: City) -> None:
    for track in city.life.tracks:
        if track.kind not in (ActorKind.CAR, ActorKind.VAN, ActorKind.TRUCK, ActorKind.BUS) or track.parked:
            continue
        position, heading = track.poses.poses.translation[:, :2], np.unwrap(track.poses.poses.heading)
        speed = np.linalg.norm(np.diff(position, axis=0), axis=1) / STEP_S
        change = np.convolve(np.diff(speed) / STEP_S, np.ones(5) / 5, mode="valid")
        assert np.abs(change).max(initial=0.0) < 8.0, track.name
        turn = np.abs(np.diff(heading))
        assert (turn < np.maximum(speed * STEP_S, 0.002) / 3.5).all(), track.name


def test_driven_vehicles_keep_to_the_carriageway(city: City) -> None:
    graph = city.graph
    for track in city.life.tracks:
        if track.parked or track.kind not in (ActorKind.CAR, ActorKind.BUS, ActorKind.CYCLIST):
            continue
        point = track.pose_at(track.start_ns + (track.end_ns - track.start_ns) // 2).translation[None]
        nearest = min(
            abs(float(lateral[0])) if -1 < s[0] < lane.length_m + 1 else np.inf
            for lane in graph.lanes.values()
            for s, lateral in [lane.curve.project(point)]
        )
        assert nearest < 2.0, track.name


def test_people_walk_at_walking_pace_on_pavements_and_crosswalks(city: City) -> None:
    for track in city.life.tracks:
        if track.kind is not ActorKind.PEDESTRIAN:
            continue
        steps = np.linalg.norm(np.diff(track.poses.poses.translation, axis=0), axis=1)
        assert steps.max() / STEP_S < 4.0
        ground = track.poses.poses.translation[:, 2] - track.size_m[2] / 2
        assert (ground > -1e-6).all() and (ground < 0.13).all()


def test_the_log_starts_after_traffic_has_settled() -> None:
    traffic = Traffic(LaneGraph(build_network(1)), 1, 1.0)
    traffic.run()
    assert traffic.ego.trail[0][0] == -round(WARM_UP_S / STEP_S)
