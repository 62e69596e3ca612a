"""The window as a user drives it: keys, mouse, what is then seen."""

import sys
from pathlib import Path

import pytest
from driven_windows import press
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.editor import make_window, tell_uncaught
from app.main_window import MainWindow
from app.settings import SettingsStore
from app.settings_dialog import SettingsDialog
from core.scenario import editing
from widgets.selection import camera_id
from widgets.theme import ThemeMode
from widgets.toasts import Severity

CTRL = Qt.KeyboardModifier.ControlModifier


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def test_an_empty_window_says_what_to_do(window: MainWindow) -> None:
    said = texts(window.welcome)
    assert "Open a log…" in said
    assert "Open the demo city" in said
    assert "drop" in said
    assert all(dock.isHidden() for dock in window.docks.values())
    assert window.windowTitle() == "Driftless"


def test_space_plays_and_pauses_without_a_jump(open_window: MainWindow, qtbot: QtBot) -> None:
    open_window.playback.seek(0.1)
    press(qtbot, open_window, Qt.Key.Key_Space)
    assert open_window.playback.playing
    qtbot.waitUntil(lambda: open_window.playback.t_s > 0.1)
    press(qtbot, open_window, Qt.Key.Key_Space)
    assert not open_window.playback.playing
    assert open_window.playback.t_s > 0.1


def test_arrow_keys_walk_along_the_frames(open_window: MainWindow, qtbot: QtBot) -> None:
    frames = open_window.playback.frames_s
    press(qtbot, open_window, Qt.Key.Key_Home)
    press(qtbot, open_window, Qt.Key.Key_Right)
    press(qtbot, open_window, Qt.Key.Key_Right)
    assert open_window.playback.t_s == pytest.approx(frames[frames > 1e-6][1])
    press(qtbot, open_window, Qt.Key.Key_Left)
    assert open_window.playback.t_s == pytest.approx(frames[frames > 1e-6][0])
    press(qtbot, open_window, Qt.Key.Key_End)
    assert open_window.playback.t_s == open_window.playback.end_s


def test_in_out_and_marks_have_keys(open_window: MainWindow, qtbot: QtBot) -> None:
    playback = open_window.playback
    playback.seek(0.1)
    press(qtbot, open_window, Qt.Key.Key_BracketLeft)
    press(qtbot, open_window, Qt.Key.Key_M)
    playback.seek(0.3)
    press(qtbot, open_window, Qt.Key.Key_BracketRight)
    press(qtbot, open_window, Qt.Key.Key_Left, CTRL)
    assert (playback.in_s, playback.out_s, playback.marks_s) == (0.1, 0.3, (0.1,))
    assert playback.t_s == 0.1
    press(qtbot, open_window, Qt.Key.Key_Backslash)
    assert (playback.in_s, playback.out_s) == (None, None)


def test_letters_in_a_text_field_are_text(open_window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, open_window, Qt.Key.Key_F, CTRL)
    search = open_window.outliner.search
    assert QApplication.focusWidget() is search
    for key in (Qt.Key.Key_L, Qt.Key.Key_M, Qt.Key.Key_Space, Qt.Key.Key_J):
        press(qtbot, open_window, key)
    assert search.text() == "lm j"
    assert not open_window.playback.playing
    assert open_window.playback.marks_s == ()


def test_a_click_on_the_timeline_takes_the_keys_from_a_text_field(open_window: MainWindow, qtbot: QtBot) -> None:
    search = open_window.outliner.search
    press(qtbot, open_window, Qt.Key.Key_F, CTRL)
    assert search.hasFocus()
    canvas = open_window.timeline.canvas
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    assert not search.hasFocus()


def test_esc_empties_the_search_field_and_leaves_it(open_window: MainWindow, qtbot: QtBot) -> None:
    search = open_window.outliner.search
    press(qtbot, open_window, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(search, "car")
    press(qtbot, open_window, Qt.Key.Key_Escape)
    assert (search.text(), search.hasFocus()) == ("", False)
    before = open_window.playback.t_s
    press(qtbot, open_window, Qt.Key.Key_Right)
    assert open_window.playback.t_s > before


def test_the_sheet_and_a_closed_message_leave_the_keys_to_the_window(open_window: MainWindow, qtbot: QtBot) -> None:
    toast = open_window.toasts.say(Severity.ERROR, "Something", offer=("Again", lambda: None))
    assert toast.offer_button is not None
    qtbot.mouseClick(toast.offer_button, Qt.MouseButton.LeftButton)
    press(qtbot, open_window, Qt.Key.Key_Question)
    press(qtbot, open_window, Qt.Key.Key_Escape)
    assert not open_window.shortcut_sheet.isVisible()
    assert not isinstance(QApplication.focusWidget(), QLineEdit)
    before = open_window.playback.t_s
    press(qtbot, open_window, Qt.Key.Key_Right)
    assert open_window.playback.t_s > before


def test_the_palette_finds_and_runs_an_action(open_window: MainWindow, qtbot: QtBot) -> None:
    open_window.playback.seek(0.2)
    press(qtbot, open_window, Qt.Key.Key_P, CTRL)
    assert open_window.palette_sheet.isVisible()
    QTest.keyClicks(QApplication.focusWidget(), "go to the en")
    press(qtbot, open_window, Qt.Key.Key_Return)
    assert not open_window.palette_sheet.isVisible()
    assert open_window.playback.t_s == open_window.playback.end_s


def test_the_palette_offers_only_what_is_possible(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_P, CTRL)
    titles = {command.title for command in window.palette_sheet.matches}
    assert "Open log…" in titles
    assert "Play or pause" not in titles
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.palette_sheet.isVisible()


def test_the_shortcut_sheet_lists_every_action(open_window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, open_window, Qt.Key.Key_Question)
    assert open_window.shortcut_sheet.isVisible()
    assert {action.text for action in open_window.actions_.table} <= open_window.shortcut_sheet.shown_titles()
    press(qtbot, open_window, Qt.Key.Key_Space)
    assert not open_window.shortcut_sheet.isVisible()
    assert not open_window.playback.playing, "the key that closes the sheet does nothing else"


def test_every_menu_entry_is_an_action_of_the_table(window: MainWindow) -> None:
    for action in window.actions_.table:
        qt_action = window.actions_[action.id]
        assert qt_action.toolTip(), action.id
        assert not qt_action.icon().isNull(), action.id
    keys = [keys for action in window.actions_.table for keys in action.shortcuts]
    assert len(keys) == len(set(keys)), "two actions share a key"


def test_layouts_switch_and_are_remembered(open_window: MainWindow, small_nuscenes: Path, qtbot: QtBot) -> None:
    docks = open_window.docks
    assert docks["outliner"].isVisible()
    press(qtbot, open_window, Qt.Key.Key_3, CTRL)
    assert not docks["outliner"].isVisible()
    assert docks["cameras"].isVisible()
    docks["inspector"].show()
    press(qtbot, open_window, Qt.Key.Key_1, CTRL)
    assert docks["outliner"].isVisible()
    press(qtbot, open_window, Qt.Key.Key_3, CTRL)
    assert docks["inspector"].isVisible(), "the layout comes back as it was left"
    docks["cameras"].hide()
    open_window.logs.close()
    with qtbot.waitSignal(open_window.log_shown, timeout=20_000):
        open_window.open(small_nuscenes)
    assert docks["inspector"].isVisible()
    assert not docks["cameras"].isVisible(), "also after the log was closed"
    open_window.actions_["layout.reset"].trigger()
    assert not docks["inspector"].isVisible()
    assert open_window.store.values.layout == "review"


def test_a_bad_folder_is_a_message_and_the_window_goes_on(
    open_window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "empty").mkdir()
    with qtbot.waitSignal(open_window.logs.failed):
        open_window.open(tmp_path / "empty")
    (toast,) = open_window.toasts.toasts
    assert toast.severity is Severity.ERROR
    assert "empty" in toast.text
    assert str(tmp_path / "empty") in toast.text
    assert open_window.has_log(), "the earlier log stays"
    press(qtbot, open_window, Qt.Key.Key_Space)
    assert open_window.playback.playing


def test_a_message_can_be_copied(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.logs.failed):
        window.open(tmp_path / "nothing")
    (toast,) = window.toasts.toasts
    toast.copy_button.click()
    assert str(tmp_path / "nothing") in QGuiApplication.clipboard().text()
    toast.close_button.click()
    assert window.toasts.toasts == []


def test_a_dropped_folder_opens(window: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(small_pandaset))])
    button, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(400, 300), copy, mime, button, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(window.log_shown, timeout=20_000):
        QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), copy, mime, button, none))
    assert window.log is not None
    assert window.log.format == "pandaset"
    assert window.log.name in window.windowTitle()


def test_a_dropped_text_is_refused(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("no folder")
    button, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(400, 300), copy, mime, button, none)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


def test_recent_logs_are_offered_next_time(open_window: MainWindow, small_nuscenes: Path) -> None:
    open_window.actions_["log.close"].trigger()
    assert not open_window.has_log()
    assert open_window.store.values.recent == [small_nuscenes]
    assert any(small_nuscenes.name in button.text() for button in open_window.welcome.recent_buttons)


def test_a_recent_log_that_is_gone_is_forgotten(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.store.add_recent(tmp_path / "gone")
    with qtbot.waitSignal(window.logs.failed):
        window.open(tmp_path / "gone")
    assert window.store.values.recent == []


def test_the_selection_is_one_everywhere(open_window: MainWindow, qtbot: QtBot) -> None:
    log = open_window.log
    assert log is not None
    track = log.tracks[0].id
    index = open_window.outliner.index_of(track)
    view = open_window.outliner.view
    view.scrollTo(index)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())
    assert open_window.selection.ids == {track}
    qtbot.waitUntil(lambda: track in open_window.inspector.shown().values())
    camera = camera_id(log.cameras[0].name)
    open_window.selection.select(camera)
    assert view.selectionModel().isSelected(open_window.outliner.index_of(camera))
    assert not view.selectionModel().isSelected(open_window.outliner.index_of(track))
    press(qtbot, open_window, Qt.Key.Key_Escape)
    assert open_window.selection.ids == frozenset()


def test_light_and_dark_differ_to_the_eye(open_window: MainWindow) -> None:
    lightness = {}
    for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
        open_window.actions_[f"theme.{mode.value}"].trigger()
        QApplication.processEvents()
        picture = open_window.grab().toImage()
        places = [(30, 500), (800, 8), (1000, 985)]
        lightness[mode] = [picture.pixelColor(x, y).lightness() for x, y in places]
    assert min(lightness[ThemeMode.LIGHT]) > 200
    assert max(lightness[ThemeMode.DARK]) < 60
    assert open_window.store.values.theme is ThemeMode.DARK


def test_the_status_bar_says_mode_and_next_key(open_window: MainWindow, qtbot: QtBot) -> None:
    status = open_window.status
    assert status.mode.text() == "Browse"
    assert "Space" in status.hint.text()
    press(qtbot, open_window, Qt.Key.Key_L)
    press(qtbot, open_window, Qt.Key.Key_L)
    assert status.mode.text() == "Playing 2×"
    press(qtbot, open_window, Qt.Key.Key_K)
    open_window.selection.select("ego")
    assert status.mode.text() == "Ego"
    assert status.hint.text().startswith("P edits")
    assert open_window.log is not None and open_window.scenario.scenario is not None
    actor = open_window.log.tracks[0].id
    open_window.selection.select(actor)
    assert "Drag" in status.hint.text()
    open_window.scenario.do(editing.rename_actor(open_window.scenario.scenario, actor, "Ida"))
    assert status.mode.text() == "Ida"
    open_window.scenario.undo()


def test_what_a_reader_noticed_is_shown_once(open_window: MainWindow) -> None:
    log = open_window.log
    assert log is not None
    assert log.health
    card = open_window.health_card
    assert card is not None
    assert log.health[0].text in texts(card)
    card.closed.emit()
    assert not card.isVisible()


def test_overlays_are_kept_for_next_time(open_window: MainWindow) -> None:
    before = open_window.cameras.overlays.is_on("boxes")
    open_window.actions_["overlay.boxes"].trigger()
    assert open_window.store.values.overlays["boxes"] is not before
    assert open_window.actions_["overlay.boxes"].isChecked() is not before


def test_opening_another_log_starts_anew(open_window: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    open_window.playback.seek(0.2)
    open_window.playback.toggle_mark()
    open_window.selection.select("ego")
    with qtbot.waitSignal(open_window.log_shown, timeout=20_000):
        open_window.open(small_pandaset)
    log = open_window.log
    assert log is not None
    now_ns = log.t_ns(open_window.playback.t_s)
    assert all(stream.index_at(now_ns) == 0 for stream in log.cameras), "every camera shows its first image"
    assert open_window.playback.marks_s == ()
    assert open_window.selection.ids == frozenset()


def test_shift_c_enlarges_the_selected_camera_and_esc_leaves(open_window: MainWindow, qtbot: QtBot) -> None:
    log = open_window.log
    assert log is not None
    open_window.selection.select(camera_id(log.cameras[1].name))
    press(qtbot, open_window, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert open_window.cameras.enlarged == log.cameras[1].name
    press(qtbot, open_window, Qt.Key.Key_Escape)
    assert open_window.cameras.enlarged is None
    assert open_window.selection.ids, "the first Esc leaves the camera, not the selection"
    press(qtbot, open_window, Qt.Key.Key_Escape)
    assert not open_window.selection.ids


def test_switches_of_the_view_are_actions(open_window: MainWindow) -> None:
    follow = open_window.actions_["view.follow"]
    assert not follow.isChecked()
    follow.trigger()
    assert open_window.centre.current.follow
    assert follow.isChecked()
    open_window.centre.current.set_follow(False)
    assert not follow.isChecked()


def test_what_a_log_lacks_cannot_be_switched_on(open_window: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(open_window.log_shown, timeout=20_000):
        open_window.open(small_pandaset)
    assert open_window.actions_["overlay.lidar"].isEnabled()
    assert not open_window.actions_["overlay.lanes"].isEnabled()


def test_an_uncaught_error_is_told_once(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    tell_uncaught(window)
    for _ in range(3):
        error = ZeroDivisionError("by nothing")
        sys.excepthook(ZeroDivisionError, error, None)
    assert len(seen) == 3, "the log file has them all"
    (toast,) = window.toasts.toasts
    assert "by nothing" in toast.text


def test_settings_hold_at_once(open_window: MainWindow, qtbot: QtBot) -> None:
    open_window.actions_["settings.open"].trigger()
    dialog = open_window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.theme.setCurrentIndex(dialog.theme.findData(ThemeMode.LIGHT))
    assert open_window.theme.mode is ThemeMode.LIGHT
    dialog.budget.setValue(300)
    QTest.keyClick(dialog.budget, Qt.Key.Key_Return)
    assert open_window.store.values.cache_budget_mib == 300
    dialog.forget.click()
    assert open_window.store.values.recent == []
    dialog.close()


def test_the_window_comes_back_as_it_was_left(open_window: MainWindow, qtbot: QtBot) -> None:
    open_window.actions_["layout.generate"].trigger()
    open_window.resize(1200, 800)
    open_window.close()
    again = make_window(QApplication.instance(), SettingsStore(open_window.store.path.parent))
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (1200, 800)
    assert again.layouts.current.id == "generate"
    again.close()
