"""`driftless generate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from core.errors import UserError

pytestmark = pytest.mark.usefixtures("own_log_folder")


def test_it_tells_what_it_made_as_json(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    out = tmp_path / "take"
    options = ["--frames", "2", "--steps", "1", "--seed", "3", "--cameras", "front_camera", "--device", "cpu", "--json"]
    found = CliRunner().invoke(cli, ["generate", str(real_piece), str(out), *options], catch_exceptions=False)
    told = json.loads(found.stdout)
    assert told["take"] == str(out)
    assert (told["frames"], told["cameras"]) == (2, ["front_camera"])
    named = {"take", "frames", "cameras", "first_chunk_s", "seconds_per_frame_set", "peak_memory_mb", "frames_hash"}
    assert set(told) == named
    assert (out / "front_camera" / "000001.png").exists()


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
