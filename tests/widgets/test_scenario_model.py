"""The scenario that is edited: what views are shown, what can be undone, what is written down."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from core.geometry import Pose
from core.scenario import Command, EditedDrive, LogReference, Scenario, editing
from widgets.scenario import ScenarioModel, Step


@pytest.fixture
def model(qtbot: QtBot) -> ScenarioModel:
    log = small_drive()
    made = ScenarioModel()
    made.open(EditedDrive(Scenario(name="test", log=LogReference.of(log)), log))
    return made


def move(model: ScenarioModel, left_m: float, gesture: str = "") -> Command:
    assert model.scenario is not None
    return editing.move_actors(model.scenario, ["car"], Pose.from_heading(0.0, [0.0, left_m, 0.0]), gesture=gesture)


def car_y(model: ScenarioModel) -> float:
    assert model.drive is not None
    return float(model.drive.track("car").poses.poses.translation[0, 1])


def test_a_preview_is_seen_but_is_not_in_the_document(model: ScenarioModel) -> None:
    before = model.scenario
    model.preview(move(model, 2.0))
    assert car_y(model) == pytest.approx(5.0)
    assert model.scenario == before
    assert not model.stack.canUndo()
    model.preview(None)
    assert car_y(model) == pytest.approx(3.0)


def test_previews_of_one_gesture_do_not_add_up(model: ScenarioModel) -> None:
    for left_m in (1.0, 2.0, 3.0):
        model.preview(move(model, left_m))
    model.do(move(model, 3.0))
    assert car_y(model) == pytest.approx(6.0)
    assert model.stack.count() == 1


def test_an_edit_is_undone_and_made_again_exactly(model: ScenarioModel) -> None:
    assert model.scenario is not None
    before = model.scenario.document_hash
    model.do(move(model, 2.0))
    after = model.scenario.document_hash
    model.undo()
    assert model.scenario.document_hash == before
    assert car_y(model) == pytest.approx(3.0)
    model.redo()
    assert model.scenario.document_hash == after


def test_steps_are_told_in_order_and_previews_are_not(model: ScenarioModel) -> None:
    steps: list[Step] = []
    model.stepped.connect(steps.append)
    model.preview(move(model, 1.0))
    model.do(move(model, 2.0))
    model.undo()
    model.redo()
    assert [step.kind for step in steps] == ["do", "undo", "redo"]


def test_commands_of_one_gesture_are_one_step(model: ScenarioModel) -> None:
    for _ in range(3):
        model.do(move(model, 0.5, gesture="nudge"))
    assert model.stack.count() == 1
    assert model.stack.undoText() == "Move an actor"
    model.undo()
    assert car_y(model) == pytest.approx(3.0)


def test_an_edit_that_does_not_fit_is_refused_and_changes_nothing(model: ScenarioModel, qtbot: QtBot) -> None:
    stale = move(model, 1.0)
    model.do(move(model, 2.0))
    with qtbot.waitSignal(model.refused):
        assert not model.do(stale)
    assert car_y(model) == pytest.approx(5.0)
    assert model.stack.count() == 1


def test_an_edit_that_changes_nothing_is_no_step(model: ScenarioModel) -> None:
    assert model.scenario is not None
    assert model.do(Command.between("Nothing", model.scenario, model.scenario))
    assert model.stack.count() == 0


def test_another_log_begins_without_history(model: ScenarioModel) -> None:
    model.do(move(model, 2.0))
    model.open(None)
    assert model.drive is None
    assert not model.stack.canUndo()
