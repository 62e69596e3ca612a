"""Can this be driven, and what does it hit? Worked out anew at every move of the mouse.

Speeds, accelerations and jerk are those of polynomials fitted to the poses around each instant, so that box jitter is
not taken for a kick of the driver. Collisions are looked for between oriented boxes; the time to collision is that of
two boxes that both go on as they go now (J. C. Hayward, "Near-miss determination through use of a scale of danger",
Highway Research Record 384, 1972).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose, PoseTrack
from core.geometry.footprints import footprints, time_to_overlap
from core.scenario.motion.fitting import fitted
from core.scenario.motion.limits import Limits
from core.scenario.motion.reference import NS_PER_S
from core.scenario.motion.surroundings import STEP_S, Road, Traffic, even_times

Floats = NDArray[np.float64]

_WINDOW = 7  # instants about each that its polynomial is fitted to
_JERK_WINDOW = 11
_ARM_M = 1.5  # a turn is measured on three places so far apart: box jitter over less would be a turn
_FARTHEST_S = 6.0  # a collision later than this is not worth a number
_OVERLAP_M = 0.05  # boxes are drawn a little too large, and neighbours in a queue touch


class Kind(StrEnum):
    """What can be wrong with a motion."""

    CURVATURE = "curvature"
    LATERAL = "lateral acceleration"
    ACCELERATION = "acceleration"
    BRAKING = "braking"
    JERK = "jerk"
    OVERLAP = "overlap"
    TIME_TO_COLLISION = "time to collision"
    OFF_ROAD = "off the road"
    UNTRUSTED = "pictures not to be trusted"


UNITS = {
    Kind.CURVATURE: "1/m",
    Kind.LATERAL: "m/s²",
    Kind.ACCELERATION: "m/s²",
    Kind.BRAKING: "m/s²",
    Kind.JERK: "m/s³",
    Kind.OVERLAP: "s",
    Kind.TIME_TO_COLLISION: "s",
    Kind.OFF_ROAD: "m",
    Kind.UNTRUSTED: "",
}


@dataclass(frozen=True)
class Violation:
    """A stretch of time in which a motion is beyond a limit."""

    kind: Kind
    from_s: float
    to_s: float
    worst: float  # the value farthest beyond the limit, in the unit of the kind
    limit: float
    other: str | None = None  # the actor that is hit, or nearly


@dataclass(frozen=True, eq=False, kw_only=True)
class Feasibility:
    """Numbers along a motion at even steps of time; row i of every array belongs together."""

    t_s: Floats  # (n,)
    points_m: Floats  # (n, 3) of the poses' origin
    speed_mps: Floats  # (n,) ahead positive
    curvature_1pm: Floats  # (n,) left positive
    lateral_mps2: Floats  # (n,) left positive
    longitudinal_mps2: Floats  # (n,)
    jerk_mps3: Floats  # (n,) its size along and across together
    time_to_collision_s: Floats  # (n,) with whom it is shortest; 0 while overlapping; infinite without any
    nearest: NDArray[np.int64]  # (n,) with which of the traffic's actors; -1 with none
    off_road_m: Floats  # (n,) how far the farthest wheel is off the road; zero without a map
    violations: tuple[Violation, ...]

    def broken_at(self, kinds: frozenset[Kind] = frozenset(Kind)) -> NDArray[np.bool_]:
        """At which instants (n,) one of the kinds is violated."""
        broken = np.zeros(len(self.t_s), dtype=bool)
        for violation in self.violations:
            if violation.kind in kinds:
                broken |= (self.t_s >= violation.from_s - 1e-6) & (self.t_s <= violation.to_s + 1e-6)
        return broken


def feasibility(
    poses: PoseTrack,
    *,
    size_m: tuple[float, float, float],
    limits: Limits,
    start_ns: int,
    pose_from_box: Pose | None = None,
    traffic: Traffic | None = None,
    road: Road | None = None,
) -> Feasibility:
    """What a motion demands, and where it is beyond its limits.

    Args:
        poses: world_from_ego or world_from_box over time.
        size_m: length, width, height of the box.
        limits: what it can do, see `LIMITS`.
        start_ns: the log's first time, from which seconds count.
        pose_from_box: where the box is in the frame of the poses; by default its centre is their origin.
        traffic: the others, without this one.
        road: where one may drive.
    """
    t_s = even_times(poses, start_ns)
    if not len(t_s):
        return _nothing()
    at = poses.at(start_ns + np.round(t_s * NS_PER_S).astype(np.int64))
    velocity, acceleration, jerk = _derivatives(at.translation[:, :2])
    ahead = np.stack([np.cos(at.heading), np.sin(at.heading)], -1)
    left = np.stack([-ahead[:, 1], ahead[:, 0]], -1)
    speed, lateral = (velocity * ahead).sum(-1), (acceleration * left).sum(-1)
    curvature = _curvatures(at.translation[:, :2])
    longitudinal = (acceleration * ahead).sum(-1) * np.where(speed < 0, -1.0, 1.0)

    box = at if pose_from_box is None else at @ pose_from_box
    corners = footprints(box.translation[:, :2], box.heading, np.broadcast_to(size_m[:2], (len(t_s), 2)))
    collision_s, nearest = _collisions(t_s, box, corners, size_m[2], velocity, traffic)
    off_road = np.zeros(len(t_s)) if road is None else road.outside_m(corners).max(-1)
    values = {
        Kind.CURVATURE: (np.abs(curvature), limits.curvature_1pm),
        Kind.LATERAL: (np.abs(lateral), limits.lateral_mps2),
        Kind.ACCELERATION: (longitudinal, limits.acceleration_mps2),
        Kind.BRAKING: (-longitudinal, limits.braking_mps2),
        Kind.JERK: (np.linalg.norm(jerk, axis=-1), limits.jerk_mps3),
        Kind.OFF_ROAD: (off_road, limits.off_road_m),
    }
    found = [violation for kind, (value, limit) in values.items() for violation in _spans(kind, t_s, value, limit)]
    found += _close_calls(t_s, collision_s, nearest, limits, traffic)
    return Feasibility(
        t_s=t_s,
        points_m=at.translation,
        speed_mps=speed,
        curvature_1pm=curvature,
        lateral_mps2=lateral,
        longitudinal_mps2=longitudinal,
        jerk_mps3=np.linalg.norm(jerk, axis=-1),
        time_to_collision_s=collision_s,
        nearest=nearest,
        off_road_m=off_road,
        violations=tuple(sorted(found, key=lambda violation: (violation.from_s, violation.kind))),
    )


def _nothing() -> Feasibility:
    none = np.empty(0)
    return Feasibility(
        t_s=none,
        points_m=np.empty((0, 3)),
        speed_mps=none,
        curvature_1pm=none,
        lateral_mps2=none,
        longitudinal_mps2=none,
        jerk_mps3=none,
        time_to_collision_s=none,
        nearest=np.empty(0, dtype=np.int64),
        off_road_m=none,
        violations=(),
    )


def _derivatives(points_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Velocities, accelerations and jerks (n, 2) of points (n, 2) at even steps."""
    return (
        fitted(points_m, STEP_S, window=_WINDOW, degree=3, derivative=1),
        fitted(points_m, STEP_S, window=_WINDOW, degree=3, derivative=2),
        fitted(points_m, STEP_S, window=_JERK_WINDOW, degree=3, derivative=3),
    )


def _curvatures(points_m: Floats) -> Floats:
    """Curvatures (n,) of the way through points (n, 2), left positive: of the circle through each and two about it.

    Measured along the way and not over time, so that a turn counts however slowly it is driven. Where too little of the
    way is left, and while something stands, the nearest known ones count.
    """
    way = fitted(points_m, STEP_S, window=_WINDOW, degree=2)
    s_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    back, on = (np.stack([np.interp(s_m + arm, s_m, axis) for axis in way.T], -1) for arm in (-_ARM_M, _ARM_M))
    before, after = way - back, on - way
    lengths = [np.linalg.norm(side, axis=-1) for side in (before, after, before + after)]
    known = np.flatnonzero(np.minimum(lengths[0], lengths[1]) > 2 / 3 * _ARM_M)
    if not len(known):
        return np.zeros(len(way))
    area = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    around = np.maximum(lengths[0] * lengths[1] * lengths[2], 1e-9)
    return np.interp(np.arange(len(way)), known, (2 * area / around)[known])


def _collisions(
    t_s: Floats, box: Pose, corners: Floats, height_m: float, velocity_mps: Floats, traffic: Traffic | None
) -> tuple[Floats, NDArray[np.int64]]:
    """The shortest times to collision (n,), and with whom (n,)."""
    shortest, whom = np.full(len(t_s), np.inf), np.full(len(t_s), -1)
    if traffic is None or not traffic.ids:
        return shortest, whom
    step = np.round(t_s / STEP_S).astype(np.int64)
    known = (step >= 0) & (step < len(traffic.t_s))
    rows = np.flatnonzero(known)
    at = step[known]
    apart = traffic.centres_m[:, at] - box.translation[rows]
    relative = velocity_mps[rows] - traffic.velocities_mps[:, at]
    reach = (
        np.linalg.norm(corners[0] - corners[0].mean(0), axis=-1).max()
        + 0.5 * np.hypot(traffic.sizes_m[:, 0], traffic.sizes_m[:, 1])
    )[:, None] + np.linalg.norm(relative, axis=-1) * _FARTHEST_S
    level = np.abs(apart[..., 2]) < (height_m + traffic.sizes_m[:, 2:]) / 2
    actor, column = np.nonzero(traffic.exists[:, at] & level & (np.linalg.norm(apart[..., :2], axis=-1) < reach))
    if not len(actor):
        return shortest, whom
    others = footprints(
        traffic.centres_m[actor, at[column], :2],
        traffic.headings_rad[actor, at[column]],
        np.maximum(traffic.sizes_m[actor, :2] - _OVERLAP_M, 0.01),
    )
    seconds = time_to_overlap(corners[rows[column]], others, relative[actor, column])
    order = np.argsort(-seconds, kind="stable")  # the shortest is written last
    shortest[rows[column[order]]], whom[rows[column[order]]] = seconds[order], actor[order]
    late = shortest > _FARTHEST_S
    shortest[late], whom[late] = np.inf, -1
    return shortest, whom


def _spans(kind: Kind, t_s: Floats, value: Floats, limit: float, other: str | None = None) -> list[Violation]:
    """The stretches of time in which a value is above its limit."""
    return [
        Violation(kind, float(t_s[first]), float(t_s[last - 1]), float(value[first:last].max()), limit, other)
        for first, last in runs(value > limit)
    ]


def _close_calls(
    t_s: Floats, collision_s: Floats, nearest: NDArray[np.int64], limits: Limits, traffic: Traffic | None
) -> list[Violation]:
    found = []
    for actor in np.unique(nearest[nearest >= 0]).tolist():
        assert traffic is not None
        name, mine = traffic.ids[actor], nearest == actor
        for first, last in runs(mine & (collision_s == 0.0)):
            found.append(Violation(Kind.OVERLAP, float(t_s[first]), float(t_s[last - 1]), 0.0, 0.0, name))
        for first, last in runs(mine & (collision_s > 0.0) & (collision_s < limits.time_to_collision_s)):
            worst = float(collision_s[first:last].min())
            span = float(t_s[first]), float(t_s[last - 1])
            found.append(Violation(Kind.TIME_TO_COLLISION, *span, worst, limits.time_to_collision_s, name))
    return found


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and behind-the-last row of each run of true flags."""
    borders = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in borders.reshape(-1, 2)]
