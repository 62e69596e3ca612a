"""How actors and the ego move after an edit: the parts of `motion`, put into place."""

from __future__ import annotations

import numpy as np
import pytest
from scenario_street import of_deer, scenario_of, street_scene
from synthetic_drive import small_drive

from core.geometry import Pose
from core.scenario import Authored, Bent, EditedDrive, Reacting, Scenario, editing
from core.scenario.motion import AuthoredPath, Handle, LaneChange, Reactive, Shift, SpeedOverTime, TimeKnot

EVENLY = SpeedOverTime(knots=(TimeKnot(t_s=0.0, speed_mps=10.0),))
ACROSS = AuthoredPath(handles=(Handle(x_m=20.0, y_m=5.0), Handle(x_m=20.0, y_m=-20.0)), speed=EVENLY, from_s=0.5)


@pytest.fixture
def drive() -> EditedDrive:
    log = small_drive()
    return EditedDrive(scenario_of(log), log, street_scene(log))


def centre(drive: EditedDrive, name: str, t_s: float) -> list[float]:
    box = drive.track(name).box_at(drive.log.t_ns(t_s))
    assert box is not None
    return box.world_from_box.translation.tolist()


def test_a_bent_track_is_shifted_from_where_it_was_placed(drive: EditedDrive) -> None:
    scenario = editing.move_actors(drive.scenario, ["car"], Pose.from_heading(0.0, [1.0, 0.0, 0.0])).apply(
        drive.scenario
    )
    bent = Bent(bends=(Shift(left_m=2.0, from_s=0.5, blend_s=0.5),))
    scenario = editing.set_behaviour(scenario, ["car"], bent).apply(scenario)
    edited = drive.with_scenario(scenario)
    assert centre(edited, "car", 0.2) == pytest.approx([21.0, 3.0, 0.75], abs=1e-3)
    assert centre(edited, "car", 1.8) == pytest.approx([21.0, 5.0, 0.75], abs=1e-3)


def test_a_drawn_path_is_driven_from_its_time_on(drive: EditedDrive) -> None:
    scenario = editing.set_behaviour(drive.scenario, ["car"], Authored(path=ACROSS)).apply(drive.scenario)
    edited = drive.with_scenario(scenario)
    assert centre(edited, "car", 0.2) == pytest.approx([20.0, 3.0, 0.75])
    assert centre(edited, "car", 1.5) == pytest.approx([20.0, -5.0, 0.75], abs=0.01)
    moved = editing.move_actors(scenario, ["car"], Pose.from_heading(np.pi / 2, [0.0, 0.0, 0.0])).apply(scenario)
    assert centre(drive.with_scenario(moved), "car", 1.5) == pytest.approx([5.0, 20.0, 0.75], abs=0.01)


def test_an_inserted_asset_waits_at_the_start_of_its_path(drive: EditedDrive) -> None:
    command, name = editing.insert_asset(drive.scenario, of_deer(), Pose.identity())
    scenario = command.apply(drive.scenario)
    scenario = editing.set_behaviour(scenario, [name], Authored(path=ACROSS)).apply(scenario)
    edited = drive.with_scenario(scenario)
    assert centre(edited, name, 0.1) == pytest.approx([20.0, 5.0, 0.7])
    assert centre(edited, name, 1.5) == pytest.approx([20.0, -5.0, 0.7], abs=0.01)


def test_the_ego_is_bent_and_drawn(drive: EditedDrive) -> None:
    def ego(scenario: Scenario, t_s: float) -> list[float]:
        return drive.with_scenario(scenario).ego_at(t_s).translation.tolist()

    bent = Bent(bends=(Shift(left_m=3.0, from_s=0.5, blend_s=0.5),))
    scenario = editing.set_ego_path(drive.scenario, bent).apply(drive.scenario)
    assert ego(scenario, 0.3) == pytest.approx([1.5, 0.0, 0.0], abs=1e-3)
    assert ego(scenario, 1.8) == pytest.approx([9.0, 3.0, 0.0], abs=0.1)
    path = AuthoredPath(handles=(Handle(x_m=5.0, y_m=0.0), Handle(x_m=60.0, y_m=0.0)), speed=EVENLY, from_s=1.0)
    scenario = editing.set_ego_path(drive.scenario, Authored(path=path)).apply(drive.scenario)
    assert ego(scenario, 0.5) == pytest.approx([2.5, 0.0, 0.0])
    assert ego(scenario, 1.5) == pytest.approx([10.0, 0.0, 0.0], abs=0.01)


def test_a_bend_that_cannot_be_is_told_and_left_out(drive: EditedDrive) -> None:
    off = Bent(bends=(LaneChange(side="left", from_s=0.2),))
    scenario = editing.set_behaviour(drive.scenario, ["car"], off).apply(drive.scenario)
    scenario = editing.set_ego_path(scenario, off).apply(scenario)
    edited = drive.with_scenario(scenario)
    assert centre(edited, "car", 1.0) == pytest.approx([20.0, 3.0, 0.75])
    assert edited.ego is drive.log.ego
    assert [text.split(":")[0] for text in edited.warnings] == ["Ego path", "Car 1"]


def test_who_reacts_stops_behind_who_stands(drive: EditedDrive) -> None:
    ahead = AuthoredPath(handles=(Handle(x_m=-9.0, y_m=3.0), Handle(x_m=60.0, y_m=3.0)), speed=EVENLY)
    heedless = editing.set_behaviour(drive.scenario, ["follower"], Authored(path=ahead)).apply(drive.scenario)
    reacting = Reacting(along=Authored(path=ahead), driver=Reactive(braking_mps2=6.0))
    heedful = editing.set_behaviour(drive.scenario, ["follower"], reacting).apply(drive.scenario)
    end_s = drive.log.duration_s
    assert centre(drive.with_scenario(heedless), "follower", end_s)[0] == pytest.approx(-9.0 + 10.0 * end_s, abs=0.1)
    edited = drive.with_scenario(heedful)
    slowed = centre(edited, "follower", end_s)[0]
    assert slowed < -9.0 + 10.0 * end_s - 1.0
    alone = editing.remove_actors(heedful, ["car"]).apply(heedful)
    assert centre(edited.with_scenario(alone), "follower", end_s)[0] > slowed + 0.5
    camera_off = edited.with_scenario(editing.switch_camera(alone, "left", False).apply(alone))
    assert camera_off.track("follower") is edited.with_scenario(alone).track("follower")


def test_who_reacts_heeds_the_edited_ego(drive: EditedDrive) -> None:
    path = AuthoredPath(handles=(Handle(x_m=-9.0, y_m=0.0), Handle(x_m=60.0, y_m=0.0)), speed=EVENLY)
    behind = Reacting(along=Authored(path=path))
    scenario = editing.set_behaviour(drive.scenario, ["follower"], behind).apply(drive.scenario)
    free = editing.set_ego_path(scenario, Bent(bends=(Shift(left_m=6.0, blend_s=0.1),))).apply(scenario)
    held, passing = (centre(drive.with_scenario(each), "follower", 2.0)[0] for each in (scenario, free))
    assert passing > held + 0.5


def test_a_hidden_actor_neither_reacts_nor_is_heeded(drive: EditedDrive) -> None:
    scenario = editing.set_behaviour(drive.scenario, ["follower"], Reacting()).apply(drive.scenario)
    hidden = editing.hide_actors(scenario, ["follower"]).apply(scenario)
    edited = drive.with_scenario(hidden)
    assert centre(edited, "follower", 1.0) == pytest.approx([-9.0, 1.0, 0.75])
    assert [track.id for track in edited.tracks] == ["car", "walker"]
