"""Speed over time: knots to drag, and the list of what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.scenario import EGO, Authored, Bent, Case, EditedDrive, EgoPath, Judge, Keyed, editing
from core.scenario.motion import Retime
from widgets.path_model import PathModel
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import Selection
from widgets.speed_strip import SpeedPanel

LEFT = Qt.MouseButton.LeftButton


class Strip:
    """The panel on the ego of the small drive."""

    def __init__(self, qtbot: QtBot) -> None:
        log = small_drive()
        self.model, self.selection, self.playback = ScenarioModel(), Selection(), Playback()
        self.playback.set_range(0.0, log.duration_s)
        self.paths = PathModel(self.model, self.selection)
        self.panel = SpeedPanel(self.paths, self.playback)
        qtbot.addWidget(self.panel)
        self.panel.resize(640, 240)
        self.panel.show()
        qtbot.waitExposed(self.panel)
        self.model.open(EditedDrive(scenario_of(log), log))
        self.selection.select(EGO)
        self.canvas = self.panel.canvas

    @property
    def ego(self) -> EgoPath:
        assert self.model.scenario is not None
        return self.model.scenario.ego.path

    def knot(self, row: int) -> QPoint:
        return self.canvas.knot_place(row).toPoint()

    def drag(self, start: QPoint, by: QPoint) -> None:
        QTest.mousePress(self.canvas, LEFT, pos=start)
        QTest.mouseMove(self.canvas, start + by / 2)
        QTest.mouseMove(self.canvas, start + by)
        QTest.mouseRelease(self.canvas, LEFT, pos=start + by)

    def hover(self, place: QPoint) -> None:
        at, none = QPointF(place), Qt.MouseButton.NoButton
        there = QPointF(self.canvas.mapToGlobal(place))
        keys = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.canvas, QMouseEvent(QMouseEvent.Type.MouseMove, at, there, none, none, keys))

    def judge(self) -> None:
        assert self.model.drive is not None
        case = Case.of(self.model.drive, EGO)
        self.paths.take_verdict(case, Judge().verdict(case))


@pytest.fixture
def strip(qtbot: QtBot) -> Strip:
    return Strip(qtbot)


def test_a_knot_dragged_down_slows_the_ego_as_one_step(strip: Strip) -> None:
    assert strip.paths.shown is not None
    assert [knot.speed_mps for knot in strip.canvas.knots] == pytest.approx([5.0] * len(strip.canvas.knots), abs=0.1)
    strip.drag(strip.knot(1), QPoint(0, 40))
    assert isinstance(strip.ego, Bent) and isinstance(strip.ego.bends[0], Retime)
    slow = strip.canvas.knots[1].speed_mps
    assert slow < 4.0
    assert np.interp(1.0, strip.paths.shown.t_s, strip.paths.shown.speed_mps) == pytest.approx(slow, abs=0.3)
    assert strip.model.stack.count() == 1
    strip.model.undo()
    assert strip.canvas.knots[1].speed_mps == pytest.approx(5.0, abs=0.1)


def test_a_knot_of_the_way_dragged_down_is_less_far_by_then_and_stays_under_the_pointer(strip: Strip) -> None:
    start = strip.canvas.way_knot_place(2).toPoint()
    t_s, before = strip.canvas.knots[2].t_s, strip.paths.shown
    assert before is not None
    QTest.mousePress(strip.canvas, LEFT, pos=start)
    QTest.mouseMove(strip.canvas, start + QPoint(0, 6))
    there = strip.canvas.way_knot_place(2)
    assert (there - QPointF(start + QPoint(0, 6))).manhattanLength() < 2.0
    QTest.mouseRelease(strip.canvas, LEFT, pos=start + QPoint(0, 6))
    ways = [float(np.interp(t_s, path.t_s, path.driven_m)) for path in (before, strip.paths.shown)]
    assert ways[1] < ways[0] - 0.5
    slower = [5.0 - knot.speed_mps for knot in strip.canvas.knots]
    assert slower[1] == pytest.approx(slower[2], abs=0.05) and 0.1 < slower[1] < 4.0, "evenly, in the one profile"
    assert slower[0] == pytest.approx(0.0, abs=0.1)
    assert [strip.model.stack.text(row) for row in range(strip.model.stack.count())] == ["Change a speed"]


def test_a_knot_of_the_way_dragged_in_time_gets_there_later(strip: Strip) -> None:
    start = strip.canvas.way_knot_place(1).toPoint()
    way_m = float(np.interp(strip.canvas.knots[1].t_s, strip.paths.shown.t_s, strip.paths.shown.driven_m))
    strip.drag(start, QPoint(30, 0))
    later = strip.canvas.knots[1]
    assert later.t_s > 1.1 and later.speed_mps < 5.0
    driven = float(np.interp(later.t_s, strip.paths.shown.t_s, strip.paths.shown.driven_m))
    assert driven == pytest.approx(way_m, abs=0.3)


def test_a_knot_is_set_by_a_double_click_and_removed_by_delete(strip: Strip) -> None:
    before = strip.canvas.knots
    place = (strip.canvas.knot_place(0) + strip.canvas.knot_place(1)) / 2
    QTest.mouseDClick(strip.canvas, LEFT, pos=place.toPoint())
    assert len(strip.canvas.knots) == len(before) + 1
    strip.canvas.setFocus()
    strip.hover(place.toPoint())
    QTest.keyClick(strip.canvas, Qt.Key.Key_Delete)
    assert len(strip.canvas.knots) == len(before)
    assert [strip.model.stack.text(row) for row in range(2)] == ["Add a speed", "Remove a speed"]


def test_escape_gives_a_dragged_knot_up(strip: Strip) -> None:
    start = strip.knot(1)
    QTest.mousePress(strip.canvas, LEFT, pos=start)
    QTest.mouseMove(strip.canvas, start + QPoint(0, 30))
    assert strip.model.is_previewing
    QTest.keyClick(strip.canvas, Qt.Key.Key_Escape)
    assert not strip.model.is_previewing
    QTest.mouseRelease(strip.canvas, LEFT, pos=start + QPoint(0, 30))
    assert strip.model.stack.count() == 0


def test_the_speed_of_a_drawn_path_and_of_key_frames_is_dragged_too(strip: Strip) -> None:
    assert strip.model.drive is not None
    pose = strip.model.drive.ego_at(0.0)
    strip.paths.settle("Draw", editing.drawn_from(pose, 4.0, 0.0))
    strip.drag(strip.knot(0), QPoint(0, -30))
    assert isinstance(strip.ego, Authored)
    assert strip.canvas.knots[0].speed_mps > 5.0
    frames = editing.key_frames.frames_of(strip.model.drive.ego, start_ns=strip.model.drive.log.start_ns)
    strip.paths.settle("Key frames", Keyed(frames=frames))
    start, steps = strip.knot(1), strip.model.stack.count()
    strip.drag(start, QPoint(0, 20))
    assert isinstance(strip.ego, Authored), "they have become a drawn path"
    assert strip.model.stack.count() == steps + 1
    strip.model.undo()
    assert isinstance(strip.ego, Keyed)


def test_the_pointer_is_told_to_other_views_and_elsewhere_a_click_scrubs(strip: Strip) -> None:
    place = strip.knot(1) + QPoint(40, 60)
    strip.hover(place)
    t_s = strip.canvas.span.t_s(place.x())
    assert strip.paths.pointed_s == pytest.approx(t_s)
    QTest.mouseClick(strip.canvas, LEFT, pos=place)
    assert strip.playback.t_s == pytest.approx(t_s)
    assert strip.model.stack.count() == 0


def test_what_is_wrong_is_listed_and_a_click_goes_there(strip: Strip) -> None:
    listed = strip.panel.violations
    assert [listed.item(row).text() for row in range(listed.count())] == ["Being judged…"]
    strip.judge()
    assert listed.count() == 1 and "trusted" in listed.item(0).text()
    strip.drag(strip.knot(1), QPoint(0, 200))  # from 5 m/s to a stand and back within two seconds
    assert not listed.isEnabled()  # on the path before
    strip.judge()
    assert listed.isEnabled()
    (found,) = listed.findItems("Acceleration", Qt.MatchFlag.MatchContains)
    QTest.mouseClick(listed.viewport(), LEFT, pos=listed.visualItemRect(found).center())
    assert strip.playback.t_s == pytest.approx(float(found.text().split(" ")[0]), abs=0.06)
