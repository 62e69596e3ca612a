"""Rig, weather and light in the inspector."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.errors import UserError
from core.scenario import EditedDrive
from widgets.camera_panel import CameraPanel
from widgets.inspector import InspectorPanel
from widgets.inspector.fields import ChoiceField, TextField
from widgets.inspector.setting_edits import Setting, setting_command
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import LOG, Selection, camera_id


@pytest.fixture
def scenario() -> ScenarioModel:
    log = small_drive()
    model = ScenarioModel()
    model.open(EditedDrive(scenario_of(log), log))
    return model


@pytest.fixture
def panel(qtbot: QtBot, scenario: ScenarioModel) -> InspectorPanel:
    playback, selection = Playback(), Selection()
    made = InspectorPanel(playback, selection, scenario)
    qtbot.addWidget(made)
    assert scenario.drive is not None
    made.set_log(scenario.drive.log)
    scenario.changed.connect(lambda: made.show_edit(scenario.drive.as_driven))
    made.resize(400, 900)
    made.show()
    made.selection_for_test = selection
    return made


def entry(panel: InspectorPanel, name: str) -> TextField | ChoiceField:
    return next(one for one in panel._values if one.accessibleName() == name)


def type_in(panel: InspectorPanel, name: str, text: str, qtbot: QtBot) -> None:
    field = entry(panel, name)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_camera_is_moved_turned_and_given_back(panel: InspectorPanel, scenario: ScenarioModel, qtbot: QtBot) -> None:
    panel.selection_for_test.select(camera_id("front"))
    qtbot.waitUntil(lambda: "Position" in panel.shown())
    recorded = scenario.drive.camera("front")
    type_in(panel, "Position", "2.5, -0.4, 1.9 m", qtbot)
    np.testing.assert_allclose(scenario.drive.camera("front").ego_from_camera.translation, [2.5, -0.4, 1.9])
    qtbot.waitUntil(lambda: panel.shown()["Mounting"] == "Changed")
    type_in(panel, "Looks to", "20", qtbot)
    qtbot.waitUntil(lambda: panel.shown()["Looks to"] == "20.00°")
    type_in(panel, "Pitch", "-5°", qtbot)
    qtbot.waitUntil(lambda: panel.shown()["Pitch"] == "-5.00°")
    assert panel.shown()["Looks to"] == "20.00°"
    assert panel.shown()["Roll"] == "0.00°"
    forward = scenario.drive.camera("front").ego_from_camera.rotation[:, 2]
    assert math.degrees(math.asin(forward[2])) == pytest.approx(-5.0)
    entry(panel, "Mounting").textActivated.emit("As recorded")
    assert scenario.drive.camera("front") is recorded
    assert scenario.stack.count() == 4


def test_a_lens_is_changed_by_its_angle_and_size(panel: InspectorPanel, scenario: ScenarioModel, qtbot: QtBot) -> None:
    panel.selection_for_test.select(camera_id("front"))
    qtbot.waitUntil(lambda: "Position" in panel.shown())
    type_in(panel, "Field of view", "60", qtbot)
    qtbot.waitUntil(lambda: panel.shown()["Field of view"] == "60.00°")
    type_in(panel, "Size", "640 × 300 px", qtbot)
    lens = scenario.drive.camera("front").camera
    assert (lens.width, lens.height) == (640, 300)
    refused: list[UserError] = []
    scenario.refused.connect(refused.append)
    type_in(panel, "Field of view", "400", qtbot)
    assert "not between" in refused[0].what
    assert scenario.stack.count() == 2


def test_a_camera_that_is_off_says_so(panel: InspectorPanel, scenario: ScenarioModel, qtbot: QtBot) -> None:
    cameras = CameraPanel(Playback(), Selection())
    qtbot.addWidget(cameras)
    cameras.set_log(scenario.drive.log)
    scenario.changed.connect(lambda: cameras.show_edit(scenario.drive.as_driven))
    panel.selection_for_test.select(camera_id("back"))
    qtbot.waitUntil(lambda: "State" in panel.shown())
    entry(panel, "State").textActivated.emit("Off")
    assert [stream.name for stream in scenario.drive.cameras] == ["left", "front"]
    assert cameras.cell("back").text == "Off in this scenario"
    qtbot.waitUntil(lambda: panel.shown()["State"] == "Off")
    scenario.undo()
    assert cameras.cell("back").text != "Off in this scenario"


def test_weather_and_light_are_of_the_scenario(panel: InspectorPanel, scenario: ScenarioModel, qtbot: QtBot) -> None:
    panel.selection_for_test.select(LOG)
    assert "Intensity" not in panel.shown()
    entry(panel, "Weather").textActivated.emit("Rain")
    qtbot.waitUntil(lambda: "Intensity" in panel.shown())
    type_in(panel, "Intensity", "80 %", qtbot)
    type_in(panel, "Light height", "12", qtbot)
    type_in(panel, "In words", "wet leaves", qtbot)
    found = scenario.scenario.conditions
    assert (found.weather, found.intensity, found.text) == ("rain", 0.8, "wet leaves")
    assert found.sun_elevation_rad == pytest.approx(math.radians(12.0))
    for setting, text in ((Setting.INTENSITY, "120"), (Setting.SUN_ELEVATION, "95"), (Setting.SUN_AZIMUTH, "north")):
        with pytest.raises(UserError):
            setting_command(scenario.drive, LOG, setting, text)
