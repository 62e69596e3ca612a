"""Real files: boxes sit on their points and stay there, streams keep their gaps, cameras know where they look."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.spatial import cKDTree

from core.geometry import Box
from core.logs import ActorClass, DrivingLog, Track, open_log


@pytest.fixture(scope="module")
def drive(shared_data: Path) -> DrivingLog:
    return open_log(shared_data / "pandaset_drive")


@pytest.fixture(scope="module")
def piece(real_piece: Path) -> DrivingLog:
    return open_log(real_piece)


@pytest.fixture(scope="module")
def keyframe(shared_data: Path) -> DrivingLog:
    return open_log(shared_data / "nuscenes")


def static_cars(log: DrivingLog) -> list[Track]:
    return [
        track
        for track in log.tracks
        if track.actor_class is ActorClass.CAR and track.attributes.get("object_motion") == "Parked"
    ]


def first_box(track: Track) -> Box:
    box = track.box_at(int(track.t_ns[0]))
    assert box is not None
    return box


def test_the_drive_keeps_its_three_gaps(drive: DrivingLog) -> None:
    assert drive.lidar is not None
    assert drive.missing() == {"lidar": [26, 27, 28]}
    assert len(drive.lidar) == 33
    assert len(drive.ego) == 36
    assert drive.lidar.t_ns[26] == drive.ego.t_ns[29]
    assert drive.lidar.sweep(26).t_ns == drive.ego.t_ns[29]
    assert [len(camera) for camera in drive.cameras] == [36] * 6
    assert drive.duration_s == pytest.approx(3.6, abs=0.001)


def test_the_piece_is_the_same_drive(piece: DrivingLog) -> None:
    assert piece.missing() == {"lidar": [1, 2, 3]}
    assert [camera.name for camera in piece.cameras] == ["front_left_camera", "front_camera", "front_right_camera"]
    assert piece.cameras[0].image(4).shape == (360, 640, 3)


def test_rig_order_reads_as_two_rows_of_three(drive: DrivingLog, keyframe: DrivingLog) -> None:
    sides = [camera.name.removesuffix("_camera") for camera in drive.cameras]
    assert sides == ["front_left", "front", "front_right", "left", "back", "right"]
    names = [camera.name.removeprefix("CAM_") for camera in keyframe.cameras]
    assert names == ["FRONT_LEFT", "FRONT", "FRONT_RIGHT", "BACK_LEFT", "BACK", "BACK_RIGHT"]


def test_ego_and_front_camera_look_where_the_ego_drives(drive: DrivingLog) -> None:
    way_m = drive.ego.poses.translation[-1]
    assert way_m[0] > 10
    assert abs(way_m[1]) < 0.5
    assert abs(way_m[2]) < 0.5
    front = drive.camera("front_camera")
    np.testing.assert_allclose(front.ego_from_camera.rotation[:, 2], [1, 0, 0], atol=0.05)
    # 1.8 m above the ground on the roof: the ego origin lies on the road.
    assert front.ego_from_camera.translation == pytest.approx([0.85, 0.0, 1.81], abs=0.05)


@pytest.mark.parametrize("name", ["drive", "piece"])
def test_parked_cars_hold_the_points_of_their_surroundings(name: str, request: pytest.FixtureRequest) -> None:
    log: DrivingLog = request.getfixturevalue(name)
    assert log.lidar is not None
    shares = []
    for sweep in (log.lidar.sweep(0), log.lidar.sweep(len(log.lidar) - 1)):
        for track in static_cars(log):
            box = first_box(track)
            above_road = box.world_from_box.inverse().apply(sweep.points_m)[:, 2] > -box.size_m[2] / 2 + 0.3
            near = box.contains(sweep.points_m, margin_m=0.3) & above_road
            if near.sum() >= 50:
                shares.append(box.contains(sweep.points_m)[near].mean())
    # Points that a wrong axis or size leaves out of the box lie in the margin around it.
    assert len(shares) >= 8
    assert np.median(shares) > 0.95


def test_parked_cars_stay_put_in_the_pictures(drive: DrivingLog) -> None:
    front = drive.camera("front_camera")
    for track in static_cars(drive):
        centres = track.poses.poses.translation
        assert np.ptp(centres, axis=0).max() < 0.05
    seen = 0
    for index in (5, 30):
        for track, box in drive.boxes_at(int(front.t_ns[index])):
            pixels, valid = front.camera.project(front.world_from_camera[index].inverse().apply(box.corners()))
            seen += bool(valid.all() and front.camera.in_image(pixels).all() and track.actor_class is ActorClass.CAR)
    assert seen >= 10


def edge_contrast(drive: DrivingLog, name: str, shifts_px: range) -> list[float]:
    """How steep the picture is, across, where lidar points border on much farther ones; per shift of the points."""
    assert drive.lidar is not None
    camera = drive.camera(name)
    found: dict[int, list[np.ndarray]] = {shift: [] for shift in shifts_px}
    for index in range(0, 25, 3):
        grey = cv2.cvtColor(camera.image(index), cv2.COLOR_RGB2GRAY).astype(np.float32)
        steep = np.abs(cv2.Sobel(cv2.GaussianBlur(grey, (0, 0), 1), cv2.CV_32F, 1, 0))
        steep = np.minimum(steep, np.percentile(steep, 95))
        local = camera.world_from_camera[index].inverse().apply(drive.lidar.sweep(index).points_m)
        pixels, valid = camera.camera.project(local)
        valid &= camera.camera.in_image(pixels) & (local[:, 2] < 50)
        pixels, depth = pixels[valid], local[valid, 2]
        apart_px, others = cKDTree(pixels).query(pixels, k=7)
        sideways = np.abs(pixels[others] - pixels[:, None])
        beside = (apart_px < 12) & (sideways[..., 0] > sideways[..., 1])
        edge = pixels[(beside & (depth[others] > depth[:, None] * 1.3 + 1)).any(1)].round().astype(int)
        for shift in shifts_px:
            x = np.clip(edge[:, 0] + shift, 0, camera.camera.width - 1)
            found[shift].append(steep[edge[:, 1], x])
    return [float(np.concatenate(values).mean()) for values in found.values()]


@pytest.mark.parametrize("name", ["front_camera", "front_left_camera", "left_camera", "back_camera"])
def test_lidar_edges_fall_on_picture_edges(drive: DrivingLog, name: str) -> None:
    shifts_px = range(-12, 13, 2)
    contrast = edge_contrast(drive, name, shifts_px)
    assert abs(shifts_px[int(np.argmax(contrast))]) <= 2
    assert max(contrast) > 1.2 * min(contrast)


def test_moving_cars_are_where_the_beam_met_them(drive: DrivingLog, shared_data: Path) -> None:
    """The near face of a fast car touches the outermost points, whichever way the car drives past the ego."""
    assert drive.lidar is not None
    t_ns = np.round(np.array(json.loads((shared_data / "pandaset_drive/002/lidar/timestamps.json").read_text())) * 1e9)
    offsets_m = []
    for number in range(0, 26, 3):
        points = drive.lidar.sweep(number).points_m
        for track in drive.tracks:
            met = (track.t_ns > t_ns[number] - 1.01e8) & (track.t_ns <= t_ns[number])
            if not met.any() or track.speed_at(int(t_ns[number])) < 5:
                continue
            pose = track.poses.poses[np.flatnonzero(met)[0]]
            half = np.asarray(track.size_m) / 2
            local = pose.inverse().apply(points)
            near = (np.abs(local) < half + np.array([1.0, 0.2, 0.2])).all(1) & (local[:, 2] > -half[2] + 0.3)
            if near.sum() < 60:
                continue
            ego_m = pose.inverse().apply(drive.ego.poses[number].translation[None])[0]
            face = np.percentile(local[near, 0], 2 if ego_m[0] < 0 else 98)
            offsets_m.append(abs(face) - half[0])
    # At 8 to 13 m/s, a time that is wrong by 50 ms would move the face by half a metre.
    assert len(offsets_m) >= 10
    assert np.median(np.abs(offsets_m)) < 0.2


def test_box_times_are_those_of_the_cameras_that_see_them(drive: DrivingLog) -> None:
    for camera in drive.cameras:
        apart_s = []
        for track in drive.tracks:
            for row in range(len(track.t_ns)):
                centre_m = track.poses.poses.translation[row][None]
                index = int(np.abs(camera.t_ns - track.t_ns[row]).argmin())
                pixels, valid = camera.camera.project(camera.world_from_camera[index].inverse().apply(centre_m))
                across = abs(pixels[0, 0] - camera.camera.cx) / camera.camera.width  # type: ignore[attr-defined]
                if valid[0] and across < 0.05 and 0 < row < len(track.t_ns) - 1:
                    apart_s.append((camera.t_ns[index] - track.t_ns[row]) * 1e-9)
        assert len(apart_s) >= 3
        assert np.median(np.abs(apart_s)) < 0.01


def test_every_first_and_last_image_has_its_boxes(drive: DrivingLog) -> None:
    for camera in drive.cameras:
        for index in (0, len(camera) - 1):
            assert len(drive.boxes_at(int(camera.t_ns[index]))) > 60


def test_no_actor_is_there_twice(drive: DrivingLog) -> None:
    middle_ns = drive.t_ns(1.8)
    cars = [box for track, box in drive.boxes_at(middle_ns) if track.actor_class is ActorClass.CAR]
    centres = np.array([box.world_from_box.translation for box in cars])
    apart_m = np.linalg.norm(centres[:, None] - centres[None], axis=-1) + 10 * np.eye(len(cars))
    assert apart_m.min() > 1.5
    assert any("forward lidar" in note.text for note in drive.health)


def test_nuscenes_boxes_hold_the_points_that_the_table_counts(keyframe: DrivingLog, shared_data: Path) -> None:
    assert keyframe.lidar is not None
    rows = json.loads((shared_data / "nuscenes/v1.0-mini/sample_annotation.json").read_text())
    told = {row["instance_token"]: row["num_lidar_pts"] for row in rows}
    points = keyframe.lidar.sweep(0).points_m
    counted = {track.id: int(first_box(track).contains(points).sum()) for track in keyframe.tracks}
    assert len(counted) == len(told) == 68
    assert np.corrcoef([told[key] for key in told], [counted[key] for key in told])[0, 1] > 0.999


def test_nuscenes_keyframe_shows_its_boxes_in_images_before_the_sweep(keyframe: DrivingLog) -> None:
    for camera in keyframe.cameras:
        assert len(keyframe.boxes_at(int(camera.t_ns[0]))) == 68


def test_an_incomplete_copy_opens_and_names_each_missing_table(shared_data: Path) -> None:
    log = open_log(shared_data / "nuscenes" / "v1.0-test_as_found")
    assert len(log.cameras) == 6
    assert log.tracks == ()
    warned = " ".join(note.text for note in log.health if note.severity == "warning")
    for table in ("instance", "log", "map", "sample_annotation"):
        assert f"{table}.json" in warned


def test_full_size_pandaset_opens(shared_data: Path) -> None:
    log = open_log(shared_data / "pandaset" / "002")
    assert log.missing() == {}
    assert {(camera.camera.width, camera.camera.height) for camera in log.cameras} == {(1920, 1080)}
