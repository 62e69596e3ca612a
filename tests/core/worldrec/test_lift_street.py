"""What stands, what moves, what is behind, in a street whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from lift_street import BLUE, CAR_SIZE_M, GREEN, GREY, RED, TIMES, WALL_X_M, street

from core.errors import UserError
from core.logs import DrivingLog, LidarSweep
from core.scene import Scene
from core.splats import Provenance
from core.worldrec.lift import LiftCancelledError, lift

BUDGET = 8_000


@pytest.fixture(scope="module")
def log() -> DrivingLog:
    return street()


@pytest.fixture(scope="module")
def scene(log: DrivingLog) -> Scene:
    return lift(log, max_splats=BUDGET)


def test_wall_and_ground_keep_their_places(scene: Scene) -> None:
    means = scene.static.means_m[scene.static.opacities > 0.3]
    wall = means[(means[:, 2] > 0.5) & (means[:, 2] < 5.5)]
    assert len(wall) > 100
    off_m = np.abs(wall[:, 0] - WALL_X_M)  # a pixel is 0.4 m wide there
    assert np.median(off_m) < 0.4
    assert np.quantile(off_m, 0.9) < 1.0
    ground = means[(means[:, 0] < WALL_X_M - 3) & (means[:, 2] < 0.4)]
    assert len(ground) > 100
    assert np.quantile(np.abs(ground[:, 2]), 0.9) < 0.1


def test_splats_lie_flat_on_the_ground(scene: Scene) -> None:
    means = scene.static.means_m
    ground = scene.static[(means[:, 0] > 8) & (means[:, 0] < 20) & (np.abs(means[:, 2]) < 0.2)]
    _, x, y, _ = ground.quaternions.T
    upright = np.abs(1 - 2 * (x * x + y * y))  # of the axis that is thinnest
    assert (ground.scales_m.argmin(1) == 2).all()
    assert np.median(upright) > 0.95


def test_a_car_that_drives_off_is_one_actor_in_its_own_frame(scene: Scene) -> None:
    (car,) = scene.actors
    observed = car.cloud[car.cloud.provenance == Provenance.OBSERVED]
    rear = observed.means_m[np.abs(observed.means_m[:, 0] + CAR_SIZE_M[0] / 2) < 0.15]
    assert len(rear) > 10
    assert (np.abs(car.cloud.means_m) <= np.array(CAR_SIZE_M) / 2 + 0.2).all()


def test_no_ghost_of_the_car_is_left_in_the_street(scene: Scene) -> None:
    static = scene.static
    x, y, z = static.means_m.T
    where_it_drove = (x > 6) & (x < 22) & (np.abs(y) < 1.0) & (z > 0.5) & (z < 1.6)
    assert static.opacities[where_it_drove].sum() < 3


def test_an_untracked_car_leaves_hardly_a_ghost(log: DrivingLog) -> None:
    scene = lift(replace(log, tracks=()), max_splats=BUDGET)
    assert len(scene.actors) == 1  # found by its motion
    x, y, z = scene.static.means_m.T
    where_it_drove = (x > 6) & (x < 16) & (np.abs(y) < 1.0) & (z > 0.5) & (z < 1.6)
    wall = np.abs(x - WALL_X_M) < 0.5
    assert scene.static.opacities[where_it_drove].sum() < 0.1 * scene.static.opacities[wall].sum()


def test_everything_has_its_colour(scene: Scene) -> None:
    static = scene.static
    wall = static[
        (np.abs(static.means_m[:, 0] - WALL_X_M) < 0.3) & (static.means_m[:, 2] > 1) & (static.opacities > 0.5)
    ]
    x, y, z = static.means_m.T
    road = static[(x > 6) & (x < 25) & (np.abs(y) < 0.7) & (np.abs(z) < 0.1) & (static.opacities > 0.5)]
    (car,) = scene.actors
    rear = car.cloud[car.cloud.means_m[:, 0] < -CAR_SIZE_M[0] / 2 + 0.1]
    for cloud, colour in ((wall, GREEN), (road, GREY), (rear, RED)):
        assert np.median(np.abs(cloud.colours * 255 - np.array(colour))) < 25
    up = scene.sky.colours(np.array([[1.0, 0.0, 0.6]]))[0] * 255
    np.testing.assert_allclose(up, BLUE, atol=12)


def test_sides_that_nobody_saw_are_there_and_marked(scene: Scene) -> None:
    (car,) = scene.actors
    x, _, z = car.cloud.means_m.T
    front = car.cloud[(x > CAR_SIZE_M[0] / 2 - 0.3) & (z < 0.4)]
    assert len(front) > 0
    assert front.provenance is not None
    assert (front.provenance == Provenance.GENERATED).all()


def test_without_lidar_there_still_is_a_street(log: DrivingLog) -> None:
    scene = lift(replace(log, lidar=None), max_splats=BUDGET)
    x, _, z = scene.static.means_m.T
    ground = (x > 5) & (x < 20) & (np.abs(z) < 0.3)
    assert ground.sum() > 100
    assert len(scene.actors) == 1


def test_sweeps_that_cannot_be_read_count_as_missing(log: DrivingLog) -> None:
    assert log.lidar is not None
    whole = log.lidar

    def read(index: int) -> LidarSweep:
        if index % 2:
            raise UserError("The sweep is cut short")
        return whole.read_sweep(index)

    damaged = replace(street(), lidar=replace(whole, read_sweep=read, cache=type(whole.cache)()))
    means = lift(damaged, max_splats=BUDGET).static.means_m
    assert (np.abs(means[:, 0] - WALL_X_M) < 0.5).sum() > 100


def test_an_image_that_cannot_be_read_is_left_out_but_not_all(log: DrivingLog) -> None:
    (camera,) = log.cameras

    def read(index: int) -> np.ndarray:
        if index > 3:
            raise UserError("The image is cut short")
        return camera.read_image(index)

    damaged = replace(log, cameras=(replace(camera, read_image=read, cache=type(camera.cache)()),))
    assert len(lift(damaged, max_splats=500)) > 0

    def read_none(index: int) -> np.ndarray:
        raise UserError("The image is cut short")

    with pytest.raises(UserError, match="cut short"):
        lift(replace(log, cameras=(replace(camera, read_image=read_none, cache=type(camera.cache)()),)))


def test_a_window_without_images_is_refused(log: DrivingLog) -> None:
    with pytest.raises(ValueError, match="no image"):
        lift(log, window_s=(50.0, 60.0))


def test_held_out_images_are_never_looked_at(log: DrivingLog) -> None:
    (camera,) = log.cameras
    looked: list[int] = []

    def read(index: int) -> np.ndarray:
        looked.append(index)
        return camera.read_image(index)

    spied = replace(log, cameras=(replace(camera, read_image=read, cache=type(camera.cache)()),))
    lift(spied, hold_out=3, max_splats=500)
    assert looked
    assert not [index for index in looked if index % 3 == 2]
    assert max(looked) < len(TIMES)


def test_progress_grows_and_cancels(log: DrivingLog) -> None:
    told: list[float] = []

    def follow(share: float, text: str) -> bool:
        told.append(share)
        assert text
        return share < 0.4

    with pytest.raises(LiftCancelledError):
        lift(log, max_splats=500, progress=follow)
    assert told == sorted(told)
    assert 0.4 <= told[-1] <= 1.0
