"""Cleaning up the scene in the window: draw, delete with a key, undo."""

from __future__ import annotations

from driven_windows import press
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
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
