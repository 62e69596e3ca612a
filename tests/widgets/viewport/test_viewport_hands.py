"""Hands on the viewport: moving the camera, looking through others, picking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from viewport_scene import BLUE, GREEN, RED, SIZE, View, scene_of, solid, splats

from core.geometry import Pose, PoseTrack
from widgets.selection import EGO, camera_id
from widgets.viewport.modes import ViewMode

MIDDLE, RIGHT = Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
CENTRE = QPointF(SIZE[0] / 2, SIZE[1] / 2)
CAR, WALKER = (20.0, 3.0, 0.75), (18.0, -4.0, 0.9)


@pytest.fixture
def street_view(one: View) -> View:
    """Before the car and the walker, both filled with splats."""
    actors = (solid(one.log, "car", RED), solid(one.log, "walker", BLUE, 2))
    one.open(scene=scene_of(one.log, splats(((60, 0, 1), 0.1, GREEN)), actors))
    one.stand(4, 0, 1.5)
    one.rest()
    return one


def test_middle_drag_turns_around_the_target(one: View) -> None:
    one.open()
    before = one.view.camera
    one.drag(CENTRE, QPointF(60, -20), MIDDLE)
    after = one.view.camera
    assert after.target_m == before.target_m
    assert after.distance_m == before.distance_m
    assert after.yaw_rad < before.yaw_rad
    assert after.pitch_rad > before.pitch_rad


def test_shift_and_middle_drag_pan_so_that_the_target_follows_the_pointer(one: View) -> None:
    one.open()
    target = one.view.camera.target_m
    one.drag(CENTRE, QPointF(40, 25), MIDDLE, SHIFT)
    moved = one.place(target) - CENTRE
    assert (moved.x(), moved.y()) == pytest.approx((40, 25), abs=3)
    assert one.view.camera.yaw_rad == pytest.approx(0.0)


@pytest.mark.parametrize("steps", [3, -2])
def test_the_wheel_dollies_and_what_is_under_the_cursor_stays_there(street_view: View, steps: int) -> None:
    at = street_view.place((18.0, 3.0, 0.75))
    distance = street_view.view.camera.distance_m
    street_view.wheel(at, steps)
    street_view.rest()
    assert (street_view.view.camera.distance_m < distance) == (steps > 0)
    after = street_view.place((18.0, 3.0, 0.75))
    assert (after.x(), after.y()) == pytest.approx((at.x(), at.y()), abs=4)


def test_keys_fly_only_while_the_right_button_is_held(one: View, qtbot: QtBot) -> None:
    one.open()
    start = one.view.camera.position_m
    one.key(Qt.Key.Key_W)
    assert np.array_equal(one.view.camera.position_m, start)
    one.press(CENTRE, RIGHT)
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_D, Qt.KeyboardModifier.NoModifier)
    override.ignore()
    QApplication.sendEvent(one.view, override)
    assert override.isAccepted()  # the window's shortcut for D has to wait
    one.key(Qt.Key.Key_W)
    ahead = one.view.camera.forward
    qtbot.waitUntil(lambda: float((one.view.camera.position_m - start) @ ahead) > 0.3)
    one.key(Qt.Key.Key_W, down=False)
    one.key(Qt.Key.Key_E)
    height = one.view.camera.position_m[2]
    qtbot.waitUntil(lambda: one.view.camera.position_m[2] > height + 0.2)
    one.release(CENTRE, RIGHT)
    rest = one.view.camera
    qtbot.wait(60)
    assert one.view.camera == rest


def test_shift_flies_faster_and_alt_slower(one: View, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from widgets.viewport import navigation

    clock = iter(np.arange(0.0, 100.0, 0.05))
    monkeypatch.setattr(navigation, "perf_counter", lambda: float(next(clock)))
    one.open()
    steps = []
    for modifiers in (Qt.KeyboardModifier.NoModifier, SHIFT, Qt.KeyboardModifier.AltModifier):
        one.press(CENTRE, RIGHT)
        start = one.view.camera.position_m
        with qtbot.waitSignal(one.view.view_changed):
            one.key(Qt.Key.Key_D, modifiers)
        steps.append(float(np.linalg.norm(one.view.camera.position_m - start)))
        one.release(CENTRE, RIGHT)
    assert steps[1] > 2 * steps[0] > 4 * steps[2] > 0


def test_flying_slows_down_near_the_ground(one: View, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from widgets.viewport import navigation

    clock = iter(np.arange(0.0, 100.0, 0.05))
    monkeypatch.setattr(navigation, "perf_counter", lambda: float(next(clock)))
    one.open()
    steps = []
    for height_m in (60.0, 12.0, 1.5, 0.3):
        one.stand(4, 0, height_m)
        one.press(CENTRE, RIGHT)
        start = one.view.camera.position_m
        with qtbot.waitSignal(one.view.view_changed):
            one.key(Qt.Key.Key_Q)
        steps.append(float(np.linalg.norm(one.view.camera.position_m - start)))
        one.release(CENTRE, RIGHT)
    assert steps[0] == pytest.approx(steps[1])
    assert steps[1] > 3 * steps[2] > 6 * steps[3] > 0


def test_the_view_tells_how_it_is_looked_around_in(one: View) -> None:
    one.open()
    told = []
    one.view.mode_changed.connect(lambda: told.append(one.view.mode))
    one.press(CENTRE, MIDDLE)
    one.move(CENTRE + QPointF(5, 0), MIDDLE)
    one.move(CENTRE + QPointF(5, 9), MIDDLE, modifiers=SHIFT)
    one.release(CENTRE, MIDDLE)
    one.press(CENTRE, RIGHT)
    one.release(CENTRE, RIGHT)
    assert told == [ViewMode.ORBIT, ViewMode.PAN, ViewMode.FREE, ViewMode.FLY, ViewMode.FREE]
    told.clear()
    one.key(Qt.Key.Key_T)
    one.wheel(CENTRE, 1)
    one.key(Qt.Key.Key_C)
    one.key(Qt.Key.Key_C)
    one.drag(CENTRE, QPointF(0, -20), MIDDLE)
    assert told == [ViewMode.TOP, ViewMode.THROUGH, ViewMode.TOP, ViewMode.ORBIT, ViewMode.FREE]


def test_right_drag_looks_around_from_the_same_place(one: View) -> None:
    one.open()
    before = one.view.camera
    one.drag(CENTRE, QPointF(50, 10), RIGHT)
    assert one.view.camera.position_m == pytest.approx(before.position_m)
    assert one.view.camera.yaw_rad != before.yaw_rad


def test_f_frames_the_selection_and_shift_f_everything(one: View) -> None:
    one.open()
    one.selection.select("walker")
    one.key(Qt.Key.Key_F)
    assert one.view.camera.target_m == pytest.approx(WALKER, abs=0.2)
    assert one.view.camera.distance_m < 15
    one.key(Qt.Key.Key_F, SHIFT)
    inside = one.view.rect()
    for place in ((0.0, 0.0, 0.0), (9.5, 0.0, 0.0), CAR):
        assert inside.contains(one.place(place).toPoint())


def test_a_few_stray_splats_do_not_ruin_framing_everything(one: View) -> None:
    street = [((x, y, 0.0), 0.3, GREEN) for x in np.arange(-5, 30, 1.0) for y in (-3.0, 0.5, 3.0)]
    one.open(scene=scene_of(one.log, splats(*street)))
    one.view.frame_all()
    distance = one.view.camera.distance_m
    one.open(scene=scene_of(one.log, splats(*street, ((9000, 4000, 300), 1.0, GREEN))))
    one.view.frame_all()
    assert one.view.camera.distance_m == pytest.approx(distance, rel=0.15)


def test_t_looks_down_with_the_first_heading_up(one: View) -> None:
    one.open()
    one.key(Qt.Key.Key_T)
    here, ahead, left = one.place((8, 0, 0)), one.place((14, 0, 0)), one.place((8, 5, 0))
    assert ahead.y() < here.y() - 5
    assert left.x() < here.x() - 5
    assert ahead.x() == pytest.approx(here.x(), abs=1)


def test_c_looks_through_the_selected_camera_and_back(one: View) -> None:
    one.open()
    free = one.view.camera
    one.key(Qt.Key.Key_C)
    assert one.view.through == "front"
    one.key(Qt.Key.Key_C)
    assert one.view.through is None
    one.selection.select(camera_id("left"))
    one.key(Qt.Key.Key_C)
    assert one.view.through == "left"
    stream = one.log.camera("left")
    assert one.view.sight.world_from_camera.matrix == pytest.approx(stream.world_from_camera[0].matrix)
    lens = one.view.sight.lens
    assert lens.width / lens.height == pytest.approx(stream.camera.width / stream.camera.height, rel=0.01)
    one.view.look_through(None)
    assert one.view.camera == free


def test_a_camera_that_is_looked_through_follows_the_playhead(one: View) -> None:
    one.open()
    one.view.look_through("front")
    one.playback.seek(1.05)
    stream = one.log.camera("front")
    assert one.view.sight.world_from_camera.matrix == pytest.approx(stream.world_from_camera[10].matrix)


def test_a_fisheye_is_looked_through_without_its_distortion(one: View) -> None:
    one.open()
    one.view.look_through("back")
    stream = one.log.camera("back")
    lens = one.view.sight.lens
    near_axis = np.array([[0.02, -0.01, 1.0]])
    scale = lens.width / stream.camera.width
    pixel, _ = stream.camera.project(near_axis)
    seen, _ = lens.project(near_axis)
    assert (seen[0] + 0.5) / scale - 0.5 == pytest.approx(pixel[0], abs=0.05)
    assert not any(lens.distortion)


def test_any_gesture_leaves_the_camera_that_is_looked_through(one: View) -> None:
    one.open()
    one.view.look_through("front")
    one.drag(CENTRE, QPointF(10, 0), MIDDLE)
    assert one.view.through is None


def test_following_keeps_the_ego_in_its_place(one: View) -> None:
    one.open()
    told = []
    one.view.follow_changed.connect(told.append)
    one.view.set_follow(True)
    before = one.place((0.0, 0.0, 0.0))
    one.playback.seek(1.2)
    after = one.place((6.0, 0.0, 0.0))
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=0.5)
    assert told == [True]
    one.drag(CENTRE, QPointF(10, 0), MIDDLE, SHIFT)
    assert told == [True, False]


def test_a_click_selects_with_shift_adds_with_ctrl_removes_and_on_nothing_clears(street_view: View) -> None:
    view = street_view
    view.click(view.place(CAR))
    assert view.selection.ids == {"car"}
    view.click(view.place(WALKER), SHIFT)
    assert view.selection.ids == {"car", "walker"}
    view.click(view.place(CAR), CONTROL)
    assert view.selection.ids == {"walker"}
    view.click(QPointF(240, 10), SHIFT)
    assert view.selection.ids == {"walker"}
    view.click(QPointF(240, 10))
    assert view.selection.ids == frozenset()


def test_a_drag_selects_nothing(street_view: View) -> None:
    view = street_view
    view.selection.select("walker")
    view.drag(view.place(CAR), QPointF(50, 0), Qt.MouseButton.LeftButton)
    assert view.selection.ids == {"walker"}


@pytest.mark.parametrize(("opacity", "picked"), [(0.4, "car"), (0.95, None)])
def test_what_is_half_transparent_is_picked_through(one: View, opacity: float, picked: str | None) -> None:
    veil = splats(((10, 1.5, 1.1), 0.8, GREEN, opacity))
    one.open(scene=scene_of(one.log, veil, (solid(one.log, "car", RED),)))
    one.stand(0, 0, 1.5)
    one.rest()
    assert one.view.under(one.place(CAR)) == picked


def test_the_nearer_of_two_actors_is_picked(one: View) -> None:
    car, walker = one.log.tracks[0], one.log.tracks[1]
    places = np.tile([12.0, 1.8, 0.9], (len(walker.t_ns), 1))
    before = replace(walker, poses=PoseTrack(walker.t_ns, Pose.from_heading(np.zeros(len(places)), places)))
    log = replace(one.log, tracks=(car, before))
    one.open(log)
    one.stand(0, 0.0, 1.0)
    assert one.view.under(one.place((12.0, 1.8, 0.9))) == "walker"
    one.stand(40, 4.2, 1.0, yaw_rad=np.pi)
    assert one.view.under(one.place(CAR)) == "car"


def test_hover_names_the_actor_and_changes_its_look(street_view: View) -> None:
    view = street_view
    before = view.picture()
    view.move(view.place(CAR))
    assert view.selection.hovered == "car"
    assert not np.array_equal(view.picture(), before)
    view.move(QPointF(240, 10))
    assert view.selection.hovered is None
    assert np.array_equal(view.picture(), before)


def test_the_ego_and_cameras_are_picked(one: View) -> None:
    one.open()
    one.show_only("frusta", "boxes")
    one.stand(-6, 6, 4, yaw_rad=-0.7, pitch_rad=-0.4)
    assert one.view.under(one.place((3.6, 0.3, 0.4))) == EGO
    assert one.view.under(one.place((0.0, 0.5, 1.5))) == camera_id("left")


def test_without_a_log_hands_meet_nothing(one: View) -> None:
    one.open()
    one.view.set_log(None)
    one.click(CENTRE)
    one.wheel(CENTRE, 1)
    for key in (Qt.Key.Key_F, Qt.Key.Key_T, Qt.Key.Key_C):
        one.key(key)
    assert one.view.under(CENTRE) is None
    assert one.view.through is None
