"""`driftless lift` and `render`, as a script meets them, on tiny logs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from app.cli import cli
from core.errors import UserError
from core.logs import open_log
from core.scene import load_scene


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


def test_lift_writes_a_scene_that_knows_its_log(small_pandaset: Path, tmp_path: Path) -> None:
    told: dict[str, Any] = json.loads(run("lift", small_pandaset, tmp_path / "scene", "--json"))
    made = load_scene(tmp_path / "scene")
    assert told["splats"] == len(made) > 100
    assert told["actors"] == len(made.actors)
    assert told["seconds"] > 0
    assert made.source == str(small_pandaset)


def test_lift_says_how_many_samples_were_left_out(small_pandaset: Path, tmp_path: Path) -> None:
    (small_pandaset / "lidar" / "03.pkl.gz").write_bytes(b"")
    assert "cannot be read: 1 of its samples" in run("lift", small_pandaset, tmp_path / "scene")


def test_lift_never_writes_beside_other_files(small_pandaset: Path, tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(UserError, match="something else"):
        run("lift", small_pandaset, out)
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("window", ["soon", "3", "2:1", "a:b"])
def test_lift_names_a_stretch_that_is_none(window: str, small_pandaset: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--window"):
        run("lift", small_pandaset, tmp_path / "scene", "--window", window)


def test_lift_of_a_stretch_without_images_writes_nothing(small_pandaset: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no image"):
        run("lift", small_pandaset, tmp_path / "scene", "--window", "50:60")
    assert not (tmp_path / "scene").exists()


def test_bad_input_has_status_2_and_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "app.cli", "render", str(tmp_path / "none"), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, check=False)
    assert done.returncode == 2
    assert str(tmp_path / "none") in done.stderr
    assert "Traceback" not in done.stderr


def test_render_draws_every_image_of_the_chosen_cameras(scene: Path, small_pandaset: Path, tmp_path: Path) -> None:
    log = open_log(small_pandaset)
    first, second, _ = (stream.name for stream in log.cameras)
    run("render", scene, tmp_path / "out", "--cameras", f"{first},{second}")
    files = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.png"))
    assert files == [f"{name}/{index:04d}.png" for name in sorted((first, second)) for index in range(5)]
    drawn = cv2.imread(str(tmp_path / "out" / first / "0002.png"))
    assert drawn is not None
    recorded = log.camera(first).image(2)
    assert drawn.shape == recorded.shape
    assert np.abs(drawn[..., ::-1].mean((0, 1)) - recorded.mean((0, 1))).max() < 40, "about the colour of the log"


def test_render_at_a_time_and_of_a_size(scene: Path, tmp_path: Path) -> None:
    run("render", scene, tmp_path / "out", "--cameras", "front_camera", "--at", "0.05", "--size", "96x72")
    (path,) = (tmp_path / "out").rglob("*.png")
    assert path.name == "000.050s.png"
    drawn = cv2.imread(str(path))
    assert drawn is not None
    assert drawn.shape == (72, 96, 3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cameras", "selfie"], "front_camera"),
        (["--at", "99"], "--at"),
        (["--at", "nan"], "--at"),
        (["--size", "huge"], "--size"),
        (["--log", "nowhere"], "nowhere"),
    ],
)
def test_render_names_what_does_not_fit(options: list[str], said: str, scene: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        run("render", scene, tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


def test_render_asks_for_the_log_that_has_moved(scene: Path, small_pandaset: Path, tmp_path: Path) -> None:
    moved = small_pandaset.rename(tmp_path / "moved")
    with pytest.raises(UserError, match="--log"):
        run("render", scene, tmp_path / "out", "--cameras", "front_camera", "--at", "0")
    run("render", scene, tmp_path / "out", "--cameras", "front_camera", "--at", "0", "--log", moved)
    assert len(list((tmp_path / "out").rglob("*.png"))) == 1
