"""What the views are fed, and which frames count as in memory."""

import pytest
from pytestqt.qtbot import QtBot
from synthetic_drive import Reads, small_drive

from app.controllers.pictures import MOST_TOLD, PictureFeed
from core.errors import UserError
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


def test_a_damaged_sweep_is_told_once_noted_and_logged(
    qtbot: QtBot, playback: Playback, panel: CameraPanel, caplog: pytest.LogCaptureFixture
) -> None:
    feed = feed_of(qtbot, playback, panel, Reads(broken={("lidar", 2), ("front", 5)}))
    told: list[UserError] = []
    marked: set[tuple[str, int]] = set()
    feed.told.connect(told.append)
    feed.unreadable.connect(lambda stream, index: marked.add((stream, index)))
    panel.set_overlay("lidar", True)
    for t_s in (0.5, 1.5, 0.5):
        seek(qtbot, playback, feed, t_s)
        assert panel.header.note == ("Lidar sweep 2 cannot be read" if t_s == 0.5 else "")
    assert [error.what for error in told] == ["The file is damaged"]
    assert told[0].remedy == "Copy the log again."
    assert marked == {("lidar", 2), ("front", 5)}
    assert caplog.text.count("lidar/2.pkl") == 1
    assert caplog.text.count("front/5.jpg") == 1
    panel.set_overlay("lidar", False)
    assert panel.header.note == ""
    feed.set_log(None)


def test_many_damaged_sweeps_do_not_fill_the_window(qtbot: QtBot, playback: Playback, panel: CameraPanel) -> None:
    feed = feed_of(qtbot, playback, panel, Reads(broken={("lidar", index) for index in range(10)}))
    told: list[UserError] = []
    feed.told.connect(told.append)
    panel.set_overlay("lidar", True)
    for index in range(10):
        seek(qtbot, playback, feed, 0.2 * index + 0.05)
    assert len(told) == MOST_TOLD + 1
    assert "More" in told[-1].what
    feed.set_log(None)


def feed_of(qtbot: QtBot, playback: Playback, panel: CameraPanel, reads: Reads) -> PictureFeed:
    centre = CentreViews(playback, Selection(playback))
    qtbot.addWidget(centre)
    feed = PictureFeed(playback, panel, centre)
    log = small_drive(reads=reads)
    playback.set_range(0.0, log.duration_s)
    feed.set_log(log)
    return feed


def seek(qtbot: QtBot, playback: Playback, feed: PictureFeed, t_s: float) -> None:
    playback.seek(t_s)
    qtbot.waitUntil(lambda: feed.loader is not None and feed.loader.idle)
