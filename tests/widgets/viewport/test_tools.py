"""A tool in the hand of the viewport."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from pytestqt.qtbot import QtBot
from viewport_scene import View

from widgets.viewport.cpu_splats import CpuSplats
from widgets.viewport.sight import Sight
from widgets.viewport.tools import Tool, Touch

LEFT = Qt.MouseButton.LeftButton


class Pen(Tool):
    """Takes what begins in the left half of the view, and Return."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []
        self.holding = False

    def press(self, touch: Touch) -> bool:
        self.holding = touch.at.x() < 240
        self.log.append("press" if self.holding else "refused")
        return self.holding

    def drag(self, touch: Touch) -> None:
        self.log.append("drag")

    def release(self, touch: Touch) -> None:
        self.holding = False
        self.log.append("release")

    def key(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Return:
            return False
        self.finished.emit()
        return True

    def cancel(self) -> bool:
        was, self.holding = self.holding, False
        self.log += ["cancel"] if was else []
        return was

    def paint(self, painter: QPainter, sight: Sight, ratio: float) -> None:
        painter.fillRect(10, 10, 5, 5, QColor(255, 0, 255))


@pytest.fixture
def view(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> View:
    made = View(qtbot, CpuSplats, monkeypatch)
    made.open()
    return made


def test_a_tool_takes_the_left_button_and_keys_until_it_is_put_away(view: View) -> None:
    tool = Pen()
    view.view.take(tool)
    view.rest()
    view.drag(QPointF(100, 100), QPointF(50, 0), LEFT)
    assert tool.log == ["press", "drag", "drag", "release"]
    assert tuple(view.picture()[12, 12]) == (255, 0, 255)
    assert view.key(Qt.Key.Key_Return)
    assert view.view.tool is None
    assert tuple(view.picture()[12, 12]) != (255, 0, 255)


def test_what_a_tool_refuses_selects_and_the_camera_comes_first(view: View) -> None:
    tool = Pen()
    view.view.take(tool)
    view.rest()
    view.selection.select("ego")
    view.click(QPointF(400, 20))
    assert not view.selection.ids
    before = view.view.camera
    view.drag(QPointF(100, 100), QPointF(50, 0), Qt.MouseButton.MiddleButton)
    assert view.view.camera != before
    assert tool.log == ["refused"]


def test_leaving_gives_up_the_gesture_then_the_tool(view: View) -> None:
    tool = Pen()
    view.view.take(tool)
    view.press(QPointF(100, 100), LEFT)
    assert view.view.leave_tool()
    assert view.view.tool is tool and tool.log == ["press", "cancel"]
    view.release(QPointF(120, 100), LEFT)
    assert view.view.leave_tool() and view.view.tool is None
    assert not view.view.leave_tool()
    assert tool.log == ["press", "cancel"]
