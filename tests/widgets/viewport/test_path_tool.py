"""The path tool: bends what was recorded, draws what was not, each gesture one step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot
from scenario_street import scenario_of
from viewport_scene import View, moving

from core.geometry import Pose
from core.scenario import EGO, Authored, Bent, Case, EditedDrive, Judge, Keyed, editing
from core.scenario.motion import LaneChange, Shift
from widgets.path_model import PathModel
from widgets.scenario import ScenarioModel
from widgets.viewport.cpu_splats import CpuSplats
from widgets.viewport.tools.path_tool import PathTool

LEFT = Qt.MouseButton.LeftButton


class Hands:
    """A viewport from above, with the path tool in hand."""

    def __init__(self, view: View) -> None:
        self.see = view
        log = view.log
        self.log = replace(log, tracks=tuple(moving(track, 5.0) for track in log.tracks))
        view.open(self.log)
        self.model = ScenarioModel()
        self.paths = PathModel(self.model, view.selection)
        self.tool = PathTool(self.paths)
        self.model.open(EditedDrive(scenario_of(self.log), self.log))
        self.model.changed.connect(self._show)
        view.view.take(self.tool)
        view.stand(9.0, 0.0, 26.0, pitch_rad=-np.pi / 2 + 1e-3)
        view.rest()

    def _show(self) -> None:
        assert self.model.drive is not None
        self.see.view.show_edit(self.model.drive.as_driven, None)

    def place(self, point_m: object) -> QPointF:
        return self.see.place(tuple(np.asarray(point_m, float).tolist()))

    def slide(
        self, number: int, left_m: float, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Drag a handle to its left."""
        assert self.paths.shown is not None
        grip = self.paths.shown.grips[number]
        goal = grip.point_m + left_m * np.array([-np.sin(grip.heading_rad), np.cos(grip.heading_rad), 0.0])
        start = self.place(grip.point_m)
        self.see.drag(start, self.place(goal) - start, LEFT)

    def judge(self) -> None:
        assert self.model.drive is not None
        case = Case.of(self.model.drive, EGO)
        self.paths.take_verdict(case, Judge().verdict(case))

    @property
    def ego(self) -> object:
        assert self.model.scenario is not None
        return self.model.scenario.ego.path


@pytest.fixture
def hands(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(View(qtbot, CpuSplats, monkeypatch))


def test_a_handle_dragged_within_its_lane_bends_and_across_it_changes_lanes(hands: Hands) -> None:
    hands.see.selection.select(EGO)
    hands.slide(0, 0.8)
    assert isinstance(hands.ego, Bent) and isinstance(hands.ego.bends[0], Shift)
    assert hands.ego.bends[0].left_m == pytest.approx(0.8, abs=0.15)
    hands.slide(0, 3.0)
    assert isinstance(hands.ego, Bent) and len(hands.ego.bends) == 1
    assert isinstance(hands.ego.bends[0], LaneChange) and hands.ego.bends[0].side == "left"
    assert hands.model.stack.count() == 2 and hands.model.stack.undoText() == "Change lanes"


def test_an_actor_is_bent_towards_the_ego_and_all_of_it_undone_and_done_again(hands: Hands) -> None:
    assert hands.model.scenario is not None
    before = hands.model.scenario
    hands.see.selection.select("car")
    hands.slide(0, -2.8)
    hands.see.selection.select(EGO)
    hands.slide(0, 0.7)
    after = hands.model.scenario
    assert isinstance(editing.motion_of(after, "car"), Bent)
    while hands.model.stack.canUndo():
        hands.model.undo()
    assert hands.model.scenario == before
    while hands.model.stack.canRedo():
        hands.model.redo()
    assert hands.model.scenario == after


def test_escape_gives_a_drag_up_without_a_step(hands: Hands) -> None:
    hands.see.selection.select(EGO)
    assert hands.paths.shown is not None
    start = hands.place(hands.paths.shown.grips[0].point_m)
    hands.see.press(start, LEFT)
    hands.see.move(start + QPointF(0, -30), LEFT)
    assert hands.model.is_previewing
    assert hands.see.view.leave_tool() and hands.see.view.tool is hands.tool
    assert not hands.model.is_previewing
    hands.see.release(start + QPointF(0, -30), LEFT)
    assert hands.model.stack.count() == 0


def test_a_path_is_drawn_extended_moved_inserted_into_and_shortened(hands: Hands) -> None:
    hands.see.selection.select(EGO)
    hands.paths.settle("Draw", editing.drawn_from(Pose.from_heading(0.0, [0.0, 0.0, 0.0]), 4.0, 0.0))
    hands.see.click(hands.place((9.0, 1.0, 0.0)))
    hands.see.click(hands.place((15.0, 3.0, 0.0)))
    assert isinstance(hands.ego, Authored)
    np.testing.assert_allclose(hands.ego.path.points_m[-1], [15.0, 3.0, 0.0], atol=0.2)
    start = hands.place(hands.ego.path.points_m[-1])
    hands.see.drag(start, hands.place((15.0, -2.0, 0.0)) - start, LEFT)
    assert isinstance(hands.ego, Authored) and len(hands.ego.path.handles) == 4
    np.testing.assert_allclose(hands.ego.path.points_m[-1], [15.0, -2.0, 0.0], atol=0.3)
    hands.see.double_click(hands.place(hands.paths.shown.at(1.2)))
    assert len(hands.ego.path.handles) == 5
    hands.see.key(Qt.Key.Key_Backspace)
    assert len(hands.ego.path.handles) == 4
    assert hands.see.key(Qt.Key.Key_Return) and hands.see.view.tool is None
    titles = [hands.model.stack.text(row) for row in range(hands.model.stack.count())]
    assert titles == [
        "Draw",
        "Extend a path",
        "Extend a path",
        "Move a point",
        "Insert a point",
        "Remove the last point",
    ]


def test_a_dragged_handle_makes_key_frames_a_drawn_path_as_one_step(hands: Hands) -> None:
    hands.see.selection.select(EGO)
    drive = hands.model.drive
    assert drive is not None and hands.paths.shown is not None
    frames = editing.key_frames.frames_of(drive.ego, start_ns=drive.log.start_ns)
    hands.paths.settle("Import an ego path", Keyed(frames=frames))
    before, steps = hands.paths.shown, hands.model.stack.count()
    assert len(before.grips) > 2 and "drawn path" in hands.tool.mode[1]
    aside = np.array([0.0, 1.5, 0.0])
    start, goal = hands.place(before.grips[1].point_m), hands.place(before.grips[1].point_m + aside)
    hands.see.drag(start, goal - start, LEFT)
    assert isinstance(hands.ego, Authored) and hands.model.stack.count() == steps + 1
    np.testing.assert_allclose(hands.ego.path.points_m[1] - before.grips[1].point_m, aside, atol=0.2)
    after = hands.paths.shown
    assert after.at(before.t_s[-1]) == pytest.approx(before.at(before.t_s[-1]), abs=1.0), "nearly as before"
    hands.model.undo()
    assert isinstance(hands.ego, Keyed)


def test_a_double_click_on_a_recorded_path_adds_a_handle_there(hands: Hands) -> None:
    hands.see.selection.select(EGO)
    assert hands.paths.shown is not None
    before = {grip.t_s for grip in hands.paths.shown.grips}
    hands.see.double_click(hands.place(hands.paths.shown.at(1.6)))
    after = {grip.t_s for grip in hands.paths.shown.grips}
    assert len(after - before) == 1 and min(after - before) == pytest.approx(1.6, abs=0.11)
    assert hands.model.stack.count() == 0


def test_the_path_is_painted_in_the_colour_of_its_verdict(hands: Hands) -> None:
    hands.see.selection.select(EGO)
    assert hands.model.drive is not None and hands.paths.shown is not None
    hands.judge()
    point = tuple(hands.paths.shown.at(0.4).tolist())
    fine = hands.see.pixel(point)
    assert fine[1] > 150 and fine[1] > fine[0] + 60  # green
    hands.slide(0, 14.0)
    hands.judge()
    place = hands.paths.shown.at(0.8)
    broken = hands.see.pixel(tuple(place.tolist()))
    assert broken[0] > broken[1]
