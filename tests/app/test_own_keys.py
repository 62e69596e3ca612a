"""Keys of the user's own: given, taken, kept, reset."""

from __future__ import annotations

from driven_windows import press
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.editor import make_window
from app.main_window import MainWindow
from app.settings_dialog import SettingsDialog


def test_a_key_is_taken_from_whom_it_was_and_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    window.show_settings()
    (dialog,) = window.findChildren(SettingsDialog)
    page = dialog.keys
    dialog.pages.setCurrentWidget(page)
    page.choose("window.full_screen")
    page.edit.setFocus()
    qtbot.keyClick(page.edit, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert "would lose it" in page.told.text()
    qtbot.mouseClick(page.assign, Qt.MouseButton.LeftButton)
    assert page.keys_shown("window.full_screen") == "Ctrl+P"
    assert page.keys_shown("palette.open") == ""
    assert window.store.values.keys["window.full_screen"] == ["Ctrl+P"]
    dialog.close()
    press(qtbot, window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert window.isFullScreen()
    assert "Ctrl+P" in window.actions_["window.full_screen"].toolTip()
    again = make_window(QApplication.instance(), window.store)
    assert again.actions_["window.full_screen"].shortcut().toString() == "Ctrl+P"
    again.close()
    again.deleteLater()


def test_keys_are_found_and_reset(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_.bind("scenario.undo", ["Ctrl+U"])
    window.show_settings()
    (dialog,) = window.findChildren(SettingsDialog)
    page = dialog.keys
    page.search.setText("ctrl+u")
    (found,) = [item for item in page._rows.values() if not item.isHidden()]
    assert found.text(1) == "Undo"
    page.choose("scenario.undo")
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert page.keys_shown("scenario.undo") == "Ctrl+Z"
    assert window.store.values.keys == {}
    assert not page.reset_all.isEnabled()
    dialog.close()
