"""Edits in the window: every view and the renders follow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from driven_windows import pixels, press
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.geometry import Pose
from core.scenario import editing
from widgets.camera_panel import Source
from widgets.camera_panel.cell import CameraCell

ANSWER_MS = 60_000


def rendered(window: MainWindow, qtbot: QtBot) -> list[np.ndarray]:
    """The pictures of all cameras, once they are those of the scenario."""

    def settled() -> bool:
        shown = window.renders._shown.values()
        return window.renders.idle and bool(shown) and all(one.drive is window.scenario.drive for one in shown)

    qtbot.waitUntil(settled, timeout=ANSWER_MS)
    return [pixels(cell) for cell in cells(window)]


def cells(window: MainWindow) -> Iterator[CameraCell]:
    assert window.log is not None
    for stream in window.log.cameras:
        yield window.cameras.cell(stream.name)


def test_renders_show_an_edit_and_ctrl_z_takes_it_back(with_scene: MainWindow, qtbot: QtBot) -> None:
    window = with_scene
    window.cameras.set_overlay("boxes", False)
    window.cameras.set_source(Source.RENDER)
    before = rendered(window, qtbot)
    assert window.scenario.scenario is not None and window.scenes.scene is not None
    every = [actor.track.id for actor in window.scenes.scene.actors]
    motion = Pose.from_heading(0.0, [0.0, 0.0, 30.0])
    window.scenario.do(editing.move_actors(window.scenario.scenario, every, motion))
    after = rendered(window, qtbot)
    assert max(float(np.abs(now - was).max()) for now, was in zip(after, before, strict=True)) > 20
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.scenario.stack.canUndo()
    again = rendered(window, qtbot)
    assert all(np.array_equal(now, was) for now, was in zip(again, before, strict=True))


def test_the_viewport_and_the_outliner_follow_an_edit(with_scene: MainWindow, qtbot: QtBot) -> None:
    window = with_scene
    assert window.scenario.scenario is not None and window.log is not None
    first = window.log.tracks[0].id
    window.scenario.do(editing.remove_actors(window.scenario.scenario, [first]))
    qtbot.waitUntil(lambda: window.outliner.tree.items[first].parent().text() == "Removed actors")
    stock = window.centre.viewport._aim.stock
    assert stock is not None and all(track.id != first for track in stock.log.tracks)
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.outliner.tree.items[first].parent().text() != "Removed actors")


def test_an_edit_survives_the_end_of_the_engine(with_scene: MainWindow, qtbot: QtBot) -> None:
    import psutil

    window = with_scene
    window.cameras.set_source(Source.RENDER)
    assert window.scenario.scenario is not None and window.scenes.scene is not None
    every = [actor.track.id for actor in window.scenes.scene.actors]
    window.scenario.do(editing.remove_actors(window.scenario.scenario, every))
    before = rendered(window, qtbot)
    with qtbot.waitSignal(window.engine.stopped, timeout=ANSWER_MS):
        psutil.Process(window.engine.pid).kill()
    window.scenario.undo()
    rendered(window, qtbot)
    window.scenario.redo()
    again = rendered(window, qtbot)
    assert all(np.array_equal(now, was) for now, was in zip(again, before, strict=True))
