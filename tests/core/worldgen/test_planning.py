"""What a scenario says reaches the plan of a drive, beyond the log's end too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scenario_street import scenario_of
from synthetic_drive import small_drive
from torch import Tensor

from core.geometry import Pose
from core.logs import CameraStream, DrivingLog
from core.scenario import Authored, Bent, Conditions, Scenario, editing
from core.scenario.motion import AuthoredPath, Handle, Shift
from core.worldgen.conditions.weather import CITY_WEATHERS, asked_weather, weather_vector
from core.worldgen.plan import Plan
from core.worldgen.planning import planned

GIVEN = 2


def plan_of(log: DrivingLog, scenario: Scenario | None = None, *, frames: int = 6, weather: str | None = None) -> Plan:
    return planned(log, scenario, given=GIVEN, frames=frames, height=48, multiple=16, weather=weather)


def with_picture(log: DrivingLog, image: NDArray[np.uint8], name: str = "front") -> DrivingLog:
    def other(stream: CameraStream) -> CameraStream:
        return replace(stream, read_image=lambda index: image) if stream.name == name else stream

    return replace(log, cameras=tuple(other(stream) for stream in log.cameras))


def test_edits_of_path_actors_and_rig_reach_the_plan() -> None:
    log = small_drive()
    scenario = editing.switch_camera(scenario_of(log), "back", False).apply(scenario_of(log))
    scenario = editing.remove_actors(scenario, ["car"]).apply(scenario)
    scenario = editing.set_ego_path(scenario, Bent(bends=(Shift(left_m=1.5, from_s=0.3, blend_s=1.0),))).apply(scenario)
    recorded, edited = plan_of(log), plan_of(log, scenario, frames=16)
    assert recorded.names == ("left", "front", "back")
    assert edited.names == ("left", "front")
    assert edited.viewpoints.boxes is not None
    assert len(edited.viewpoints.boxes.at(log.t_ns(1.0))) == len(log.boxes_at(log.t_ns(1.0))) - 1
    aside = edited.viewpoints.world_from_ego.translation[:, 1]
    assert aside[0] == pytest.approx(0.0, abs=0.02)
    assert aside[-1] == pytest.approx(1.5, abs=0.05)
    assert edited.warnings == ()


def test_drives_longer_than_the_log_go_on_along_the_edited_path_and_tell_so() -> None:
    log = small_drive()
    path = AuthoredPath(handles=(Handle(x_m=0.0, y_m=0.0), Handle(x_m=200.0, y_m=0.0)))
    scenario = editing.set_ego_path(scenario_of(log), Authored(path=path)).apply(scenario_of(log))
    plan = plan_of(log, scenario, frames=100)
    assert len(plan) == GIVEN + 100
    np.testing.assert_allclose(np.diff(plan.viewpoints.t_ns, axis=0), 100_000_000, atol=10)
    assert plan.viewpoints.world_from_ego.translation[-1, 0] > 75
    assert plan.viewpoints.boxes is not None
    assert len(plan.viewpoints.boxes.at(int(plan.viewpoints.t_ns[-1, 0]))) == len(log.tracks)
    assert any("ends 8." in warning for warning in plan.warnings)
    assert plan.conditions(98, 102, 8).length == 4


def test_a_camera_that_is_turned_begins_with_the_recorded_picture_seen_from_there() -> None:
    log = small_drive()
    lens = log.camera("front").camera
    ramp = np.broadcast_to(np.linspace(0, 255, lens.width)[None, :, None], (lens.height, lens.width, 3))
    log = with_picture(log, ramp.astype(np.uint8))
    mount, turn_rad = log.camera("front").ego_from_camera, 0.3
    turned = Pose.from_heading(turn_rad, [0.0, 0.0, 0.0]) @ mount
    turned = Pose.from_rotation(turned.rotation, mount.translation)
    scenario = editing.move_camera(scenario_of(log), "front", turned).apply(scenario_of(log))
    before, after = (plan_of(log, edits).given[0, 1] for edits in (None, scenario))
    height, width = before.shape[:2]
    wanted = before[height // 2, round(width / 2 - 180 / lens.width * width * np.tan(turn_rad)), 0]
    assert int(after[height // 2, width // 2, 0]) == pytest.approx(int(wanted), abs=6)
    (warning,) = plan_of(log, scenario).warnings
    assert warning.startswith("front saw")


def test_weather_and_light_are_those_of_the_scenario_unless_others_are_asked_for() -> None:
    log = small_drive()
    scenario = scenario_of(log)

    def under(asked: str | None = None, **conditions: object) -> Plan:
        edited = editing.set_conditions(scenario, Conditions.model_validate(conditions)).apply(scenario)
        return plan_of(log, edited, weather=asked)

    assert plan_of(log).weather is None
    assert plan_of(log, scenario).weather is None
    assert under(weather="rain").weather == ("rain", "day")
    assert under(weather="rain").changes
    assert not plan_of(log).changes
    assert under("dusk", weather="rain").weather == ("clear", "dusk")
    assert under(sun_elevation_rad=-0.5).weather == ("clear", "night")
    assert "no words" in under(text="a lonely street").warnings[0]
    assert under(weather="snow").weather == ("overcast", "day")
    assert "snow" in under(weather="snow").warnings[0]


def test_of_rain_and_fog_there_is_as_much_as_the_scenario_says() -> None:
    log = small_drive()

    def told(**conditions: Any) -> Tensor:
        edited = editing.set_conditions(scenario_of(log), Conditions(**conditions)).apply(scenario_of(log))
        weather = plan_of(log, edited).conditions(0, 1, 8).weather
        assert weather is not None
        return weather[0]

    overcast, fog = weather_vector("overcast", "day"), weather_vector("fog", "day")
    torch.testing.assert_close(told(weather="fog"), fog)
    torch.testing.assert_close(told(weather="fog", intensity=0.9), fog)
    torch.testing.assert_close(told(weather="fog", intensity=0.0), overcast)
    torch.testing.assert_close(told(weather="fog", intensity=0.25), (overcast + fog) / 2)
    torch.testing.assert_close(told(weather="dusk", intensity=0.0), weather_vector("clear", "dusk"))


def test_what_was_recorded_and_the_sun_decide_where_no_one_names_the_weather() -> None:
    assert asked_weather(None, None, ("fog", "day")) == ("fog", "day")
    assert asked_weather(None, 0.0, ("fog", "day")) == ("fog", "dusk")
    assert asked_weather("night", 1.0, None) == ("clear", "day")
    for name, expected in CITY_WEATHERS.items():
        assert asked_weather(name, None, ("rain", "dusk")) == expected
