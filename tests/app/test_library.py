"""The asset library, driven in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from driven_windows import press
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.city.actors import ActorKind
from core.city.assets import city_asset
from core.scenario.motion import Ground
from core.scenario.project.assets import AssetStore
from widgets.library import LibrarySheet
from widgets.outliner.tree import COVERAGE_ROLE

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ANSWER_MS = 60_000


def choose(window: MainWindow, shelf: str, title: str, qtbot: QtBot) -> LibrarySheet:
    """Open the library, turn to a shelf, click a card; the tool is in hand then."""
    press(qtbot, window, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    sheet = window.library.sheet
    assert sheet is not None
    qtbot.waitUntil(lambda: sheet._model.rowCount() > 0, timeout=ANSWER_MS)
    tabs = [sheet.shelves.tabText(tab) for tab in range(sheet.shelves.count())]
    sheet.shelves.setCurrentIndex(tabs.index(shelf))
    sheet.search.setText(title)
    place = sheet.view.visualRect(sheet.index_of(title)).center()
    QTest.mouseClick(sheet.view.viewport(), LEFT, NONE, place)
    qtbot.waitUntil(lambda: window.centre.viewport.tool is window.library.tool, timeout=ANSWER_MS)
    qtbot.waitUntil(lambda: window.mover.snapper() is not None, timeout=ANSWER_MS)
    return sheet


def test_a_deer_is_chosen_seen_under_the_pointer_and_put_on_the_ground(with_scene: MainWindow, qtbot: QtBot) -> None:
    window, viewport = with_scene, with_scene.centre.viewport
    assert window.scenario.drive is not None
    sheet = choose(window, "City", "City deer 1", qtbot)
    qtbot.waitUntil(lambda: viewport.settled, timeout=ANSWER_MS)
    before = len(window.scenario.drive.tracks)
    at = QPointF(viewport.width() * 0.5, viewport.height() * 0.75)
    spot = QPointF(viewport.mapToGlobal(at.toPoint()))
    no_button = Qt.MouseButton.NoButton
    move = QMouseEvent(QMouseEvent.Type.MouseMove, at, spot, no_button, no_button, NONE)
    QApplication.sendEvent(viewport, move)
    assert window.scenario.is_previewing
    QApplication.sendEvent(viewport, QEvent(QEvent.Type.Leave))
    assert not window.scenario.is_previewing and len(window.scenario.drive.tracks) == before
    QApplication.sendEvent(viewport, move)
    assert len(window.scenario.drive.tracks) == before + 1
    assert window.scenario.stack.count() == 0
    QTest.mouseClick(viewport, LEFT, NONE, at.toPoint())
    assert window.scenario.stack.count() == 1
    (actor,) = window.selection.ids
    items = window.outliner.tree.items
    qtbot.waitUntil(lambda: actor in items and items[actor].data(COVERAGE_ROLE) is not None)  # which sides were seen
    track = window.scenario.drive.track(actor)
    foot = track.poses.poses[0].translation - [0.0, 0.0, track.size_m[2] / 2]
    seen = viewport.place(foot)
    assert seen is not None
    assert (seen.x(), seen.y()) == pytest.approx((round(at.x()), round(at.y())), abs=1.0)
    log = window.scenario.drive.log
    assert foot[2] == pytest.approx(Ground.of(log.ego.poses.translation, log.lane_map).height_at(foot), abs=1e-6)
    assert window.scenario.drive.scene is not None
    assert actor in {one.track.id for one in window.scenario.drive.scene.actors}  # with its splats
    press(qtbot, window, Qt.Key.Key_Escape)
    assert viewport.tool is None
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.scenario.drive.tracks) == before
    sheet.close()


def test_what_was_inserted_is_offered_again_and_the_search_knows_classes(
    drive_window: MainWindow, qtbot: QtBot
) -> None:
    window = drive_window
    sheet = choose(window, "City", "City cone 1", qtbot)
    assert sheet.titles() == ["City cone 1"]
    sheet.search.setText("animal")
    assert {title.rsplit(" ", 1)[0] for title in sheet.titles()} == {"City dog", "City cat", "City deer"}
    sheet.search.setText("")
    sheet.close()
    window.library.open()
    sheet.shelves.setCurrentIndex(2)
    qtbot.waitUntil(lambda: "City cone 1" in sheet.titles(), timeout=ANSWER_MS)
    sheet.close()


def test_an_asset_from_disk_is_kept_and_can_be_placed(drive_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = drive_window
    folder = AssetStore(tmp_path / "elsewhere").add(city_asset(ActorKind.BARRIER, 1)).asset
    window.library.add(tmp_path / "elsewhere" / str(folder))
    qtbot.waitUntil(lambda: window.centre.viewport.tool is window.library.tool, timeout=ANSWER_MS)
    assert "City barrier 1" in window.status.mode.text()
