"""Any commands, done, undone, merged and written: nothing is lost, nothing is left over."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from scenario_street import of_deer, scenario_of
from synthetic_drive import small_drive

from core.errors import UserError
from core.geometry import Pose
from core.logs import ActorClass
from core.scenario import (
    Cleanup,
    Command,
    Conditions,
    History,
    Keyed,
    KeyFrame,
    Mark,
    Placement,
    Scenario,
    Span,
    Sphere,
    editing,
)

LOG = small_drive()
START = scenario_of(LOG)
METRES = st.floats(-50, 50, allow_nan=False)
NAMES = st.lists(st.sampled_from(["car", "walker", "follower", "inserted 1"]), min_size=1, max_size=3, unique=True)
POSES = st.builds(lambda turn, x, y: Pose.from_heading(turn, [x, y, 0.0]), st.floats(-3, 3), METRES, METRES)


@st.composite
def commands(draw: st.DrawFn, scenario: Scenario) -> Command:
    """Any command that fits a scenario."""
    gesture = draw(st.sampled_from(["", "", "drag", "key"]))
    names, metres, pose = draw(NAMES), draw(METRES), draw(POSES)
    known = [name for name in names if name in scenario.actors] or ["car"]
    keyed = Keyed(frames=(KeyFrame(t_s=0.5, place=Placement.of(pose)), KeyFrame(t_s=1.5, place=Placement())))
    sphere = Sphere(centre_m=(metres, 0.0, 0.0), radius_m=1.0)
    makers = [
        lambda: editing.move_actors(scenario, names, pose, gesture=gesture),
        lambda: editing.set_behaviour(scenario, names, keyed, gesture=gesture),
        lambda: editing.remove_actors(scenario, known),
        lambda: editing.hide_actors(scenario, names, metres > 0),
        lambda: editing.rename_actor(scenario, "car", f"car {metres:.1f}", gesture=gesture),
        lambda: editing.set_class(scenario, names, ActorClass.TRUCK),
        lambda: editing.set_group(scenario, names, "convoy" if metres > 0 else None),
        lambda: editing.duplicate_actors(scenario, known, pose)[0],
        lambda: editing.insert_asset(scenario, of_deer(), pose)[0],
        lambda: editing.set_ego_path(scenario, keyed, gesture=gesture),
        lambda: editing.set_conditions(scenario, Conditions(sun_azimuth_rad=metres), gesture=gesture),
        lambda: editing.switch_camera(scenario, "left", metres > 0),
        lambda: editing.move_camera(scenario, "front", pose, gesture=gesture),
        lambda: editing.clean_up(scenario, Cleanup(action="delete", regions=(sphere,))),
        lambda: editing.put_mark(scenario, Mark(t_s=metres, text="here")),
        lambda: editing.set_span(scenario, Span(from_s=metres, to_s=metres + 1.0), gesture=gesture),
    ]
    return draw(st.sampled_from(makers))()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_undoing_everything_gives_the_very_document(data: st.DataObject) -> None:
    history = History(START)
    hashes = {0: START.document_hash}
    for _ in range(data.draw(st.integers(1, 12))):
        match data.draw(st.sampled_from(["do", "do", "do", "undo", "redo", "save"])):
            case "do":
                history.apply(data.draw(commands(history.scenario)))
                hashes = {step: seen for step, seen in hashes.items() if step < history.done}
                hashes[history.done] = history.scenario.document_hash
            case "undo":
                history.undo()
            case "redo":
                history.redo()
            case "save":
                history.mark_clean()
        assert history.scenario.document_hash == hashes[history.done]
    final, steps = history.scenario.document_hash, history.done
    while history.can_undo:
        history.undo()
        assert history.scenario.document_hash == hashes[history.done]
    assert history.scenario.document_hash == START.document_hash
    for _ in range(steps):
        history.redo()
    assert history.scenario.document_hash == final


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_commands_and_documents_survive_being_written(data: st.DataObject) -> None:
    scenario = START
    for _ in range(data.draw(st.integers(1, 6))):
        command = data.draw(commands(scenario))
        again = Command.model_validate_json(command.model_dump_json())
        assert again == command
        assert again.apply(scenario).document_hash == command.apply(scenario).document_hash
        assert again.revert(again.apply(scenario)).document_hash == scenario.document_hash
        scenario = command.apply(scenario)
    written = Scenario.from_json(scenario.to_json(indent=1))
    assert written == scenario
    assert written.document_hash == scenario.document_hash


@settings(max_examples=40, deadline=None)
@given(st.lists(METRES, min_size=2, max_size=6))
def test_a_gesture_is_one_step(steps_m: list[float]) -> None:
    history = History(START)
    for metres in steps_m:
        motion = Pose.from_heading(0.0, [metres, 0.0, 0.0])
        history.apply(editing.move_actors(history.scenario, ["car"], motion, gesture="drag 7"))
    moved = history.scenario
    assert history.titles == ["Move an actor"]
    assert history.undo() == START
    assert history.redo() == moved


def move(history: History, gesture: str) -> None:
    motion = Pose.from_heading(0.0, [1.0, 0.0, 0.0])
    history.apply(editing.move_actors(history.scenario, ["car"], motion, gesture=gesture))


def test_gestures_do_not_merge_with_others_nor_into_what_was_saved() -> None:
    history = History(START)
    for gesture in ("a", "a", "b", ""):
        move(history, gesture)
    move(history, "")
    assert history.done == 4
    move(history, "c")
    history.mark_clean()
    move(history, "c")
    assert history.done == 6
    assert not history.is_clean
    history.undo()
    assert history.is_clean


def test_a_saved_state_that_was_undone_and_overwritten_is_never_reached_again() -> None:
    history = History(START)
    move(history, "")
    history.mark_clean()
    history.undo()
    move(history, "")
    assert not history.is_clean
    history.undo()
    assert not history.is_clean


def test_at_the_ends_nothing_is_undone_or_redone() -> None:
    history = History(START)
    assert history.undo() is START
    assert history.redo() is START
    assert (history.can_undo, history.can_redo, history.is_clean) == (False, False, True)


def test_a_command_for_another_state_changes_nothing() -> None:
    history = History(START)
    command = editing.rename_actor(START, "car", "Ida")
    history.apply(command)
    before = history.scenario
    with pytest.raises(UserError, match=r"actors\.car"):
        history.apply(command)
    assert history.scenario is before
    assert history.done == 1


def test_a_command_names_only_what_it_touches() -> None:
    scenario = editing.rename_actor(START, "walker", "Ada").apply(START)
    command = editing.move_actors(scenario, ["car"], Pose.from_heading(0.0, [1.0, 0.0, 0.0]))
    assert [change.place for change in command.changes] == [("actors", "car")]
