"""Paths in the colours of what is wrong with them: in the plan and in the timeline."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.scenario import EGO, Case, EditedDrive, Judge, Replay, editing
from core.scenario.motion import GRAVITY, Kind, Verdict
from widgets.flaw_colours import FINE, flaw_colour
from widgets.plan_view import PlanView
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.timeline import TimelinePanel
from widgets.timeline.backdrop import FLAWS_TOP_PX

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


def test_the_plan_shows_the_path_that_is_edited(qtbot: QtBot, playback: Playback) -> None:
    plan = PlanView(playback, Selection())
    qtbot.addWidget(plan)
    plan.resize(500, 400)
    plan.set_log(LOG)
    plan.show()
    qtbot.waitExposed(plan)
    points = np.array([[1.0, -3.0, 0.0], [9.0, -3.0, 0.0]])
    x, y = plan.viewpoint.to_screen([5.0, -3.0], plan._size()).tolist()
    place = QPoint(round(x), round(y))
    plan.show_path(points, np.array([GRAVITY.index(Kind.OFF_ROAD)] * 2))
    assert plan.grab().toImage().pixelColor(place) == flaw_colour(Kind.OFF_ROAD)
    plan.show_path(None, np.empty(0, dtype=np.int64))
    assert plan.grab().toImage().pixelColor(place) != flaw_colour(Kind.OFF_ROAD)
