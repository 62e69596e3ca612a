"""Motions as hands make them, of an actor or of the ego: pushed aside, driven faster, drawn.

A handle on a recorded motion belongs to a time. What it makes is a bend whose height is at that time, so that dragging
the same handle again changes the same bend, and dragging it back takes the bend away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from core.errors import UserError
from core.geometry import Pose
from core.scenario.behaviours import Authored, Bent, EgoPath, Keyed, Reacting, Replay
from core.scenario.command import Command
from core.scenario.document import Scenario
from core.scenario.editing.actors import set_behaviour
from core.scenario.editing.settings import set_ego_path
from core.scenario.motion import (
    AuthoredPath,
    Bend,
    Handle,
    LaneChange,
    Retime,
    Shift,
    SpeedOverTime,
    TimeKnot,
    over_time,
)
from core.scenario.movement import EGO

BLEND_S = 3.0
"""How long it takes to the height of a bend, where there is time enough."""
_LEAST_BLEND_S = 0.5
_SAME_S = 1e-3
_NOTHING_M = 0.02
_KNOT_STEPS_S = (1.0, 2.0, 5.0)  # the first that leaves few enough
_FEW_KNOTS = 16
_STRAIGHT_S = 0.5  # of a drawn path, so that it goes on as the recorded one ended
_ONWARDS_S = 1.0  # that a path leads on beyond the end of a motion in whose place it is
_STANDS_M = 0.3
_WALKING_MPS = 1.5
_FASTEST_MPS, _HALVINGS = 60.0, 16  # in search of a speed, to a millimetre per second
_MOST_KNOTS = 40  # of a profile that is offered knot by knot


def motion_of(scenario: Scenario, who: str) -> EgoPath:
    """How an actor, or `EGO`, moves; of one who reacts, what it moves along."""
    if who == EGO:
        return scenario.ego.path
    behaviour = scenario.actor(who).behaviour
    return behaviour.along if isinstance(behaviour, Reacting) else behaviour


def set_motion(title: str, scenario: Scenario, who: str, motion: EgoPath, *, gesture: str = "") -> Command:
    """Another motion of an actor, or of `EGO`; one who reacts goes on reacting."""
    if who == EGO:
        command = set_ego_path(scenario, motion, gesture=gesture)
    else:
        behaviour = scenario.actor(who).behaviour
        whole = behaviour.model_copy(update={"along": motion}) if isinstance(behaviour, Reacting) else motion
        command = set_behaviour(scenario, [who], whole, gesture=gesture)
    return command.model_copy(update={"title": title})


def with_bends(motion: EgoPath, bends: Sequence[Bend]) -> EgoPath:
    """A recorded motion with further bends.

    Raises:
        UserError: the motion is not a recorded one.
    """
    return _bent([*bends_of(motion), *bends])


def bends_of(motion: EgoPath) -> tuple[Bend, ...]:
    """
    Raises:
        UserError: the motion is not a recorded one.
    """
    if isinstance(motion, Bent):
        return motion.bends
    if isinstance(motion, Replay):
        return ()
    raise UserError(
        "Only a recorded motion can be bent",
        field="behaviour",
        remedy="This one is drawn or made of key frames; “As recorded” gives the recorded one back.",
    )


def aside_at(motion: EgoPath, t_s: float) -> float:
    """How far to the left the bend goes whose height is at a time; zero without one."""
    row = _row_at(motion, t_s)
    if row is None:
        return 0.0
    match bends_of(motion)[row]:
        case LaneChange() as change:
            return change.sign * (change.offset_m or 0.0)
        case Shift(left_m=left_m):
            return left_m
    return 0.0


def heights_s(motion: EgoPath) -> list[float]:
    """When sideways bends are at their heights."""
    bends = motion.bends if isinstance(motion, Bent) else ()
    return sorted({height for bend in bends if (height := _height_s(bend)) is not None})


def pushed_aside(motion: EgoPath, t_s: float, left_m: float, *, start_s: float, stays: bool) -> EgoPath:
    """A recorded motion that at a time is so far to the left of where it would be.

    Args:
        motion: a recorded one.
        t_s: when; a bend whose height is then is replaced.
        left_m: how far; next to nothing takes the bend away.
        start_s: when the motion begins.
        stays: whether it stays there, as after a lane change, or comes back.

    Raises:
        UserError: the motion is not a recorded one.
    """
    bends, row = list(bends_of(motion)), _row_at(motion, t_s)
    blend_s = max(min(BLEND_S, t_s - start_s), _LEAST_BLEND_S)
    made: list[Bend] = []
    if abs(left_m) >= _NOTHING_M and stays:
        side = "left" if left_m > 0 else "right"
        made = [LaneChange(side=side, offset_m=abs(left_m), from_s=t_s - blend_s, over_s=blend_s)]
    elif abs(left_m) >= _NOTHING_M:
        made = [Shift(left_m=left_m, from_s=t_s - blend_s, to_s=t_s + blend_s, blend_s=blend_s)]
    place = len(bends) if row is None else row
    bends[place : place + (row is not None)] = made
    return _bent(bends)


def drawn_from(world_from_ground: Pose, speed_mps: float, from_s: float) -> Authored:
    """The beginning of a path drawn by hand, at a place on the ground.

    Who moves leaves it straight ahead; who stands, stands until the path has a second point.
    """
    ahead_m = speed_mps * _STRAIGHT_S
    ways = [[0.0, 0.0, 0.0], [ahead_m, 0.0, 0.0]] if ahead_m > _STANDS_M else [[0.0, 0.0, 0.0]]
    path = AuthoredPath(
        handles=tuple(Handle.at(point) for point in world_from_ground.apply(ways)),
        from_s=from_s,
        heading_rad=float(world_from_ground.heading),
        speed=SpeedOverTime(knots=(TimeKnot(t_s=from_s, speed_mps=speed_mps or _WALKING_MPS),)),
    )
    return Authored(path=path)


def drawn_along(t_s: Sequence[float], points_m: ArrayLike, speed_mps: ArrayLike, heading_rad: float) -> Authored:
    """A drawn path in the place of another motion. It leads on a little: where a path ends one stands, at once.

    Args:
        t_s: when that motion is at points that become handles, n ≥ 1 and rising.
        points_m: those points (n, 3) on the ground.
        speed_mps: its speeds (n,) there.
        heading_rad: how it stands, if it does not move.
    """
    points, speeds = np.asarray(points_m, dtype=np.float64), np.maximum(speed_mps, 0.0)
    if len(points) > 1 and speeds[-1] > 0:
        way = points[-1] - points[-2]
        ahead = way * (speeds[-1] * _ONWARDS_S / max(float(np.linalg.norm(way)), 1e-6))
        points = np.concatenate([points, [points[-1] + ahead]])
    path = AuthoredPath(
        handles=tuple(Handle.at(point) for point in points),
        from_s=t_s[0],
        heading_rad=heading_rad,
        speed=SpeedOverTime.of(t_s, speeds),
    )
    return Authored(path=path)


def without_last(motion: EgoPath) -> EgoPath:
    """Without the last point of a drawn path, or the last bend of a recorded motion."""
    match motion:
        case Authored(path=path):
            return Authored(path=path.removed())
        case Bent(bends=bends):
            return _bent(bends[:-1])
        case Keyed() | Replay():
            return motion


def speed_knots(motion: EgoPath, t_s: Sequence[float], speed_mps: Sequence[float]) -> tuple[TimeKnot, ...]:
    """The knots of a motion's speed that can be dragged; of a recorded one some of its speeds.

    Args:
        motion: whose; key frames have none.
        t_s: times (n,) of the motion as it is, n ≥ 1.
        speed_mps: its speeds (n,).
    """
    if isinstance(motion, Keyed):
        return ()
    if isinstance(motion, Authored):
        return _over_time(motion.path).knots
    retimed = _own_retime(motion)
    own = () if retimed is None else retimed.speed.knots
    step_s = even_step_s(t_s[-1] - t_s[0])
    end_s = own[0].t_s - step_s / 4 if own else t_s[-1] + 1e-6
    sampled = np.arange(np.ceil(t_s[0] / step_s), end_s / step_s) * step_s + 0.0
    speeds = np.maximum(np.interp(sampled, t_s, speed_mps), 0.0)
    before = tuple(TimeKnot(t_s=t, speed_mps=v) for t, v in zip(sampled.tolist(), speeds.tolist(), strict=True))
    return (*before, *own)


def even_step_s(span_s: float) -> float:
    """How far apart in time handles and knots are, of a motion that lasts so long."""
    return next((step for step in _KNOT_STEPS_S if span_s / step <= _FEW_KNOTS), _KNOT_STEPS_S[-1])


def with_knots(motion: EgoPath, knots: Sequence[TimeKnot], first: int) -> EgoPath:
    """A motion at other speeds.

    Args:
        motion: whose.
        knots: all of them, as `speed_knots` gives them, after a change.
        first: the first row that has changed; what is before the knot before it stays as recorded.

    Raises:
        UserError: the motion is made of key frames.
    """
    speed = SpeedOverTime(knots=tuple(knots[_profile_row(motion, knots, first) :]))
    if isinstance(motion, Authored):
        return Authored(path=motion.path.model_copy(update={"speed": speed}))
    bends = bends_of(motion)
    return _bent([*(bends if _own_retime(motion) is None else bends[:-1]), Retime(speed=speed)])


def come_further(motion: EgoPath, knots: Sequence[TimeKnot], row: int, t_s: float, further_m: float) -> EgoPath:
    """A motion that by a time has come so much further than it had by the time of a knot, which moves there.

    It gets there evenly faster or slower within the seconds before, and then drives on at the speeds that it had. It
    comes as near to that as speeds from 0 to 60 m/s lead.

    Args:
        motion: whose.
        knots: all of them, as `speed_knots` gives them.
        row: of the knot, not the first.
        t_s: its new time, between those of its neighbours.
        further_m: metres, or less than zero.

    Raises:
        UserError: the motion is made of key frames.
    """
    first = next(n for n in range(1, row + 1) if knots[n].t_s > t_s - BLEND_S or n == row)
    begin = _profile_row(motion, knots, first)

    def faster(by_mps: float) -> list[TimeKnot]:
        changed = [
            TimeKnot(
                t_s=t_s if n == row else knots[n].t_s,
                speed_mps=round(min(max(knots[n].speed_mps + by_mps, 0.0), _FASTEST_MPS), 3),
            )
            for n in range(first, row + 1)
        ]
        return [*knots[:first], *changed, *knots[row + 1 :]]

    def way_m(every: Sequence[TimeKnot]) -> float:
        return float(SpeedOverTime(knots=tuple(every[begin:])).progress(every[begin].t_s, every[row].t_s).s_m[-1])

    wanted_m = way_m(knots) + further_m
    slow, fast = -_FASTEST_MPS, _FASTEST_MPS
    for _ in range(_HALVINGS):
        middle = (slow + fast) / 2
        slow, fast = (middle, fast) if way_m(faster(middle)) < wanted_m else (slow, middle)
    return with_knots(motion, faster((slow + fast) / 2), first)


def _bent(bends: Sequence[Bend]) -> EgoPath:
    return Bent(bends=tuple(bends)) if bends else Replay()


def _height_s(bend: Bend) -> float | None:
    """When a sideways bend is at its height; None for others and for those that hold all the time."""
    match bend:
        case LaneChange(from_s=from_s, over_s=over_s):
            return from_s + over_s
        case Shift(from_s=from_s, blend_s=blend_s) if from_s is not None:
            return from_s + blend_s
    return None


def _row_at(motion: EgoPath, t_s: float) -> int | None:
    for row, bend in enumerate(bends_of(motion)):
        height = _height_s(bend)
        if height is not None and abs(height - t_s) < _SAME_S:
            return row
    return None


def _profile_row(motion: EgoPath, knots: Sequence[TimeKnot], first: int) -> int:
    """The first of the knots that the profile is made of when those from a row on are changed: what is before it stays
    as recorded."""
    if isinstance(motion, Authored):
        return 0
    begin, own = max(first - 1, 0), _own_retime(motion)
    if own is None:
        return begin
    own_s = own.speed.knots[0].t_s - _SAME_S
    return min(begin, next((row for row, knot in enumerate(knots) if knot.t_s >= own_s), begin))


def _own_retime(motion: EgoPath) -> Retime | None:
    """The profile that knots are dragged of: the last bend, unless it is as dense as those that templates make."""
    last = motion.bends[-1] if isinstance(motion, Bent) else None
    return last if isinstance(last, Retime) and len(last.speed.knots) <= _MOST_KNOTS else None


def _over_time(path: AuthoredPath) -> SpeedOverTime:
    if isinstance(path.speed, SpeedOverTime):
        return path.speed
    length_m = 0.0 if path.curve is None else path.curve.length_m
    return over_time(path.speed, path.from_s, length_m)
