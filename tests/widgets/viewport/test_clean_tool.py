"""Choosing splats by a region that is drawn over the ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot
from scenario_street import scenario_of, street_scene
from synthetic_drive import small_drive

from core.geometry import Pose
from core.scenario import EditedDrive
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import Selection
from widgets.viewport.sight import Sight, wide
from widgets.viewport.tools import ActorMover, Touch
from widgets.viewport.tools.region_tool import RegionTool
from widgets.viewport.tools.regions import Grip, Shape

DOWN = np.array([[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
ABOVE = wide(Pose.from_rotation(DOWN, [5.0, 5.0, 20.0]), 1.0, 800, 800)


def at(sight: Sight, *place_m: float) -> Touch:
    (where,), _ = sight.to_view([place_m])
    return Touch(QPointF(*where), Qt.KeyboardModifier.NoModifier, sight, 1.0)


@pytest.fixture
def scenario() -> ScenarioModel:
    log = replace(small_drive(), lane_map=None)
    model = ScenarioModel()
    model.open(EditedDrive(scenario_of(log), log, street_scene(log)))
    return model


@pytest.fixture
def tool(scenario: ScenarioModel, qtbot: QtBot) -> RegionTool:
    playback, selection = Playback(), Selection()
    mover = ActorMover(scenario, selection, playback)
    made = RegionTool(scenario, playback, mover)
    mover.prepare()
    qtbot.waitUntil(lambda: mover.snapper() is not None)
    made.kept = playback, selection
    return made


def draw(tool: RegionTool, first: tuple[float, ...], to: tuple[float, ...]) -> None:
    assert tool.press(at(ABOVE, *first))
    tool.drag(at(ABOVE, *to))
    tool.release(at(ABOVE, *to))


def test_a_sphere_counts_what_is_in_it_and_deletes_as_one_step(tool: RegionTool, scenario: ScenarioModel) -> None:
    draw(tool, (4.0, 4.0, 0.0), (5.1, 4.0, 0.0))
    assert tool.count == 5, "a splat on the grid of metres and its four neighbours"
    assert tool.mode[0].startswith("5 splats")
    assert scenario.stack.count() == 0
    command = tool.command("delete")
    assert command is not None and scenario.do(command)
    assert tool.count == 0, "they are gone"
    assert len(scenario.drive.scene.static) == 95
    scenario.undo()
    assert len(scenario.drive.scene.static) == 100
    assert tool.count == 5


def test_a_box_is_drawn_from_corner_to_corner_and_changed_by_its_handles(tool: RegionTool) -> None:
    tool.begin(Shape.BOX)
    draw(tool, (1.6, 1.6, 0.0), (4.4, 3.4, 0.0))
    assert tool.count == 3 * 2
    draw(tool, tuple(tool.region.grips()[Grip.CENTRE]), (3.0, 6.5, float(tool.region.centre_m[2])))
    assert tool.count == 3 * 2, "moved by whole metres"
    assert tool.region.centre_m[:2] == pytest.approx([3.0, 6.5])
    side = wide(
        Pose.from_rotation([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]], [-20.0, 6.5, 1.0]), 1.0, 800, 800
    )
    top = tool.region.grips()[Grip.TOP]
    assert tool.press(at(side, *top))
    tool.drag(at(side, top[0], top[1], 3.9))
    tool.release(at(side, *top))
    assert tool.region.region.size_m[2] == pytest.approx(4.0, abs=0.01), "from a little below the ground"


def test_chosen_splats_are_given_to_an_actor(tool: RegionTool, scenario: ScenarioModel) -> None:
    before = len(scenario.drive.scene.actors[0].cloud)
    draw(tool, (4.0, 4.0, 0.0), (4.5, 4.0, 0.0))
    scenario.do(tool.command("assign", scenario.drive.scene.actors[0].track.id))
    assert len(scenario.drive.scene.static) == 99
    assert len(scenario.drive.scene.actors[0].cloud) == before + 1


def test_keys_are_for_the_region_while_there_is_one(tool: RegionTool) -> None:
    key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier)
    assert not tool.wants(key), "they are for actors, else"
    draw(tool, (4.0, 4.0, 0.0), (5.0, 4.0, 0.0))
    asked: list[str] = []
    tool.asked.connect(asked.append)
    assert tool.wants(key) and tool.key(key)
    assert asked == ["delete"]
    assert tool.cancel()
    assert not tool.cancel(), "then the tool itself is left"
