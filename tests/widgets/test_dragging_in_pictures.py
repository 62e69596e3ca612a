"""Actors dragged in the pictures of cameras, through lenses with and without distortion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from core.geometry import Box
from core.logs import DrivingLog, LaneMap
from core.scenario import EditedDrive, LogReference, Scenario
from widgets.camera_panel import CameraPanel, Source
from widgets.camera_panel.cell import CameraCell
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import Selection
from widgets.viewport.tools import ActorMover
from widgets.viewport.tools.drags import underside

CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def two_lanes(log: DrivingLog) -> DrivingLog:
    """The lane of the ego, and one to its left."""
    assert log.lane_map is not None
    (lane,) = log.lane_map.lanes.values()
    aside = [0.0, 3.5, 0.0]
    left = replace(
        lane, id="left", centre_m=lane.centre_m + aside, left_m=lane.left_m + aside, right_m=lane.right_m + aside
    )
    return replace(log, lane_map=LaneMap(lanes={lane.id: lane, left.id: left}))


class Pictures:
    """All cameras at the start of the small drive, in a panel whose actors can be edited."""

    def __init__(self, qtbot: QtBot) -> None:
        self.log = two_lanes(small_drive())
        self.scenario, self.selection, playback = ScenarioModel(), Selection(), Playback()
        playback.set_range(0.0, self.log.duration_s)
        playback.seek(0.1)
        self.mover = mover = ActorMover(self.scenario, self.selection, playback)
        self.panel = CameraPanel(playback, self.selection, mover)
        qtbot.addWidget(self.panel)
        self.panel.resize(900, 700)
        self.panel.set_log(self.log)
        self.panel.show()
        self.scenario.open(EditedDrive(Scenario(name="edits", log=LogReference.of(self.log)), self.log))
        self.scenario.changed.connect(lambda: self.panel.show_edit(self.drive.as_driven))
        for stream in self.log.cameras:
            image = np.zeros((stream.camera.height, stream.camera.width, 3), np.uint8)
            self.panel.show_image(Source.RECORDING, stream.name, stream.index_at(self.log.t_ns(0.1)) or 0, image)

    @property
    def drive(self) -> EditedDrive:
        assert self.scenario.drive is not None
        return self.scenario.drive

    def box(self, actor: str) -> Box:
        box = self.drive.track(actor).box_at(self.log.t_ns(0.1))
        assert box is not None
        return box

    def drag(self, camera: str, actor: str, step: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> CameraCell:
        """From the middle of an actor, as a hand does."""
        cell = self.panel.cell(camera)
        self.selection.select(actor)
        start = cell.place(self.box(actor).world_from_box.translation)
        assert start is not None
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        self._send(cell, QMouseEvent.Type.MouseButtonPress, start, left, NONE)
        for share in (0.4, 1.0):
            self._send(cell, QMouseEvent.Type.MouseMove, start + step * share, none, modifiers)
        self._send(cell, QMouseEvent.Type.MouseButtonRelease, start + step, left, modifiers)
        return cell

    @staticmethod
    def _send(
        cell: CameraCell, kind: QMouseEvent.Type, at: QPointF, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier
    ) -> None:
        spot = QPointF(cell.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(cell, QMouseEvent(kind, at, spot, button, Qt.MouseButton.LeftButton, modifiers))


@pytest.fixture
def pictures(qtbot: QtBot) -> Pictures:
    return Pictures(qtbot)


@pytest.mark.parametrize(("camera", "actor"), [("front", "car"), ("back", "follower")])
def test_what_is_dragged_stays_under_the_pointer_whatever_the_lens(pictures: Pictures, camera: str, actor: str) -> None:
    before = pictures.panel.cell(camera).place(underside(pictures.box(actor)))
    cell = pictures.drag(camera, actor, QPointF(25, 12))
    after = cell.place(underside(pictures.box(actor)))
    assert before is not None and after is not None
    assert (after.x() - before.x(), after.y() - before.y()) == pytest.approx((25, 12), abs=0.5)
    assert underside(pictures.box(actor))[2] == pytest.approx(0.0, abs=1e-9)
    assert pictures.scenario.stack.count() == 1


def test_ctrl_brings_a_car_to_the_next_lane_and_undo_and_redo_are_exact(pictures: Pictures, qtbot: QtBot) -> None:
    start = pictures.scenario.scenario
    pictures.selection.select("car")
    qtbot.waitUntil(lambda: pictures.mover.snapper() is not None)
    cell = pictures.drag("front", "car", QPointF(-14, 0), CONTROL)
    pose = pictures.box("car").world_from_box
    assert pose.translation[1:] == pytest.approx([3.5, 0.75])
    right = cell.place(np.array([20.0, 0.0, 0.0])) - cell.place(np.array([20.0, 3.5, 0.0]))
    pictures.drag("front", "car", right, CONTROL)
    pose = pictures.box("car").world_from_box
    assert pose.translation[1:] == pytest.approx([0.0, 0.75])
    assert float(pose.heading) == pytest.approx(0.0)
    end = pictures.scenario.scenario
    for _ in range(2):
        pictures.scenario.undo()
    assert pictures.scenario.scenario == start
    for _ in range(2):
        pictures.scenario.redo()
    assert pictures.scenario.scenario == end


def test_only_what_is_selected_is_dragged(pictures: Pictures) -> None:
    before = pictures.box("car").world_from_box.matrix
    cell = pictures.panel.cell("front")
    pictures.selection.select("walker")
    start = cell.place(pictures.box("car").world_from_box.translation)
    assert start is not None
    left = Qt.MouseButton.LeftButton
    pictures._send(cell, QMouseEvent.Type.MouseButtonPress, start, left, NONE)
    pictures._send(cell, QMouseEvent.Type.MouseMove, start + QPointF(30, 0), Qt.MouseButton.NoButton, NONE)
    pictures._send(cell, QMouseEvent.Type.MouseButtonRelease, start + QPointF(30, 0), left, NONE)
    assert np.array_equal(pictures.box("car").world_from_box.matrix, before)  # it is not the one that is selected
    assert pictures.scenario.stack.count() == 0
