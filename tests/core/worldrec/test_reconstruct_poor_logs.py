"""Logs that lack something are reconstructed with less; the network's weights are random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.reconstruction import likeness_of
from core.geometry import Pose
from core.logs import DrivingLog, open_log
from core.worldrec.reconstructing import Reconstruction, reconstruct

SPLATS = 800


def without_lidar(log: DrivingLog) -> DrivingLog:
    return replace(log, lidar=None)


def without_boxes(log: DrivingLog) -> DrivingLog:
    return replace(log, tracks=())


def with_one_camera(log: DrivingLog) -> DrivingLog:
    return replace(log, cameras=log.cameras[:1])


def with_nothing_but_one_camera(log: DrivingLog) -> DrivingLog:
    return with_one_camera(without_boxes(without_lidar(log)))


def all_black(log: DrivingLog) -> DrivingLog:
    black = np.zeros((48, 64, 3), np.uint8)
    return replace(log, cameras=tuple(replace(camera, read_image=lambda _: black) for camera in log.cameras))


def jumping(log: DrivingLog) -> DrivingLog:
    """From the middle of the drive on, cameras are 400 m away and turned."""
    jump = Pose.from_heading(2.5, [400.0, -50.0, 3.0]).matrix
    cameras = []
    for camera in log.cameras:
        matrices = camera.world_from_camera.matrix.copy()
        matrices[len(matrices) // 2 :] = jump @ matrices[len(matrices) // 2 :]
        cameras.append(replace(camera, world_from_camera=Pose(matrices)))
    return replace(log, cameras=tuple(cameras))


def made(log: DrivingLog, **options: object) -> Reconstruction:
    return reconstruct(log, max_splats=SPLATS, **options)  # type: ignore[arg-type]


@pytest.fixture
def log(small_network: None, small_pandaset: Path) -> DrivingLog:
    return open_log(small_pandaset)


@pytest.mark.parametrize(
    "poorer",
    [without_lidar, without_boxes, with_one_camera, with_nothing_but_one_camera, all_black, jumping],
    ids=lambda each: each.__name__,
)
def test_a_log_that_lacks_something_becomes_a_scene(
    log: DrivingLog, poorer: Callable[[DrivingLog], DrivingLog]
) -> None:
    poor = poorer(log)
    found = made(poor)
    assert 0 < len(found.scene) <= SPLATS
    assert found.queries > 0
    clouds = [found.scene.static, *(actor.cloud for actor in found.scene.actors)]
    for cloud in clouds:
        for values in (cloud.means_m, cloud.scales_m, cloud.quaternions, cloud.opacities, cloud.colours):
            assert np.isfinite(values).all()
    likeness = likeness_of(found.scene, poor, [(poor.cameras[0], 0)])
    assert likeness is not None
    assert np.isfinite(likeness.psnr_db)


def test_a_log_without_boxes_has_no_actors(log: DrivingLog) -> None:
    assert not made(without_boxes(log)).scene.actors
    assert made(log).scene.actors


def test_a_single_instant_is_enough(log: DrivingLog) -> None:
    t_s = log.t_s(int(log.cameras[0].t_ns[2]))
    assert len(made(log, window_s=(t_s, t_s)).scene) > 0


def test_a_stretch_without_images_is_refused(log: DrivingLog) -> None:
    with pytest.raises(ValueError, match="no image in the window"):
        made(log, window_s=(100.0, 101.0))
