"""`driftless run`: the whole job by a script."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest
from typer.testing import CliRunner

from app.cli import cli
from core.errors import UserError
from core.logs import open_log
from core.scenario import Bent, LogReference, Scenario, editing
from core.scenario.motion import Shift
from core.scenario.project import Project
from core.scene import load_scene
from core.takes import TakeStore

pytestmark = pytest.mark.usefixtures("own_log_folder", "small_network")


def run(*arguments: str | Path) -> str:
    """What a command prints on success; raises what it raised."""
    done = CliRunner().invoke(cli, ["run", *(str(argument) for argument in arguments)])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_a_journal_becomes_a_take_and_clips(real_piece: Path, tmp_path: Path) -> None:
    log = open_log(real_piece)
    project = Project.create(tmp_path / "mine.driftless", Scenario(name="mine", log=LogReference.of(log)))
    project.do(editing.set_ego_path(project.scenario, Bent(bends=(Shift(left_m=1.0),))))
    project.close()
    out = tmp_path / "out"
    asked = ["--edits", project.folder, "--frames", "1", "--coupling", "reconstruction", "--export", out, "--json"]
    found = json.loads(run(real_piece, *asked))
    assert set(found) == {"gaussians", "take", "frames", "clips", "project", "seconds", "warnings"}
    assert list(found["seconds"]) == ["open", "edit", "reconstruct", "generate", "export"]
    assert (found["frames"], len(found["clips"])) == (1, len(log.cameras) + 1)
    assert found["gaussians"] > 100
    take = Path(found["take"])
    frames = TakeStore(take.parent).frames(int(take.name))
    assert frames.take.edits == tuple(project.history.titles)
    assert frames.take.scenario_hash == project.scenario.document_hash
    with av.open(found["clips"][0]) as clip:
        assert len(list(clip.decode(video=0))) == 1
    page = json.loads(Path(found["clips"][0]).with_suffix(".json").read_text())
    assert page["edits"] == project.history.titles
    again = Project.open(found["project"])
    assert again.scenario.ego == project.scenario.ego
    again.close()


def test_what_is_missing_is_told_before_any_work(
    real_piece: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(tmp_path / "none"))
    for coupling in ("joint", "generation"):
        with pytest.raises(UserError, match="weights of the generator are not here"):
            run(real_piece, "--coupling", coupling, "--export", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    with pytest.raises(UserError, match="something else"):
        run(real_piece, "--coupling", "reconstruction", "--export", tmp_path / "full")
    with pytest.raises(UserError, match="--frames"):
        run(real_piece, "--coupling", "reconstruction", "--frames", "0", "--export", tmp_path / "out")


def test_without_pictures_it_ends_with_the_scene(real_piece: Path, tmp_path: Path) -> None:
    found = json.loads(run(real_piece, "--no-generate", "--export", tmp_path / "out", "--json"))
    assert set(found) == {"gaussians", "project", "seconds", "warnings"}
    assert len(load_scene(Path(found["project"]) / "scene")) == found["gaussians"]
