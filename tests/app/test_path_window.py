"""Paths in the window: the tool, templates, key frames, files."""

from __future__ import annotations

from pathlib import Path

import pytest
from driven_windows import press
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QFileDialog
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.scenario import EGO, Bent, EgoPath, Keyed, Replay
from core.scenario.motion import ChangeSpeed, LaneChange

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
JUDGED_MS = 20_000


@pytest.fixture
def window(open_window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The ego is selected."""
    qtbot.waitUntil(lambda: open_window.centre.viewport.painter is not None, timeout=60_000)
    open_window.selection.select(EGO)
    return open_window


def ego(window: MainWindow) -> EgoPath:
    assert window.scenario.scenario is not None
    return window.scenario.scenario.ego.path


def test_an_ego_lane_change_is_drawn_judged_undone_and_done_again(window: MainWindow, qtbot: QtBot) -> None:
    view = window.centre.viewport
    view.setFocus()
    press(qtbot, window, Qt.Key.Key_P)
    assert view.tool is window.paths.tool
    view.top_view()
    view.frame_all()
    qtbot.waitUntil(lambda: view.settled, timeout=60_000)
    shown = window.paths.model.shown
    assert shown is not None
    grip = shown.grips[len(shown.grips) // 2]
    sight = view.sight_on_screen
    assert sight is not None
    left = shown.poses.at(shown.start_ns + round((grip.t_s or 0.0) * 1e9)).rotation[:, 1]
    start, goal = (QPointF(*place) for place in sight.to_view([grip.point_m, grip.point_m + 6.0 * left])[0])
    QTest.mousePress(view, LEFT, pos=start.toPoint())
    QTest.mouseMove(view, ((start + goal) / 2).toPoint())
    QTest.mouseMove(view, goal.toPoint())
    QTest.mouseRelease(view, LEFT, pos=goal.toPoint())
    drawn = ego(window)
    assert isinstance(drawn, Bent) and isinstance(drawn.bends[0], LaneChange)
    qtbot.waitUntil(lambda: window.paths.model.verdict is not None, timeout=JUDGED_MS)
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert ego(window) == Replay()
    press(qtbot, window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert ego(window) == drawn
    press(qtbot, window, Qt.Key.Key_Escape)
    assert view.tool is None and window.selection.ids == {EGO}


def test_a_template_is_seen_while_its_numbers_are_set_and_is_one_step(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["template.change_speed"].trigger()
    card = window.paths.templates.card
    assert card is not None and window.scenario.is_previewing
    speed = card.field("speed_mps")
    assert isinstance(speed, QDoubleSpinBox) and speed.suffix() == " m/s"
    speed.setValue(2.5)
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert window.paths.templates.card is None
    path = ego(window)
    assert isinstance(path, Bent) and isinstance(path.bends[0], ChangeSpeed) and path.bends[0].speed_mps == 2.5
    assert window.scenario.stack.undoText() == "Change speed"
    window.actions_["template.change_speed"].trigger()
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.paths.templates.card is None and not window.scenario.is_previewing
    assert window.scenario.stack.count() == 1


def test_a_template_that_cannot_be_driven_says_why_and_cannot_be_applied(window: MainWindow) -> None:
    window.actions_["template.stop_at"].trigger()
    card = window.paths.templates.card
    assert card is not None
    distance = card.field("ahead_m")
    assert isinstance(distance, QDoubleSpinBox)
    distance.setValue(1.0)
    assert "too near" in card.problem.text() and not card.apply_button.isEnabled()
    card.cancel()
    assert window.scenario.stack.count() == 0


def test_key_frames_are_copied_pasted_and_mirrored(window: MainWindow) -> None:
    shown = window.paths.model.shown
    assert shown is not None
    first, last = shown.at(float(shown.t_s[0])), shown.at(float(shown.t_s[-1]))
    window.actions_["key_frames.mirror"].trigger()
    assert isinstance(ego(window), Keyed)
    mirrored = window.paths.model.shown
    assert mirrored is not None
    assert mirrored.at(window.playback.start_s) == pytest.approx(shown.at(window.playback.end_s), abs=0.05)
    assert (first != last).any()
    window.actions_["key_frames.copy"].trigger()
    window.playback.seek(window.playback.start_s)
    window.scenario.undo()
    window.actions_["key_frames.paste"].trigger()
    assert window.paths.model.shown.at(window.playback.end_s) == pytest.approx(
        mirrored.at(window.playback.end_s), abs=0.05
    )


@pytest.mark.parametrize("name", ["path.csv", "path.json"])
def test_an_ego_path_goes_into_a_file_and_comes_back(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = str(tmp_path / name)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (file, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (file, ""))
    window.actions_["ego_path.export"].trigger()
    before = window.paths.model.shown
    window.actions_["ego_path.import"].trigger()
    after = window.paths.model.shown
    assert isinstance(ego(window), Keyed) and before is not None and after is not None
    assert after.points_m == pytest.approx(before.points_m, abs=0.02)
    Path(file).write_text("nothing of the kind", encoding="utf-8")
    window.actions_["ego_path.import"].trigger()
    assert window.scenario.stack.count() == 1


def test_a_new_path_begins_at_the_playhead(window: MainWindow, qtbot: QtBot) -> None:
    window.playback.seek(0.4)
    window.centre.viewport.setFocus()
    press(qtbot, window, Qt.Key.Key_P, SHIFT)
    assert window.centre.viewport.tool is window.paths.tool
    path = ego(window)
    assert path.kind == "authored" and path.path.from_s == pytest.approx(0.4)
    window.actions_["path.reset"].trigger()
    assert ego(window) == Replay()
