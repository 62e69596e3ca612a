"""Maps as OpenDRIVE, and places on the roads of others' maps."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from core.errors import UserError
from core.export import read_opendrive, write_opendrive
from core.geometry import Curve
from core.logs import Lane, LaneMap

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "openx" / "xodr"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no sample data")


def lane(curve: Curve, id: str, left_m: float, width_m: float = 3.5, **more: object) -> Lane:
    s_m = np.linspace(0.0, curve.length_m, max(int(curve.length_m / 2), 2) + 1)
    sides = [
        curve.at(s_m) + offset * curve.left(s_m) for offset in (left_m, left_m + width_m / 2, left_m - width_m / 2)
    ]
    return Lane(id=id, centre_m=sides[0], left_m=sides[1], right_m=sides[2], **more)  # type: ignore[arg-type]


def hilly_bend() -> Curve:
    angle = np.linspace(0, np.pi / 2, 40)
    return Curve.through(np.stack([60 * np.sin(angle), 60 * (1 - np.cos(angle)), 3 * np.sin(2 * angle)], -1))


def junction_map() -> LaneMap:
    """Two lanes into a junction; from the right one straight on or right."""
    into = Curve.through([[0.0, 0, 0], [50, 0, 0]])
    ahead, right = Curve.through([[50.0, 0, 0], [70, 0, 0]]), Curve.through([[50.0, 0, 0], [60, -3, 0], [64, -12, 0]])
    out, away = Curve.through([[70.0, 0, 0], [120, 0, 0]]), Curve.through([[64.0, -12, 0], [66, -40, 0]])
    lanes = [
        lane(into, "left", 3.5, right_neighbour="right", speed_limit_mps=13.9),
        lane(into, "right", 0.0, left_neighbour="left", successors=("ahead", "turn")),
        lane(ahead, "ahead", 0.0, in_junction=True, predecessors=("right",), successors=("out",)),
        lane(right, "turn", 0.0, in_junction=True, predecessors=("right",), successors=("away",)),
        lane(out, "out", 0.0, predecessors=("ahead",), successors=("on",)),
        lane(away, "away", 0.0, predecessors=("turn",)),
        lane(Curve.through([[120.0, 0, 0], [150, 0, 0]]), "on", 0.0, predecessors=("out",)),
    ]
    return LaneMap(lanes={made.id: made for made in lanes})


def test_lanes_come_back_where_they_were(tmp_path: Path) -> None:
    curve = hilly_bend()
    lanes = [
        lane(curve, "a", 3.5, right_neighbour="b"),
        lane(curve, "b", 0.0, left_neighbour="a", right_neighbour="c"),
        lane(curve, "c", -3.0, 2.5, left_neighbour="b"),
    ]
    write_opendrive(LaneMap(lanes={made.id: made for made in lanes}), tmp_path / "map.xodr")
    written = read_opendrive(tmp_path / "map.xodr")
    (road,) = written.roads.values()
    for row, made in enumerate(lanes):
        centre = Curve.through(made.centre_m)
        for s_m in np.linspace(0.5, road.length_m - 0.5, 12):
            pose = written.lane_pose(road.id, -1 - row, float(s_m))
            along, beside = centre.project(pose.translation)
            assert abs(beside) < 0.03
            assert abs(pose.translation[2] - centre.at(along)[2]) < 0.05
            assert abs(float(pose.heading - centre.heading(along))) < 0.02


def test_roads_and_junctions_are_linked_lane_by_lane(tmp_path: Path) -> None:
    write_opendrive(junction_map(), tmp_path / "map.xodr")
    root = ElementTree.parse(tmp_path / "map.xodr").getroot()
    ids = {road.get("name"): road.get("id") for road in root.findall("road")}
    (junction,) = root.findall("junction")
    links = {
        (connection.get("incomingRoad"), connection.get("connectingRoad")): [
            (link.get("from"), link.get("to")) for link in connection.findall("laneLink")
        ]
        for connection in junction.findall("connection")
    }
    assert links == {(ids["left"], ids["ahead"]): [("-2", "-1")], (ids["left"], ids["turn"]): [("-2", "-1")]}
    by_name = {road.get("name"): road for road in root.findall("road")}
    assert by_name["ahead"].get("junction") == junction.get("id")
    assert by_name["left"].find("link/successor").attrib == {  # type: ignore[union-attr]
        "elementType": "junction",
        "elementId": junction.get("id"),
    }
    assert by_name["out"].find("link/successor").attrib == {  # type: ignore[union-attr]
        "elementType": "road",
        "elementId": ids["on"],
        "contactPoint": "start",
    }
    assert by_name["on"].find(".//lane[@id='-1']/link/predecessor").get("id") == "-1"  # type: ignore[union-attr]
    assert by_name["left"].find(".//lane[@id='-1']/speed").get("max") == "13.9"  # type: ignore[union-attr]


def test_a_log_without_lanes_has_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no lane map"):
        write_opendrive(LaneMap(lanes={}), tmp_path / "map.xodr")
    with pytest.raises(UserError, match="cannot be written"):
        write_opendrive(junction_map(), tmp_path)


@needs_samples
@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.xodr")), ids=lambda file: file.stem)
def test_reference_lines_of_real_maps_go_on_without_a_break(file: Path) -> None:
    for road in read_opendrive(file).roads.values():
        for before, after in pairwise(road.pieces):
            x, y, heading = before.at(after.from_m)
            assert (x, y) == pytest.approx((after.x_m, after.y_m), abs=0.02)
            assert np.cos(heading - after.heading_rad) == pytest.approx(1.0, abs=1e-3)


@needs_samples
def test_lanes_lie_beside_each_other_and_lead_opposite_ways() -> None:
    roads = read_opendrive(SAMPLES / "straight_500m.xodr")
    right, left = roads.lane_pose("1", -1, 100.0), roads.lane_pose("1", 1, 100.0)
    assert abs(float(np.cos(right.heading - left.heading)) + 1) < 1e-9
    other = roads.lane_pose("1", -1, 100.0, offset_m=0.5)
    np.testing.assert_allclose((right.inverse() @ other).translation, [0, 0.5, 0], atol=1e-9)
    ahead = roads.lane_pose("1", -1, 110.0)
    np.testing.assert_allclose((right.inverse() @ ahead).translation, [10, 0, 0], atol=1e-6)


@needs_samples
def test_an_arc_of_100_m_is_one() -> None:
    roads = read_opendrive(SAMPLES / "curve_r100.xodr")
    road = next(iter(roads.roads.values()))
    arc = next(piece for piece in road.pieces if piece.shape.tag == "arc")
    places = np.array([arc.at(arc.from_m + step)[:2] for step in (0.0, 60.0, 120.0)])
    a, b, c = (np.linalg.norm(places[i] - places[j]) for i, j in ((0, 1), (1, 2), (0, 2)))
    half = (a + b + c) / 2
    radius = a * b * c / (4 * np.sqrt(half * (half - a) * (half - b) * (half - c)))
    assert radius == pytest.approx(100.0, rel=1e-6)


def test_a_spiral_agrees_with_stepping_along_it(tmp_path: Path) -> None:
    (tmp_path / "map.xodr").write_text(
        '<OpenDRIVE><road id="7" length="80"><planView><geometry s="0" x="1" y="2" hdg="0.5" length="80">'
        '<spiral curvStart="0.01" curvEnd="-0.03"/></geometry></planView>'
        '<lanes><laneSection s="0"/></lanes></road></OpenDRIVE>'
    )
    pose = read_opendrive(tmp_path / "map.xodr").road_pose("7", 80.0, 0.0)
    s_m = np.linspace(0, 80, 80001)
    heading = 0.5 + 0.01 * s_m - 0.04 / 80 * s_m**2 / 2
    x, y = (float(np.trapezoid(function(heading), s_m)) for function in (np.cos, np.sin))
    np.testing.assert_allclose(pose.translation, [1 + x, 2 + y, 0], atol=1e-5)
    assert float(pose.heading) == pytest.approx(heading[-1])


def test_places_that_are_not_there_are_told(tmp_path: Path) -> None:
    write_opendrive(junction_map(), tmp_path / "map.xodr")
    roads = read_opendrive(tmp_path / "map.xodr")
    with pytest.raises(UserError, match="no road 99"):
        roads.lane_pose("99", -1, 0.0)
    with pytest.raises(UserError, match="no lane 5"):
        roads.lane_pose("1", 5, 0.0)
    with pytest.raises(UserError, match="no place at 999"):
        roads.lane_pose("1", -1, 999.0)
    (tmp_path / "empty.xodr").write_text("<OpenDRIVE/>")
    with pytest.raises(UserError, match="no roads"):
        read_opendrive(tmp_path / "empty.xodr")
