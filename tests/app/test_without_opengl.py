"""The window where there is no OpenGL, or one that is too old: it says so, with the remedy, and does all else."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.bench.window_process import begun_cameras, shown_cameras
from app.main_window import MainWindow
from widgets.viewport import opengl
from widgets.viewport.notice import REMEDY, OpenGlNotice
from widgets.viewport.opengl import OpenGl

OLD = OpenGl("Mesa DRI Intel(R) 965GM", "2.1 Mesa 9.2.1", (2, 1))
SIZES = {"wide": (1600, 1000), "small": (1000, 640), "as small as can be": (1, 1)}


@pytest.fixture(autouse=True, params=[OpenGl(), OLD], ids=["none", "too old"])
def found(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> OpenGl:
    monkeypatch.setattr(opengl, "find_opengl", lambda offscreen: request.param)
    return request.param


def notice_in(window: MainWindow, qtbot: QtBot) -> OpenGlNotice:
    qtbot.waitUntil(lambda: window.centre.viewport.problem is not None)
    return next(iter(window.centre.viewport.findChildren(OpenGlNotice)))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_whole_notice_can_be_read(
    window: MainWindow, small_nuscenes: Path, found: OpenGl, size: tuple[int, int], qtbot: QtBot
) -> None:
    window.resize(*size)
    with qtbot.waitSignal(window.log_shown, timeout=20_000):
        window.open(small_nuscenes)
    notice = notice_in(window, qtbot)
    labels = notice.findChildren(QLabel)
    assert [line.text() for line in labels][1:] == [found.problem, REMEDY]

    def all_can_be_read() -> None:
        """Once laid out, which takes Qt a few turns after the notice is shown."""
        assert notice.isVisible()
        for line in labels:
            assert line.isVisible()
            assert line.height() >= line.heightForWidth(line.width()), line.text()
            notice.ensureWidgetVisible(line, 0, 0)
            on_top = line.mapTo(notice.viewport(), line.rect().topLeft())
            assert notice.viewport().rect().contains(on_top), line.text()
        assert size == SIZES["as small as can be"] or not notice.verticalScrollBar().isVisible()
        assert window.centre.viewport.rect().contains(notice.geometry())

    qtbot.waitUntil(all_can_be_read)


def test_the_rest_of_the_window_works(window: MainWindow, small_nuscenes: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.log_shown, timeout=20_000):
        window.open(small_nuscenes)
    notice_in(window, qtbot)
    window.playback.seek(window.playback.end_s)
    qtbot.waitUntil(lambda: shown_cameras(window) == begun_cameras(window) != set())
    for command in window.actions_.commands():
        if command.action.objectName().startswith(("view.", "selection.", "actors.")):
            command.action.trigger()
    window.playback.seek(window.playback.start_s)
    qtbot.waitUntil(lambda: shown_cameras(window) == begun_cameras(window) != set())
    window.actions_["log.close"].trigger()
    assert window.log is None
