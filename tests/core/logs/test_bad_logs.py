"""Damaged logs: a clear message with file and field, and nothing else breaks."""

import gzip
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import log_folders as made
import numpy as np
import pytest

from core.errors import UserError
from core.logs import open_log


def edit(path: Path, change: Callable[[Any], object]) -> None:
    """Change the content of a JSON file in place."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as caught:
        open_log(path)
    return caught.value


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    error = refusal(tmp_path / "nowhere")
    assert error.path == tmp_path / "nowhere"
    assert "no such" in str(error)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert "empty" in str(refusal(tmp_path))


def test_an_unknown_layout_says_what_was_expected(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    text = str(refusal(tmp_path))
    assert "nuScenes" in text
    assert "PandaSet" in text


def test_a_file_instead_of_a_folder_is_told(small_pandaset: Path) -> None:
    assert "No known log layout" in str(refusal(small_pandaset / "lidar" / "poses.json"))


def test_an_unreadable_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refuse)
    error = refusal(tmp_path)
    assert "Permission denied" in str(error)
    assert error.path == tmp_path


PANDASET_DAMAGE: list[tuple[str, Callable[[Any], object], str]] = [
    ("camera/front_camera/intrinsics.json", lambda lens: lens.pop("fx"), "fx"),
    ("camera/front_camera/intrinsics.json", lambda lens: lens.update(cy=None), "cy"),
    ("camera/front_camera/intrinsics.json", lambda lens: lens.update(fx=-3.0), "fx, fy"),
    ("camera/front_camera/poses.json", lambda poses: poses[3]["position"].update(x=float("nan")), "[3].position.x"),
    ("lidar/poses.json", lambda poses: poses[1]["heading"].update(w=float("inf")), "[1].heading.w"),
    ("lidar/poses.json", lambda poses: poses[2].pop("heading"), "[2].heading"),
    ("lidar/poses.json", lambda poses: poses[2]["heading"].update(w=0, x=0, y=0, z=0), "[2].heading"),
    ("lidar/poses.json", lambda poses: poses.pop(), "[4]"),
    ("lidar/timestamps.json", lambda times: times.__setitem__(0, "now"), "[0]"),
    ("camera/front_camera/timestamps.json", lambda times: times.__setitem__(0, 1e30), "[0]"),
]


@pytest.mark.parametrize(("file", "change", "field"), PANDASET_DAMAGE)
def test_a_damaged_pandaset_file_is_named_with_its_field(
    small_pandaset: Path, file: str, change: Callable[[Any], object], field: str
) -> None:
    edit(small_pandaset / file, change)
    error = refusal(small_pandaset)
    assert (error.path, error.field) == (small_pandaset / file, field)


NUSCENES_DAMAGE: list[tuple[str, Callable[[Any], object], str]] = [
    ("ego_pose", lambda rows: rows[7].update(translation=[0.0, float("nan"), 0.0]), "[7].translation[1]"),
    ("ego_pose", lambda rows: rows[7].pop("rotation"), "[7].rotation"),
    ("ego_pose", lambda rows: rows[0].update(rotation=[0, 0, 0, 0]), "scene-0001 0 LIDAR_TOP.rotation"),
    ("ego_pose", lambda rows: rows.pop(), ""),
    ("calibrated_sensor", lambda rows: rows[1].pop("camera_intrinsic"), "[1].camera_intrinsic"),
    ("calibrated_sensor", lambda rows: rows[1].update(camera_intrinsic=[]), "calibrated CAM_FRONT.camera_intrinsic"),
    ("sample_data", lambda rows: rows[2].update(timestamp=10**30), "[2].timestamp"),
    ("sample_data", lambda rows: rows[2].update(calibrated_sensor_token="?"), "calibrated_sensor_token"),
    ("sample_annotation", lambda rows: rows[0].update(size=[1.0, 0.0, 1.0]), "scene-0001 0 ahead.size"),
    ("sample_annotation", lambda rows: rows[0].update(instance_token="?"), "instance_token"),
]


@pytest.mark.parametrize(("table", "change", "field"), NUSCENES_DAMAGE)
def test_a_damaged_nuscenes_table_is_named_with_its_field(
    small_nuscenes: Path, table: str, change: Callable[[Any], object], field: str
) -> None:
    path = small_nuscenes / "v1.0-mini" / f"{table}.json"
    edit(path, change)
    error = refusal(small_nuscenes)
    if not field:  # a row that others name is gone
        assert "Table ego_pose has no row" in str(error)
        assert error.path == path.with_name("sample_data.json")
    else:
        assert (error.path, error.field) == (path, field)


@pytest.mark.parametrize("text", ["", "{", '[{"token": "a', "null"])
def test_broken_json_is_named(small_nuscenes: Path, text: str) -> None:
    path = small_nuscenes / "v1.0-mini" / "ego_pose.json"
    path.write_text(text)
    assert refusal(small_nuscenes).path == path


@pytest.mark.parametrize("table", ["sample_data", "calibrated_sensor", "ego_pose", "sensor", "sample", "scene"])
def test_a_table_that_nothing_opens_without_is_named(small_nuscenes: Path, table: str) -> None:
    path = small_nuscenes / "v1.0-mini" / f"{table}.json"
    path.unlink()
    assert refusal(small_nuscenes).path == path


@pytest.mark.parametrize(
    "table", ["attribute", "category", "instance", "log", "map", "sample_annotation", "visibility"]
)
def test_other_tables_may_be_missing_and_are_noted(small_nuscenes: Path, table: str) -> None:
    (small_nuscenes / "v1.0-mini" / f"{table}.json").unlink()
    log = open_log(small_nuscenes)
    assert len(log.cameras) == 3
    assert any(f"{table}.json is missing" in note.text for note in log.health)


def test_a_truncated_image_fails_alone_and_names_its_file(small_pandaset: Path) -> None:
    path = small_pandaset / "camera" / "front_camera" / "02.jpg"
    path.write_bytes(path.read_bytes()[:-100])
    front = open_log(small_pandaset).camera("front_camera")
    with pytest.raises(UserError, match="cut short") as caught:
        front.image(2)
    assert caught.value.path == path
    assert front.image(3)[0, 0, 0] == pytest.approx(made.image_rgb(3)[0], abs=3)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8 no picture \xff\xd9", b"text"])
def test_an_image_that_is_none_names_its_file(small_nuscenes: Path, content: bytes) -> None:
    path = next((small_nuscenes / "samples" / "CAM_FRONT").glob("*.jpg"))
    path.write_bytes(content)
    front = open_log(small_nuscenes).camera("CAM_FRONT")
    failed = []
    for index in range(len(front)):
        try:
            front.image(index)
        except UserError as error:
            failed.append(error.path)
    assert failed == [path]


def test_an_image_of_another_size_than_its_calibration_is_told(small_nuscenes: Path) -> None:
    edit(small_nuscenes / "v1.0-mini" / "sample_data.json", lambda rows: [row.update(width=128) for row in rows])
    with pytest.raises(UserError, match=r"64 × 48 pixels, but its calibration is for 128 × 48"):
        open_log(small_nuscenes).camera("CAM_FRONT").image(0)


@pytest.mark.parametrize("layout", ["small_pandaset", "small_nuscenes"])
def test_missing_images_shift_no_other(layout: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(layout)
    front = open_log(folder).cameras[1]
    images = sorted([*folder.glob("camera/front_camera/*.jpg"), *folder.glob("samples/CAM_FRONT/*.jpg")])
    for number in (0, 3):
        images[number].unlink()
    log = open_log(folder)
    gappy = log.cameras[1]
    assert log.missing()[gappy.name] == [0, 3]
    assert [sample.t_ns for sample in gappy.missing] == front.t_ns[[0, 3]].tolist()
    assert gappy.t_ns.tolist() == front.t_ns[[1, 2, 4]].tolist()
    np.testing.assert_array_equal(gappy.world_from_camera.matrix, front.world_from_camera.matrix[[1, 2, 4]])
    assert gappy.image(2)[0, 0, 0] == pytest.approx(made.image_rgb(4)[0], abs=3)


def test_a_nuscenes_camera_without_any_image_is_an_empty_stream(small_nuscenes: Path) -> None:
    for path in (small_nuscenes / "samples" / "CAM_FRONT").glob("*.jpg"):
        path.unlink()
    log = open_log(small_nuscenes)
    assert len(log.camera("CAM_FRONT")) == 0
    assert log.camera("CAM_FRONT").hz == 0
    assert log.missing()["CAM_FRONT"] == [0, 1, 2, 3, 4]
    assert log.duration_s > 0


def test_a_pandaset_camera_without_any_image_is_told(small_pandaset: Path) -> None:
    for path in (small_pandaset / "camera" / "front_camera").glob("*.jpg"):
        path.unlink()
    assert refusal(small_pandaset).path == small_pandaset / "camera" / "front_camera"


def test_unsorted_and_equal_times_are_put_in_order(small_pandaset: Path) -> None:
    def shuffle(times: list[float]) -> None:
        times[1], times[2], times[4] = times[2], times[1], times[0]

    edit(small_pandaset / "camera" / "front_camera" / "timestamps.json", shuffle)
    log = open_log(small_pandaset)
    front = log.camera("front_camera")
    assert (np.diff(front.t_ns) > 0).all()
    assert [round(front.image(index)[0, 0, 0] / 40 - 0.5) for index in range(len(front))] == [0, 2, 1, 3]
    assert any("share a time" in note.text for note in log.health)


def test_labels_may_lack_or_be_partly_useless(small_pandaset: Path) -> None:
    cuboids = small_pandaset / "annotations" / "cuboids"
    table = pickle.loads(gzip.decompress((cuboids / "00.pkl.gz").read_bytes()))
    table.loc[0, "position.x"] = np.nan
    made.write_table(cuboids / "00.pkl.gz", {name: table[name].tolist() for name in table})
    (cuboids / "04.pkl.gz").unlink()
    log = open_log(small_pandaset)
    assert len(log.tracks) == 3
    text = " ".join(note.text for note in log.health)
    assert "1 boxes without a finite place" in text
    assert "1 of 5 label files are missing: 4" in text
    for path in cuboids.iterdir():
        path.unlink()
    assert open_log(small_pandaset).tracks == ()


def test_a_hostile_label_file_names_itself_and_does_nothing(small_pandaset: Path, tmp_path: Path) -> None:
    path = small_pandaset / "annotations" / "cuboids" / "03.pkl.gz"
    path.write_bytes(gzip.compress(b"cos\nsystem\n(Vtouch '%s'\ntR." % str(tmp_path / "victim").encode()))
    error = refusal(small_pandaset)
    assert error.path == path
    assert "os.system" in str(error)
    assert not (tmp_path / "victim").exists()


def test_a_hostile_sweep_fails_alone(small_pandaset: Path, tmp_path: Path) -> None:
    path = small_pandaset / "lidar" / "03.pkl.gz"
    path.write_bytes(gzip.compress(b"cos\nsystem\n(Vtouch '%s'\ntR." % str(tmp_path / "victim").encode()))
    lidar = open_log(small_pandaset).lidar
    assert lidar is not None
    with pytest.raises(UserError, match="refused"):
        lidar.sweep(2)
    assert len(lidar.sweep(3).points_m) == 500
    assert not (tmp_path / "victim").exists()


def test_a_cut_nuscenes_sweep_names_its_file(small_nuscenes: Path) -> None:
    path = sorted((small_nuscenes / "samples" / "LIDAR_TOP").iterdir())[0]
    path.write_bytes(path.read_bytes()[:-3])
    lidar = open_log(small_nuscenes).lidar
    assert lidar is not None
    with pytest.raises(UserError, match="cut short") as caught:
        lidar.sweep(0)
    assert caught.value.path == path


def test_points_that_are_not_finite_are_left_out(small_nuscenes: Path) -> None:
    path = sorted((small_nuscenes / "samples" / "LIDAR_TOP").iterdir())[0]
    values = np.fromfile(path, dtype="<f4").reshape(-1, 5)
    values[:7, 1] = np.nan
    path.write_bytes(values.tobytes())
    lidar = open_log(small_nuscenes).lidar
    assert lidar is not None
    assert np.isfinite(lidar.sweep(0).points_m).all()
    assert len(lidar.sweep(0).points_m) == 493
