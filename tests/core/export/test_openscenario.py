"""Scenarios that go out, come back, and come from elsewhere."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from core.errors import UserError
from core.export import read_openscenario, write_openscenario
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "openx" / "xosc"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no sample data")
START_NS = 1_600_000_000_000_000_000
EGO_M = (4.6, 1.9, 1.6)
EGO_BOX = Pose.from_rotation(np.eye(3), [1.3, 0.0, 0.8])


def wandering(seed: int, first_s: float, last_s: float) -> PoseTrack:
    """Poses with heights, pitch and roll, that turn past ±π."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(first_s, last_s, 0.1)
    heading = np.linspace(2.5, 4.5, len(t_s))
    points = np.cumsum(np.stack([np.cos(heading), np.sin(heading), 0 * heading + 0.02], -1), axis=0) + rng.normal(
        size=3
    )
    tilt = np.stack([np.ones(len(t_s)), *rng.normal(0, 0.02, (2, len(t_s))), np.zeros(len(t_s))], -1)
    poses = Pose.from_heading(heading, points) @ Pose.from_quaternion(tilt, np.zeros(3))
    return PoseTrack(START_NS + np.round(t_s * 1e9).astype(np.int64), poses)


def track(id: str, actor_class: ActorClass, size_m: tuple[float, float, float], poses: PoseTrack) -> Track:
    return Track(id=id, actor_class=actor_class, source_label=f"label of {id}", poses=poses, size_m=size_m)


def some_tracks() -> list[Track]:
    one_place = PoseTrack([START_NS], Pose.from_heading([0.3], [[5.0, 6.0, 0.4]]))
    return [
        track("car 1", ActorClass.CAR, (4.5, 1.9, 1.5), wandering(1, 0.0, 6.0)),
        track("late", ActorClass.BUS, (12.0, 2.5, 3.2), wandering(2, 2.0, 5.0)),
        track("walker", ActorClass.PEDESTRIAN, (0.5, 0.6, 1.8), wandering(3, 0.0, 6.0)),
        track("cone", ActorClass.CONE, (0.4, 0.4, 0.8), one_place),
        track("deer", ActorClass.ANIMAL, (1.5, 0.5, 1.2), wandering(4, 0.0, 6.0)),
    ]


def write(path: Path, tracks: list[Track], ego: PoseTrack) -> None:
    write_openscenario(
        path,
        ego=ego,
        ego_size_m=EGO_M,
        ego_from_box=EGO_BOX,
        tracks=tracks,
        start_ns=START_NS,
        road_file="map.xodr",
    )


def test_what_goes_out_comes_back(tmp_path: Path) -> None:
    ego, tracks = wandering(0, 0.0, 8.0), some_tracks()
    write(tmp_path / "drive.xosc", tracks, ego)
    read = read_openscenario(tmp_path / "drive.xosc")
    assert read.warnings == ()
    assert read.road_file == tmp_path / "map.xodr"
    assert [entity.name for entity in read.entities] == ["Ego", *(track.id for track in tracks)]
    back = read.entity("Ego").poses(START_NS)
    np.testing.assert_array_equal(back.t_ns, ego.t_ns)
    np.testing.assert_allclose(back.poses.matrix, ego.poses.matrix, atol=5e-6)
    assert read.entity("Ego").size_m == EGO_M
    for given in tracks:
        again = read.entity(given.id).track(START_NS, 8.0)
        assert (again.actor_class, again.source_label, again.size_m) == (
            given.actor_class,
            given.source_label,
            given.size_m,
        )
        at = given.t_ns[given.t_ns >= again.t_ns[0]]
        np.testing.assert_allclose(again.poses.at(at).matrix, given.poses.at(at).matrix, atol=2e-5)


def test_times_begin_at_zero(tmp_path: Path) -> None:
    early = track("early", ActorClass.CAR, (4.5, 1.9, 1.5), wandering(1, -1.05, 3.0))
    write(tmp_path / "drive.xosc", [early], wandering(0, 0.0, 8.0))
    back = read_openscenario(tmp_path / "drive.xosc").entity("early").track(START_NS, 8.0)
    assert back.t_ns[0] == START_NS
    np.testing.assert_allclose(back.poses.poses.matrix, early.poses.at(back.t_ns).matrix, atol=5e-3)


def test_the_file_is_version_1_2_with_absolute_timing_by_position(tmp_path: Path) -> None:
    write(tmp_path / "drive.xosc", some_tracks(), wandering(0, 0.0, 8.0))
    root = ElementTree.parse(tmp_path / "drive.xosc").getroot()
    header = root.find("FileHeader")
    assert header is not None and (header.get("revMajor"), header.get("revMinor")) == ("1", "2")
    timings = root.findall(".//TimeReference/Timing")
    assert len(timings) == 5  # a single place is no trajectory
    assert {timing.get("domainAbsoluteRelative") for timing in timings} == {"absolute"}
    assert {mode.get("followingMode") for mode in root.iter("TrajectoryFollowingMode")} == {"position"}
    vertices = root.findall(".//Vertex/Position/WorldPosition")
    headings = [float(vertex.get("h", "nan")) for vertex in vertices[:80]]
    assert np.abs(np.diff(headings)).max() < 0.2  # no jump by 2π


def test_vehicles_stand_on_their_rear_axle_and_others_below_their_middle(tmp_path: Path) -> None:
    write(tmp_path / "drive.xosc", some_tracks(), wandering(0, 0.0, 8.0))
    read = read_openscenario(tmp_path / "drive.xosc")
    assert read.entity("car 1").centre_m == pytest.approx([0.28 * 4.5, 0.0, 0.75])
    assert read.entity("walker").centre_m == pytest.approx([0.0, 0.0, 0.9])


def test_scenariogeneration_reads_what_was_written(tmp_path: Path) -> None:
    from scenariogeneration import xosc

    write(tmp_path / "drive.xosc", some_tracks(), wandering(0, 0.0, 8.0))
    parsed = xosc.ParseOpenScenario(str(tmp_path / "drive.xosc"))
    assert [entity.name for entity in parsed.entities.scenario_objects][:2] == ["Ego", "car 1"]


def test_two_of_one_name_and_a_folder_for_a_file_are_refused(tmp_path: Path) -> None:
    car = some_tracks()[0]
    with pytest.raises(UserError, match=r"named car 1.*Rename"):
        write(tmp_path / "drive.xosc", [car, car], wandering(0, 0.0, 1.0))
    with pytest.raises(UserError, match="cannot be written"):
        write(tmp_path, [car], wandering(0, 0.0, 1.0))


@needs_samples
@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.xosc")), ids=lambda file: file.stem)
def test_first_positions_of_files_from_elsewhere_are_read(file: Path) -> None:
    read = read_openscenario(file)
    placed = [entity for entity in read.entities if len(entity.t_s)]
    assert placed
    for entity in placed:
        assert np.isfinite(entity.world_from_entity.matrix).all()
        box = entity.track(START_NS, 10.0).box_at(START_NS + 2_000_000_000)
        assert entity.t_s[-1] < 2.0 or box is not None


@needs_samples
def test_a_cut_in_from_elsewhere_stands_in_its_lanes_with_its_speed_and_size() -> None:
    read = read_openscenario(SAMPLES / "cut-in.xosc")
    ego, other = read.entities
    assert ego.name == "Ego" and ego.actor_class is ActorClass.CAR
    assert ego.speed_mps == pytest.approx(108 / 3.6)
    assert ego.size_m == (5.04, 2.0, 1.5)
    apart = (ego.world_from_entity[0].inverse() @ other.world_from_entity[0]).translation
    assert apart[0] == pytest.approx(25.0 - 50.0, abs=0.1)  # 25 m behind
    assert apart[1] == pytest.approx(3.5, abs=0.1)  # in the lane to the left
    assert any("LaneChangeAction" in warning for warning in read.warnings)


@needs_samples
def test_a_walk_along_lane_positions_without_times_goes_at_its_speed() -> None:
    read = read_openscenario(SAMPLES / "pedestrian.xosc")
    walker = read.entity("pedestrian_adult")
    assert walker.actor_class is ActorClass.PEDESTRIAN
    assert walker.size_m == (0.6, 0.5, 1.8)
    assert len(walker.t_s) == 6
    steps = np.diff(walker.world_from_entity.translation, axis=0)
    np.testing.assert_allclose(np.linalg.norm(steps, axis=1) / np.diff(walker.t_s), 1.5, atol=0.6)
    assert steps[2][:2] @ walker.world_from_entity.rotation[2, :2, 0] > 0  # it looks where it crosses
    assert any("Ego" in warning for warning in read.warnings)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    write(tmp_path / "drive.xosc", some_tracks()[:1], wandering(0, 0.0, 1.0))
    text = (tmp_path / "drive.xosc").read_text()
    assert old in text
    (tmp_path / "changed.xosc").write_text(text.replace(old, new))
    return tmp_path / "changed.xosc"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('revMajor="1"', 'revMajor="2"', "OpenSCENARIO 2"),
        ('entityRef="car 1"', 'entityRef="nobody"', "no entity nobody"),
        ("</OpenSCENARIO>", "", "no XML"),
        ('time="0.2"', 'time="soon"', "'soon' is not a number.*Vertex"),
        ('time="0.2"', 'time="0.1"', "do not rise"),
        ('time="0.2"', 'time="${0.1 + $late}"', "late is not declared"),
        ('time="0.2"', 'time="${__import__}"', "is not a number"),
        ('length="4.5"', "", "length is missing.*Dimensions"),
        ('x="', 'x="$nowhere" was="', "nowhere is not declared"),
        ("OpenSCENARIO", "Scene", "does not hold OpenSCENARIO"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_element(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(UserError, match=told) as raised:
        read_openscenario(path)
    assert raised.value.path == path


def test_a_missing_map_is_told_where_a_lane_is_named(tmp_path: Path) -> None:
    write(tmp_path / "drive.xosc", [], wandering(0, 0.0, 1.0))
    root = ElementTree.parse(tmp_path / "drive.xosc")
    position = root.find(".//TeleportAction/Position")
    assert position is not None
    position.clear()
    ElementTree.SubElement(position, "LanePosition", roadId="1", laneId="-1", s="3")
    root.write(tmp_path / "lane.xosc")
    with pytest.raises(UserError, match="cannot be read") as raised:
        read_openscenario(tmp_path / "lane.xosc")
    assert raised.value.path == tmp_path / "map.xodr"


def test_a_world_position_without_heading_looks_along_the_path_and_gaps_in_time_are_relative(tmp_path: Path) -> None:
    path = changed(tmp_path, 'domainAbsoluteRelative="absolute"', 'domainAbsoluteRelative="relative"')
    root = ElementTree.parse(path)
    for place in root.iterfind(".//Vertex/Position/WorldPosition"):
        del place.attrib["h"]
    root.write(path)
    ego = read_openscenario(path).entity("Ego")
    steps = np.diff(ego.world_from_entity.translation, axis=0)
    np.testing.assert_allclose(ego.world_from_entity.heading[:-1], np.arctan2(steps[:, 1], steps[:, 0]), atol=1e-9)
