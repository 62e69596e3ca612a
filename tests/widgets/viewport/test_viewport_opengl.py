"""The context of OpenGL between the GUI thread and the one that draws."""

import threading
import weakref

import pytest
from PySide6.QtGui import QOpenGLContext
from pytestqt.qtbot import QtBot

from widgets.viewport import opengl
from widgets.viewport.drawer import Drawer


def test_contexts_come_and_go_in_the_gui_thread(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere that waits for ever, now and then: the window hangs."""
    made, gone = list[threading.Thread](), list[threading.Thread]()

    def make() -> QOpenGLContext:
        context = QOpenGLContext()
        made.append(threading.current_thread())
        weakref.finalize(context, lambda: gone.append(threading.current_thread()))
        return context

    monkeypatch.setattr(opengl, "QOpenGLContext", make)
    drawer = Drawer()
    with qtbot.waitSignal(drawer.found, timeout=10_000) as found:
        pass
    assert found.args[0].usable
    drawer.close()
    assert made
    assert gone == made
    assert set(made) == {threading.main_thread()}


def test_closing_before_opengl_was_found_is_quiet(qtbot: QtBot) -> None:
    drawer = Drawer()
    with qtbot.assertNotEmitted(drawer.found, wait=200):
        drawer.close()
