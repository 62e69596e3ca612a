"""Cleaning up the scene in the window: draw, delete with a key, undo."""

from __future__ import annotations

import numpy as np
import pytest
from driven_windows import press
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.geometry import Pose
from core.scenario import editing
from widgets.viewport.tools.regions import Shape


def test_splats_are_deleted_by_del_and_come_back(with_scene: MainWindow, qtbot: QtBot) -> None:
    window, viewport = with_scene, with_scene.centre.viewport
    window.actions_["view.top"].trigger()
    window.actions_["splats.sphere"].trigger()
    assert window.cleaning.holds(Shape.SPHERE)
    qtbot.waitUntil(lambda: window.mover.snapper() is not None)
    assert window.scenario.drive is not None and window.scenario.drive.scene is not None
    before = len(window.scenario.drive.scene.static)
    middle, left = viewport.rect().center(), Qt.MouseButton.LeftButton
    qtbot.mousePress(viewport, left, pos=middle)
    qtbot.mouseMove(viewport, middle + QPoint(150, 0))
    qtbot.mouseRelease(viewport, left, pos=middle + QPoint(150, 0))
    chosen = window.cleaning.tool.count
    assert 0 < chosen < before
    assert window.actions_["splats.delete"].isEnabled()
    assert not window.actions_["splats.assign"].isEnabled(), "no actor is selected"
    viewport.setFocus()
    press(qtbot, window, Qt.Key.Key_Delete)
    assert len(window.scenario.drive.scene.static) == before - chosen
    assert not window.actions_["splats.delete"].isEnabled()
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.scenario.drive.scene.static) == before


def test_a_brush_chooses_of_the_world_and_of_an_actor(with_scene: MainWindow, qtbot: QtBot) -> None:
    window, viewport = with_scene, with_scene.centre.viewport
    window.actions_["view.top"].trigger()
    window.actions_["splats.brush"].trigger()
    assert window.cleaning.holds_brush() and viewport.tool is window.cleaning.brush
    qtbot.waitUntil(lambda: viewport.settled, timeout=20_000)
    assert window.scenario.drive is not None and window.scenario.drive.scene is not None
    before, steps = len(window.scenario.drive.scene.static), window.scenario.stack.count()
    middle, left = viewport.rect().center(), Qt.MouseButton.LeftButton
    for _ in range(8):
        press(qtbot, window, Qt.Key.Key_Plus)
    end = middle + QPoint(120, 40)
    qtbot.mouseMove(viewport, middle)
    qtbot.mousePress(viewport, left, pos=middle)
    first = window.cleaning.tool.count
    qtbot.mouseMove(viewport, end)
    qtbot.mouseRelease(viewport, left, pos=end)
    both = window.cleaning.tool.count
    assert 0 <= first < both
    assert f"{both:,}".replace(",", "\u202f") in window.cleaning.tool.mode[0]
    qtbot.mousePress(viewport, left, Qt.KeyboardModifier.ShiftModifier, middle)
    qtbot.mouseMove(viewport, middle + QPoint(60, 20))
    qtbot.mouseRelease(viewport, left, pos=middle + QPoint(60, 20))
    chosen = window.cleaning.tool.count
    assert 0 < chosen < both, "Shift takes away"
    window.outliner.setFocus()
    assert window.cleaning.tool.count == chosen, "the choice stays while one looks for an actor to give it to"
    assert window.actions_["splats.delete"].isEnabled()
    viewport.setFocus()
    press(qtbot, window, Qt.Key.Key_Return)
    assert len(window.scenario.drive.scene.static) == before - chosen
    assert window.scenario.stack.count() == steps + 1
    press(qtbot, window, Qt.Key.Key_Escape)
    assert viewport.tool is None
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.scenario.drive.scene.static) == before
    _give_splats_of_an_actor_to_the_world(window, qtbot)


def _give_splats_of_an_actor_to_the_world(window: MainWindow, qtbot: QtBot) -> None:
    viewport = window.centre.viewport
    assert window.scenes.scene is not None and window.scenario.drive is not None
    actor = max(window.scenes.scene.actors, key=lambda one: len(one.cloud))
    window.playback.seek(float(window.scenario.drive.log.t_s(int(actor.track.t_ns[0]))))
    assert window.scenario.scenario is not None
    aside = Pose.from_heading(0.3, [0.5, 0.4, 0.0])
    window.scenario.do(editing.move_actors(window.scenario.scenario, [actor.track.id], aside))
    window.selection.select(actor.track.id)
    assert not window.actions_["splats.owner"].isEnabled(), "no such tool is in hand"
    window.actions_["view.top"].trigger()
    viewport.frame_selection()
    window.actions_["splats.brush"].trigger()
    viewport.setFocus()
    press(qtbot, window, Qt.Key.Key_O)
    assert window.actions_["splats.owner"].isChecked()
    qtbot.waitUntil(lambda: viewport.settled, timeout=20_000)
    box = window.scenario.drive.track(actor.track.id).box_at(window.scenario.drive.log.t_ns(window.playback.t_s))
    assert box is not None
    place = viewport.place(box.world_from_box.translation).toPoint()
    qtbot.mouseMove(viewport, place)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    chosen, static = window.cleaning.tool.count, len(window.scenario.drive.scene.static)
    assert chosen > 0
    seen = window.scenario.drive.splats_at(window.playback.t_s)
    press(qtbot, window, Qt.Key.Key_A)
    after = window.scenario.drive.scene
    assert len(after.static) == static + chosen
    left = next(len(one.cloud) for one in after.actors if one.track.id == actor.track.id)
    assert left == len(actor.cloud) - chosen
    now = window.scenario.drive.splats_at(window.playback.t_s)
    stay = np.sort(now.means_m, 0) == pytest.approx(np.sort(seen.means_m, 0), abs=1e-3)
    assert stay, "they stay where the moved actor showed them"
