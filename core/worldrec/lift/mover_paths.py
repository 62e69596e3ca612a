"""Groups of moving points followed over time, and the boxes that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]

LABEL = "found by its motion"
_FASTEST_MPS = 30.0
_OFF_M, _OFF_SHARE = 0.6, 0.5  # how far from where it is expected a group may be, of the way it went as well
_LOST_S = 0.35
_FOLLOWED_S, _WENT_M = 0.5, 1.5
_ROUGH_M = 0.5  # off its smoothed path, rms
_WIDEST_M = 3.0
_PROLONGED_S = 1.2
_FEWEST = 5  # points that tell where it is
_GROUND_M = 0.25  # the lowest part of a box may be ground
_AROUND_M = 0.3
_MARGIN_M = 0.1
_SLOWEST_MPS = 0.5  # below, nobody knows where it heads
_NARROW_M, _SHORT_M, _TALL_M = 1.2, 1.2, 2.3
_LONGER_M, _SLICE_M = 8.0, 0.5
_WITH_IT = 0.5  # of the sweeps met something in a slice that goes with it


@dataclass(eq=False)
class MoverPath:
    """A group that is followed, in the order of time."""

    t_ns: list[int] = field(default_factory=list)
    middles: list[Reals] = field(default_factory=list)  # (2,) in plan
    points: list[Floats] = field(default_factory=list)  # (n, 3) in the world

    def add(self, t_ns: int, points_m: Floats) -> None:
        self.t_ns.append(t_ns)
        self.middles.append(middle_of(points_m))
        self.points.append(points_m)

    def expected(self, t_ns: int) -> tuple[Reals, float]:
        """Where it should be at a later time (2,), and how far off it may be, metres."""
        since_s = (t_ns - self.t_ns[-1]) * 1e-9
        if len(self.t_ns) == 1:
            return self.middles[-1], _FASTEST_MPS * since_s
        back = max(len(self.t_ns) - 4, 0)
        speed = (self.middles[-1] - self.middles[back]) / ((self.t_ns[-1] - self.t_ns[back]) * 1e-9)
        return self.middles[-1] + speed * since_s, _OFF_M + _OFF_SHARE * float(np.linalg.norm(speed)) * since_s

    def is_sound(self) -> bool:
        """Whether it was followed long and far enough, and moved as things do."""
        if len(self.t_ns) < 4 or (self.t_ns[-1] - self.t_ns[0]) * 1e-9 < _FOLLOWED_S:
            return False
        places = np.array(self.middles)
        smooth, _ = self._smoothed(np.array(self.t_ns))
        rough_m = float(np.sqrt(((smooth - places) ** 2).sum(1).mean()))
        low, high = self._outline(np.array(self.t_ns), self.points)
        is_narrow = high[1] - low[1] < _WIDEST_M  # else it is smeared: where it goes was not understood
        return bool(np.linalg.norm(smooth[-1] - smooth[0]) >= _WENT_M and rough_m < _ROUGH_M and is_narrow)

    def prolonged(self, sweeps: Mapping[int, Floats]) -> MoverPath:
        """As far on as sweeps (time → points) still meet it where it should be, although none looks through its place:
        it is hidden by itself before it drives off, and at the end of the log nobody comes after it."""
        low, high = self._outline(np.array(self.t_ns), self.points)
        before = sorted((t_ns for t_ns in sweeps if t_ns < self.t_ns[0]), reverse=True)
        after = sorted(t_ns for t_ns in sweeps if t_ns > self.t_ns[-1])
        found: list[tuple[int, Floats]] = list(zip(self.t_ns, self.points, strict=True))
        for end_ns, beyond in ((self.t_ns[0], before), (self.t_ns[-1], after)):
            for t_ns in beyond:
                (pose,) = self._poses(np.array([t_ns]))
                points = _inside(sweeps[t_ns], pose, low - _AROUND_M, high + _AROUND_M)
                if abs(t_ns - end_ns) * 1e-9 > _PROLONGED_S or len(points) < _FEWEST:
                    break
                found.append((t_ns, points))
        made = MoverPath()
        for t_ns, points in sorted(found, key=lambda each: each[0]):
            made.add(t_ns, points)
        # What was only met again does not say how it moves: the middle of what is seen shifts as it turns away.
        known = dict(zip(self.t_ns, self.middles, strict=True))
        places, _ = self._smoothed(np.array(made.t_ns))
        made.middles = [known.get(t_ns, place) for t_ns, place in zip(made.t_ns, places, strict=True)]
        return made

    def track(self, name: str, sweeps: Mapping[int, Floats]) -> Track:
        """Boxes that head where it goes, and hold what was seen of it at any time and whatever goes with it."""
        t_ns = np.array(self.t_ns)
        low, high = self._outline(t_ns, self.points)
        if high[1] - low[1] >= _NARROW_M:
            low[0], high[0] = self._lengthened([sweeps[time] for time in self.t_ns], low, high)
        middle = Pose.from_rotation(np.eye(3), (low + high) / 2)
        length, width, height = (high - low + 2 * _MARGIN_M).tolist()
        return Track(
            id=name,
            actor_class=_class_of_size(length, width, height),
            source_label=LABEL,
            poses=PoseTrack(t_ns, Pose(np.stack([(pose @ middle).matrix for pose in self._poses(t_ns)]))),
            size_m=(length, width, height),
            margin_s=0.1,
        )

    def _smoothed(self, t_ns: NDArray[np.int64]) -> tuple[Reals, Reals]:
        """Places and velocities (n, 2) at times, on a curve of low degree through the middles; straight beyond."""
        known_s, t_s = (np.array(self.t_ns) - self.t_ns[0]) * 1e-9, (t_ns - self.t_ns[0]) * 1e-9
        degree = min(3, len(known_s) // 4)
        axes = [np.polynomial.Polynomial.fit(known_s, values, degree) for values in np.array(self.middles).T]
        held_s = t_s.clip(known_s[0], known_s[-1])
        velocities = np.stack([axis.deriv()(held_s) for axis in axes], -1)
        return np.stack([axis(held_s) for axis in axes], -1) + velocities * (t_s - held_s)[:, None], velocities

    def _poses(self, t_ns: NDArray[np.int64]) -> list[Pose]:
        """World from its frame at times, whose origin lies at height 0 of the world."""
        places, velocities = self._smoothed(t_ns)
        headings = _headings(velocities)
        return [Pose.from_heading(h, np.array([*at, 0.0])) for h, at in zip(headings, places, strict=True)]

    def _outline(self, t_ns: NDArray[np.int64], points: Sequence[Floats]) -> tuple[Reals, Reals]:
        """Lowest and highest coordinates (3,) in its frame of what was seen of it, without strays."""
        own = [pose.inverse().apply(each) for pose, each in zip(self._poses(t_ns), points, strict=True)]
        whole = np.concatenate(own)
        return np.quantile(whole, 0.02, 0), np.quantile(whole, 0.98, 0)

    def _lengthened(self, sweeps: Sequence[Floats], low: Reals, high: Reals) -> tuple[float, float]:
        """From where to where along its heading something goes with it. Of a long or slow one other sweeps look
        through its ends only."""
        edges = np.arange(low[0] - _LONGER_M, high[0] + _LONGER_M + _SLICE_M, _SLICE_M)
        corner = np.array([edges[0], low[1], low[2]]), np.array([edges[-1], high[1], high[2] + _AROUND_M])
        met = np.zeros(len(edges) - 1)
        for pose, points in zip(self._poses(np.array(self.t_ns)), sweeps, strict=True):
            own = pose.inverse().apply(_inside(points, pose, *corner))
            met += np.histogram(own[:, 0], edges)[0] > 0
        goes = np.flatnonzero(met >= _WITH_IT * len(sweeps))
        first, last = low[0], high[0]
        for at in goes[::-1]:
            if edges[at] < first and edges[at + 1] >= first - _SLICE_M:
                first = float(edges[at])
        for at in goes:
            if edges[at + 1] > last and edges[at] <= last + _SLICE_M:
                last = float(edges[at + 1])
        return first, last


def middle_of(points_m: Floats) -> Reals:
    """Of the outline in plan (2,): points lie denser on the side that faces the lidar."""
    return np.asarray((points_m[:, :2].min(0) + points_m[:, :2].max(0)) / 2, np.float64)


def followed(sweeps: Sequence[tuple[int, list[Floats]]]) -> list[MoverPath]:
    """Each group, sweep by sweep (time, groups), with the one of the next that lies nearest to where it should be."""
    paths: list[MoverPath] = []
    for t_ns, groups in sweeps:
        alive = [path for path in paths if (t_ns - path.t_ns[-1]) * 1e-9 <= _LOST_S]
        offers = []
        for p, path in enumerate(alive):
            place, reach_m = path.expected(t_ns)
            for g, group in enumerate(groups):
                off_m = float(np.linalg.norm(middle_of(group) - place))
                if off_m <= reach_m:
                    # Whoever was followed longer chooses first where two are as near.
                    offers.append((off_m / (1 + len(path.t_ns)), p, g))
        taken_paths, taken_groups = set[int](), set[int]()
        for _, p, g in sorted(offers):
            if p not in taken_paths and g not in taken_groups:
                alive[p].add(t_ns, groups[g])
                taken_paths.add(p)
                taken_groups.add(g)
        for g, group in enumerate(groups):
            if g not in taken_groups:
                paths.append(MoverPath())
                paths[-1].add(t_ns, group)
    return paths


def _inside(points_m: Floats, pose: Pose, low: Reals, high: Reals) -> Floats:
    """Those of some points (n, 3) that lie in a box of a frame, above the ground that it stands on."""
    own = pose.inverse().apply(points_m)
    above = np.array([low[0], low[1], low[2] + _GROUND_M])
    return points_m[((own >= above) & (own <= high)).all(1)]


def _headings(velocities: Reals) -> Reals:
    """Headings (n,) rad; while it hardly moves, the one before or after."""
    moves = np.linalg.norm(velocities, axis=1) >= _SLOWEST_MPS
    if not moves.any():
        moves[:] = True
    headings = np.unwrap(np.arctan2(velocities[moves, 1], velocities[moves, 0]))
    return np.interp(np.arange(len(velocities)), np.flatnonzero(moves), headings)


def _class_of_size(length_m: float, width_m: float, height_m: float) -> ActorClass:
    """A guess, which decides no more than the shape of the sides that nobody saw."""
    if width_m < _NARROW_M:
        return ActorClass.PEDESTRIAN if length_m < _SHORT_M else ActorClass.BICYCLE
    return ActorClass.CAR if height_m < _TALL_M else ActorClass.TRUCK
