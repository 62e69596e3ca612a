"""Written cities: logs that open, with truth to the pixel, the same bytes however they are made."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from core.city import CityDrive, CitySpec, WriteCancelledError, read_instances, read_truth, write_city
from core.city.edits import MoveActor, SetWeather, Shift
from core.city.frame_files import START_US
from core.errors import UserError
from core.geometry import Box, FisheyeCamera
from core.logs import ActorClass, open_log

FRAMES = 3
TINY = CitySpec(seed=4, seconds=0.2, rig="front1", width=32, height=20, samples=1)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_log_opens_with_all_its_streams(small_drive: CityDrive, small_log: Path) -> None:
    log = open_log(small_log)
    assert [camera.name for camera in log.cameras] == ["CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT"]
    assert all(len(camera) == FRAMES for camera in log.cameras) and log.lidar is not None and len(log.lidar) == FRAMES
    assert log.camera("CAM_FRONT").camera == small_drive.camera("CAM_FRONT")
    assert log.camera("CAM_FRONT").hz == pytest.approx(10.0)
    assert not [note for note in log.health if note.severity == "warning"]
    assert "Driftless" in log.licence
    assert not log.missing()


def test_poses_and_boxes_come_back(small_drive: CityDrive, small_log: Path) -> None:
    log = open_log(small_log)
    start_ns = START_US * 1000
    for index in range(FRAMES):
        t_ns = small_drive.spec.t_ns(index)
        expected = small_drive.world_from_camera("CAM_FRONT", t_ns * 1e-9).matrix
        actual = log.source_from_world @ log.camera("CAM_FRONT").world_from_camera[index]
        np.testing.assert_allclose(actual.matrix, expected, atol=1e-6)
        boxes = {track.id: box for track, box in log.boxes_at(start_ns + t_ns)}
        here = [track for track in small_drive.tracks if track.exists_at(t_ns)]
        assert set(boxes) == {track.id for track in here}
        for track in here:
            pose = log.source_from_world @ boxes[track.id].world_from_box
            np.testing.assert_allclose(pose.matrix, track.pose_at(t_ns).matrix, atol=1e-6)
            np.testing.assert_allclose(boxes[track.id].size_m, track.size_m, atol=1e-9)


def test_classes_come_back(small_drive: CityDrive, small_log: Path) -> None:
    classes = {track.id: track.actor_class for track in open_log(small_log).tracks}
    same_name = [track for track in small_drive.tracks if track.kind.value in {kind.value for kind in ActorClass}]
    assert same_name
    assert all(classes[track.id] == ActorClass(track.kind.value) for track in same_name if track.id in classes)


def test_the_lane_map_comes_back(small_drive: CityDrive, small_log: Path) -> None:
    log = open_log(small_log)
    assert log.lane_map is not None
    back = log.lane_map.moved(log.source_from_world)
    assert set(back.lanes) == set(small_drive.lane_map.lanes)
    for name, lane in small_drive.lane_map.lanes.items():
        np.testing.assert_allclose(back.lanes[name].centre_m, lane.centre_m, atol=2e-3)


def test_pictures_come_back_almost_unchanged(small_drive: CityDrive, small_log: Path) -> None:
    image = open_log(small_log).camera("CAM_FRONT").image(1)
    expected = small_drive.render("CAM_FRONT", 0.1).rgb
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 3.0


def test_truth_comes_back_exactly(small_drive: CityDrive, small_log: Path) -> None:
    truth, expected = read_truth(small_log, "CAM_FRONT_LEFT", 2), small_drive.render("CAM_FRONT_LEFT", 0.2)
    np.testing.assert_array_equal(truth.instance, expected.instance)
    np.testing.assert_array_equal(truth.label, expected.label)
    np.testing.assert_array_equal(truth.depth_m, expected.depth_m.astype(np.float16).astype(np.float32))
    names = read_instances(small_log)
    assert {names[track.instance] for track in small_drive.tracks} == {track.id for track in small_drive.tracks}


def test_lidar_points_lie_on_the_depth_of_the_pictures(small_log: Path) -> None:
    log = open_log(small_log)
    assert log.lidar is not None
    camera, stream = log.camera("CAM_FRONT").camera, log.camera("CAM_FRONT")
    local = stream.world_from_camera[0].inverse().apply(log.lidar.sweep(0).points_m)
    pixels, valid = camera.project(local)
    seen = valid & camera.in_image(pixels, margin_px=-1.0)
    columns, rows = np.round(pixels[seen]).astype(int).T
    depth = read_truth(small_log, "CAM_FRONT", 0).depth_m[rows, columns]
    sky = ~np.isfinite(depth)
    off = np.abs(local[seen, 2] - depth)[~sky] / depth[~sky]
    assert seen.sum() > 200 and sky.mean() < 0.1
    assert np.median(off) < 0.03 and (off < 0.15).mean() > 0.8


def test_annotations_count_the_lidar_points_in_their_boxes(small_drive: CityDrive, small_log: Path) -> None:
    log = open_log(small_log)
    assert log.lidar is not None
    points = log.source_from_world.apply(log.lidar.sweep(0).points_m)
    rows = json.loads((small_log / "v1.0-mini" / "sample_annotation.json").read_text())
    first = json.loads((small_log / "v1.0-mini" / "sample.json").read_text())[0]["token"]
    counted = {row["instance_token"]: row["num_lidar_pts"] for row in rows if row["sample_token"] == first}
    inside = {
        track.id: int(Box(track.pose_at(0), track.size_m).contains(points).sum())
        for track in small_drive.tracks
        if track.exists_at(0)
    }
    assert sum(counted.values()) > 100
    assert all(abs(counted[name] - count) <= 1 + 0.01 * count for name, count in inside.items())


def test_annotation_chains_lead_through_all_frames(small_log: Path) -> None:
    rows = {row["token"]: row for row in json.loads((small_log / "v1.0-mini" / "sample_annotation.json").read_text())}
    for instance in json.loads((small_log / "v1.0-mini" / "instance.json").read_text()):
        token, count = instance["first_annotation_token"], 0
        assert rows[token]["prev"] == ""
        while token:
            last, count, token = token, count + 1, rows[token]["next"]
        assert last == instance["last_annotation_token"] and count == instance["nbr_annotations"]


def test_the_same_bytes_from_one_process_and_from_two(small_drive: CityDrive, tmp_path: Path) -> None:
    drive = CityDrive(TINY, city=small_drive.city)
    a = write_city(drive, tmp_path / "a", workers=1)
    b = write_city(drive, tmp_path / "b", workers=2)
    assert digests(a) == digests(b)


def test_cancelling_leaves_nothing(small_drive: CityDrive, tmp_path: Path) -> None:
    calls = []

    def stop(done: int, total: int) -> bool:
        calls.append((done, total))
        return done < 1

    with pytest.raises(WriteCancelledError):
        write_city(small_drive, tmp_path / "log", workers=1, progress=stop)
    assert calls == [(0, FRAMES), (1, FRAMES)]
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(small_drive: CityDrive, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="something already"):
        write_city(small_drive, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_opened_city_can_be_driven_again_and_edited(small_drive: CityDrive, small_log: Path) -> None:
    again = CityDrive.from_log_folder(small_log)
    assert again.spec == small_drive.spec and [t.id for t in again.tracks] == [t.id for t in small_drive.tracks]
    log_ids = {track.id for track in open_log(small_log).tracks}
    assert log_ids <= {track.id for track in again.tracks}
    np.testing.assert_array_equal(again.ego.poses.matrix, small_drive.ego.poses.matrix)


def test_an_edited_drive_is_written_with_its_edits(small_drive: CityDrive, tmp_path: Path) -> None:
    track = small_drive.tracks[0]
    edits = [MoveActor(track=track.id, shift=Shift(left_m=1.0)), SetWeather(weather="fog")]
    drive = CityDrive(TINY, edits, city=small_drive.city)
    again = CityDrive.from_log_folder(write_city(drive, tmp_path / "log", workers=1))
    assert again.spec.weather == "fog" and again.edits == drive.edits
    np.testing.assert_allclose(again.track(track.id).pose_at(0).matrix, drive.track(track.id).pose_at(0).matrix)


def test_a_fisheye_rig_keeps_its_lenses(small_drive: CityDrive, tmp_path: Path) -> None:
    spec = TINY.model_copy(update={"rig": "fisheye4", "seconds": 0.1, "lidar": False})
    log = open_log(write_city(CityDrive(spec, city=small_drive.city), tmp_path / "log", workers=1))
    assert len(log.cameras) == 4 and log.lidar is None
    assert all(isinstance(camera.camera, FisheyeCamera) for camera in log.cameras)


def test_folders_that_are_no_city_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"not written by the demo city.*city\.json"):
        CityDrive.from_log_folder(tmp_path)
    (tmp_path / "driftless").mkdir()
    (tmp_path / "driftless" / "city.json").write_text('{"version": 1, "spec": {"seconds": "long"}}')
    with pytest.raises(UserError, match=r"damaged.*spec\.seconds"):
        CityDrive.from_log_folder(tmp_path)
    with pytest.raises(UserError, match="truth image is missing"):
        read_truth(tmp_path, "CAM_FRONT", 0)
