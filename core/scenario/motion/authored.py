"""Paths drawn by hand: way points, a smooth curve through them, and a speed profile along it.

The curve is `core.geometry.Curve`: it passes through every way point with continuous curvature, so a steering wheel
can follow it, and turns at one way point leave far ones where they are.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, FiniteFloat

from core.geometry import Curve, Pose, PoseTrack
from core.logs import ActorClass, Track
from core.scenario.motion.parameters import Parameters
from core.scenario.motion.reference import NS_PER_S
from core.scenario.motion.speed import Progress, SpeedOverTime, SpeedProfile, TimeKnot

Floats = NDArray[np.float64]

RATE_HZ = 10.0
_NEAREST_M = 0.2  # two way points nearer than this are one


class Handle(Parameters):
    """A way point on the ground."""

    x_m: FiniteFloat
    y_m: FiniteFloat
    z_m: FiniteFloat = 0.0

    @classmethod
    def at(cls, point_m: ArrayLike) -> Handle:
        x, y, z = np.asarray(point_m, dtype=np.float64).tolist()
        return cls(x_m=x, y_m=y, z_m=z)

    @property
    def point_m(self) -> tuple[float, float, float]:
        return self.x_m, self.y_m, self.z_m


class AuthoredPath(Parameters):
    """Where to drive and how fast. With one handle, or handles on one spot, the actor stands there.

    Edits return new paths; the speed profile stays as it is, also when the path becomes longer: where the path ends,
    the actor stands.
    """

    handles: tuple[Handle, ...] = Field(min_length=1)
    speed: SpeedProfile = SpeedOverTime(knots=(TimeKnot(t_s=0.0, speed_mps=8.0),))
    from_s: FiniteFloat = 0.0  # when it leaves the first handle
    heading_rad: FiniteFloat = 0.0  # of one that stands; a moving one looks along its path

    @property
    def points_m(self) -> Floats:
        """The handles (n, 3)."""
        return np.array([handle.point_m for handle in self.handles])

    @property
    def curve(self) -> Curve | None:
        """The curve through the handles; None for one that stands."""
        return _curve(self.handles)

    def extended(self, point_m: ArrayLike) -> AuthoredPath:
        """With a handle more at its end."""
        return self._with((*self.handles, Handle.at(point_m)))

    def inserted(self, point_m: ArrayLike) -> AuthoredPath:
        """With a handle more between the two that the point lies between, or at the end it lies beyond."""
        curve = self.curve
        if curve is None:
            return self.extended(point_m)
        place = float(curve.project(np.asarray(point_m, dtype=np.float64))[0])
        row = int(np.searchsorted(self._places(curve), place))
        return self._with((*self.handles[:row], Handle.at(point_m), *self.handles[row:]))

    def moved(self, row: int, point_m: ArrayLike) -> AuthoredPath:
        """With a handle dragged elsewhere."""
        return self._with((*self.handles[:row], Handle.at(point_m), *self.handles[row + 1 :]))

    def removed(self, row: int = -1) -> AuthoredPath:
        """Without a handle, by default the last one; the only one stays."""
        kept = tuple(handle for number, handle in enumerate(self.handles) if number != row % len(self.handles))
        return self._with(kept) if kept else self

    def arrivals_s(self, until_s: float) -> list[float | None]:
        """When each handle is reached; None for one that is not reached until then."""
        curve = self.curve
        if curve is None:
            return [self.from_s] * len(self.handles)
        progress = self.progress(until_s)
        times = [progress.arrival_at(float(place)) for place in self._places(curve)]
        return [t if t is not None and t <= until_s + 1e-9 else None for t in times]

    def progress(self, until_s: float) -> Progress:
        """The way made until a time; it ends on the path's last point."""
        curve = self.curve
        length = 0.0 if curve is None else curve.length_m
        if length == 0.0 or until_s <= self.from_s:
            return Progress(np.array([self.from_s]), np.zeros(1), np.zeros(1))
        if isinstance(self.speed, SpeedOverTime):
            return _cut(self.speed.progress(self.from_s, until_s), length)
        return _cut(self.speed.progress(self.from_s, length), length)

    def _places(self, curve: Curve) -> Floats:
        """Places (n,) of the handles along the curve; of several on one spot each has the first one's."""
        kept = _distinct(self.handles)
        return curve.points_s_m[np.searchsorted(kept, np.arange(len(self.handles)), side="right") - 1]

    def _with(self, handles: tuple[Handle, ...]) -> AuthoredPath:
        return self.model_copy(update={"handles": handles})


def authored_poses(
    path: AuthoredPath, *, start_ns: int, until_s: float, lift_m: float = 0.0, rate_hz: float = RATE_HZ
) -> PoseTrack:
    """The poses of an authored path, from its start to a time.

    Args:
        path: what to drive; it stands at its end.
        start_ns: the log's first time, from which seconds count.
        until_s: the end of the scenario.
        lift_m: how high above the ground the origin of the poses is: half the height for a box.
        rate_hz: poses a second.

    Returns:
        world_from_ego or world_from_box, x along the path, pitched as it rises and falls.
    """
    steps = max(int(np.ceil((until_s - path.from_s) * rate_hz)), 1)
    t_s = path.from_s + np.arange(steps + 1) / rate_hz
    t_ns = start_ns + np.round(t_s * NS_PER_S).astype(np.int64)
    curve = path.curve
    if curve is None:
        points = np.repeat(path.points_m[:1], len(t_s), 0)
        poses = Pose.from_heading(np.full(len(t_s), path.heading_rad), points)
    else:
        s_m = np.minimum(path.progress(float(t_s[-1])).distance_at(t_s), curve.length_m)
        poses = along(curve, s_m)
    return PoseTrack(t_ns, poses @ Pose.from_rotation(np.eye(3), [0.0, 0.0, lift_m]))


def authored_track(
    path: AuthoredPath,
    *,
    id: str,
    actor_class: ActorClass,
    size_m: tuple[float, float, float],
    start_ns: int,
    until_s: float,
    source_label: str = "authored",
    rate_hz: float = RATE_HZ,
) -> Track:
    """The track of an actor that drives an authored path; see `authored_poses`."""
    poses = authored_poses(path, start_ns=start_ns, until_s=until_s, lift_m=size_m[2] / 2, rate_hz=rate_hz)
    return Track(id=id, actor_class=actor_class, source_label=source_label, poses=poses, size_m=size_m)


def along(curve: Curve, s_m: Floats) -> Pose:
    """Poses (n,) on a curve at places (n,): x along it, y level to the left."""
    ahead, left = curve.tangent(s_m), curve.left(s_m)
    return Pose.from_rotation(np.stack([ahead, left, np.cross(ahead, left)], -1), curve.at(s_m))


def _distinct(handles: tuple[Handle, ...]) -> list[int]:
    """Rows of handles that are not on the spot of the one before."""
    rows = [0]
    for row, handle in enumerate(handles):
        if np.linalg.norm(np.subtract(handle.point_m, handles[rows[-1]].point_m)) >= _NEAREST_M:
            rows.append(row)
    return rows


@lru_cache(maxsize=64)
def _curve(handles: tuple[Handle, ...]) -> Curve | None:
    rows = _distinct(handles)
    return Curve.through([handles[row].point_m for row in rows]) if len(rows) > 1 else None


def _cut(progress: Progress, length_m: float) -> Progress:
    """The way up to the end of a path, where it stands from then on."""
    end_s = progress.arrival_at(length_m)
    if end_s is None or end_s > progress.t_s[-1]:
        still = progress.s_m[-1] >= length_m - 1e-9
        if not still:
            return progress
        end_s = float(progress.t_s[-1])
    before = progress.t_s < end_s
    t_s, s_m = progress.t_s[before], progress.s_m[before]
    speed = float(progress.speed_at(end_s))
    return Progress(
        np.append(t_s, [end_s, end_s + 1e-6]),
        np.append(s_m, [length_m, length_m]),
        np.append(progress.speed_mps[before], [speed, 0.0]),
    )
