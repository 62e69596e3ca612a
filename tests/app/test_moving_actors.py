"""Moving actors by hand, in the viewport and in the pictures of cameras."""

from __future__ import annotations

import numpy as np
import pytest
from driven_windows import press
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.geometry import Box
from core.logs import Track
from core.logs.box_table import BoxesAt
from widgets.camera_panel.cell import CameraCell
from widgets.outliner.tree import HIDDEN_ROLE
from widgets.viewport.sight import pinhole_of
from widgets.viewport.tools import Handle, MoveTool
from widgets.viewport.tools.drags import underside

NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def box_of(window: MainWindow, actor: str) -> Box:
    drive = window.scenario.drive
    assert drive is not None
    box = drive.track(actor).box_at(drive.log.t_ns(window.playback.t_s))
    assert box is not None
    return box


def drag(widget: QWidget, start: QPointF, end: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """With the left button, as a hand does: through places in between."""
    QTest.mousePress(widget, LEFT, NONE, start.toPoint())
    for share in (0.3, 0.7, 1.0):
        move(widget, start + (end - start) * share, modifiers)
    QTest.mouseRelease(widget, LEFT, modifiers, end.toPoint())


def move(widget: QWidget, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    place = QPointF(at.toPoint())
    spot = QPointF(widget.mapToGlobal(place.toPoint()))
    kind = QMouseEvent.Type.MouseMove
    QApplication.sendEvent(widget, QMouseEvent(kind, place, spot, Qt.MouseButton.NoButton, LEFT, modifiers))


def seen(window: MainWindow, qtbot: QtBot) -> tuple[CameraCell, str, QPoint]:
    """A camera's cell with its picture, an actor in it, and where that can be clicked."""
    assert window.log is not None
    found: list[tuple[CameraCell, str, QPoint]] = []

    def look() -> bool:
        for stream in window.log.cameras:
            cell = window.cameras.cell(stream.name)
            if cell.index is None:
                continue
            for one in reversed(cell._projections.seen(stream, cell.index)):
                place = cell.place(one.box.world_from_box.translation)
                on_picture = place is not None and cell.picture_rect().adjusted(40, 20, -40, -30).contains(
                    place.toPoint()
                )
                if on_picture and cell._actor_under(place) == one.track.id:
                    found.append((cell, one.track.id, place.toPoint()))
                    return True
        return False

    qtbot.waitUntil(look, timeout=20_000)
    return found[0]


def test_a_car_is_picked_in_a_picture_and_dragged_there_as_one_step(drive_window: MainWindow, qtbot: QtBot) -> None:
    window = drive_window
    cell, actor, place = seen(window, qtbot)
    QTest.mouseClick(cell, LEFT, NONE, place)
    assert window.selection.ids == {actor}
    before = box_of(window, actor)
    aim = cell.place(underside(before))
    assert aim is not None
    start, step = QPointF(place), QPointF(24, 6)
    drag(cell, start, start + step)
    after = box_of(window, actor)
    assert window.scenario.stack.count() == 1
    assert np.linalg.norm(after.world_from_box.translation - before.world_from_box.translation) > 0.2
    assert underside(after)[2] == pytest.approx(underside(before)[2])
    held = cell.place(underside(after))
    assert held is not None
    assert (held.x(), held.y()) == pytest.approx((aim.x() + 24, aim.y() + 6), abs=0.5)  # it stays under the pointer
    press(qtbot, window, Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(box_of(window, actor).world_from_box.matrix, before.world_from_box.matrix)
    press(qtbot, window, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert np.array_equal(box_of(window, actor).world_from_box.matrix, after.world_from_box.matrix)


def test_esc_cancels_a_drag_then_the_tool_then_the_selection(drive_window: MainWindow, qtbot: QtBot) -> None:
    window = drive_window
    cell, actor, place = seen(window, qtbot)
    window.selection.select(actor)
    press(qtbot, window, Qt.Key.Key_G)
    before = box_of(window, actor).world_from_box.matrix
    QTest.mousePress(cell, LEFT, NONE, place)
    move(cell, QPointF(place) + QPointF(30, 0), NONE)
    assert not np.array_equal(box_of(window, actor).world_from_box.matrix, before)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert np.array_equal(box_of(window, actor).world_from_box.matrix, before)
    QTest.mouseRelease(cell, LEFT, NONE, place)
    assert window.scenario.stack.count() == 0
    assert window.centre.viewport.tool is not None
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.centre.viewport.tool is None
    assert window.selection.ids == {actor}
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.selection.ids


def test_a_typed_number_moves_along_the_actors_own_axis(drive_window: MainWindow, qtbot: QtBot) -> None:
    window = drive_window
    _, actor, _ = seen(window, qtbot)
    window.selection.select(actor)
    before = box_of(window, actor).world_from_box
    press(qtbot, window, Qt.Key.Key_G)
    assert "Move" in window.status.mode.text()
    for key in (Qt.Key.Key_Y, Qt.Key.Key_2, Qt.Key.Key_Period, Qt.Key.Key_5):
        press(qtbot, window, key)
    assert "2.5 m to the left" in window.status.mode.text()
    assert window.scenario.stack.count() == 0
    press(qtbot, window, Qt.Key.Key_Return)
    assert window.scenario.stack.count() == 1
    way = box_of(window, actor).world_from_box.translation - before.translation
    left = np.array([-np.sin(before.heading), np.cos(before.heading), 0.0])
    assert way == pytest.approx(2.5 * left, abs=1e-9)


def test_the_ring_turns_by_typed_degrees(drive_window: MainWindow, qtbot: QtBot) -> None:
    window = drive_window
    _, actor, _ = seen(window, qtbot)
    window.selection.select(actor)
    before = box_of(window, actor).world_from_box
    for key in (Qt.Key.Key_R, Qt.Key.Key_9, Qt.Key.Key_0, Qt.Key.Key_Minus, Qt.Key.Key_Return):
        press(qtbot, window, key)
    after = box_of(window, actor).world_from_box
    assert after.translation == pytest.approx(before.translation)
    assert float((before.inverse() @ after).heading) == pytest.approx(-np.pi / 2)


def test_an_arrow_of_the_gizmo_is_dragged_in_3d(drive_window: MainWindow, qtbot: QtBot) -> None:
    window, viewport = drive_window, drive_window.centre.viewport
    _, actor, _ = seen(window, qtbot)
    window.selection.select(actor)
    viewport.frame_selection()
    press(qtbot, window, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: viewport.settled, timeout=20_000)
    before = box_of(window, actor).world_from_box
    assert isinstance(viewport.tool, MoveTool)
    ratio = viewport.devicePixelRatioF()
    arrow = QPointF(*(viewport.tool.gizmo(viewport.sight, ratio)[Handle.Z].mean(0) / ratio))
    drag(viewport, arrow, arrow + QPointF(0, -40))
    way = box_of(window, actor).world_from_box.translation - before.translation
    assert way[:2] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert way[2] > 0.1
    assert window.scenario.stack.count() == 1


def test_a_selected_actor_is_dragged_over_the_ground_in_3d(drive_window: MainWindow, qtbot: QtBot) -> None:
    window, viewport = drive_window, drive_window.centre.viewport
    _, actor, _ = seen(window, qtbot)
    window.selection.select(actor)
    viewport.frame_selection()
    viewport.top_view()
    qtbot.waitUntil(lambda: viewport.settled, timeout=20_000)
    before = box_of(window, actor)
    middle = viewport.place(before.corners()[4:].mean(0))
    assert middle is not None
    assert viewport.under(middle) == actor
    drag(viewport, middle, middle + QPointF(0, -60))
    after = box_of(window, actor)
    assert after.world_from_box.translation[0] > before.world_from_box.translation[0] + 0.5
    held = viewport.place(underside(after))
    assert held is not None
    assert held.y() == pytest.approx(viewport.place(underside(before)).y() - 60, abs=1.5)


def test_twins_are_moved_together_and_removed_by_one_key_each(drive_window: MainWindow, qtbot: QtBot) -> None:
    window = drive_window
    assert window.scenario.drive is not None
    t_s = window.playback.t_s
    two = [track.id for track in window.scenario.drive.boxes_at(t_s).tracks][:2]
    window.selection.select_many(frozenset(two), two[0])
    press(qtbot, window, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    twins = sorted(window.selection.ids)
    assert len(twins) == 2
    assert not set(twins) & set(two)
    apart = box_of(window, twins[1]).world_from_box.translation - box_of(window, twins[0]).world_from_box.translation
    for key in (Qt.Key.Key_X, Qt.Key.Key_4, Qt.Key.Key_Return):
        press(qtbot, window, key)
    after = box_of(window, twins[1]).world_from_box.translation - box_of(window, twins[0]).world_from_box.translation
    assert after == pytest.approx(apart, abs=1e-9)
    press(qtbot, window, Qt.Key.Key_Delete)
    assert not window.selection.ids
    assert window.scenario.stack.count() == 3
    assert window.scenario.scenario is not None
    assert not window.scenario.scenario.actors


def test_actors_that_are_left_out_are_listed_and_brought_back(drive_window: MainWindow, qtbot: QtBot) -> None:
    window = drive_window
    _, actor, _ = seen(window, qtbot)
    window.selection.select(actor)
    for key, role in ((Qt.Key.Key_H, HIDDEN_ROLE), (Qt.Key.Key_Delete, HIDDEN_ROLE)):
        press(qtbot, window, key)
        assert not window.selection.ids
        assert window.scenario.drive is not None
        assert all(track.id != actor for track in window.scenario.drive.tracks)
        qtbot.waitUntil(lambda role=role: bool(window.outliner.tree.items[actor].data(role)))
        window.selection.select(actor)
    qtbot.waitUntil(lambda: window.outliner.tree.items[actor].parent().text() == "Removed actors")
    assert window.scenario.drive.name(actor) in window.status.mode.text()
    window.actions_["actors.show"].trigger()  # it is hidden still
    window.actions_["actors.show"].trigger()
    assert any(track.id == actor for track in window.scenario.drive.tracks)
    qtbot.waitUntil(lambda: not window.outliner.tree.items[actor].data(HIDDEN_ROLE))


def test_an_actor_is_renamed_and_grouped_in_the_outliner(drive_window: MainWindow, qtbot: QtBot) -> None:
    window, view = drive_window, drive_window.outliner.view
    _, actor, _ = seen(window, qtbot)
    window.selection.select(actor)
    press(qtbot, window, Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Ghost")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.outliner.tree.items[actor].text() == "Ghost")
    press(qtbot, window, Qt.Key.Key_G, CONTROL | Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: window.outliner.tree.items[actor].parent().text() == "Group 1")
    window.selection.clear()
    window.outliner.search.setText("group 1")
    place = window.outliner.index_of(actor)
    assert place.isValid()
    view.clicked.emit(place.parent())
    assert window.selection.ids == {actor}
    press(qtbot, window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: window.outliner.tree.items[actor].parent().text() != "Group 1")


def test_actors_are_copied_and_pasted_beside_themselves(drive_window: MainWindow, qtbot: QtBot) -> None:
    window = drive_window
    _, actor, _ = seen(window, qtbot)
    window.selection.select(actor)
    with qtbot.waitSignal(window.clipboard.copied):
        press(qtbot, window, Qt.Key.Key_C, CONTROL)
    with qtbot.waitSignal(window.scenario.stepped):
        press(qtbot, window, Qt.Key.Key_V, CONTROL)
    (twin,) = window.selection.ids
    assert twin != actor
    before, after = box_of(window, actor), box_of(window, twin)
    aside = before.world_from_box.inverse().apply(after.world_from_box.translation[None])[0]
    assert aside[1] > before.size_m[1]
    QGuiApplication.clipboard().setText("no actors")
    with qtbot.waitSignal(window.clipboard.failed):
        press(qtbot, window, Qt.Key.Key_V, CONTROL)
    assert window.scenario.stack.count() == 1


def test_after_an_edit_document_pictures_and_viewport_have_the_same_boxes(
    drive_window: MainWindow, qtbot: QtBot
) -> None:
    """Projected into every camera, lens and all, they agree to half a pixel; the viewport sees them as a pinhole."""
    window, viewport = drive_window, drive_window.centre.viewport
    cell, actor, place = seen(window, qtbot)
    window.selection.select(actor)
    drag(cell, QPointF(place), QPointF(place) + QPointF(18, 5))
    drive = window.scenario.drive
    assert drive is not None
    checked = 0
    for stream in drive.cameras:
        viewport.look_through(stream.name)
        index = stream.index_at(drive.log.t_ns(window.playback.t_s))
        stock, sight = viewport._aim.stock, viewport.sight
        assert index is not None and stock is not None
        camera_from_world = stream.world_from_camera[index].inverse()
        t_s = stock.moment_s(stream.name, window.playback.t_s)
        in_picture = {
            one.track.id: one.box for one in window.cameras.cell(stream.name)._projections.seen(stream, index)
        }
        in_view = {track.id: box for track, box in zip(*_tracks_and_boxes(stock.boxes_at(t_s)), strict=True)}
        for track, box in zip(*_tracks_and_boxes(drive.boxes_at(drive.log.t_s(int(stream.t_ns[index])))), strict=True):
            local = camera_from_world.apply(box.corners())
            pixels, valid = stream.camera.project(local)
            if track.id not in in_picture or not valid.all():
                continue
            for other in (in_picture[track.id], in_view[track.id]):
                assert np.abs(stream.camera.project(camera_from_world.apply(other.corners()))[0] - pixels).max() < 0.5
            if (local[:, 2] > 0.5).all():
                lens = pinhole_of(stream.camera).resized(sight.lens.width, sight.lens.height)
                expected = lens.project(local)[0] + 0.5 + (sight.left_px, sight.top_px)
                assert np.abs(sight.to_view(in_view[track.id].corners())[0] - expected).max() < 0.5
            checked += 1
    assert checked > 3


def _tracks_and_boxes(boxes: BoxesAt) -> tuple[list[Track], list[Box]]:
    return list(boxes.tracks), boxes.boxes()
