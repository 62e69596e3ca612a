"""Both readers tell the same drive from two layouts."""

from pathlib import Path

import log_folders as made
import numpy as np
import pytest

from core.logs import ActorClass, DrivingLog, open_log


@pytest.fixture(params=["small_pandaset", "small_nuscenes"])
def log(request: pytest.FixtureRequest) -> DrivingLog:
    folder: Path = request.getfixturevalue(request.param)
    return open_log(folder)


def test_world_starts_at_the_first_ego_pose(log: DrivingLog) -> None:
    np.testing.assert_allclose(log.ego.poses.matrix[0], np.eye(4), atol=1e-6)
    np.testing.assert_allclose(log.ego.poses.translation[-1], [log.ego.poses.translation[-1][0], 0, 0], atol=1e-6)
    np.testing.assert_allclose(log.source_from_world.rotation, made.SOURCE_FROM_WORLD.rotation, atol=1e-9)


def test_rig_order_is_front_left_to_right(log: DrivingLog) -> None:
    names = [camera.name.lower().removeprefix("cam_").removesuffix("_camera") for camera in log.cameras]
    assert names == ["front_left", "front", "front_right"]


def test_images_are_not_shifted_and_not_swapped(log: DrivingLog) -> None:
    for camera in log.cameras:
        assert len(camera) == made.FRAMES
        for number in range(made.FRAMES):
            image = camera.image(number)
            assert image.shape == (made.IMAGE_SIZE[1], made.IMAGE_SIZE[0], 3)
            np.testing.assert_allclose(image.mean((0, 1)), made.image_rgb(number), atol=3)


def test_a_missing_sweep_is_listed_and_shifts_none(log: DrivingLog) -> None:
    lidar = log.lidar
    assert lidar is not None
    assert log.missing() == {lidar.name: [made.MISSING_SWEEP]}
    assert len(lidar) == made.FRAMES - 1
    # PandaSet's seconds in double precision are good to a microsecond.
    assert lidar.missing[0].t_ns - lidar.t_ns[0] == pytest.approx(made.MISSING_SWEEP * made.TENTH_NS, abs=1000)
    np.testing.assert_allclose(np.diff(lidar.t_ns), np.array([1, 2, 1]) * made.TENTH_NS, atol=1000)
    assert lidar.missing_at(int(lidar.missing[0].t_ns)) is lidar.missing[0]
    assert any("missing" in note.text and note.severity == "warning" for note in log.health)
    start_m = made.SOURCE_FROM_WORLD.inverse().apply(log.source_from_world.translation[None])[0]
    for index, number in enumerate((0, 1, 3, 4)):
        sweep = lidar.sweep(index)
        np.testing.assert_allclose(sweep.points_m, made.world_points(number) - start_m, atol=1e-3)
        np.testing.assert_allclose(sweep.intensity, 0.2, atol=1e-6)


def test_boxes_have_length_ahead_and_enclose_their_points(log: DrivingLog) -> None:
    assert log.lidar is not None
    cars = [track for track in log.tracks if track.actor_class is ActorClass.CAR]
    parked = [track for track in cars if track.speed_at(int(track.t_ns[0])) < 0.1]
    assert len(parked) == 1
    box = parked[0].box_at(int(parked[0].t_ns[0]))
    assert box is not None
    assert box.size_m == pytest.approx(made.CAR_SIZE_M)
    assert int(box.contains(log.lidar.sweep(0).points_m).sum()) == 100
    np.testing.assert_allclose(box.world_from_box.heading, 0.0, atol=1e-6)


def test_the_car_ahead_is_one_track_ahead_of_the_ego_in_every_image(log: DrivingLog) -> None:
    assert len(log.tracks) == 3
    front = log.cameras[1]
    for index in range(len(front)):
        t_ns = int(front.t_ns[index])
        moving = [box for track, box in log.boxes_at(t_ns) if track.speed_at(t_ns) > 1]
        assert len(moving) == 1
        centre_m = front.world_from_camera[index].inverse().apply(moving[0].world_from_box.translation[None])[0]
        # The beam that met the car is at most a few milliseconds away from the camera's time.
        assert centre_m == pytest.approx([0.0, 0.85, made.CAR_AHEAD_M - 1.5], abs=0.05)
        pixels, valid = front.camera.project(centre_m)
        assert valid
        assert front.camera.in_image(pixels)


def test_mountings_are_those_of_the_rig(log: DrivingLog) -> None:
    for camera in log.cameras:
        name = camera.name.lower().removeprefix("cam_").removesuffix("_camera")
        np.testing.assert_allclose(camera.ego_from_camera.matrix, made.ego_from_camera(name).matrix, atol=1e-4)


def test_the_same_path_opens_it_again(log: DrivingLog) -> None:
    assert open_log(log.path).name == log.name
