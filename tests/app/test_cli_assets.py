"""`driftless asset`, and `convert-splats` on scenes, as a script meets them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from app.cli import cli
from core.errors import UserError
from core.scene import load_asset, load_scene
from core.splats.files import read_splats


@pytest.fixture(autouse=True)
def own_folder(own_log_folder: Path) -> None:
    """Messages go into a folder of the test."""


def run(*arguments: str | Path) -> str:
    """What a command prints on success; raises what it raised."""
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    if done.exception is not None:
        raise done.exception
    return done.stdout


@pytest.fixture
def scene(small_pandaset: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "scene"
    run("lift", small_pandaset, folder)
    return folder


def test_actors_are_listed_and_taken_out(scene: Path, tmp_path: Path) -> None:
    rows = json.loads(run("asset", scene, "--json"))["actors"]
    actors = {actor.track.id: actor for actor in load_scene(scene).actors}
    assert {row["id"] for row in rows} == set(actors)
    first = rows[0]
    assert first["seen"] == max(row["seen"] for row in rows)
    assert set(first["sides"]) == {"front", "left", "back", "right", "top"}
    assert f"{len(rows)} actors" in run("asset", scene)
    out = tmp_path / "car"
    assert "licence" in run("asset", scene, first["id"], out)
    taken = load_asset(out)
    assert np.array_equal(taken.cloud.means_m, actors[first["id"]].cloud.means_m)
    assert taken.licence == load_scene(scene).licence


def test_bad_wishes_are_told(scene: Path, tmp_path: Path) -> None:
    name = json.loads(run("asset", scene, "--json"))["actors"][0]["id"]
    with pytest.raises(UserError, match="no actor 'nobody'"):
        run("asset", scene, "nobody", tmp_path / "car")
    with pytest.raises(UserError, match="outside"):
        run("asset", scene, name, tmp_path / "car", "--at", "99")
    with pytest.raises(UserError, match="something else"):
        run("asset", scene, name, scene)
    with pytest.raises(UserError, match="missing"):
        run("asset", tmp_path / "nowhere")
    with pytest.raises(SystemExit):
        run("asset", scene, name)


@pytest.mark.parametrize("name", ["scene.ply", "scene.spz", "scene.glb"])
def test_a_scene_is_converted_as_a_file_is(name: str, scene: Path, tmp_path: Path) -> None:
    said = run("convert-splats", scene, tmp_path / name, "--at", "0.2")
    written = read_splats(tmp_path / name, axes="zup")
    assert said.startswith(f"{len(written)} splats")
    expected = load_scene(scene).at(0.2)
    assert len(written) == (expected.opacities > 1 / 255).sum()
    assert written.bounds() == pytest.approx(expected.bounds(), abs=0.05)


def test_options_that_do_not_go_together_are_told(scene: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="axes of its own"):
        run("convert-splats", scene, tmp_path / "scene.ply", "--source-axes", "zup")
    run("convert-splats", scene, tmp_path / "scene.ply")
    with pytest.raises(UserError, match="Only scenes have a time"):
        run("convert-splats", tmp_path / "scene.ply", tmp_path / "scene.spz", "--at", "0.1")
