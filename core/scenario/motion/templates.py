"""Manoeuvres relative to another road user, given in numbers, worked out as bends.

Each is worked out for the tracks as they are now, and gives bends to be appended to those that there are: what was
made can be read, changed and undone like any bend made by hand.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import Track
from core.scenario.motion.bends import Bend, ChangeSpeed, Retime, Shift, Side, Stop
from core.scenario.motion.ego_box import EGO_FRONT_M, EGO_REAR_M
from core.scenario.motion.lane_index import wrapped
from core.scenario.motion.parameters import Parameters, Positive
from core.scenario.motion.ramps import ease, ramp, ramp_s, window
from core.scenario.motion.reference import NS_PER_S, Reference
from core.scenario.motion.speed import SpeedOverTime, from_arrivals

Floats = NDArray[np.float64]
NotNegative = Annotated[FiniteFloat, Field(ge=0)]

_STEP_S = 0.2  # of the knots of speed profiles
_SAME_WAY_RAD = np.pi / 4
_BESIDE_M = 1.5  # nearer than this to the ego's path an actor is in its lane
_LEAST_CLOSING_MPS = 0.1  # by which one is faster than whom it passes
_FASTEST_MPS, _HARDEST_MPS2 = 60.0, 10.0  # beyond these no road user is believed


class CutIn(Parameters):
    """An actor comes from the side, and at `at_s` is in the ego's lane, `gap_m` before its bumper and as fast as it."""

    at_s: FiniteFloat
    gap_m: NotNegative = 8.0
    side: Side | None = None  # None: from where it drives
    over_s: Positive = 3.0
    lane_m: Positive = 3.5  # from the ego's lane to the one it comes from, where it is not in one yet


class HardBrake(Parameters):
    """An actor brakes hard, stands, and drives on."""

    at_s: FiniteFloat
    deceleration_mps2: Positive = 7.0
    stand_s: NotNegative | None = None  # None: for good


class Follow(Parameters):
    """The ego keeps `gap_m` and `headway_s` behind an actor, from `over_s` after `from_s` on."""

    from_s: FiniteFloat
    gap_m: NotNegative = 3.0
    headway_s: NotNegative = 1.5
    over_s: Positive = 4.0


class Overtake(Parameters):
    """The ego passes an actor beside it and comes back `gap_m` before it."""

    from_s: FiniteFloat
    speed_mps: Positive
    side: Side = "left"
    gap_m: NotNegative = 10.0  # behind the actor when the ego has left its lane, and before it when it comes back
    aside_m: Positive = 3.5
    over_s: Positive = 3.0


class StopAt(Parameters):
    """The ego's front bumper comes to a stand at a place, and the ego drives on after a while."""

    x_m: FiniteFloat
    y_m: FiniteFloat
    deceleration_mps2: Positive = 2.5
    acceleration_mps2: Positive = 2.0
    stand_s: NotNegative | None = None  # None: for good


def cut_in(track: Track, ego: PoseTrack, template: CutIn, *, start_ns: int) -> tuple[Bend, ...]:
    """Bends that let an actor cut in.

    Raises:
        UserError: the actor is not there then, drives elsewhere, is in the ego's lane already and no side is named,
            or cannot be there in time.
    """
    mine, theirs = Reference.of(track.poses, start_ns), Reference.of(ego, start_ns)
    _require_there(mine, template.at_s)
    ego_place = theirs.place_at([template.at_s])
    target = theirs.frame(ego_place + EGO_FRONT_M + template.gap_m + track.size_m[0] / 2)
    place, beside = (float(value[0]) for value in mine.line.project(target.translation))
    turn = float(wrapped(mine.line.heading(place) - target.heading[0]))
    if abs(turn) > _SAME_WAY_RAD or mine.facing < 0:
        raise UserError(
            "The actor does not drive where the ego drives",
            field="at_s",
            remedy="Choose one that drives the same way, or another time.",
        )
    lane_m = _lane_beside_m(beside, template)
    knots = _meeting(mine, place, float(_speed(theirs, template.at_s)), template.at_s)
    before = () if abs(lane_m + beside) < 0.01 else (Shift(left_m=beside + lane_m),)
    over = Shift(left_m=-lane_m, from_s=template.at_s - template.over_s, blend_s=template.over_s)
    return (Retime(speed=knots), *before, over)


def hard_brake(template: HardBrake) -> tuple[Bend, ...]:
    """Bends that let an actor brake hard."""
    return (Stop(from_s=template.at_s, deceleration_mps2=template.deceleration_mps2, stand_s=template.stand_s),)


def follow(ego: PoseTrack, leader: Track, template: Follow, *, start_ns: int) -> tuple[Bend, ...]:
    """Bends that let the ego follow an actor; once the actor is gone, it keeps its speed.

    Raises:
        UserError: the actor is not on the ego's path after `from_s`.
    """
    mine = Reference.of(ego, start_ns)
    t_s = _times_together(mine, leader, template.from_s, start_ns)
    rear, _, speed = _on_path(mine, leader, t_s, start_ns)
    wanted = rear - leader.size_m[0] / 2 - EGO_FRONT_M - template.gap_m - template.headway_s * speed
    own = mine.place_at(t_s)
    share = ease((t_s - template.from_s) / template.over_s)
    return (Retime(speed=from_arrivals(t_s, own + share * (wanted - own))),)


def overtake(ego: PoseTrack, other: Track, template: Overtake, *, start_ns: int) -> tuple[Bend, ...]:
    """Bends that let the ego overtake an actor.

    Raises:
        UserError: the actor is not on the ego's path after `from_s`, the ego is too slow or too near, or the drive is
            over before the ego is back in its lane.
    """
    mine = Reference.of(ego, start_ns)
    t_s = _times_together(mine, other, template.from_s, start_ns)
    centre, _, _ = _on_path(mine, other, t_s, start_ns)
    now = float(_speed(mine, template.from_s))
    share = ease((t_s - template.from_s) / template.over_s)
    speed = now + (template.speed_mps - now) * share
    steps = np.diff(t_s) * (speed[1:] + speed[:-1]) / 2
    own = float(mine.place_at(t_s[:1])[0]) + np.concatenate([[0.0], np.cumsum(steps)])
    half = other.size_m[0] / 2
    out_s = _first_time(t_s, own + EGO_FRONT_M + template.gap_m >= centre - half)
    back_s = _first_time(t_s, own - EGO_REAR_M - template.gap_m >= centre + half)
    if out_s is not None and out_s - template.over_s < template.from_s:
        raise UserError(
            "The actor is too near for the ego to leave its lane in time",
            field="over_s",
            remedy="Begin earlier, change lanes faster or keep a smaller gap.",
        )
    if out_s is None or back_s is None:
        missing_m = float(centre[-1] + half + template.gap_m + EGO_REAR_M - own[-1])
        theirs_mps = float((centre[-1] - centre[-2]) / (t_s[-1] - t_s[-2]))
        if template.speed_mps - theirs_mps < _LEAST_CLOSING_MPS:
            raise UserError(
                f"At {template.speed_mps:.1f} m/s the ego does not get past the actor's {theirs_mps:.1f} m/s",
                field="speed_mps",
                remedy="Let it drive faster.",
            )
        ready_s = float(t_s[-1]) + missing_m / (template.speed_mps - theirs_mps) + template.over_s
    else:
        ready_s = back_s + template.over_s
    _require_room(mine, ready_s, float(own[-1]) + template.speed_mps * (ready_s - float(t_s[-1])))
    assert out_s is not None and back_s is not None  # or it would be ready after the end
    aside_m = template.aside_m if template.side == "left" else -template.aside_m
    span = out_s - template.over_s, back_s + template.over_s
    return (
        ChangeSpeed(speed_mps=template.speed_mps, from_s=template.from_s, over_s=template.over_s),
        Shift(left_m=aside_m, from_s=span[0], to_s=span[1], blend_s=template.over_s),
    )


def stop_at(ego: PoseTrack, template: StopAt, *, start_ns: int) -> tuple[Bend, ...]:
    """Bends that stop the ego at a place.

    Raises:
        UserError: the ego does not come by, or is too near or too fast to stop there.
    """
    mine = Reference.of(ego, start_ns)
    place = float(mine.line.project(np.array([template.x_m, template.y_m]))[0]) - EGO_FRONT_M
    t_s = np.linspace(mine.t_s[0], mine.t_s[-1], 20 * len(mine.t_s))
    speed = _speed(mine, t_s)
    braking_m = speed * np.array([ramp_s(v, template.deceleration_mps2) for v in speed.tolist()]) / 2
    after = mine.place_at(t_s) + braking_m - place
    if after[0] > 0:
        needed = float(speed[0]) ** 2 / max(2 * (place - float(mine.place_at(t_s[:1])[0])), 0.1)
        raise UserError(
            "The ego is too near and too fast to stop there",
            field="deceleration_mps2",
            remedy=f"Let it brake with more than {needed:.1f} m/s², or choose a place further on.",
        )
    if after[-1] < 0:
        raise UserError("The ego does not get that far", field="x_m", remedy="Choose a place on its path.")
    begin_s = float(np.interp(0.0, np.maximum.accumulate(after), t_s))
    return (Retime(speed=_stopping(begin_s, float(_speed(mine, begin_s)), template)),)


def _require_room(mine: Reference, ready_s: float, ready_m: float) -> None:
    """
    Raises:
        UserError: the ego is not back in its lane, so late and so far along its path, before its drive is over.
    """
    end_s, end_m = float(mine.t_s[-1]), float(mine.s_m[-1])
    remedy = "Begin earlier, let it drive faster, keep a smaller gap or change lanes faster."
    if ready_s > end_s + 1e-6:
        raise UserError(
            f"The drive is too short to overtake: the ego would be back in its lane at {ready_s:.1f} s, "
            f"and the drive ends at {end_s:.1f} s",
            field="from_s",
            remedy=remedy,
        )
    if ready_m > end_m:
        raise UserError(
            f"The drive is too short to overtake: the ego would be back in its lane after {ready_m:.0f} m, "
            f"and its path ends after {end_m:.0f} m",
            field="from_s",
            remedy=remedy,
        )


def _stopping(begin_s: float, speed_mps: float, template: StopAt) -> SpeedOverTime:
    still_s = begin_s + ramp_s(speed_mps, template.deceleration_mps2)
    down_s = np.append(np.arange(begin_s, still_s - _STEP_S / 2, _STEP_S / 2), still_s)
    down = ramp(down_s - begin_s, speed_mps, 0.0, template.deceleration_mps2)
    if template.stand_s is None:
        return SpeedOverTime.of(down_s, down)
    again_s = still_s + max(template.stand_s, _STEP_S)
    up_s = again_s + np.append(np.arange(0.0, ramp_s(speed_mps, template.acceleration_mps2), _STEP_S), [])
    up_s = np.append(up_s, again_s + ramp_s(speed_mps, template.acceleration_mps2) + _STEP_S)
    up = ramp(up_s - again_s, 0.0, speed_mps, template.acceleration_mps2)
    return SpeedOverTime.of(np.concatenate([down_s, up_s]), np.concatenate([down, up]))


def _lane_beside_m(beside_m: float, template: CutIn) -> float:
    """How far to the left of the ego's path the actor drives before it cuts in.

    `beside_m` is how far to the left of its own path the place in the ego's lane is.
    """
    now = -beside_m
    if template.side is None:
        if abs(now) < _BESIDE_M:
            raise UserError("The actor is in the ego's lane already", field="side", remedy="Say where it comes from.")
        return now
    sign = 1.0 if template.side == "left" else -1.0
    return now if _BESIDE_M < sign * now < 1.5 * template.lane_m else sign * template.lane_m


def _meeting(mine: Reference, place_m: float, speed_mps: float, at_s: float) -> SpeedOverTime:
    """Speeds, from the start of a track, that bring it to a place at a time with a speed.

    Raises:
        UserError: it would have to drive backwards, or as no road user can.
    """
    start_s = float(mine.t_s[0])
    total_s = at_s - start_s
    first = float(_speed(mine, start_s))
    t_s = np.linspace(start_s, at_s, max(int(total_s / _STEP_S), 2) + 1)
    share = (t_s - start_s) / total_s
    # What is missing on average is driven faster or slower in between, for three quarters of the time as it adds up.
    missing_mps = (place_m - float(mine.place_at(start_s))) / total_s - (first + speed_mps) / 2
    between = window(t_s, start_s, at_s, total_s / 4) / 0.75
    speed = first + (speed_mps - first) * ease(share) + missing_mps * between
    if speed.min() < -0.01 or speed.max() > _FASTEST_MPS:
        raise UserError(
            f"The actor cannot be there at {at_s:.1f} s: it is too far away",
            field="at_s",
            remedy="Choose a later time, another gap or another actor.",
        )
    hardest = float(np.abs(np.gradient(speed, t_s)).max())
    if hardest > _HARDEST_MPS2:
        raise UserError(
            f"To be there at {at_s:.1f} s the actor would have to change its speed by {hardest:.0f} m/s²",
            field="at_s",
            remedy="Choose a later time, another gap or another actor.",
        )
    return SpeedOverTime.of(t_s, np.maximum(speed, 0.0))


def _require_there(mine: Reference, at_s: float) -> None:
    first, last = float(mine.t_s[0]), float(mine.t_s[-1])
    if not first + 1.0 <= at_s <= last:
        raise UserError(
            f"The actor is not there at {at_s:.1f} s",
            field="at_s",
            remedy=f"Choose a time between {first + 1.0:.1f} and {last:.1f} s.",
        )


def _times_together(mine: Reference, other: Track, from_s: float, start_ns: int) -> Floats:
    first, last = ((int(t) - start_ns) / NS_PER_S for t in other.t_ns[[0, -1]])
    end = min(last, float(mine.t_s[-1]))
    if from_s < first - 1e-6 or end - from_s < _STEP_S:
        raise UserError(
            f"The actor is not there from {from_s:.1f} s on",
            field="from_s",
            remedy=f"Choose a time between {first:.1f} and {max(end - 1.0, first):.1f} s.",
        )
    return np.linspace(from_s, end, max(int((end - from_s) / _STEP_S), 2) + 1)


def _on_path(mine: Reference, other: Track, t_s: Floats, start_ns: int) -> tuple[Floats, Floats, Floats]:
    """Along, beside and how fast along a path (n,) another's centre is.

    Raises:
        UserError: it is never on the path.
    """
    theirs = Reference.of(other.poses, start_ns)
    centres: Pose = theirs.frame(theirs.place_at(t_s))
    along, beside = mine.line.project(centres.translation)
    turn = wrapped(centres.heading - mine.line.heading(along))
    if not ((np.abs(beside) < _BESIDE_M + other.size_m[1] / 2) & (np.abs(turn) < _SAME_WAY_RAD)).any():
        raise UserError(
            "The actor does not drive on the ego's path",
            field="from_s",
            remedy="Choose an actor in the ego's lane, or another time.",
        )
    return along, beside, np.maximum(_speed(theirs, t_s) * np.cos(turn), 0.0)


def _speed(reference: Reference, t_s: Floats | float) -> Floats:
    half_s = 0.25
    t = np.asarray(t_s, dtype=np.float64)
    return (reference.place_at(t + half_s) - reference.place_at(t - half_s)) / (2 * half_s)


def _first_time(t_s: Floats, happened: NDArray[np.bool_]) -> float | None:
    rows = np.flatnonzero(happened)
    return float(t_s[rows[0]]) if len(rows) else None
