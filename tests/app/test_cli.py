"""The command line as a user or a script meets it: output, messages and exit statuses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import cli as command_line
from app.cli import cli, main
from core.errors import UserError


@pytest.fixture(autouse=True)
def own_folders(own_log_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path / "cache"))


def driftless(*arguments: str | Path, display: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120"}
    if not display:
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            environment.pop(name, None)
    command = [sys.executable, "-P", "-m", "app.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path | None, bool]]:
    """What the window was asked to open, instead of a window."""
    import app.editor

    asked: list[tuple[Path | None, bool]] = []

    def run(path: Path | None, *, demo: bool = False) -> int:
        asked.append((path, demo))
        return 0

    monkeypatch.setattr(app.editor, "run", run)
    monkeypatch.setattr(command_line, "require_display", lambda: None)
    return asked


def test_version_names_the_program() -> None:
    done = CliRunner().invoke(cli, ["--version"])
    assert done.exit_code == 0
    assert done.output.startswith("driftless 0.")


COMMANDS = ("open", "demo", "city", "inspect", "lift", "render", "convert-splats", "bench", "--version")


def test_help_names_all_commands() -> None:
    done = CliRunner().invoke(cli, ["--help"])
    assert done.exit_code == 0
    assert all(name in done.output for name in COMMANDS)


def test_a_first_argument_that_is_no_command_is_a_log(opened: list[tuple[Path | None, bool]], tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, [str(tmp_path)]).exit_code == 0
    assert opened == [(tmp_path, False)]


def test_without_arguments_the_window_opens_empty(opened: list[tuple[Path | None, bool]]) -> None:
    assert CliRunner().invoke(cli, []).exit_code == 0
    assert opened == [(None, False)]


def test_a_folder_called_like_a_command_is_reached_by_its_path(
    opened: list[tuple[Path | None, bool]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inspect").mkdir()
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, ["./inspect"]).exit_code == 0
    assert opened == [(Path("inspect"), False)]


def test_demo_opens_the_demo_city(opened: list[tuple[Path | None, bool]]) -> None:
    assert CliRunner().invoke(cli, ["demo"]).exit_code == 0
    assert opened == [(None, True)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_the_window_says_what_works(tmp_path: Path) -> None:
    done = driftless(tmp_path, display=False)
    assert done.returncode == 2
    assert "no display" in done.stderr
    assert "--headless" in done.stderr


@pytest.mark.parametrize("arguments", [["inspect", "{}"], ["{}"]])
def test_a_path_that_is_not_there_is_named(arguments: list[str], tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    done = driftless(*(argument.format(missing) for argument in arguments))
    assert done.returncode == 2
    assert str(missing) in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_inspect_says_that_a_folder_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "holiday.txt").touch()
    done = driftless("inspect", tmp_path)
    assert done.returncode == 2
    assert "No known log layout" in done.stderr


def test_inspect_prints_one_json_object(shared_data: Path) -> None:
    done = driftless("inspect", shared_data / "pandaset_drive", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert list(summary) == [
        "format",
        "duration_s",
        "cameras",
        "ego_poses",
        "lidar_sweeps",
        "missing",
        "tracks",
        "boxes",
        "classes",
        "map",
        "licence",
        "warnings",
    ]
    assert set(summary["cameras"][0]) == {"name", "width", "height", "images", "hz"}
    assert len(summary["cameras"]) == 6
    assert sum(summary["classes"].values()) == summary["boxes"]
    assert summary["missing"] == {"lidar": [26, 27, 28]}


def test_inspect_of_a_small_log_in_process(small_nuscenes: Path) -> None:
    done = CliRunner().invoke(cli, ["inspect", str(small_nuscenes), "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["format"] == "nuscenes"


def test_inspect_warns_of_samples_that_cannot_be_read(small_nuscenes: Path) -> None:
    image = sorted((small_nuscenes / "samples" / "CAM_FRONT").iterdir())[2]
    image.write_bytes(b"")
    done = CliRunner().invoke(cli, ["inspect", str(small_nuscenes), "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    (warning,) = [text for text in json.loads(done.stdout)["warnings"] if image.name in text]
    assert warning.startswith("CAM_FRONT: 1 of ")


def test_inspect_prints_tables(shared_data: Path) -> None:
    done = driftless("inspect", shared_data / "pandaset_drive")
    assert done.returncode == 0, done.stderr
    for text in ("front_left_camera", "640 × 360", "lidar 26, 27, 28", "pedestrian"):
        assert text in done.stdout


def test_city_never_writes_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("irreplaceable")
    done = driftless("city", tmp_path / "out", "--seconds", "1", "--size", "32x24")
    assert done.returncode == 2
    assert "empty folder" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("option", "value"), [("--size", "large"), ("--size", "0x0"), ("--rig", "caravan"), ("--weather", "frogs")]
)
def test_city_names_the_value_it_does_not_know(option: str, value: str, tmp_path: Path) -> None:
    done = driftless("city", tmp_path / "out", option, value)
    assert done.returncode == 2
    assert option in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "log"])


def test_bench_names_what_there_is() -> None:
    done = driftless("bench", "everything")
    assert done.returncode == 2
    assert "startup" in done.stderr
    assert "city" in done.stderr


def test_bad_input_is_one_sentence_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise UserError("The field is odd", field="speed", remedy="Mend it.")

    monkeypatch.setattr(command_line, "cli", fail)
    with pytest.raises(SystemExit, match="2"):
        main()
    assert capsys.readouterr().err == "driftless: The field is odd, field speed. Mend it.\n"


def test_an_unexpected_error_is_one_line_and_a_traceback_in_the_log_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        command_line.start_log_file()
        raise RuntimeError("the sky fell")

    monkeypatch.setattr(command_line, "cli", fail)
    with pytest.raises(SystemExit, match="1"):
        main()
    error = capsys.readouterr().err
    path = tmp_path / "log" / "driftless.log"
    assert error.count("\n") == 1
    assert "the sky fell" in error
    assert str(path) in error
    assert "Traceback" in path.read_text(encoding="utf-8")
