"""Actors as assets: what is saved comes back, and drives in another scene."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scene_street import drive_scene, ground, splats
from synthetic_drive import START_NS

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass
from core.scene import Actor, Coverage, asset_of, load_asset, load_scene, save_asset, save_scene, with_asset


@pytest.fixture
def actor() -> Actor:
    rng = np.random.default_rng(7)
    first = drive_scene(ground()).actors[0]
    turns = rng.normal(size=(40, 4))
    cloud = replace(
        first.cloud,
        quaternions=(turns / np.linalg.norm(turns, axis=1, keepdims=True)).astype(np.float32),
        scales_m=rng.uniform(0.01, 0.3, (40, 3)).astype(np.float32),
        opacities=rng.uniform(0.1, 0.95, 40).astype(np.float32),
        colours=rng.uniform(0, 1, (40, 3)).astype(np.float32),
        harmonics=rng.normal(0, 0.1, (40, 3, 3)).astype(np.float32),
        provenance=(np.arange(40) % 3 == 0).astype(np.uint8),
    )
    return replace(first, cloud=cloud, coverage=Coverage(rng.uniform(0, 90, (4, 16)).astype(np.float32)))


def test_an_asset_comes_back_as_it_was(actor: Actor, tmp_path: Path) -> None:
    again = load_asset(save_asset(actor, tmp_path / "car", licence="CC BY 4.0", source="/logs/7"))
    assert (again.name, again.actor_class, again.size_m) == ("car", ActorClass.CAR, (4.0, 1.8, 1.5))
    assert (again.licence, again.source) == ("CC BY 4.0", "/logs/7")
    assert np.array_equal(again.cloud.means_m, actor.cloud.means_m)
    assert again.cloud.scales_m == pytest.approx(actor.cloud.scales_m, rel=1e-5)
    assert again.cloud.opacities == pytest.approx(actor.cloud.opacities, abs=1e-6)
    assert again.cloud.colours == pytest.approx(actor.cloud.colours, abs=1e-6)
    assert again.cloud.quaternions == pytest.approx(actor.cloud.quaternions, abs=1e-6)
    assert again.cloud.harmonics == pytest.approx(actor.cloud.harmonics, abs=1e-7)
    assert np.array_equal(again.cloud.provenance, actor.cloud.provenance)
    assert again.coverage is not None
    assert actor.coverage is not None
    assert np.array_equal(again.coverage.px_per_m, actor.coverage.px_per_m)


def test_what_lives_at_another_time_stays_behind(actor: Actor, tmp_path: Path) -> None:
    spans = np.tile(np.float32([0.5, 0.2]), (40, 1))
    spans[:10] = [9.0, 0.2]
    mortal = replace(actor, cloud=replace(actor.cloud, lifespans_s=spans))
    assert len(load_asset(save_asset(mortal, tmp_path / "then", t_s=0.5)).cloud) == 30
    assert len(load_asset(save_asset(mortal, tmp_path / "ever")).cloud) == 40


def test_an_asset_becomes_an_actor_of_another_scene(actor: Actor, tmp_path: Path) -> None:
    asset = load_asset(save_asset(actor, tmp_path / "car", licence="MIT", source="/logs/7"))
    times = START_NS + np.array([0, 1_000_000_000])
    poses = PoseTrack(times, Pose.from_heading(np.array([0.0, np.pi / 2]), np.array([[5.0, 0, 1], [9.0, 0, 1]])))
    scene = with_asset(drive_scene(ground()), asset, poses)
    new = scene.actors[-1]
    assert (new.number, new.track.id, new.track.actor_class) == (4, "car 2", ActorClass.CAR)
    means = scene.at(1.0)[scene.at(1.0).owners == 4].means_m
    turned = np.column_stack([9 - actor.cloud.means_m[:, 1], actor.cloud.means_m[:, 0], 1 + actor.cloud.means_m[:, 2]])
    assert means == pytest.approx(turned, abs=1e-5)
    assert scene.boxes_at(0.5)[-1][1].size_m == asset.size_m
    assert scene.licence == "CC BY 4.0; car 2: MIT"
    again = load_scene(save_scene(scene, tmp_path / "scene"))
    assert len(again.at(0.5)) == len(scene.at(0.5))
    with pytest.raises(ValueError, match="already"):
        with_asset(scene, asset, poses, track_id="car 2")


def test_an_actor_goes_from_scene_to_scene_without_a_file(actor: Actor) -> None:
    scene = replace(drive_scene(ground()), actors=(actor,))
    poses = PoseTrack([START_NS], Pose.from_heading(np.zeros(1), np.zeros((1, 3))))
    assert len(with_asset(scene, asset_of(scene, actor), poses, track_id="twin").actors) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 99),
        ("size_m", [4.0, 0.0, 1.5]),
        ("size_m", [4.0, 1.8]),
        ("actor_class", "spaceship"),
        ("px_per_m", [[1.0]]),
        ("generated", "AA=="),
        ("generated", "?"),
        ("axes", "up"),
    ],
)
def test_a_damaged_asset_is_told_with_file_and_field(field: str, value: object, actor: Actor, tmp_path: Path) -> None:
    folder = save_asset(actor, tmp_path / "car")
    content = json.loads((folder / "asset.json").read_text())
    (folder / "asset.json").write_text(json.dumps(content | {field: value}))
    with pytest.raises(UserError) as told:
        load_asset(folder)
    assert field in str(told.value)


def test_a_missing_or_broken_file_is_told(actor: Actor, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"asset\.json"):
        load_asset(tmp_path)
    folder = save_asset(actor, tmp_path / "car")
    (folder / "splats.ply").write_bytes((folder / "splats.ply").read_bytes()[:-30])
    with pytest.raises(UserError, match=r"splats\.ply"):
        load_asset(folder)
    (folder / "splats.ply").unlink()
    with pytest.raises(UserError, match=r"splats\.ply"):
        load_asset(folder)


def test_nothing_cannot_be_saved(actor: Actor, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no splats"):
        save_asset(replace(actor, cloud=splats(np.zeros((0, 3)))), tmp_path / "car")
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UserError, match="file"):
        save_asset(actor, blocked)
