"""Actors that are copied in one project and pasted in another, driven in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from driven_windows import press
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.city.actors import ActorKind
from core.city.assets import city_asset
from core.scenario import OfAsset, Scenario
from core.scenario.project import DOCUMENT, AssetStore

LEFT, NONE, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
ANSWER_MS = 20_000


@pytest.fixture
def with_barrier(
    drive_window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> tuple[MainWindow, str]:
    """A window on a small drive into which a barrier of the library was put by a click, and its id."""
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path / "cache"))
    window, viewport = drive_window, drive_window.centre.viewport
    folder = AssetStore(tmp_path / "elsewhere").add(city_asset(ActorKind.BARRIER, 1)).asset
    window.library.add(tmp_path / "elsewhere" / str(folder))
    qtbot.waitUntil(lambda: viewport.tool is window.library.tool, timeout=ANSWER_MS)
    qtbot.waitUntil(lambda: window.mover.snapper() is not None and viewport.settled, timeout=ANSWER_MS)
    QTest.mouseClick(viewport, LEFT, NONE, QPoint(viewport.width() // 2, viewport.height() * 3 // 4))
    (barrier,) = window.selection.ids
    press(qtbot, window, Qt.Key.Key_Escape)
    return window, barrier


def save(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    saved: list[None] = []
    window.projects.save_as(folder, lambda: saved.append(None))
    qtbot.waitUntil(lambda: bool(saved), timeout=ANSWER_MS)


def test_they_come_with_names_ways_and_splats_as_one_step(
    with_barrier: tuple[MainWindow, str], small_nuscenes: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window, barrier = with_barrier
    assert window.log is not None and window.scenario.drive is not None
    recorded = window.log.tracks[0].id
    sizes = {window.scenario.drive.track(one).size_m for one in (recorded, barrier)}
    window.selection.select_many(frozenset((recorded, barrier)), recorded)
    with qtbot.waitSignal(window.clipboard.copied, timeout=ANSWER_MS):
        press(qtbot, window, Qt.Key.Key_C, CONTROL)
    save(window, tmp_path / "copied.driftless", qtbot)
    with qtbot.waitSignal(window.log_shown, timeout=ANSWER_MS):
        window.open(small_nuscenes)
    assert window.scenario.stack.count() == 0
    before = {track.id for track in window.scenario.drive.tracks}
    with qtbot.waitSignal(window.scenario.stepped, timeout=ANSWER_MS):
        press(qtbot, window, Qt.Key.Key_V, CONTROL)
    drive = window.scenario.drive
    pasted = {track.id for track in drive.tracks} - before
    assert pasted == window.selection.ids and len(pasted) == 2
    assert {drive.track(one).size_m for one in pasted} == sizes
    assert window.scenario.stack.count() == 1
    origins = [drive.scenario.actors[one].inserted.origin for one in pasted]
    contents = [one.asset for one in origins if isinstance(one, OfAsset) and one.asset is not None]
    folder = window.projects.assets_folder
    assert folder is not None and contents and all((folder / content).is_dir() for content in contents)
    kept = tmp_path / "pasted.driftless"
    save(window, kept, qtbot)
    assert pasted <= set(Scenario.from_json((kept / DOCUMENT).read_text("utf-8")).actors)
    assert all((kept / "assets" / content).is_dir() for content in contents)
    press(qtbot, window, Qt.Key.Key_Z, CONTROL)
    assert {track.id for track in window.scenario.drive.tracks} == before
