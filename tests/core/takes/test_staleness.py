"""From which frame on an edit makes a take wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.logs import DrivingLog
from core.scenario import Command, Conditions, EditedDrive, Scenario, editing
from core.takes import first_stale

TIMES_S = np.arange(0.4, 1.6, 0.1)
CAMERAS = ("front", "left")


@pytest.fixture
def log() -> DrivingLog:
    return small_drive()


@pytest.fixture
def scenario(log: DrivingLog) -> Scenario:
    return scenario_of(log)


def stale(log: DrivingLog, before: Scenario, *commands: Command, cameras: tuple[str, ...] = CAMERAS) -> int | None:
    after = before
    for command in commands:
        after = command.apply(after)
    return first_stale(EditedDrive(before, log), EditedDrive(after, log), TIMES_S, cameras)


def test_nothing_that_shows_has_changed(log: DrivingLog, scenario: Scenario) -> None:
    assert stale(log, scenario) is None
    assert stale(log, scenario, editing.rename_actor(scenario, "car", "Ada")) is None


def test_a_removed_actor_is_missed_as_long_as_it_is_there(log: DrivingLog, scenario: Scenario) -> None:
    assert stale(log, scenario, editing.remove_actors(scenario, ["car"])) == 0


def test_weather_changes_every_frame(log: DrivingLog, scenario: Scenario) -> None:
    assert stale(log, scenario, editing.set_conditions(scenario, Conditions(weather="rain"))) == 0


def test_only_a_camera_that_is_shown_matters(log: DrivingLog, scenario: Scenario) -> None:
    moved = editing.move_camera(scenario, "back", log.camera("front").ego_from_camera)
    assert stale(log, scenario, moved) is None
    assert stale(log, scenario, moved, cameras=("front", "back")) == 0


def test_a_bent_path_is_wrong_from_where_it_leaves_the_old_one(log: DrivingLog, scenario: Scenario) -> None:
    """Before the bend, and for the first millimetre of it, all pictures stay right."""
    aside = editing.pushed_aside(editing.motion_of(scenario, "car"), 1.5, 1.0, start_s=1.0, stays=True)
    of_car = stale(log, scenario, editing.set_motion("Bend", scenario, "car", aside))
    of_ego = stale(log, scenario, editing.set_motion("Bend", scenario, "ego", aside))
    assert of_car is not None
    assert of_car == of_ego
    assert 1.0 <= TIMES_S[of_car] <= 1.25


def test_back_to_what_it_shows_is_right_again(log: DrivingLog, scenario: Scenario) -> None:
    removed = editing.remove_actors(scenario, ["car"])
    assert stale(log, scenario, removed, editing.restore_actors(removed.apply(scenario), ["car"])) is None
