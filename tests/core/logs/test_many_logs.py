"""Folders that hold several logs, the city's extra files, and the summary."""

import json
from pathlib import Path

import log_folders as made
import numpy as np
import pytest

from core.errors import UserError
from core.geometry import FisheyeCamera
from core.logs import DrivingLog, Lane, LaneMap, open_log
from core.logs.lane_file import write_lane_map
from core.logs.summary import summarise


@pytest.fixture
def two_scenes(tmp_path: Path) -> Path:
    return made.write_nuscenes(tmp_path / "nuscenes", scenes=("scene-0001", "scene-0002"))


@pytest.fixture
def two_drives(tmp_path: Path) -> Path:
    made.write_pandaset(tmp_path, "003")
    return made.write_pandaset(tmp_path, "004").parent


@pytest.mark.parametrize(
    ("folder", "first", "other"), [("two_scenes", "scene-0001", "scene-0002"), ("two_drives", "003", "004")]
)
def test_the_first_opens_and_the_others_by_name(
    folder: str, first: str, other: str, request: pytest.FixtureRequest
) -> None:
    root: Path = request.getfixturevalue(folder)
    log = open_log(root)
    assert log.name == first
    assert any(other in note.text and "#" in note.text for note in log.health)
    second = open_log(f"{root}#{other}")
    assert second.name == other
    assert second.path == Path(f"{root}#{other}")
    assert open_log(second.path).name == other
    assert len(second.tracks) == 3


def test_an_unknown_name_lists_the_known(two_scenes: Path) -> None:
    with pytest.raises(UserError, match="scene-0001, scene-0002"):
        open_log(f"{two_scenes}#scene-9999")


def test_a_folder_whose_own_name_has_a_hash_opens(tmp_path: Path) -> None:
    log = open_log(made.write_pandaset(tmp_path / "drives #2", "001"))
    assert log.name == "001"


def test_the_most_complete_tables_open(small_nuscenes: Path) -> None:
    partial = small_nuscenes / "v1.0-aaa"
    partial.mkdir()
    (partial / "scene.json").write_text("[]")
    log = open_log(small_nuscenes)
    assert len(log.tracks) == 3
    assert any("v1.0-aaa" in note.text for note in log.health)
    assert open_log(small_nuscenes / "v1.0-mini").name == log.name


def test_extra_files_of_the_city_add_lanes_licence_and_lens(small_nuscenes: Path) -> None:
    line = made.SOURCE_FROM_WORLD.apply(np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0]]))
    lane = Lane(id="a", centre_m=line, left_m=line, right_m=line)
    write_lane_map(LaneMap(lanes={"a": lane}), small_nuscenes / "driftless" / "lane_map.json")
    lens = FisheyeCamera(64, 48, 20.0, 20.0, 31.5, 23.5, (0.01, 0.0, 0.0, 0.0))
    extra = {"licence": "CC0", "rig": {"CAM_FRONT": lens.to_dict()}}
    (small_nuscenes / "driftless" / "log.json").write_text(json.dumps(extra))
    log = open_log(small_nuscenes)
    assert log.licence == "CC0"
    assert log.camera("CAM_FRONT").camera == lens
    assert log.lane_map is not None
    # The lane starts where the ego is at the time of the first sweep, 0.15 m beyond the earliest image.
    np.testing.assert_allclose(log.lane_map.lanes["a"].centre_m, [[0.15, 0, 0], [10.15, 0, 0]], atol=2e-3)
    del extra["rig"]["CAM_FRONT"]["fx"]  # type: ignore[attr-defined]
    (small_nuscenes / "driftless" / "log.json").write_text(json.dumps(extra))
    with pytest.raises(UserError) as caught:
        open_log(small_nuscenes)
    assert (caught.value.path, caught.value.field) == (small_nuscenes / "driftless" / "log.json", "fx")


@pytest.mark.parametrize("layout", ["small_pandaset", "small_nuscenes"])
def test_summary_counts_what_the_log_holds(layout: str, request: pytest.FixtureRequest) -> None:
    log: DrivingLog = open_log(request.getfixturevalue(layout))
    summary = json.loads(summarise(log).model_dump_json())
    assert list(summary) == [
        "format",
        "duration_s",
        "cameras",
        "ego_poses",
        "lidar_sweeps",
        "missing",
        "tracks",
        "boxes",
        "classes",
        "map",
        "licence",
        "warnings",
    ]
    assert summary["format"] == layout.removeprefix("small_")
    assert [camera["images"] for camera in summary["cameras"]] == [5, 5, 5]
    assert list(summary["cameras"][0]) == ["name", "width", "height", "images", "hz"]
    assert summary["cameras"][0]["hz"] == pytest.approx(10, abs=0.01)
    assert summary["lidar_sweeps"] == 4
    assert list(summary["missing"].values()) == [[2]]
    assert (summary["tracks"], summary["boxes"]) == (3, 15)
    assert summary["classes"] == {"car": 10, "cone": 5}
    assert summary["map"] is False
    assert len(summary["warnings"]) == 1


@pytest.mark.parametrize("layout", ["small_pandaset", "small_nuscenes"])
def test_a_log_opens_from_inside_its_own_folder(
    layout: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = request.getfixturevalue(layout)
    monkeypatch.chdir(folder / "v1.0-mini" if layout == "small_nuscenes" else folder)
    log = open_log(".")
    assert log.name == open_log(folder).name
    assert log.path.is_absolute()
