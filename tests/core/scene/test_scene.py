"""What a scene promises: actors follow their tracks, and files give back what was saved."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track
from core.scene import Actor, Exposure, Scene, Sky, load_scene, save_scene
from core.scene.exposure import balanced
from core.splats import GaussianCloud

SECOND_NS = 1_000_000_000


def cloud(means: list[list[float]]) -> GaussianCloud:
    count = len(means)
    return GaussianCloud(
        means_m=np.array(means, dtype=np.float32),
        quaternions=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        scales_m=np.full((count, 3), 0.1, dtype=np.float32),
        opacities=np.full(count, 0.5, dtype=np.float32),
        colours=np.full((count, 3), 0.25, dtype=np.float32),
    )


@pytest.fixture
def scene() -> Scene:
    start = 5 * SECOND_NS
    poses = Pose.from_heading(np.array([0.0, np.pi / 2]), np.array([[10.0, 0, 0], [20.0, 0, 0]]))
    track = Track(
        id="car-1",
        actor_class=ActorClass.CAR,
        source_label="Car",
        poses=PoseTrack([start, start + SECOND_NS], poses),
        size_m=(4.0, 2.0, 1.5),
        max_gap_s=2.0,
        attributes={"state": "moving"},
    )
    return Scene(
        name="drive",
        start_ns=start,
        duration_s=3.0,
        static=cloud([[0, 0, 0], [1, 2, 3]]),
        actors=(Actor(7, track, cloud([[1, 0, 0]])),),
        sky=Sky.plain((0.1, 0.2, 0.3)),
        licence="CC BY 4.0",
    )


def test_an_actors_splats_follow_its_track(scene: Scene) -> None:
    assert scene.at(0.0).means_m[2] == pytest.approx([11, 0, 0], abs=1e-5)
    assert scene.at(1.0).means_m[2] == pytest.approx([20, 1, 0], abs=1e-5)
    owners = scene.at(0.5).owners
    assert owners is not None
    assert owners.tolist() == [0, 0, 7]


def test_an_actor_is_absent_outside_its_track(scene: Scene) -> None:
    assert len(scene.at(2.0)) == 2
    assert scene.actor_poses_at(2.0) == {}
    assert len(scene) == 3


def test_a_splat_fades_outside_its_lifespan(scene: Scene) -> None:
    spans = np.array([[0.5, 0.5], [2.5, 0.2]], dtype=np.float32)
    mortal = replace(scene, static=replace(scene.static, lifespans_s=spans), actors=())
    opacities = mortal.at(0.5).opacities
    assert opacities[0] == pytest.approx(0.5)
    assert opacities[1] < 1e-3


def test_the_sky_is_seamless_and_knows_up(scene: Scene) -> None:
    dome = np.zeros((8, 16, 3), dtype=np.float32)
    dome[0] = 1.0
    dome[:, 4] = (0.0, 0.5, 0.0)
    sky = Sky(dome)
    assert sky.colours([0, 0, 1.0]).max() == pytest.approx(1.0)
    around = sky.colours(np.array([[1, 1e-6, 0], [1, -1e-6, 0]]))
    assert around[0] == pytest.approx(around[1], abs=1e-3)
    column = 2 * np.pi * (4 + 0.5) / 16
    assert sky.colours([np.cos(column), np.sin(column), 0.0])[1] == pytest.approx(0.5, abs=1e-5)


def test_a_saved_scene_comes_back_exactly(scene: Scene, tmp_path: Path) -> None:
    again = load_scene(save_scene(scene, tmp_path / "drive.scene"))
    assert (again.name, again.start_ns, again.licence) == (scene.name, scene.start_ns, scene.licence)
    assert np.array_equal(again.static.means_m, scene.static.means_m)
    actor = again.actors[0]
    assert (actor.number, actor.track.id, actor.track.attributes) == (7, "car-1", {"state": "moving"})
    assert np.array_equal(again.at(0.3).means_m, scene.at(0.3).means_m)
    assert np.array_equal(again.sky.dome, scene.sky.dome)


def test_exposures_of_cameras_come_back_and_may_be_missing(scene: Scene, tmp_path: Path) -> None:
    exposures = {"left": Exposure((1.1, 1.0, 0.9), (0.01, 0.0, -0.02))}
    folder = save_scene(replace(scene, exposures=exposures), tmp_path / "drive.scene")
    assert load_scene(folder).exposures == exposures
    names = json.loads((folder / "scene.json").read_text())
    del names["exposures"]
    (folder / "scene.json").write_text(json.dumps(names))
    assert load_scene(folder).exposures == {}


def test_how_fine_its_images_were_comes_back_and_may_be_missing(scene: Scene, tmp_path: Path) -> None:
    folder = save_scene(replace(scene, px_per_rad={"left": 120.5}), tmp_path / "drive.scene")
    assert load_scene(folder).px_per_rad == {"left": 120.5}
    names = json.loads((folder / "scene.json").read_text())
    del names["px_per_rad"]
    (folder / "scene.json").write_text(json.dumps(names))
    assert load_scene(folder).px_per_rad == {}


def test_a_gain_of_nothing_is_a_damaged_scene(scene: Scene, tmp_path: Path) -> None:
    broken = replace(scene, exposures={"left": Exposure(gain=(1.0, 0.0, 1.0))})
    with pytest.raises(UserError):
        load_scene(save_scene(broken, tmp_path / "drive.scene"))


def test_balanced_exposures_keep_what_cameras_differ_by() -> None:
    rgb = np.array([0.2, 0.3, 0.4], np.float32)
    found = balanced({"dark": Exposure((0.8,) * 3, (0.02,) * 3), "light": Exposure((1.4,) * 3, (-0.04,) * 3)})
    assert np.mean([one.gain for one in found.values()], 0) == pytest.approx(1.0)
    assert np.mean([one.bias for one in found.values()], 0) == pytest.approx(0.0)
    as_light = 1.4 * ((found["dark"].recorded(rgb) - 0.02) / 0.8) - 0.04
    assert found["light"].recorded(rgb) == pytest.approx(as_light, abs=1e-5)
    assert found["light"].undone(found["light"].recorded(rgb)) == pytest.approx(rgb, abs=1e-5)


def test_a_damaged_scene_is_told_with_file_and_field(scene: Scene, tmp_path: Path) -> None:
    folder = save_scene(scene, tmp_path / "drive.scene")
    arrays = folder / "splats.safetensors"
    arrays.write_bytes(arrays.read_bytes()[:-40])
    with pytest.raises(UserError, match="damaged"):
        load_scene(folder)
    (folder / "scene.json").write_text('{"version": 1}')
    with pytest.raises(UserError, match="name"):
        load_scene(folder)
    with pytest.raises(UserError, match="missing"):
        load_scene(tmp_path / "nowhere")
