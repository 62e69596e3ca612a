"""`driftless city` and the demo, with a writer that only pretends."""

import os
import signal
from pathlib import Path

import pytest

from app import make_city as making
from app.demo import DEMO, demo_command, demo_folder, is_made
from app.make_city import city_spec, make_city, require_free, shown_progress, temporary_folder
from core.errors import UserError

SPEC = city_spec("32x24", seconds=1.0)


def pretend(monkeypatch: pytest.MonkeyPatch, *, fail: bool = False) -> None:
    def write_city(spec: object, out: Path, *, workers: int | None, progress: making.Report) -> None:
        for done in range(3):
            (out / f"picture_{done}").touch()
            progress(done + 1, 3)
        if fail:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "write_city", write_city)


def test_another_program_can_follow_the_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch)
    with shown_progress(plain=True) as report:
        make_city(tmp_path / "out", SPEC, report=report)
    assert capsys.readouterr().out == "progress 1 3\nprogress 2 3\nprogress 3 3\n"
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_an_empty_folder_may_be_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    (tmp_path / "out").mkdir()
    make_city(tmp_path / "out", SPEC)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, fail=True)
    with pytest.raises(OSError, match="No space left"):
        make_city(tmp_path / "deep" / "out", SPEC)
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_being_ended_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="143"), temporary_folder(tmp_path / "out"):
        os.kill(os.getpid(), signal.SIGTERM)
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(UserError, match="file, not a folder"):
        require_free(tmp_path / "out")


def test_the_demo_command_makes_the_demo_drive(tmp_path: Path) -> None:
    words = demo_command(tmp_path)
    assert words[words.index("city") + 1] == str(tmp_path)
    assert "--progress" in words
    for name, value in DEMO.items():
        assert words[words.index(f"--{name}") + 1] == str(value)


def test_the_demo_drive_is_one_the_city_knows() -> None:
    assert city_spec(**DEMO).width == int(DEMO["size"].split("x")[0])


def test_another_demo_drive_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path))
    before = demo_folder()
    assert before.is_relative_to(tmp_path)
    assert not is_made()
    monkeypatch.setitem(DEMO, "seed", DEMO["seed"] + 1)
    assert demo_folder() != before
