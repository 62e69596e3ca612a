"""`driftless reconstruct`, `evaluate` and `train`, as a script meets them, on tiny logs and with random weights."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.train_network import COMMANDS
from core.errors import UserError
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


def test_json_has_the_figures_of_the_scene(small_network: None, small_pandaset: Path, tmp_path: Path) -> None:
    out = tmp_path / "scene"
    told: dict[str, Any] = json.loads(run("reconstruct", small_pandaset, out, "--hold-out", "3", "--json"))
    scene = load_scene(out)
    assert told["gaussians"] == len(scene) > 100
    assert told["actors"] == len(scene.actors)
    assert told["queries"] > 0
    assert told["seconds"] > 0
    assert {type(told[name]) for name in ("psnr_heldout", "ssim_heldout", "psnr_inputs")} == {float}


def test_without_images_held_out_their_figures_are_null(
    small_network: None, small_pandaset: Path, tmp_path: Path
) -> None:
    told = json.loads(
        run("reconstruct", small_pandaset, tmp_path / "scene", "--cameras", "front_camera", "--refine", "1", "--json")
    )
    assert told["psnr_heldout"] is None
    assert told["ssim_heldout"] is None
    assert told["psnr_inputs"] > 5


def test_a_scene_goes_on_in_its_own_folder(small_network: None, small_pandaset: Path, tmp_path: Path) -> None:
    out, options = tmp_path / "scene", ("--cameras", "front_camera", "--json")
    run("reconstruct", small_pandaset, out, "--window", "0:0.2", *options)
    told = json.loads(run("reconstruct", small_pandaset, out, "--extend", out, *options))
    assert told["window_s"] == [0.0, 0.4]
    assert load_scene(out).window_s == (0.0, 0.4)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--window", "1:1"), "Write from:to in seconds"),
        (("--window", "50:60"), "Choose a stretch"),
        (("--extend", "nowhere"), "nowhere"),
        (("--cameras", "roof"), "no camera roof"),
        (("--preset", "huge"), "field --preset"),
        (("--refine", "-1"), "field --refine"),
        (("--hold-out", "1"), "All images would be held out"),
    ],
)
def test_wrong_options_are_told_in_sentences(
    small_network: None, small_pandaset: Path, tmp_path: Path, options: tuple[str, ...], what: str
) -> None:
    with pytest.raises(UserError, match=what):
        run("reconstruct", small_pandaset, tmp_path / "scene", *options)
    assert not (tmp_path / "scene").exists()


class Pictures(HTMLParser):
    """The pictures of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(str(dict(attrs)["src"]))


def test_an_evaluation_is_a_page_with_pictures_and_figures(
    small_network: None, small_pandaset: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    told = json.loads(
        run("evaluate", "reconstruction", small_pandaset, small_pandaset, "--out", out, "--refine", "1", "--json")
    )
    assert list(told["mean"]) == ["lift", "worldrec", "worldrec + 1 steps"]
    first, second = told["logs"]
    for method, figures in told["mean"].items():
        both = [each["methods"][method]["psnr_heldout"] for each in (first, second)]
        assert figures["psnr_heldout"] == pytest.approx(sum(both) / 2, abs=1e-3)
        assert figures["psnr_3m"] is None  # nobody knows what was there
        assert figures["gaussians"] > 100
    assert json.loads((out / "results.json").read_text())["mean"] == told["mean"]
    page = Pictures()
    page.feed((out / "index.html").read_text(encoding="utf-8"))
    assert len(page.found) >= 8
    assert all(cv2.imread(str(out / file)) is not None for file in page.found)


def test_an_evaluation_never_writes_among_other_files(small_pandaset: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(UserError, match="something else"):
        run("evaluate", "reconstruction", small_pandaset, "--out", tmp_path / "thesis")


def test_unknown_methods_are_told(small_pandaset: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="field --methods"):
        run("evaluate", "reconstruction", small_pandaset, "--out", tmp_path / "report", "--methods", "magic")


def test_training_needs_something_to_learn_from() -> None:
    with pytest.raises(UserError, match="name logs, or a number of cities"):
        run("train", "worldrec")


def test_training_names_the_packages_that_it_needs(
    small_pandaset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{COMMANDS}.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'driftless\[train\]'"):
        run("train", "worldrec", "--logs", small_pandaset, "--run", tmp_path / "run")


def test_the_command_line_itself_needs_no_torch() -> None:
    modules = "app.cli, app.train_network, app.evaluate_logs, app.reconstruct_log"
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
