"""OpenSCENARIO by the command line and in the window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from app.cli import cli
from app.main_window import MainWindow
from core.errors import UserError
from core.geometry import Pose
from core.logs import open_log
from core.scenario import LogReference, Scenario, editing
from core.scenario.project import Project

ANSWER_MS = 20_000


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_a_project_goes_out_and_comes_back(small_pandaset: Path, tmp_path: Path, own_log_folder: Path) -> None:
    log = open_log(small_pandaset)
    project = Project.create(tmp_path / "mine.driftless", Scenario(name="mine", log=LogReference.of(log)))
    actor = log.tracks[0].id
    project.do(editing.move_actors(project.scenario, [actor], Pose.from_heading(0.2, [1.0, 2.0, 0.0])))
    project.close()
    run("export-scenario", project.folder, tmp_path / "mine.xosc")
    said = run("import-scenario", tmp_path / "mine.xosc", "--log", small_pandaset, "--out", tmp_path / "back.driftless")
    assert said.startswith("1 actors")
    document = json.loads((tmp_path / "back.driftless" / "scenario.json").read_text())
    assert list(document["actors"]) == [actor]
    with pytest.raises(UserError, match="no lane map"):
        run("export-scenario", project.folder, tmp_path / "map.xodr")


def test_the_window_imports_as_one_step(
    open_window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, place = open_window, tmp_path / "out.xosc"
    assert window.log is not None and window.scenario.scenario is not None
    actors = [track.id for track in window.log.tracks[:2]]
    window.scenario.do(editing.move_actors(window.scenario.scenario, actors, Pose.from_heading(0.1, [0.5, 0.0, 0.0])))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place.with_suffix("")), ""))
    window.actions_["scenario.export"].trigger()
    qtbot.waitUntil(lambda: any("out.xosc is written" in toast.text for toast in window.toasts.toasts))
    window.scenario.undo()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(place), ""))
    window.actions_["scenario.import"].trigger()
    qtbot.waitUntil(lambda: window.scenario.stack.undoText() == "Import out.xosc", timeout=ANSWER_MS)
    assert set(window.scenario.scenario.actors) == set(actors)
    window.scenario.undo()
    assert not window.scenario.scenario.actors
