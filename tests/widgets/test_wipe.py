"""Two sources in one picture, and the line between them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from widgets.camera_panel import CameraPanel, Source
from widgets.playback import Playback
from widgets.selection import Selection

LOG = small_drive()
BLACK, WHITE = np.zeros((18, 32, 3), np.uint8), np.full((18, 32, 3), 255, np.uint8)


@pytest.fixture
def panel(qtbot: QtBot) -> CameraPanel:
    """Black recordings, wiped with what is generated, which is white."""
    playback = Playback()
    playback.set_range(0.0, LOG.duration_s)
    panel = CameraPanel(playback, Selection())
    qtbot.addWidget(panel)
    panel.resize(900, 640)
    panel.set_log(LOG)
    panel.set_overlay("boxes", False)
    panel.show()
    qtbot.waitExposed(panel)
    playback.seek(0.5)
    panel.wipe(Source.GENERATED)
    for stream in LOG.cameras:
        panel.show_image(Source.RECORDING, stream.name, 0, BLACK)
        panel.show_image(Source.GENERATED, stream.name, 0, WHITE)
    return panel


def level(panel: CameraPanel, name: str, share: float) -> int:
    """How bright a cell is at a share of the picture's width."""
    cell = panel.cell(name)
    picture = cell.picture_rect()
    image = cell.grab().toImage()
    ratio = image.width() / cell.width()
    x, y = picture.left() + share * picture.width(), picture.top() + picture.height() / 4
    return image.pixelColor(round(x * ratio), round(y * ratio)).red()


def levels(panel: CameraPanel, name: str) -> NDArray[np.int64]:
    return np.array([level(panel, name, share) for share in (0.1, 0.4, 0.6, 0.9)])


def test_both_sources_are_shown_left_and_right_of_the_line(panel: CameraPanel) -> None:
    assert panel.shows(Source.RECORDING)
    assert panel.shows(Source.GENERATED)
    assert not panel.shows(Source.RENDER)
    for stream in LOG.cameras:
        assert levels(panel, stream.name).tolist() == [0, 0, 255, 255]


def test_dragging_the_line_moves_it_in_all_pictures_and_enlarges_none(panel: CameraPanel, qtbot: QtBot) -> None:
    cell = panel.cell("front")
    picture = cell.picture_rect()
    row = picture.top() + picture.height() // 4
    start, end = (QPoint(picture.left() + round(share * picture.width()), row) for share in (0.5, 0.25))
    qtbot.mousePress(cell, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(cell, end)
    qtbot.mouseRelease(cell, Qt.MouseButton.LeftButton, pos=end)
    assert panel.enlarged is None
    for stream in LOG.cameras:
        assert levels(panel, stream.name).tolist() == [0, 255, 255, 255]


def test_choosing_the_other_source_changes_sides_and_the_wipe_can_end(panel: CameraPanel) -> None:
    panel.set_source(Source.GENERATED)
    assert (panel.source, panel.wiped) == (Source.GENERATED, Source.RECORDING)
    panel.wipe(Source.RECORDING)  # again: no wipe
    assert panel.wiped is None
    assert not panel.shows(Source.RECORDING)
    panel.show_image(Source.GENERATED, "front", 0, WHITE)
    assert levels(panel, "front").tolist() == [255] * 4
