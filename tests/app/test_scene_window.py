"""The scene of a log in the window: built, shown, kept, cancelled, saved, and what happens when the engine dies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
from driven_windows import BUILT_MS, open_and_build, pixels, start_building
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.scene import load_scene


def test_opening_a_log_ends_with_its_splats_in_the_view(
    building: MainWindow, small_pandaset: Path, qtbot: QtBot
) -> None:
    start_building(building, small_pandaset, qtbot)
    assert building.status.work.isVisible()
    assert "Building the scene" in building.status.work.text.text()
    viewport = building.centre.viewport
    before = pixels(viewport)
    qtbot.waitUntil(building.has_scene, timeout=BUILT_MS)
    qtbot.waitUntil(lambda: np.abs(pixels(viewport) - before).max(-1).mean() > 20, timeout=30_000)
    assert not building.status.work.isVisible()
    assert building.actions_["scene.save"].isEnabled()


def test_the_second_opening_needs_no_engine(building: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    open_and_build(building, small_pandaset, qtbot)
    first = building.scenes.scene
    assert first is not None
    building.actions_["log.close"].trigger()
    assert building.scenes.scene is None
    with qtbot.assertNotEmitted(building.scenes.building):
        open_and_build(building, small_pandaset, qtbot)
    second = building.scenes.scene
    assert second is not None
    assert np.array_equal(second.static.means_m, first.static.means_m)


def test_a_log_that_changed_is_built_anew(building: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    open_and_build(building, small_pandaset, qtbot)
    building.actions_["log.close"].trigger()
    (small_pandaset / "lidar" / "04.pkl.gz").unlink()
    with qtbot.waitSignal(building.scenes.building, timeout=BUILT_MS):
        building.open(small_pandaset)


def test_an_engine_that_dies_is_told_and_replaced(building: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    start_building(building, small_pandaset, qtbot)
    with qtbot.waitSignals([building.scenes.failed, building.engine.stopped], timeout=BUILT_MS):
        psutil.Process(building.engine.pid).kill()
    (toast,) = building.toasts.toasts
    assert "engine" in toast.text
    assert not building.status.work.isVisible()
    building.playback.step(1)
    assert toast.offer_button is not None
    with qtbot.waitSignal(building.scenes.shown, timeout=BUILT_MS):
        toast.offer_button.click()
    assert building.has_scene()
    assert building.toasts.toasts == []


def test_building_can_be_cancelled_and_begun_again(building: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    start_building(building, small_pandaset, qtbot)
    assert building.actions_["scene.cancel"].isEnabled()
    with qtbot.waitSignal(building.scenes.ended, timeout=BUILT_MS):
        building.status.work.cancel_button.click()
    assert not building.has_scene()
    assert building.toasts.toasts == []
    with qtbot.waitSignal(building.scenes.shown, timeout=BUILT_MS):
        building.actions_["scene.build"].trigger()
    assert building.has_scene()


def test_a_scene_is_saved_where_it_harms_nothing(
    building: MainWindow, small_pandaset: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    open_and_build(building, small_pandaset, qtbot)
    with qtbot.waitSignal(building.scenes.saved, timeout=BUILT_MS):
        building.scenes.save(tmp_path / "mine")
    scene = building.scenes.scene
    assert scene is not None
    assert len(load_scene(tmp_path / "mine")) == len(scene)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").touch()
    with qtbot.waitSignal(building.scenes.failed, timeout=BUILT_MS):
        building.scenes.save(tmp_path / "thesis")
    assert "something else" in building.toasts.toasts[-1].text


def test_nothing_is_built_unless_wanted(window: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.log_shown, timeout=20_000):
        window.open(small_pandaset)
    qtbot.waitUntil(lambda: not window.scenes.busy)
    assert window.engine.pid is None
    assert window.actions_["scene.build"].isEnabled()
