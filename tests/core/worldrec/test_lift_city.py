"""A short drive through the city, from its recordings to a scene."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.evaluation.reconstruction import evaluate_reconstruction
from core.logs import DrivingLog
from core.scene import Scene, load_scene, save_scene
from core.worldrec.lift import city_depth, lift

BUDGET = 16_000


def test_images_that_were_held_out_look_like_the_scene(city_log: DrivingLog, city_scene: Scene) -> None:
    score = evaluate_reconstruction(city_scene, city_log, hold_out=3)
    assert set(score.cameras) == {camera.name for camera in city_log.cameras}
    assert score.overall.images == sum(likeness.images for likeness in score.cameras.values())
    assert score.overall.psnr_db > 20.0
    assert score.overall.ssim > 0.6
    assert min(likeness.psnr_db for likeness in score.cameras.values()) > 17.0


def test_without_lidar_it_is_worse_but_not_nothing(city_log: DrivingLog) -> None:
    blind = replace(city_log, lidar=None)
    scene = lift(blind, hold_out=3, max_splats=BUDGET)
    assert evaluate_reconstruction(scene, blind, hold_out=3).overall.psnr_db > 16.0


def test_budget_counts_everything(city_log: DrivingLog, city_scene: Scene) -> None:
    assert 0.6 * BUDGET < len(city_scene) <= BUDGET
    one = [city_log.cameras[0].name]
    for few in (3000, 60):
        assert 0 < len(lift(city_log, cameras=one, max_splats=few)) <= few


def test_exact_depth_is_better_than_lidar(city_log: DrivingLog, city_scene: Scene) -> None:
    exact = lift(city_log, hold_out=3, max_splats=BUDGET, exact_depth=city_depth(city_log))
    measured, known = (evaluate_reconstruction(scene, city_log, hold_out=3).overall for scene in (city_scene, exact))
    assert known.psnr_db > measured.psnr_db
    assert known.ssim > measured.ssim


def test_splats_are_sound(city_scene: Scene) -> None:
    city_scene.static.validated()
    for actor in city_scene.actors:
        actor.cloud.validated()
    assert [actor.number for actor in city_scene.actors] == list(range(1, len(city_scene.actors) + 1))


def test_same_log_same_bytes(city_log: DrivingLog, city_scene: Scene) -> None:
    again = lift(city_log, hold_out=3, max_splats=BUDGET)
    for name in ("means_m", "scales_m", "opacities", "colours"):
        np.testing.assert_array_equal(getattr(again.static, name), getattr(city_scene.static, name))
    np.testing.assert_array_equal(again.sky.dome, city_scene.sky.dome)


def test_scene_survives_the_disk(city_scene: Scene, tmp_path: Path) -> None:
    loaded = load_scene(save_scene(city_scene, tmp_path / "scene"))
    assert len(loaded) == len(city_scene)
    np.testing.assert_array_equal(loaded.at(0.5).colours, city_scene.at(0.5).colours)
