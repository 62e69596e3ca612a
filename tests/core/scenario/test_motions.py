"""Motions as hands make them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.errors import UserError
from core.geometry import Pose
from core.scenario import EGO, Authored, Bent, EditedDrive, Keyed, KeyFrame, Placement, Reacting, Replay, editing
from core.scenario.motion import LaneChange, Retime, Shift, TimeKnot

LOG = small_drive()
SCENARIO = scenario_of(LOG)


def ego_at(motion: object, t_s: float) -> np.ndarray:
    command = editing.set_motion("Try", SCENARIO, EGO, motion)
    return EditedDrive(command.apply(SCENARIO), LOG).ego_at(t_s).translation


@given(left_m=st.floats(-4, 4), again_m=st.floats(-4, 4), stays=st.booleans())
def test_a_handle_that_is_dragged_again_changes_its_own_bend(left_m: float, again_m: float, stays: bool) -> None:
    once = editing.pushed_aside(Replay(), 1.0, left_m, start_s=0.0, stays=stays)
    twice = editing.pushed_aside(once, 1.0, again_m, start_s=0.0, stays=not stays)
    assert twice == editing.pushed_aside(Replay(), 1.0, again_m, start_s=0.0, stays=not stays)
    assert editing.aside_at(once, 1.0) == pytest.approx(left_m if abs(left_m) >= 0.02 else 0.0)
    assert editing.pushed_aside(once, 1.0, 0.0, start_s=0.0, stays=stays) == Replay()


def test_a_push_is_at_its_height_at_the_handle_and_a_lane_change_stays() -> None:
    pushed = editing.pushed_aside(Replay(), 1.0, 0.8, start_s=0.0, stays=False)
    changed = editing.pushed_aside(Replay(), 1.0, 0.8, start_s=0.0, stays=True)
    assert isinstance(pushed, Bent) and isinstance(pushed.bends[0], Shift)
    assert isinstance(changed, Bent) and isinstance(changed.bends[0], LaneChange)
    recorded = ego_at(Replay(), 1.0)
    assert np.linalg.norm(ego_at(pushed, 1.0) - recorded) == pytest.approx(0.8, abs=1e-3)
    assert np.linalg.norm(ego_at(changed, 1.0) - recorded) == pytest.approx(0.8, abs=1e-3)
    late = LOG.duration_s
    assert np.linalg.norm(ego_at(changed, late) - ego_at(Replay(), late)) == pytest.approx(0.8, abs=1e-3)


def test_other_bends_stay_when_one_is_changed_and_the_last_is_removed_first() -> None:
    both = editing.pushed_aside(Replay(), 1.0, 0.8, start_s=0.0, stays=False)
    both = editing.pushed_aside(both, 1.5, -0.4, start_s=0.0, stays=False)
    assert editing.heights_s(both) == [1.0, 1.5]
    again = editing.pushed_aside(both, 1.0, 0.2, start_s=0.0, stays=False)
    assert editing.aside_at(again, 1.5) == -0.4
    assert editing.heights_s(editing.without_last(both)) == [1.0]


def test_a_dragged_knot_changes_nothing_before_the_knot_before_it() -> None:
    t_s, speeds = [0.0, 8.0], [5.0, 5.0]
    knots = editing.speed_knots(Replay(), t_s, speeds)
    assert [knot.t_s for knot in knots] == list(range(9))
    slower = [*knots[:4], TimeKnot(t_s=4.0, speed_mps=2.0), *knots[5:]]
    motion = editing.with_knots(Replay(), slower, first=4)
    assert isinstance(motion, Bent) and isinstance(motion.bends[0], Retime)
    assert motion.bends[0].speed.knots[0].t_s == 3.0
    assert editing.speed_knots(motion, t_s, speeds) == tuple(slower)
    earlier = [knots[0], TimeKnot(t_s=1.0, speed_mps=6.0), *slower[2:]]
    again = editing.with_knots(motion, earlier, first=1)
    assert isinstance(again, Bent) and len(again.bends) == 1
    assert editing.speed_knots(again, t_s, speeds) == tuple(earlier)


def test_key_frames_are_neither_bent_nor_driven_at_another_speed() -> None:
    keyed = Keyed(frames=(KeyFrame(t_s=0.0, place=Placement()),))
    assert editing.speed_knots(keyed, [0.0, 1.0], [0.0, 0.0]) == ()
    with pytest.raises(UserError, match="recorded"):
        editing.pushed_aside(keyed, 1.0, 1.0, start_s=0.0, stays=False)


def test_a_drawn_path_leaves_straight_ahead() -> None:
    drawn = editing.drawn_from(Pose.from_heading(np.pi / 2, [3.0, 4.0, 0.0]), 6.0, 1.0)
    np.testing.assert_allclose(drawn.path.points_m, [[3, 4, 0], [3, 7, 0]], atol=1e-9)
    standing = editing.drawn_from(Pose.from_heading(np.pi / 2, [3.0, 4.0, 0.0]), 0.0, 1.0)
    assert len(standing.path.handles) == 1
    shorter = editing.without_last(drawn)
    assert isinstance(shorter, Authored) and len(shorter.path.handles) == 1


def test_one_who_reacts_goes_on_reacting() -> None:
    who = LOG.tracks[0].id
    reacting = editing.set_behaviour(SCENARIO, [who], Reacting()).apply(SCENARIO)
    bent = editing.pushed_aside(Replay(), 1.0, 1.0, start_s=0.0, stays=True)
    after = editing.set_motion("Bend", reacting, who, bent).apply(reacting)
    assert isinstance(after.actor(who).behaviour, Reacting)
    assert editing.motion_of(after, who) == bent
