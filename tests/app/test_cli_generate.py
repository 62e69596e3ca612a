"""`driftless generate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from core.errors import UserError
from core.logs import open_log
from core.scenario import Conditions, LogReference, Scenario, editing
from core.scenario.project import Project

pytestmark = pytest.mark.usefixtures("own_log_folder")


def test_it_tells_what_it_made_as_json(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    out = tmp_path / "take"
    options = ["--frames", "2", "--steps", "1", "--seed", "3", "--cameras", "front_camera", "--device", "cpu", "--json"]
    found = CliRunner().invoke(cli, ["generate", str(real_piece), str(out), *options], catch_exceptions=False)
    told = json.loads(found.stdout)
    assert told["take"] == str(out)
    assert (told["frames"], told["cameras"]) == (2, ["front_camera"])
    named = {"take", "frames", "cameras", "first_chunk_s", "seconds_per_frame_set", "peak_memory_mb", "frames_hash"}
    named |= {"warnings"}
    assert set(told) == named
    assert (out / "front_camera" / "000001.png").exists()


def test_a_project_is_made_as_it_was_edited(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    log = open_log(real_piece)
    project = Project.create(tmp_path / "edited", Scenario(name="edited", log=LogReference.of(log, real_piece)))
    project.do(editing.switch_camera(project.scenario, "left_camera", False))
    project.do(editing.set_conditions(project.scenario, Conditions(text="a lonely street")))
    options = ["--frames", "1", "--steps", "1", "--device", "cpu"]  # not saved, and still open elsewhere
    found = CliRunner().invoke(
        cli, ["generate", str(project.folder), str(tmp_path / "take"), *options], catch_exceptions=False
    )
    project.close()
    assert "Warning: The generator understands no words" in found.stdout
    made = sorted(folder.name for folder in (tmp_path / "take").iterdir() if folder.is_dir())
    assert made == sorted({camera.name for camera in log.cameras} - {"left_camera"})
    facts = json.loads((tmp_path / "take" / "take.json").read_text())
    assert Scenario.from_json(facts["request"]["scenario"]) == project.scenario


def test_the_log_of_a_project_may_have_been_moved(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    log = open_log(real_piece)
    Project.create(tmp_path / "moved", Scenario(name="moved", log=LogReference.of(log, Path("/gone")))).close()
    command = ["generate", str(tmp_path / "moved"), str(tmp_path / "take"), "--frames", "1", "--steps", "1"]
    with pytest.raises(UserError, match="cannot be opened"):
        CliRunner().invoke(cli, command, catch_exceptions=False)
    CliRunner().invoke(cli, [*command, "--log", str(real_piece)], catch_exceptions=False)
    assert (tmp_path / "take" / "front_camera" / "000000.png").exists()
    with pytest.raises(UserError, match="Only a project"):
        CliRunner().invoke(
            cli, ["generate", str(real_piece), str(tmp_path / "other"), "--log", "here"], catch_exceptions=False
        )


def test_wrong_options_and_folders_are_told(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    for out, options, said in (
        ("full", [], "something else"),
        ("new", ["--frames", "0"], "--frames"),
        ("new", ["--steps", "3"], "--steps"),
    ):
        with pytest.raises(UserError) as caught:
            runner.invoke(cli, ["generate", str(real_piece), str(tmp_path / out), *options], catch_exceptions=False)
        assert said in str(caught.value)
