"""The smooth path behind recorded poses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import Curve, Pose, PoseTrack
from core.scenario.motion.fitting import fitted

Floats = NDArray[np.float64]

NS_PER_S = 1_000_000_000

_STEP_S = 0.1
_WINDOW = 15  # steps that each place is smoothed over: longer than a box jitters, shorter than a driver steers
_SPACING_M = 2.0  # of the points that the line passes through; jitter over less would turn it
_STANDING_M = 1.0  # who moves less than this stands, and looks where the boxes look
_CREEP_MPS = 1e-3
"""Added to every speed, so that each place belongs to one time even while the actor stands."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Recorded poses, split in a smooth drive along a line and how each pose lies beside it.

    What is bent is the drive. How the boxes lie beside it (jitter, pitch, roll, side slip) is kept as recorded, so that
    a bend never amplifies it, and where nothing is bent the poses are the recorded ones.
    """

    poses: PoseTrack
    start_ns: int  # where seconds count from
    line: Curve
    t_s: Floats  # (n,) even steps
    s_m: Floats  # (n,) places along the line, rising
    facing: float  # 1 where boxes look along the line, -1 for one that goes backwards

    @classmethod
    def of(cls, poses: PoseTrack, start_ns: int) -> Reference:
        t_s = _even_steps(poses, start_ns)
        recorded_s = (poses.t_ns - start_ns) / NS_PER_S
        sampled = np.stack([np.interp(t_s, recorded_s, column) for column in poses.poses.translation.T], -1)
        # Parabolas keep the curves of a path; a plain mean would cut them.
        smooth = fitted(sampled, _STEP_S, window=_WINDOW, degree=2)
        rows = _spaced_rows(smooth)
        if np.linalg.norm(smooth[rows[-1]] - smooth[rows[0]]) < _STANDING_M and len(rows) <= 2:
            line, s_m = _standing_line(poses.poses), np.zeros(len(t_s))
        else:
            line = Curve.through(smooth[rows])
            s_m = _along(line, smooth, rows)
        s_m = s_m + _CREEP_MPS * (t_s - t_s[0])
        ahead = np.cos(poses.poses.heading - line.heading(np.interp(recorded_s, t_s, s_m))).sum()
        return cls(poses, start_ns, line, t_s, s_m, 1.0 if ahead >= 0 else -1.0)

    @property
    def recorded_s(self) -> Floats:
        """Times (m,) of the recorded poses."""
        return (self.poses.t_ns - self.start_ns) / NS_PER_S

    def place_at(self, t_s: ArrayLike) -> Floats:
        """Places (...) along the line at times (...); before and after the recording at its speed there."""
        t = np.asarray(t_s, dtype=np.float64)
        before, after = np.minimum(t - self.t_s[0], 0.0), np.maximum(t - self.t_s[-1], 0.0)
        first, last = self.end_speeds_mps
        return np.interp(t, self.t_s, self.s_m) + before * first + after * last

    def time_at(self, s_m: ArrayLike) -> Floats:
        """When (...) the actor was at places (...) in the recording; its first and last time beyond them."""
        return np.interp(np.asarray(s_m, dtype=np.float64), self.s_m, self.t_s)

    @cached_property
    def end_speeds_mps(self) -> tuple[float, float]:
        if len(self.t_s) < 2:
            return _CREEP_MPS, _CREEP_MPS
        speeds = np.diff(self.s_m) / np.diff(self.t_s)
        return float(speeds[0]), float(speeds[-1])

    @cached_property
    def beside(self) -> PoseTrack:
        """line_from_box at the recorded times."""
        s_m = self.place_at(self.recorded_s)
        return PoseTrack(self.poses.t_ns, self.frame(s_m).inverse() @ self.poses.poses)

    def frame(self, s_m: Floats, left_m: Floats | float = 0.0, turn_rad: Floats | float = 0.0) -> Pose:
        """world_from_line (n,) at places (n,), `left_m` to the actor's left and turned to the left by `turn_rad`."""
        points = self.line.at(s_m) + (self.facing * np.asarray(left_m))[..., None] * self.line.left(s_m)
        return Pose.from_heading(self.line.heading(s_m) + self.facing * np.asarray(turn_rad), points)


def _even_steps(poses: PoseTrack, start_ns: int) -> Floats:
    first, last = ((int(t) - start_ns) / NS_PER_S for t in poses.t_ns[[0, -1]])
    return np.linspace(first, last, max(round((last - first) / _STEP_S), 1) + 1 if last > first else 1)


def _spaced_rows(points_m: Floats) -> NDArray[np.int64]:
    """Rows of points at least the spacing apart, the first and the last among them."""
    rows = [0]
    for row in range(1, len(points_m)):
        if np.linalg.norm(points_m[row] - points_m[rows[-1]]) >= _SPACING_M:
            rows.append(row)
    last = len(points_m) - 1
    if rows[-1] != last:
        near = len(rows) > 1 and np.linalg.norm(points_m[last] - points_m[rows[-1]]) < _SPACING_M / 2
        rows[len(rows) - near :] = [last]
    return np.array(rows)


def _standing_line(poses: Pose) -> Curve:
    middle = poses.translation.mean(0)
    cos, sin = np.cos(poses.heading).mean(), np.sin(poses.heading).mean()
    ahead = np.array([cos, sin, 0.0]) / max(float(np.hypot(cos, sin)), 1e-9)
    return Curve.through([middle, middle + _STANDING_M * ahead])


def _along(line: Curve, points_m: Floats, rows: NDArray[np.int64]) -> Floats:
    """Places (n,) of points along a line through those in `rows`, never falling.

    Each is looked for between its own two rows, because a path may cross itself.
    """
    piece = np.clip(np.searchsorted(rows, np.arange(len(points_m)), side="right") - 1, 0, len(rows) - 2)
    start, chord = points_m[rows[piece]], points_m[rows[piece + 1]] - points_m[rows[piece]]
    share = ((points_m - start) * chord).sum(-1) / np.maximum((chord**2).sum(-1), 1e-12)
    s_m = line.points_s_m[piece] + np.clip(share, 0.0, 1.0) * (line.points_s_m[piece + 1] - line.points_s_m[piece])
    return np.maximum.accumulate(s_m)
