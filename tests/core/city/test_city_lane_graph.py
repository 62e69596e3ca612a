"""Lane graphs: whoever follows successors drives a continuous, smooth line."""

import numpy as np
import pytest

from core.city.lane_graph import LaneGraph, Turn, lane_map
from core.city.network import build_network
from core.city.roads import MAIN


@pytest.fixture(scope="module", params=range(6))
def graph(request: pytest.FixtureRequest) -> LaneGraph:
    return LaneGraph(build_network(request.param))


def test_successors_begin_where_and_as_their_lane_ends(graph: LaneGraph) -> None:
    for lane in graph.lanes.values():
        for name in lane.successors:
            after = graph.lanes[name]
            assert lane.id in after.predecessors
            np.testing.assert_allclose(lane.curve.at(lane.length_m), after.curve.at(0.0), atol=1e-6)
            assert lane.curve.tangent(lane.length_m) @ after.curve.tangent(0.0) > 0.99


def test_turns_can_be_driven(graph: LaneGraph) -> None:
    for lane in graph.lanes.values():
        curvature = np.abs(lane.curve.curvature(np.linspace(0, lane.length_m, 60)))
        assert curvature.max() < 1 / 4
        if lane.turn is Turn.LEFT:
            heading = lane.curve.heading([0.0, lane.length_m])
            assert 0.8 < (heading[1] - heading[0]) % (2 * np.pi) < 2.4


def test_the_main_road_can_be_driven_from_end_to_end(graph: LaneGraph) -> None:
    starts = [
        lane for lane in graph.lanes.values() if lane.road == MAIN and lane.direction > 0 and not lane.predecessors
    ]
    for lane in starts:
        strips = 1
        while lane.successors:
            lane = next(graph.lanes[n] for n in lane.successors if graph.lanes[n].turn is Turn.STRAIGHT)
            strips += lane.junction is None
        assert strips == len(graph.network.junctions) + 1


def test_no_lane_inside_the_city_is_a_dead_end(graph: LaneGraph) -> None:
    lengths = [road.curve.length_m for road in graph.network.roads]
    for lane in graph.lanes.values():
        if not lane.successors:
            road = graph.network.roads[lane.road]
            s_m = float(road.curve.project(lane.curve.at(lane.length_m))[0])
            assert min(s_m, lengths[lane.road] - s_m) < 1.0


def test_the_lane_map_bounds_every_lane(graph: LaneGraph) -> None:
    lanes = lane_map(graph).lanes
    assert all(name in lanes for lane in lanes.values() for name in (*lane.successors, *lane.predecessors))
    for lane in lanes.values():
        width = np.linalg.norm(lane.left_m - lane.right_m, axis=1)
        assert (width > 2.7).all() and (width < 4.0).all()
        ahead = np.diff(lane.centre_m, axis=0)
        to_left = (lane.left_m - lane.centre_m)[:-1]
        assert (ahead[:, 0] * to_left[:, 1] - ahead[:, 1] * to_left[:, 0] > 0).all()
        assert lane.left_neighbour is None or lanes[lane.left_neighbour].right_neighbour == lane.id


def test_the_lane_map_holds_crossings_and_drivable_areas(graph: LaneGraph) -> None:
    found = lane_map(graph)
    assert len(found.crossings) == len(graph.network.crosswalks)
    strips = sum(len(graph.network.stretches(road)) for road in range(len(graph.network.roads)))
    assert len(found.drivable) == strips + len(graph.network.junctions)
