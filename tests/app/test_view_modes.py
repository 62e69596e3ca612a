"""What the status bar says while the 3D view is looked around in."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.main_window import MainWindow

AT = QPoint(200, 200)
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def said(window: MainWindow) -> tuple[str, str]:
    return window.status.mode.text(), window.status.hint.text()


def test_the_status_bar_tells_the_gesture_and_the_next_key(open_window: MainWindow) -> None:
    view = open_window.centre.viewport
    before = said(open_window)
    assert before[0] == "Browse"
    for button, modifiers, mode, key in (
        (Qt.MouseButton.RightButton, PLAIN, "Flying", "W A S D"),
        (Qt.MouseButton.MiddleButton, PLAIN, "Orbiting", "Shift"),
        (Qt.MouseButton.MiddleButton, SHIFT, "Panning", "Shift"),
    ):
        QTest.mousePress(view, button, modifiers, AT)
        assert said(open_window)[0] == mode
        assert key in said(open_window)[1]
        QTest.mouseRelease(view, button, modifiers, AT)
        assert said(open_window) == before


def test_the_status_bar_tells_from_where_the_view_looks(open_window: MainWindow) -> None:
    view = open_window.centre.viewport
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_T)
    assert said(open_window)[0] == "From above"
    QTest.keyClick(view, Qt.Key.Key_C)
    assert said(open_window)[0] == "Through a camera"
    QTest.keyClick(view, Qt.Key.Key_C)
    assert said(open_window)[0] == "From above"
    open_window.centre.show_plan()
    assert said(open_window)[0] == "Browse"
