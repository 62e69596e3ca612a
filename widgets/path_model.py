"""The path that is being looked at or edited, for every view at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QObject, Signal

from core.geometry import PoseTrack
from core.scenario import EGO, Authored, Bent, Case, EditedDrive, EgoPath, Keyed, Replay, Surroundings, editing
from core.scenario.motion import TimeKnot, Verdict
from core.scenario.motion.fitting import fitted
from widgets.names import stream_title
from widgets.scenario import ScenarioModel
from widgets.selection import Selection

Floats = NDArray[np.float64]

STEP_S = 0.1
_APART_M = 4.0  # handles nearer than this to the one before are left out
_WINDOW = 7  # instants about each that its speed is fitted to: boxes of recordings jitter
_LANE_M = 3.5  # where there is no map


@dataclass(frozen=True, eq=False)
class Grip:
    """What can be dragged on a path."""

    t_s: float | None  # when the path is there; None where it never gets
    point_m: Floats  # (3,) on the ground
    heading_rad: float
    row: int | None  # of the way point; None on a recorded motion


@dataclass(frozen=True, eq=False)
class ShownPath:
    """One motion as it is seen: a line on the ground over even times, and what can be dragged on it."""

    who: str
    motion: EgoPath
    poses: PoseTrack
    start_ns: int
    height_m: float  # of the poses' origin above the ground
    further_s: tuple[float, ...]  # times of handles that were asked for

    @cached_property
    def t_s(self) -> Floats:
        """Times (n,) at even steps, n ≥ 1."""
        first, last = (float(t - self.start_ns) * 1e-9 for t in self.poses.t_ns[[0, -1]])
        first = max(first, 0.0) if last > 0 else first
        return first + STEP_S * np.arange(int((last - first) / STEP_S + 1e-6) + 1, dtype=np.float64)

    @cached_property
    def points_m(self) -> Floats:
        """Points (n, 3) on the ground."""
        return self.at(self.t_s)

    def at(self, t_s: ArrayLike) -> Floats:
        """Points (..., 3) on the ground at times (...)."""
        t_ns = self.start_ns + np.round(np.asarray(t_s) * 1e9).astype(np.int64)
        return self.poses.at(t_ns).translation - [0.0, 0.0, self.height_m]

    def heading_at(self, t_s: float) -> float:
        return float(self.poses.at(self.start_ns + round(t_s * 1e9)).heading)

    @cached_property
    def speed_mps(self) -> Floats:
        """Speeds (n,)."""
        velocities = fitted(self.points_m[:, :2], STEP_S, window=_WINDOW, degree=3, derivative=1)
        return np.linalg.norm(velocities, axis=-1)

    @cached_property
    def driven_m(self) -> Floats:
        """The way (n,) made since the first of the times."""
        return np.append(0.0, np.cumsum(np.linalg.norm(np.diff(self.points_m[:, :2], axis=0), axis=-1)))

    @cached_property
    def grips(self) -> tuple[Grip, ...]:
        if isinstance(self.motion, (Authored, Keyed)):
            path, until_s = self.drawn.path, float(self.t_s[-1])
            rows = enumerate(zip(path.points_m, path.arrivals_s(until_s), strict=True))
            return tuple(Grip(t, point, path.heading_rad, row) for row, (point, t) in rows)
        return tuple(Grip(t, self.at(t), self.heading_at(t), None) for t in self._grip_times())

    @cached_property
    def drawn(self) -> Authored:
        """The motion as a drawn path, which has handles: key frames have none."""
        if isinstance(self.motion, Authored):
            return self.motion
        first, last = float(self.t_s[0]), float(self.t_s[-1])
        between = [t for t in self._grip_times() if first + STEP_S <= t <= last - STEP_S]
        times = [first, *between, last] if last > first else [first]
        return editing.drawn_along(
            times, self.at(times), np.interp(times, self.t_s, self.speed_mps), self.heading_at(first)
        )

    @property
    def editable(self) -> EgoPath:
        """What handles and speeds are changed of: the motion, or the drawn path in the place of key frames."""
        return self.drawn if isinstance(self.motion, Keyed) else self.motion

    @cached_property
    def speed_knots(self) -> tuple[TimeKnot, ...]:
        """What its speed can be dragged at, in the order of time."""
        return editing.speed_knots(self.editable, self.t_s.tolist(), self.speed_mps.tolist())

    def nearest_s(self, point_m: Floats) -> float:
        """When the path is nearest to a point."""
        return float(self.t_s[np.linalg.norm(self.points_m - point_m, axis=-1).argmin()])

    def _grip_times(self) -> list[float]:
        first, last = float(self.t_s[0]), float(self.t_s[-1])
        step = editing.even_step_s(last - first)
        asked = sorted({*editing.heights_s(self.motion), *self.further_s})
        times = [t for t in asked if first <= t <= last]
        ways = np.interp(times, self.t_s, self.driven_m).tolist()
        for t in (np.arange(np.ceil(first / step + 0.5), last / step) * step).tolist():
            way = float(np.interp(t, self.t_s, self.driven_m))
            if all(abs(way - other) >= _APART_M for other in ways):
                times.append(t)
                ways.append(way)
        return sorted(times) or [(first + last) / 2]


class PathModel(QObject):
    """The motion of the ego or the actor that was selected last; edits of it go through the scenario.

    While hands are at it, edits are `attempt`ed, then `settle`d as one step or `drop`ped.
    """

    changed = Signal()  # `shown` is another one
    judged = Signal()  # `verdict` is another one, or out of date
    pointed = Signal()  # `pointed_s` is another one

    def __init__(self, scenario: ScenarioModel, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self._selection = selection
        self._shown: ShownPath | None = None
        self._recorded: ShownPath | None = None
        self._verdict: Verdict | None = None
        self._judged: Case | None = None  # what the verdict is on
        self._is_judged = False
        self._pointed_s: float | None = None
        self._further_s: tuple[float, ...] = ()
        self._surroundings: Surroundings | None = None
        for signal in (scenario.changed, selection.changed):
            signal.connect(self._follow)
            signal.connect(self._follow_verdict)

    @property
    def drive(self) -> EditedDrive | None:
        return self._scenario.drive

    @property
    def shown(self) -> ShownPath | None:
        """None while neither the ego nor an actor is selected."""
        return self._shown

    @property
    def recorded(self) -> ShownPath | None:
        """The same one's motion before all edits; None where nothing was recorded."""
        return self._recorded

    @property
    def verdict(self) -> Verdict | None:
        """On the shown path, or on how it was a moment before; None while there is none."""
        return self._verdict

    @property
    def is_judged(self) -> bool:
        """Whether the verdict is on the path as it is, among the others as they are; else a later one is to come."""
        return self._is_judged

    @property
    def flaws(self) -> NDArray[np.int64]:
        """What is gravest along the shown path: for each of its times (n,) a row of `GRAVITY`, -1 for nothing."""
        t_s = np.empty(0) if self._shown is None else self._shown.t_s
        if self._verdict is None or not len(self._verdict.t_s):
            return np.full(len(t_s), -1)
        rows = np.searchsorted(self._verdict.t_s, t_s - STEP_S / 2).clip(0, len(self._verdict.t_s) - 1)
        return self._verdict.gravest()[rows]

    def readings(self, t_s: float) -> list[tuple[str, str]]:
        """Names and numbers of one instant of the path, as far as it has been judged."""
        return [] if self._verdict is None else self._verdict.readings(t_s, self._name)

    @property
    def pointed_s(self) -> float | None:
        """The time that the pointer is at, in any of the views."""
        return self._pointed_s

    def point(self, t_s: float | None) -> None:
        if t_s != self._pointed_s:
            self._pointed_s = t_s
            self.pointed.emit()

    def take_verdict(self, case: Case, verdict: Verdict) -> None:
        """What was found out about a case; one on somebody else comes too late."""
        if self.drive is not None and self._shown is not None and case.who == self._shown.who:
            self._verdict, self._judged, self._is_judged = verdict, case, case.is_of(self.drive)
            self.judged.emit()

    # Edits

    def attempt(self, motion: EgoPath) -> None:
        """Show what a motion would be like."""
        if self._shown is not None and self._scenario.scenario is not None:
            self._scenario.preview(editing.set_motion("", self._scenario.scenario, self._shown.who, motion))

    def settle(self, title: str, motion: EgoPath, *, gesture: str = "") -> bool:
        """Give the shown one another motion, as one step; answers whether that could be done."""
        if self._shown is None or self._scenario.scenario is None:
            return False
        command = editing.set_motion(title, self._scenario.scenario, self._shown.who, motion, gesture=gesture)
        return self._scenario.do(command)

    def drop(self) -> None:
        """Forget what was attempted."""
        self._scenario.preview(None)

    @property
    def settled_motion(self) -> EgoPath:
        """The motion in the document, without what is attempted."""
        if self._shown is None or self._scenario.scenario is None:
            return Replay()
        return editing.motion_of(self._scenario.scenario, self._shown.who)

    @property
    def editable_motion(self) -> EgoPath:
        """The motion in the document as it can be changed: key frames as a drawn path."""
        settled, shown = self.settled_motion, self._shown
        return shown.editable if shown is not None and isinstance(settled, Keyed) else settled

    def ask_grip(self, t_s: float) -> None:
        """One handle more on a recorded motion; it is there as long as the path is looked at."""
        self._further_s = (*self._further_s, t_s)
        self._follow()

    # Around the path

    def take_surroundings(self, surroundings: Surroundings) -> None:
        """Ground and lanes of a log, prepared in the background: the first drag need not wait for them."""
        if self.drive is not None and surroundings.log is self.drive.log:
            self._surroundings = surroundings

    @property
    def surroundings(self) -> Surroundings | None:
        """None while no log is open."""
        drive = self.drive
        if drive is None:
            return None
        if self._surroundings is None or self._surroundings.log is not drive.log:
            self._surroundings = Surroundings.of(drive.log)
        return self._surroundings

    def height_at(self, point_m: ArrayLike) -> float:
        """Of the ground at a point."""
        around = self.surroundings
        return 0.0 if around is None else float(around.ground.height_at(point_m))

    def snapped(self, point_m: Floats, heading_rad: float | None = None) -> Floats:
        """The nearest place on a lane's centre, with the height of the ground; the point itself if none is near."""
        lanes = None if self.surroundings is None else self.surroundings.lanes
        spot = None if lanes is None else lanes.nearest(point_m, heading_rad=heading_rad)
        x_m, y_m = (point_m if spot is None else spot.point_m)[:2]
        return np.array([x_m, y_m, self.height_at((x_m, y_m))])

    def lane_crossed(self, point_m: Floats, heading_rad: float, left_m: float) -> tuple[bool, float]:
        """Whether somebody at a point leaves their lane, so far to the left, and how far the next lane's centre is.

        Where no lane lies on that side, that is how far they go.
        """
        lanes = None if self.surroundings is None else self.surroundings.lanes
        own = None if lanes is None else lanes.nearest(point_m, heading_rad=heading_rad)
        if lanes is None or own is None:
            return abs(left_m) > _LANE_M / 2, left_m
        if abs(own.left_m + left_m) <= own.width_m / 2:
            return False, left_m
        centre = lanes.neighbour_offset_m(point_m, heading_rad, "left" if left_m > 0 else "right")
        near = centre is not None and abs(left_m - centre) < own.width_m / 2
        return True, centre if centre is not None and near else left_m

    def _name(self, of: str) -> str:
        """What people call an actor or a camera."""
        return self.drive.name(of) if self.drive is not None and self.drive.knows(of) else stream_title(of)

    def _follow(self) -> None:
        drive, who = self.drive, self._selection.current
        if drive is None or who is None or not (who == EGO or drive.knows(who)):
            shown = None
        else:
            shown = self._path_of(drive, who)
        before = self._shown
        if (before is None or shown is None) and before is shown:
            return
        if before is None or shown is None or before.who != shown.who:
            self._verdict = self._judged = None
            self._further_s = ()
            self._recorded = None if drive is None or shown is None else self._recorded_of(drive, shown)
            self.point(None)
        elif before.poses is shown.poses and before.further_s == shown.further_s and before.motion == shown.motion:
            return
        self._shown = shown
        self.changed.emit()

    def _follow_verdict(self) -> None:
        """Tell when the verdict is no longer on what is to be seen, or is again."""
        drive, judged = self.drive, self._judged
        is_judged = drive is not None and judged is not None and judged.is_of(drive)
        if is_judged != self._is_judged:
            self._is_judged = is_judged
            self.judged.emit()

    def _path_of(self, drive: EditedDrive, who: str) -> ShownPath:
        start_ns, further_s = drive.log.start_ns, self._further_s
        if who == EGO:
            return ShownPath(who, editing.motion_of(drive.scenario, who), drive.ego, start_ns, 0.0, further_s)
        track = drive.track(who)
        motion = editing.motion_of(drive.scenario, who)
        return ShownPath(who, motion, track.poses, start_ns, track.size_m[2] / 2, further_s)

    def _recorded_of(self, drive: EditedDrive, shown: ShownPath) -> ShownPath | None:
        recorded = {track.id: track.poses for track in drive.log.tracks} | {EGO: drive.log.ego}
        poses = recorded.get(shown.who)
        if poses is None:
            return None
        return ShownPath(shown.who, Replay(), poses, shown.start_ns, shown.height_m, ())


def is_recorded(motion: EgoPath) -> bool:
    """Whether a motion is a recording, bent or not."""
    return isinstance(motion, (Replay, Bent))
