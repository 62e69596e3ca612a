"""Paths in the colours of what is wrong with them: in the plan and in the timeline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.scenario import EGO, Bent, Case, EditedDrive, Judge, Replay, editing
from core.scenario.motion import GRAVITY, Kind, Verdict, Violation
from widgets.flaw_colours import FINE, flaw_colour
from widgets.path_model import PathModel
from widgets.plan_view import PlanView
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import Selection
from widgets.timeline import TimelinePanel
from widgets.timeline.backdrop import FLAWS_TOP_PX
from widgets.viewport.tools.path_tool import PathTool

LOG = small_drive()


def verdict(left_m: float) -> Verdict:
    """On the ego, that far to the left at one second."""
    motion = editing.pushed_aside(Replay(), 1.0, left_m, start_s=0.0, stays=True) if left_m else Replay()
    scenario = scenario_of(LOG)
    drive = EditedDrive(editing.set_motion("", scenario, EGO, motion).apply(scenario), LOG)
    return Judge().verdict(Case.of(drive, EGO))


@pytest.fixture
def playback(qtbot: QtBot) -> Playback:
    made = Playback()
    made.set_range(0.0, LOG.duration_s)
    return made


def test_the_timeline_has_a_stripe_of_what_is_wrong(qtbot: QtBot, playback: Playback) -> None:
    panel = TimelinePanel(playback, Selection())
    qtbot.addWidget(panel)
    panel.set_log(LOG)
    panel.resize(900, 200)
    panel.show()
    canvas = panel.canvas
    place = QPoint(round(canvas.span.x(1.4)), FLAWS_TOP_PX + 1)
    fine = verdict(0.0)
    canvas.set_verdict(fine, fine.readings)
    assert canvas.grab().toImage().pixelColor(place) == FINE
    bad = verdict(9.0)
    canvas.set_verdict(bad, bad.readings)
    row = int(np.abs(bad.t_s - 1.4).argmin())
    assert canvas.grab().toImage().pixelColor(place) == flaw_colour(GRAVITY[bad.gravest()[row]])
    canvas.set_verdict(None, bad.readings)
    assert canvas.grab().toImage().pixelColor(place) != FINE


def drawing(qtbot: QtBot, playback: Playback) -> tuple[PlanView, PathModel, ScenarioModel]:
    """A plan with the path tool in hand, on the ego."""
    selection, scenario = Selection(), ScenarioModel()
    plan = PlanView(playback, selection)
    qtbot.addWidget(plan)
    plan.resize(500, 400)
    plan.set_log(LOG)
    paths = PathModel(scenario, selection, plan)
    scenario.setParent(plan)
    scenario.open(EditedDrive(scenario_of(LOG), LOG))
    selection.select(EGO)
    plan.take(PathTool(paths, plan))
    plan.show()
    qtbot.waitExposed(plan)
    return plan, paths, scenario


def spot(plan: PlanView, point_m: NDArray[np.float64]) -> QPoint:
    x, y = plan.viewpoint.to_screen(point_m, QSizeF(plan.size())).tolist()
    return QPoint(round(x), round(y))


def test_the_plan_shows_the_path_that_is_edited(qtbot: QtBot, playback: Playback) -> None:
    plan, paths, scenario = drawing(qtbot, playback)
    bad = verdict(9.0)
    assert paths.shown is not None and scenario.drive is not None
    paths.take_verdict(Case.of(scenario.drive, EGO), bad)
    flaw = int(bad.gravest()[int(np.abs(bad.t_s - 1.4).argmin())])
    place = spot(plan, paths.shown.at(1.4))
    assert plan.grab().toImage().pixelColor(place) == flaw_colour(GRAVITY[flaw])
    plan.take(None)
    assert plan.grab().toImage().pixelColor(place) != flaw_colour(GRAVITY[flaw])


def test_a_handle_is_dragged_in_the_plan_as_one_step(qtbot: QtBot, playback: Playback) -> None:
    plan, paths, scenario = drawing(qtbot, playback)
    assert paths.shown is not None
    grip = paths.shown.grips[0]
    left = np.array([-np.sin(grip.heading_rad), np.cos(grip.heading_rad), 0.0])
    start, goal = spot(plan, grip.point_m), spot(plan, grip.point_m + 1.5 * left)
    QTest.mousePress(plan, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(plan, (start + goal) / 2)
    QTest.mouseMove(plan, goal)
    assert scenario.is_previewing
    QTest.mouseRelease(plan, Qt.MouseButton.LeftButton, pos=goal)
    assert scenario.scenario is not None
    made = scenario.scenario.ego.path
    assert isinstance(made, Bent) and scenario.stack.count() == 1
    assert editing.aside_at(made, grip.t_s or 0.0) == pytest.approx(1.5, abs=2.0 / plan.viewpoint.px_per_m)
    before = plan.viewpoint
    QTest.keyClick(plan, Qt.Key.Key_Backspace)
    assert scenario.scenario.ego.path == Replay(), "keys are the tool's, too"
    assert plan.viewpoint == before, "the plan was not dragged along"


def test_no_violation_is_listed_that_the_colours_do_not_show() -> None:
    found = verdict(9.0)
    for violation in found.violations:
        row = int(np.abs(found.t_s - violation.from_s).argmin())
        assert 0 <= found.gravest()[row] <= GRAVITY.index(violation.kind)
    steps = replace(found.feasibility, violations=(Violation(Kind.JERK, 0.234, 0.236, 20.0, 10.0),))
    short = Verdict(found.who, steps)
    assert (short.gravest() == GRAVITY.index(Kind.JERK)).sum() == 1, "between two instants, but listed"


def test_a_verdict_is_faint_while_it_is_not_on_the_path_that_is_shown(qtbot: QtBot, playback: Playback) -> None:
    plan, paths, scenario = drawing(qtbot, playback)
    assert paths.shown is not None and scenario.drive is not None and scenario.scenario is not None
    first = Case.of(scenario.drive, EGO)
    paths.take_verdict(first, Judge().verdict(first))
    place = spot(plan, paths.shown.at(1.4))
    assert paths.is_judged and plan.grab().toImage().pixelColor(place) == FINE
    scenario.do(editing.rename_actor(scenario.scenario, LOG.tracks[0].id, "Ghost"))
    assert not paths.is_judged  # there is another among the others
    assert plan.grab().toImage().pixelColor(place) != FINE
    paths.take_verdict(first, Judge().verdict(first))  # comes late
    assert not paths.is_judged
    second = Case.of(scenario.drive, EGO)
    paths.take_verdict(second, Judge().verdict(second))
    assert paths.is_judged and plan.grab().toImage().pixelColor(place) == FINE
    scenario.undo()
    assert not paths.is_judged
