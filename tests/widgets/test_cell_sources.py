"""Cells with sources of their own, the zoom of all pictures, and what is said of boxes over generated ones."""

from __future__ import annotations

import numpy as np
import pytest
from edited_drive import shifted, with_track
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from core.geometry.projection import project_points
from core.jwm.misfit import Misfit, Sighting
from widgets.camera_panel import CameraPanel, Source
from widgets.camera_panel.fit import Fit
from widgets.camera_panel.shown import Shown, ShownSources
from widgets.playback import Playback
from widgets.selection import Selection

LOG = small_drive()
FRONT, *OTHERS = [stream.name for stream in LOG.cameras]
SIZE = (18, 32)


def even(level: int) -> np.ndarray:
    return np.full((*SIZE, 3), level, np.uint8)


@pytest.fixture
def panel(qtbot: QtBot) -> CameraPanel:
    playback = Playback()
    playback.set_range(0.0, LOG.duration_s)
    panel = CameraPanel(playback, Selection())
    qtbot.addWidget(panel)
    panel.resize(900, 640)
    panel.set_log(LOG)
    panel.show()
    qtbot.waitExposed(panel)
    playback.seek(0.5)
    return panel


def choose(panel: CameraPanel, camera: str, *titles: str) -> None:
    """By a right click on a picture."""
    cell = panel.cell(camera)
    place = QPoint(20, 40)
    right_click = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, cell.mapToGlobal(place))
    QApplication.sendEvent(cell, right_click)
    menu = next(menu for menu in panel.findChildren(QMenu) if menu.isVisible())
    for title in titles[:-1]:
        menu = next(action.menu() for action in menu.actions() if action.text() == title)
    next(action for action in menu.actions() if action.text() == titles[-1]).trigger()
    for popup in panel.findChildren(QMenu):
        popup.close()


def level(panel: CameraPanel, camera: str, x: float, y: float = 0.25) -> int:
    """How bright a cell is at a share of what is seen of its picture."""
    cell = panel.cell(camera)
    picture = cell.picture_rect()
    place = QPointF(picture.left() + x * picture.width(), picture.top() + y * picture.height())
    return cell.grab().toImage().pixelColor(place.toPoint()).red()


def turn_wheel(panel: CameraPanel, camera: str, x: float, notches: int) -> None:
    cell = panel.cell(camera)
    picture = cell.picture_rect()
    place = QPointF(picture.left() + x * picture.width(), picture.center().y())
    no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    far = QPointF(cell.mapToGlobal(place.toPoint()))
    turn = QPoint(0, 120 * notches)
    phase = Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(cell, QWheelEvent(place, far, QPoint(), turn, no_button, no_key, phase, False))


def test_one_cell_shows_its_own_source_until_all_show_the_same(panel: CameraPanel, qtbot: QtBot) -> None:
    panel.set_overlay("boxes", False)
    with qtbot.waitSignal(panel.source_changed):
        choose(panel, FRONT, "Render")
    assert panel.shown_in(FRONT) == Shown(Source.RENDER)
    assert panel.source is Source.RECORDING
    assert panel.shows(Source.RENDER)
    for stream in LOG.cameras:
        panel.show_image(Source.RECORDING, stream.name, 0, even(40))
        panel.show_image(Source.RENDER, stream.name, 0, even(200))
    assert [level(panel, name, 0.5) for name in (FRONT, *OTHERS)] == [200] + [40] * len(OTHERS)
    assert panel.header.same.isVisibleTo(panel.header)

    panel.set_source(Source.GENERATED)  # of those that follow
    assert panel.shown_in(FRONT).source is Source.RENDER
    assert panel.shown_in(OTHERS[0]).source is Source.GENERATED
    assert level(panel, FRONT, 0.5) == 200, "whose source stayed keeps its picture"
    qtbot.mouseClick(panel.header.same, Qt.MouseButton.LeftButton)
    assert panel.own_sources == {}
    assert panel.shown_in(FRONT).source is Source.GENERATED
    assert not panel.header.same.isVisibleTo(panel.header)


def test_one_cell_can_be_wiped_alone_and_follow_the_others_again(panel: CameraPanel) -> None:
    panel.set_overlay("boxes", False)
    choose(panel, FRONT, "Wipe with", "Generated")
    panel.show_image(Source.RECORDING, FRONT, 0, even(40))
    panel.show_image(Source.GENERATED, FRONT, 0, even(200))
    assert (level(panel, FRONT, 0.2), level(panel, FRONT, 0.8)) == (40, 200)
    assert panel.wiped is None
    choose(panel, FRONT, "Same as all pictures")
    assert panel.own_sources == {}


def test_own_sources_come_back_from_settings() -> None:
    kept = ShownSources()
    kept.set(Shown(Source.RENDER, Source.GENERATED), "front")
    kept.set(Shown(Source.RECORDING), "back")  # as all
    assert kept.in_words() == {"front": ["RENDER", "GENERATED"]}
    again = ShownSources.from_words({**kept.in_words(), "left": ["PAINTING"], "right": []})
    assert dict(again.own) == dict(kept.own)


def test_the_wheel_shows_the_same_part_of_all_pictures(panel: CameraPanel, qtbot: QtBot) -> None:
    panel.set_overlay("boxes", False)
    ramp = np.repeat(np.linspace(0, 250, SIZE[1]).astype(np.uint8)[None, :, None], SIZE[0], 0).repeat(3, 2)
    panel.set_source(Source.GENERATED)
    for stream in LOG.cameras:
        panel.show_image(Source.GENERATED, stream.name, 0, ramp)
    before = level(panel, FRONT, 0.75)
    turn_wheel(panel, FRONT, 0.75, 4)
    assert panel.zoom.factor > 2
    assert level(panel, FRONT, 0.75) == pytest.approx(before, abs=6), "what lies under the pointer stays there"
    assert level(panel, FRONT, 0.05) > 60
    for name in OTHERS:
        assert level(panel, name, 0.05) == pytest.approx(level(panel, FRONT, 0.05), abs=8)
    cell = panel.cell(FRONT)
    hit = cell.widget_from_image().inverted()[0].map(QPointF(cell.picture_rect().center()))
    assert hit.x() > cell.stream.camera.width * 0.55
    before = level(panel, OTHERS[0], 0.5)
    at = cell.picture_rect().center()
    qtbot.mousePress(cell, Qt.MouseButton.MiddleButton, pos=at)
    qtbot.mouseMove(cell, at + QPoint(60, 0))
    qtbot.mouseRelease(cell, Qt.MouseButton.MiddleButton, pos=at + QPoint(60, 0))
    assert level(panel, OTHERS[0], 0.5) < before - 10, "all pictures move along"
    panel.enlarge(FRONT)
    assert level(panel, FRONT, 0.05) > 20, "enlarged, too"
    panel.enlarge(None)
    qtbot.mouseClick(panel.header.whole, Qt.MouseButton.LeftButton)
    assert panel.zoom.factor == 1
    assert level(panel, FRONT, 0.02) < 30


def test_a_generated_picture_says_how_far_its_boxes_are_off(panel: CameraPanel) -> None:
    stream = LOG.camera("front")
    car = next(track for track in LOG.tracks if track.id == "car")
    box = car.box_at(int(stream.t_ns[0]))
    assert box is not None
    pixels, _, _ = project_points(stream.camera, stream.world_from_camera[0], box.world_from_box.translation[None])
    x, y = (pixels[0] + 0.5) / (stream.camera.width, stream.camera.height)
    off = Sighting(0, "front", "car", float(x) + 3 / SIZE[1], float(y), likeness=0.9)
    cell = panel.cell("front")
    panel.show_image(Source.RECORDING, "front", 0, even(40))
    assert cell.misfit_note == ""
    panel.set_source(Source.GENERATED)
    panel.show_image(Source.GENERATED, "front", 0, even(40), [off])
    assert cell.misfit_note == "Misfit 3.0 px"
    panel.show_edit(with_track(LOG, shifted(car, 1.0)))
    assert cell.misfit_note != "Misfit 3.0 px", "an edit moves the box, not the picture"
    panel.show_image(Source.GENERATED, "front", 0, even(40), [off._replace(likeness=0.1)])
    assert cell.misfit_note == "1 not found"
    panel.set_overlay("misfit", False)
    assert cell.misfit_note == ""


def test_each_actor_says_how_far_its_box_is_off() -> None:
    misfit = Misfit({"car": 1.26, "van": None})
    assert Fit.words(misfit, "car") == "misfit 1.3 px"
    assert Fit.words(misfit, "van") == "not found in the picture"
    assert Fit.words(misfit, "unseen") == ""
