"""`driftless city` and the demo: options, progress, and being ended."""

import inspect
import os
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import city, cli
from app.demo import DEMO, demo_command, demo_folder, is_made
from app.make_city import GETTING_READY, city_spec, ended_cleanly, shown_progress
from core.city import CitySpec
from core.errors import UserError
from core.logs import open_log


def test_another_program_can_follow_the_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress(plain=True) as report:
        assert [report(done, 3) for done in (1, 2, 3)] == [True] * 3
    assert capsys.readouterr().out == "progress 1 3\nprogress 2 3\nprogress 3 3\n"


def test_the_bar_says_what_takes_long_before_the_first_picture(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    with shown_progress(plain=False) as report:
        report(0, 30)
    assert GETTING_READY in capsys.readouterr().err
    with shown_progress(plain=False) as report:
        report(1, 30)
    assert "Making the city" in capsys.readouterr().err


def test_an_occupied_folder_is_refused_before_any_progress(tmp_path: Path, own_log_folder: Path) -> None:
    (tmp_path / "thesis.txt").write_text("irreplaceable")
    done = CliRunner().invoke(cli, ["city", str(tmp_path), "--seconds", "1"])
    assert isinstance(done.exception, UserError)
    assert "0/" not in done.output


def test_a_city_is_a_log_that_opens(tmp_path: Path, own_log_folder: Path) -> None:
    out = tmp_path / "new" / "city"
    options = ["--size", "48x32", "--seconds", "0.2", "--samples", "1", "--rig", "front1", "--workers", "1"]
    done = CliRunner().invoke(cli, ["city", str(out), *options, "--progress"], catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stdout == "progress 0 2\nprogress 1 2\nprogress 2 2\n"
    log = open_log(out)
    assert [len(stream) for stream in log.cameras] == [2]
    assert (log.cameras[0].camera.width, log.cameras[0].camera.height) == (48, 32)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_being_ended_unwinds(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="143"), ended_cleanly():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_the_options_left_out_are_those_of_the_city() -> None:
    options = inspect.signature(city).parameters
    for name in ("seed", "seconds", "hz", "rig", "weather", "samples", "lidar"):
        assert options[name].default == CitySpec.model_fields[name].default, name
    assert city_spec(options["size"].default) == CitySpec()


def test_the_demo_command_makes_the_demo_drive(tmp_path: Path) -> None:
    words = demo_command(tmp_path)
    assert words[words.index("city") + 1] == str(tmp_path)
    assert "--progress" in words
    for name, value in DEMO.items():
        assert words[words.index(f"--{name}") + 1] == str(value)


def test_the_demo_drive_is_one_the_city_knows() -> None:
    assert city_spec(**DEMO).seed == DEMO["seed"]


def test_another_demo_drive_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path))
    before = demo_folder()
    assert before.is_relative_to(tmp_path)
    assert not is_made()
    monkeypatch.setitem(DEMO, "seed", DEMO["seed"] + 1)
    assert demo_folder() != before
