"""`driftless replay`: the journal of a window, done again by a script."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from scenario_street import deer
from typer.testing import CliRunner

from app.cli import cli
from core.errors import UserError
from core.geometry import Pose
from core.logs import open_log
from core.scenario import LogReference, MissingLogError, Scenario, editing, open_log_of
from core.scenario.project import Project


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
def edited(small_pandaset: Path, tmp_path: Path) -> Project:
    """Closed, with three commands, one of them undone, the last one never saved."""
    log = open_log(small_pandaset)
    project = Project.create(tmp_path / "mine.driftless", Scenario(name="mine", log=LogReference.of(log)))
    actor = log.tracks[0].id
    project.do(editing.move_actors(project.scenario, [actor], Pose.from_heading(0.2, [1.0, 2.0, 0.0])))
    project.save()
    project.do(editing.rename_actor(project.scenario, actor, "Ida"))
    project.undo()
    project.do(editing.insert_asset(project.scenario, project.assets.add(deer()), Pose.identity())[0])
    project.close()
    return project


def test_a_replay_is_the_same_document(edited: Project, small_pandaset: Path, tmp_path: Path) -> None:
    out = tmp_path / "again.driftless"
    found = json.loads(run("replay", edited.folder, "--log", small_pandaset, "--out", out, "--json"))
    assert found == {"commands": 3, "document_hash": edited.scenario.document_hash, "warnings": []}
    again = Project.open(out)
    assert again.scenario == edited.scenario
    assert again.is_saved
    assert again.history.titles == edited.history.titles
    assert [path.name for path in again.assets.folder.iterdir()] == [
        path.name for path in edited.assets.folder.iterdir()
    ]
    again.close()
    words = run("replay", edited.folder / "journal.jsonl", "--log", small_pandaset, "--out", tmp_path / "third")
    assert words.startswith("3 commands in ")


def test_a_log_may_have_moved(edited: Project, small_pandaset: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(small_pandaset, moved)
    with pytest.raises(MissingLogError, match="cannot be opened") as missing:
        open_log_of(edited.scenario.log)
    assert missing.value.reference == edited.scenario.log
    assert open_log_of(edited.scenario.log, elsewhere=moved).path == moved
    found = json.loads(run("replay", edited.folder, "--log", moved, "--out", tmp_path / "again", "--json"))
    assert found["document_hash"] == edited.scenario.document_hash
    again = Project.open(tmp_path / "again")
    assert again.scenario.log.path == str(moved)
    again.close()


def test_what_cannot_be_replayed_is_told(
    edited: Project, small_pandaset: Path, small_nuscenes: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again"
    with pytest.raises(UserError, match="not the log"):
        run("replay", edited.folder, "--log", small_nuscenes, "--out", out)
    with pytest.raises(MissingLogError, match="not the log"):
        open_log_of(edited.scenario.log, elsewhere=small_nuscenes)
    with pytest.raises(UserError, match="cannot be read"):
        run("replay", tmp_path / "nowhere", "--log", small_pandaset, "--out", out)
    assert not out.exists()
    with pytest.raises(UserError, match="something else"):
        run("replay", edited.folder, "--log", small_pandaset, "--out", small_pandaset)
    journal = edited.folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-5])
    found = json.loads(run("replay", edited.folder, "--log", small_pandaset, "--out", out, "--json"))
    assert found["commands"] == 2
    assert "last line" in found["warnings"][0]
