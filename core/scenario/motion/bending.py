"""Bends recorded tracks and ego paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import Track
from core.scenario.motion.bends import Bend, ChangeSpeed, Delay, LaneChange, Retime, Shift, Stop
from core.scenario.motion.lane_index import LaneIndex
from core.scenario.motion.ramps import STEEPEST_EASE, ease, integrated, ramp, ramp_s, window, window_rate
from core.scenario.motion.reference import NS_PER_S, Reference

Floats = NDArray[np.float64]

_STEP_S = 0.1  # of the poses that a bend adds between recorded ones
_STEERING_MPS = 1.0  # well below it an actor that moves sideways does not turn to where it goes
_UNBENT_M, _UNBENT_RAD = 1e-6, 1e-6


@dataclass(frozen=True, eq=False)
class Course:
    """A drive along a reference's line."""

    t_s: Floats  # (n,) rising
    s_m: Floats  # (n,) places along the line, never falling
    left_m: Floats  # (n,) beside the line, to the actor's left
    left_mps: Floats  # (n,) and how fast it moves there

    @property
    def speed_mps(self) -> Floats:
        return np.gradient(self.s_m, self.t_s)

    @property
    def turn_rad(self) -> Floats:
        """How far (n,) the actor turns to where it goes."""
        ahead = self.speed_mps
        return np.arctan2(self.left_mps * ahead, ahead**2 + _STEERING_MPS**2 * np.exp(-(ahead**2) / _STEERING_MPS**2))

    def moved_over(self, left_m: float, from_s: float | None, to_s: float | None, blend_s: float) -> Course:
        """With a shift to the left for a span."""
        span = self.t_s, from_s, to_s, blend_s
        return replace(
            self,
            left_m=self.left_m + left_m * window(*span),
            left_mps=self.left_mps + left_m * window_rate(*span),
        )


def bent_track(
    track: Track,
    bends: Sequence[Bend],
    *,
    start_ns: int,
    until_s: float | None = None,
    lanes: LaneIndex | None = None,
) -> Track:
    """A track after bends, in their order; the same object where there are none.

    See `bent_path`; the box keeps its size, and the track its gaps.
    """
    if not bends:
        return track
    poses = bent_path(track.poses, bends, start_ns=start_ns, until_s=until_s, lanes=lanes, max_gap_s=track.max_gap_s)
    return replace(track, poses=poses)


def bent_path(
    poses: PoseTrack,
    bends: Sequence[Bend],
    *,
    start_ns: int,
    until_s: float | None = None,
    lanes: LaneIndex | None = None,
    max_gap_s: float = np.inf,
) -> PoseTrack:
    """Poses after bends, in their order.

    Height, pitch, roll and the jitter of the recording are kept, place by place. A slowed actor stays until it has
    driven its recorded path or until `until_s`; a hastened one goes on straight beyond its path until its last recorded
    time. Poses further apart than `max_gap_s` stay apart.

    Args:
        poses: world_from_ego or world_from_box as recorded, or as authored.
        bends: what to do.
        start_ns: the log's first time, from which seconds count.
        until_s: the end of the scenario; without it nothing outlasts its recording.
        lanes: for lane changes that name no offset.

    Raises:
        UserError: a lane change where the map has no lane on that side.
    """
    if len(poses) == 1:
        # A single box stands there for its own instant; two make it a track that can be moved.
        poses = PoseTrack([poses.t_ns[0], poses.t_ns[0] + 1], Pose(np.repeat(poses.poses.matrix, 2, 0)))
    reference = Reference.of(poses, start_ns)
    recorded = _recorded(reference, until_s)
    course = recorded
    for bend in bends:
        course = _bent(course, bend, reference, lanes)
    return _posed(reference, recorded, course, max_gap_s)


def _bent(course: Course, bend: Bend, reference: Reference, lanes: LaneIndex | None) -> Course:
    """A course after one bend.

    Raises:
        UserError: a lane change where the map has no lane on that side.
    """
    t = course.t_s
    match bend:
        case Shift():
            return course.moved_over(bend.left_m, bend.from_s, bend.to_s, bend.blend_s)
        case LaneChange():
            offset_m = bend.sign * bend.offset_m if bend.offset_m else _lane_offset_m(course, bend, reference, lanes)
            return course.moved_over(offset_m, bend.from_s, bend.to_s, bend.over_s)
        case Delay():
            return replace(course, s_m=_delayed(course, bend, reference))
        case ChangeSpeed():
            part = window(t, bend.from_s, bend.to_s, bend.over_s)
            return _driven(course, bend.from_s, course.speed_mps * (1 - part) + bend.speed_mps * part)
        case Stop():
            return _driven(course, bend.from_s, np.minimum(course.speed_mps, _stopping(course, bend)))
        case Retime():
            return _driven(course, bend.speed.knots[0].t_s, bend.speed.speed_at(t))


def _recorded(reference: Reference, until_s: float | None) -> Course:
    first, last = reference.t_s[0], reference.t_s[-1]
    end = last if until_s is None else max(last, until_s)
    even = np.arange(first, end, _STEP_S)
    t_s = np.union1d(np.round(np.append(even, end), 9), np.round(reference.recorded_s, 9))
    return Course(t_s, reference.place_at(t_s), np.zeros_like(t_s), np.zeros_like(t_s))


def _driven(course: Course, from_s: float, speed_mps: Floats) -> Course:
    """The course with other speeds (n,) after a time."""
    t = course.t_s
    if from_s >= t[-1]:
        return course
    place = float(np.interp(from_s, t, course.s_m))
    later = np.maximum(t, from_s)
    ahead = integrated(later, speed_mps)
    return replace(course, s_m=np.where(t <= from_s, course.s_m, place + ahead))


def _delayed(course: Course, bend: Delay, reference: Reference) -> Floats:
    t = course.t_s
    if bend.from_s is None:
        part: Floats | float = 1.0
    else:
        over_s = 2 * STEEPEST_EASE * abs(bend.delay_s)
        part = ease((t - bend.from_s) / max(over_s, 1e-6))
    query = t - bend.delay_s * part
    first, last = reference.end_speeds_mps
    before, after = np.minimum(query - t[0], 0.0), np.maximum(query - t[-1], 0.0)
    return np.interp(query, t, course.s_m) + before * first + after * last


def _stopping(course: Course, bend: Stop) -> Floats:
    """The most (n,) that a stop lets a vehicle drive; infinite before it."""
    t = course.t_s
    speed = float(np.interp(bend.from_s, t, course.speed_mps))
    most = np.where(t < bend.from_s, np.inf, ramp(t - bend.from_s, speed, 0.0, bend.deceleration_mps2))
    if bend.stand_s is None:
        return most
    again_s = bend.from_s + ramp_s(speed, bend.deceleration_mps2) + bend.stand_s
    fastest = float(course.speed_mps.max())
    return np.where(t < again_s, most, ramp(t - again_s, 0.0, fastest, bend.acceleration_mps2))


def _lane_offset_m(course: Course, bend: LaneChange, reference: Reference, lanes: LaneIndex | None) -> float:
    if lanes is None:
        raise UserError(
            "There is no lane map to change lanes on", field="offset_m", remedy="Say how far to move instead."
        )
    middle = np.array([bend.from_s + bend.over_s / 2])
    place, left = np.interp(middle, course.t_s, course.s_m), np.interp(middle, course.t_s, course.left_m)
    frame = reference.frame(place, left)
    heading = float(frame.heading[0]) + (0.0 if reference.facing > 0 else np.pi)
    offset = lanes.neighbour_offset_m(frame.translation[0], heading, bend.side)
    if offset is None:
        raise UserError(
            f"There is no lane on the {bend.side} of the one driven on at {middle[0]:.1f} s",
            field="side",
            remedy="Choose the other side or another time, or say how far to move.",
        )
    return offset


def _posed(reference: Reference, recorded: Course, course: Course, max_gap_s: float) -> PoseTrack:
    """The poses of a course: recorded ones where nothing is bent, else ones at even steps and the recorded times."""
    turn_rad = course.turn_rad
    bent = np.abs(course.s_m - recorded.s_m) > _UNBENT_M
    bent |= (np.abs(course.left_m) > _UNBENT_M) | (np.abs(turn_rad) > _UNBENT_RAD)
    source_s = np.where(bent, reference.time_at(course.s_m), course.t_s)
    at_recorded = np.isin(course.t_s, np.round(reference.recorded_s, 9))
    unfinished = (course.t_s <= reference.t_s[-1] + 1e-6) | (course.s_m < reference.s_m[-1])
    keep = np.where(bent, unfinished & _inside(reference, source_s, max_gap_s), at_recorded)

    t_ns = reference.start_ns + np.round(course.t_s * NS_PER_S).astype(np.int64)
    source_ns = reference.start_ns + np.round(source_s * NS_PER_S).astype(np.int64)
    frame = reference.frame(course.s_m[keep], course.left_m[keep], turn_rad[keep])
    return PoseTrack(t_ns[keep], frame @ reference.beside.at(source_ns[keep]))


def _inside(reference: Reference, source_s: Floats, max_gap_s: float) -> NDArray[np.bool_]:
    """Whether the actor existed at times (n,) of the recording."""
    times = reference.recorded_s
    after = np.clip(np.searchsorted(times, source_s, side="left"), 1, len(times) - 1)
    near = (source_s - times[after - 1] < 1e-6) | (times[after] - source_s < 1e-6)
    return near | (times[after] - times[after - 1] <= max_gap_s)
