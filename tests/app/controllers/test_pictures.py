"""What the views are fed, and which frames count as in memory."""

import pytest
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from app.controllers.pictures import PictureFeed
from widgets.camera_panel import CameraPanel
from widgets.centre import CentreViews
from widgets.playback import Playback
from widgets.selection import Selection


@pytest.fixture
def playback(qtbot: QtBot) -> Playback:
    return Playback()


@pytest.fixture
def panel(qtbot: QtBot, playback: Playback) -> CameraPanel:
    made = CameraPanel(playback, Selection(playback))
    made.resize(900, 500)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_frames_in_memory_are_those_that_every_camera_has(qtbot: QtBot, playback: Playback, panel: CameraPanel) -> None:
    centre = CentreViews(playback, Selection(playback))
    qtbot.addWidget(centre)
    feed = PictureFeed(playback, panel, centre)
    assert feed.frames_in_memory() == []
    log = small_drive()
    playback.set_range(0.0, log.duration_s)
    playback.set_frames([0.1 * number for number in range(20)])
    feed.set_log(log)
    loader = feed.loader
    assert loader is not None
    qtbot.waitUntil(lambda: loader.idle and bool(feed.frames_in_memory()))
    ((start_s, end_s),) = feed.frames_in_memory()
    assert start_s == 0.0
    assert 0.1 <= end_s < 1.0, "only what lies around the playhead was fetched"
    playback.seek(1.5)
    qtbot.waitUntil(lambda: len(feed.frames_in_memory()) == 2)
    (_, _), (later_s, until_s) = feed.frames_in_memory()
    assert later_s <= 1.5 < until_s
    feed.set_log(None)
    assert feed.frames_in_memory() == []
