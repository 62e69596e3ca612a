"""The plan: where things lie, picking, panning, zooming, framing and following."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from edited_drive import shifted, with_track
from PySide6.QtCore import QPoint, QPointF, QSizeF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from core.geometry import Pose, PoseTrack
from core.logs import LidarSweep
from widgets.plan_view import PlanView
from widgets.plan_view.furniture import nice_step
from widgets.plan_view.viewpoint import Viewpoint
from widgets.playback import Playback
from widgets.selection import EGO, Selection, camera_id

SIZE = QSizeF(800, 600)


class Plan:
    """A plan on the small drive, with hands."""

    def __init__(self, qtbot: QtBot) -> None:
        self.log = small_drive()
        self.playback = Playback()
        self.selection = Selection()
        self.view = PlanView(self.playback, self.selection)
        qtbot.addWidget(self.view)
        self.view.resize(SIZE.toSize())
        self.playback.set_range(0.0, self.log.duration_s)
        self.view.set_log(self.log)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.playback.seek(0.5)
        QApplication.processEvents()

    def at(self, x_m: float, y_m: float) -> QPointF:
        return QPointF(*self.view.viewpoint.to_screen((x_m, y_m), QSizeF(self.view.size())))

    def grab(self) -> np.ndarray:
        image = self.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)

    def pixel(self, x_m: float, y_m: float) -> np.ndarray:
        place = self.at(x_m, y_m).toPoint()
        return self.grab()[place.y(), place.x()]

    def press(self, at: QPointF, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        self._send(QMouseEvent.Type.MouseButtonPress, at, button, button)

    def move(self, at: QPointF, held: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
        self._send(QMouseEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, held)

    def release(
        self,
        at: QPointF,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        self._send(QMouseEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton, modifiers)

    def click(self, at: QPointF, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.press(at)
        self.release(at, modifiers=modifiers)

    def drag(self, start: QPointF, delta: QPointF, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        self.press(start, button)
        for share in (0.5, 1.0):
            self.move(start + delta * share, button)
        self.release(start + delta, button)

    def wheel(self, at: QPointF, steps: int) -> None:
        spot = QPointF(self.view.mapToGlobal(at.toPoint()))
        none = Qt.KeyboardModifier.NoModifier
        buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(at, spot, QPoint(), QPoint(0, 120 * steps), buttons, none, phase, False)
        QApplication.sendEvent(self.view, event)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QApplication.sendEvent(self.view, QKeyEvent(QKeyEvent.Type.KeyPress, key, modifiers))

    def button(self, tip: str) -> QToolButton:
        return next(one for one in self.view.findChildren(QToolButton) if one.toolTip().startswith(tip))

    def _send(
        self,
        kind: QMouseEvent.Type,
        at: QPointF,
        button: Qt.MouseButton,
        held: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        spot = QPointF(self.view.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(self.view, QMouseEvent(kind, at, spot, button, held, modifiers))
        QApplication.processEvents()


@pytest.fixture
def plan(qtbot: QtBot) -> Plan:
    return Plan(qtbot)


def test_ahead_is_up_and_left_is_left(plan: Plan) -> None:
    here, ahead, left = plan.at(0, 0), plan.at(10, 0), plan.at(0, 10)
    assert ahead.y() < here.y()
    assert ahead.x() == pytest.approx(here.x())
    assert left.x() < here.x()
    assert left.y() == pytest.approx(here.y())


def test_an_opened_log_is_framed_whole(plan: Plan) -> None:
    inside = plan.view.rect()
    for place in ((0.0, 0.0), (9.5, 0.0), (20.0, 3.0), (-9.0, 1.0)):
        assert inside.contains(plan.at(*place).toPoint())
    assert plan.view.viewpoint.px_per_m > 10


def test_actors_and_ego_stand_where_they_are_at_the_playhead(plan: Plan) -> None:
    ground = plan.pixel(25.0, 8.0)
    # A quarter of the length before the centre: off the line that marks the heading.
    assert np.abs(plan.pixel(19.0, 3.4) - ground).max() > 40
    assert np.abs(plan.pixel(3.0, 0.4) - ground).max() > 60
    plan.playback.seek(1.5)
    QApplication.processEvents()
    assert np.abs(plan.pixel(8.0, 0.4) - ground).max() > 60


def test_a_click_selects_and_a_click_on_empty_ground_clears(plan: Plan) -> None:
    plan.click(plan.at(20, 3))
    assert plan.selection.ids == {"car"}
    plan.click(plan.at(18, -4), Qt.KeyboardModifier.ShiftModifier)
    assert plan.selection.ids == {"car", "walker"}
    plan.click(plan.at(20, 3), Qt.KeyboardModifier.ControlModifier)
    assert plan.selection.ids == {"walker"}
    plan.click(plan.at(12, 6), Qt.KeyboardModifier.ShiftModifier)
    assert plan.selection.ids == {"walker"}
    plan.click(plan.at(12, 6))
    assert plan.selection.ids == frozenset()


def test_the_ego_and_cameras_can_be_selected(plan: Plan) -> None:
    plan.click(plan.at(2.5, 0))
    assert plan.selection.ids == {EGO}
    plan.click(plan.at(2.5 - 1.0 - 3.5, 0.0))
    assert plan.selection.ids == {camera_id("back")}


def test_hover_names_the_actor_and_changes_its_look(plan: Plan) -> None:
    before = plan.grab()
    plan.move(plan.at(20, 3))
    assert plan.selection.hovered == "car"
    assert not np.array_equal(plan.grab(), before)
    plan.move(plan.at(12, 6))
    assert plan.selection.hovered is None
    assert np.array_equal(plan.grab(), before)


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton])
def test_dragging_empty_ground_pans(plan: Plan, button: Qt.MouseButton) -> None:
    plan.selection.select("car")
    start = plan.at(12, 6)
    plan.drag(start, QPointF(40, -25), button)
    moved = plan.at(12, 6) - start
    assert (moved.x(), moved.y()) == pytest.approx((40, -25))
    assert plan.selection.ids == {"car"}


def test_middle_drag_pans_over_an_actor_and_left_drag_there_does_not(plan: Plan) -> None:
    start = plan.at(20, 3)
    plan.drag(start, QPointF(30, 30))
    assert plan.at(20, 3) == start
    plan.drag(start, QPointF(30, 30), Qt.MouseButton.MiddleButton)
    assert plan.at(20, 3) != start


@pytest.mark.parametrize("steps", [3, -2])
def test_the_wheel_zooms_about_the_cursor(plan: Plan, steps: int) -> None:
    cursor = QPointF(200, 140)
    place = plan.view.viewpoint.to_world(cursor, SIZE)
    scale = plan.view.viewpoint.px_per_m
    plan.wheel(cursor, steps)
    assert (plan.view.viewpoint.px_per_m > scale) == (steps > 0)
    assert plan.view.viewpoint.to_world(cursor, SIZE) == pytest.approx(place)


def test_zoom_has_limits(plan: Plan) -> None:
    plan.wheel(QPointF(10, 10), 200)
    near = plan.view.viewpoint.px_per_m
    plan.wheel(QPointF(10, 10), -400)
    assert near <= 400
    assert plan.view.viewpoint.px_per_m >= 0.05
    plan.grab()


def test_f_frames_the_selection_and_shift_f_everything(plan: Plan) -> None:
    plan.key(Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    everything = plan.view.viewpoint
    plan.selection.select("walker")
    plan.key(Qt.Key.Key_F)
    framed = plan.view.viewpoint
    assert (framed.x_m, framed.y_m) == pytest.approx((18, -4), abs=0.1)
    assert framed.px_per_m != everything.px_per_m
    plan.key(Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert plan.view.viewpoint == everything


def test_framing_with_nothing_selected_shows_the_ego(plan: Plan) -> None:
    plan.key(Qt.Key.Key_F)
    assert plan.view.viewpoint.x_m == pytest.approx(2.5 + 1.4, abs=0.2)


def test_a_stray_track_does_not_ruin_framing_all(plan: Plan) -> None:
    car = plan.log.tracks[0]
    stray = replace(
        car, id="stray", poses=PoseTrack(car.t_ns[:1], Pose.from_heading(np.zeros(1), [[9000.0, 5000.0, 0.0]]))
    )
    before = plan.view.viewpoint
    plan.view.set_log(replace(plan.log, tracks=(*plan.log.tracks, stray)))
    plan.view.frame_all()
    assert plan.view.viewpoint.px_per_m == pytest.approx(before.px_per_m, rel=0.05)


def test_following_keeps_the_ego_in_the_middle_until_one_pans(plan: Plan) -> None:
    plan.button("Follow").click()
    for t_s in (0.4, 1.3):
        plan.playback.seek(t_s)
        ego = plan.at(5.0 * t_s, 0)
        assert (ego.x(), ego.y()) == pytest.approx((400, 300), abs=0.6)
    plan.drag(QPointF(60, 500), QPointF(30, 0))
    resting = plan.view.viewpoint
    plan.playback.seek(0.2)
    assert plan.view.viewpoint == resting


@pytest.mark.parametrize(
    "viewpoint",
    [Viewpoint(9.01, 3.02, 2), Viewpoint(-30.49, 44.02, 2), Viewpoint(9.01, 102.02, 2), Viewpoint(8.01, 2.02, 1.5)],
    ids=["near", "farther", "out of the margin", "another zoom"],
)
def test_a_plan_that_has_moved_looks_like_one_that_was_opened_there(plan: Plan, viewpoint: Viewpoint) -> None:
    plan.view.set_viewpoint(Viewpoint(8.01, 2.02, 2))  # from so far no dashes are drawn, whose places are Qt's
    plan.grab()
    plan.view.set_viewpoint(viewpoint)
    moved = plan.grab()
    plan.view.set_log(plan.log)
    plan.view.set_viewpoint(viewpoint)
    assert (plan.grab() == moved).all()


def test_lidar_shows_only_while_wanted(plan: Plan, qtbot: QtBot) -> None:
    sweep = LidarSweep(0, np.array([[15.0, 8.0, 1.0]], dtype=np.float32), np.ones(1, dtype=np.float32))
    plan.view.show_sweep(0, sweep)
    ground = plan.pixel(15, 8)
    with qtbot.waitSignal(plan.view.lidar_changed):
        plan.button("Lidar").click()
    assert np.abs(plan.pixel(15, 8) - ground).max() > 60


def test_lanes_and_crossings_are_drawn(plan: Plan) -> None:
    plan.view.set_viewpoint(Viewpoint(31, 0, 20))
    with_map = plan.grab()
    plan.view.set_log(replace(plan.log, lane_map=None))
    plan.view.set_viewpoint(Viewpoint(31, 0, 20))
    changed = np.abs(plan.grab() - with_map).max(-1) > 8
    for place in ((31.5, 4.0), (25.0, 1.75), (25.0, -1.75)):
        spot = plan.at(*place).toPoint()
        assert changed[spot.y() - 1 : spot.y() + 2, spot.x() - 1 : spot.x() + 2].any()


def test_no_log_is_an_empty_plan(plan: Plan) -> None:
    plan.view.set_log(None)
    assert len(np.unique(plan.grab()[300:, 300:].reshape(-1, 3), axis=0)) == 1
    plan.click(QPointF(100, 100))
    plan.key(Qt.Key.Key_F)


@pytest.mark.parametrize(("least", "step"), [(0.8, 1), (1.0, 1), (1.2, 2), (3, 5), (7, 10), (0.03, 0.05), (260, 500)])
def test_grid_and_scale_bar_use_round_steps(least: float, step: float) -> None:
    assert nice_step(least) == pytest.approx(step)


def test_an_edit_moves_an_actor_and_leaves_the_viewpoint(plan: Plan) -> None:
    plan.view.frame_selection()
    before, viewpoint = plan.at(20.0, 3.0), plan.view.viewpoint
    plan.view.show_edit(with_track(plan.log, shifted(plan.log.tracks[0], 6.0)))
    assert plan.view.viewpoint == viewpoint
    plan.click(before)
    assert not plan.selection.ids
    plan.click(plan.at(20.0, 9.0))
    assert plan.selection.ids == {"car"}
