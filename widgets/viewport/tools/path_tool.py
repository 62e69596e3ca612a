"""The path tool: bends what was recorded, draws what was not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter

from core.scenario import EGO, Authored, Bent, EgoPath, Keyed, editing
from core.scenario.motion import LaneChange
from widgets.flaw_painting import draw_path
from widgets.path_model import Grip, PathModel, ShownPath, is_recorded
from widgets.viewport.sight import Sight
from widgets.viewport.tools import path_painting
from widgets.viewport.tools.tool import Tool, Touch

Floats = NDArray[np.float64]

REACH_PX = 12.0  # of a handle
LINE_REACH_PX = 9.0  # of the line between two
RIG_STEP_S = 0.5
PRECISE = 0.2  # of the way of the pointer, while Shift is held


@dataclass(frozen=True, eq=False)
class _Drag:
    """A handle in hand."""

    grip: Grip
    number: int
    from_m: Floats  # (3,) where the pointer was on the ground
    motion: EgoPath  # before the gesture


class PathTool(Tool):
    """Click extends a drawn path, dragging moves a handle, a double click inserts one, Backspace removes the last.

    On a recorded motion a handle slides sideways. Within its lane that is a bend to the side and back; beyond it, a
    lane change.
    """

    def __init__(self, paths: PathModel, parent: QObject | None = None) -> None:
        super().__init__()
        self.setParent(parent)
        self._paths = paths
        self._drag: _Drag | None = None
        self._made: EgoPath | None = None  # by the gesture so far
        self._strong: int | None = None  # the handle under the pointer
        self._next_m: Floats | None = None  # where a click would extend the path to
        for signal in (paths.changed, paths.judged, paths.pointed):
            signal.connect(self.changed)

    @property
    def mode(self) -> tuple[str, str]:
        shown = self._paths.shown
        if shown is None:
            return "Path", "Select the ego or an actor, Esc leaves"
        if self._drag is not None:
            return self._drag_mode(shown)
        if isinstance(shown.motion, Authored):
            keys = "Click extends, drag moves, double click inserts, Backspace removes, Enter finishes"
            return "Drawing a path", keys
        if is_recorded(shown.motion):
            keys = "Drag a handle sideways, across a lane to change lanes; Shift+P draws anew; Enter finishes"
            return "Bending a path", keys
        return "Path of key frames", "A dragged handle makes it a drawn path; Shift+P draws anew, Enter finishes"

    def press(self, touch: Touch) -> bool:
        shown = self._paths.shown
        if shown is None:
            return False
        number = self._grip_at(shown, touch)
        if number is not None:
            grip = shown.grips[number]
            start = touch.on_level(float(grip.point_m[2]))
            if start is not None:
                self._drag = _Drag(grip, number, start, self._paths.editable_motion)
                self._made = None
                self.changed.emit()
            return True
        if self._time_at(shown, touch) is not None:
            return True
        if not isinstance(shown.motion, Authored):
            return False
        point = self._ground_at(shown, touch)
        if point is not None:
            self._next_m = None
            self._paths.settle("Extend a path", Authored(path=shown.motion.path.extended(point)))
        return True

    def drag(self, touch: Touch) -> None:
        drag = self._drag
        point = None if drag is None else touch.on_level(float(drag.from_m[2]))
        if drag is None or point is None:
            return
        way = (point - drag.from_m) * (PRECISE if touch.is_precise else 1.0)
        shown = self._paths.shown
        if shown is None:
            return
        if isinstance(drag.motion, Authored) and drag.grip.row is not None:
            self._made = self._moved(drag.motion, drag.grip, way, snaps=touch.snaps)
        else:
            self._made = self._bent(shown, drag, way, snaps=touch.snaps)
        self._paths.attempt(self._made)

    def release(self, touch: Touch) -> None:
        drag, made = self._drag, self._made
        self._drag = self._made = None
        if drag is not None and made is not None:
            was_keyed = isinstance(self._paths.settled_motion, Keyed)
            self._paths.settle("Make key frames a path" if was_keyed else _title(made, drag.grip), made)
        self.changed.emit()

    def double_click(self, touch: Touch) -> bool:
        shown = self._paths.shown
        t_s = None if shown is None or self._grip_at(shown, touch) is not None else self._time_at(shown, touch)
        if shown is None or t_s is None:
            return False
        if isinstance(shown.motion, (Authored, Keyed)):
            self._paths.settle("Insert a point", Authored(path=shown.drawn.path.inserted(shown.at(t_s))))
        elif is_recorded(shown.motion):
            self._paths.ask_grip(round(t_s, 1))
        return True

    def hover(self, touch: Touch) -> bool:
        shown = self._paths.shown
        if shown is None:
            return False
        self._strong = self._grip_at(shown, touch)
        t_s = shown.grips[self._strong].t_s if self._strong is not None else self._time_at(shown, touch)
        on_path = self._strong is not None or t_s is not None
        draws = isinstance(shown.motion, Authored) and not on_path
        self._next_m = self._ground_at(shown, touch) if draws else None
        self._paths.point(t_s)
        self.changed.emit()
        return on_path or draws

    def key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit()
            return True
        if event.key() != Qt.Key.Key_Backspace:
            return False
        before = self._paths.settled_motion
        if self._drag is None and before != (after := editing.without_last(before)):
            title = "Remove the last point" if isinstance(before, Authored) else "Remove the last bend"
            self._paths.settle(title, after)
        return True

    def wants(self, event: QKeyEvent) -> bool:
        return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)

    def cancel(self) -> bool:
        was = self._drag is not None
        self._drag = self._made = self._next_m = None
        if was:
            self._paths.drop()
            self.changed.emit()
        return was

    def leave(self) -> None:
        self._next_m = self._strong = None
        self._paths.point(None)
        self.changed.emit()

    def paint(self, painter: QPainter, sight: Sight, ratio: float) -> None:
        shown = self._paths.shown
        if shown is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if shown.who == EGO:
            self._paint_rig(painter, sight, ratio, shown)
        line = _places(shown.points_m, sight, ratio)
        draw_path(painter, line, self._paths.flaws, is_judged=self._paths.is_judged)
        if self._next_m is not None:
            path_painting.draw_dashes(painter, _places([shown.grips[-1].point_m, self._next_m], sight, ratio))
        if shown.grips:
            places = _places([grip.point_m for grip in shown.grips], sight, ratio)
            strong = self._strong if self._drag is None else self._drag.number
            path_painting.draw_grips(painter, shown.grips, places, strong)
        t_s, verdict = self._paths.pointed_s, self._paths.verdict
        if t_s is not None:
            path_painting.draw_moment(painter, _places([shown.at(t_s)], sight, ratio)[0])
        if t_s is not None and verdict is not None:
            lines = [("Time", f"{t_s:.2f} s"), *self._paths.readings(t_s)]
            path_painting.draw_readings(painter, lines, QRectF(painter.window()))
        painter.restore()

    def _paint_rig(self, painter: QPainter, sight: Sight, ratio: float, shown: ShownPath) -> None:
        drive, verdict = self._paths.drive, self._paths.verdict
        if drive is None:
            return
        t_s = np.arange(max(shown.t_s[0], 0.0), min(shown.t_s[-1], drive.log.duration_s) + 1e-6, RIG_STEP_S)
        poses = shown.poses.at(shown.start_ns + np.round(t_s * 1e9).astype(np.int64))
        trust = {} if verdict is None else dict(verdict.trust)
        path_painting.draw_rig(painter, sight, ratio, poses, t_s, drive.cameras, trust)

    def _moved(self, motion: Authored, grip: Grip, way: Floats, *, snaps: bool) -> EgoPath:
        assert grip.row is not None
        point = grip.point_m + np.array([way[0], way[1], 0.0])
        point[2] = self._paths.height_at(point)
        return Authored(path=motion.path.moved(grip.row, self._paths.snapped(point) if snaps else point))

    def _bent(self, shown: ShownPath, drag: _Drag, way: Floats, *, snaps: bool) -> EgoPath:
        grip = drag.grip
        assert grip.t_s is not None
        ahead = np.array([np.cos(grip.heading_rad), np.sin(grip.heading_rad)])
        aside = float(ahead[0] * way[1] - ahead[1] * way[0])
        before = editing.aside_at(drag.motion, grip.t_s)
        left = np.array([-ahead[1], ahead[0], 0.0])
        base = grip.point_m - before * left  # where it would be without this handle's own bend
        left_m = before + aside
        stays, goal_m = self._paths.lane_crossed(base, grip.heading_rad, left_m)
        if snaps and not stays:
            goal = self._paths.snapped(base + left_m * left, grip.heading_rad) - base
            goal_m = float(goal @ left)
        return editing.pushed_aside(drag.motion, grip.t_s, goal_m, start_s=float(shown.t_s[0]), stays=stays)

    def _drag_mode(self, shown: ShownPath) -> tuple[str, str]:
        drag, made = self._drag, self._made
        assert drag is not None
        keys = "Ctrl snaps to lane centres, Shift is precise, Esc cancels"
        if made is None or drag.grip.t_s is None or not is_recorded(made):
            return "Moving a point", keys
        aside = editing.aside_at(made, drag.grip.t_s)
        where = f"{abs(aside):.2f} m {'left' if aside > 0 else 'right'} at {drag.grip.t_s:.1f} s"
        what = "Changing lanes" if _title(made, drag.grip) == _LANE_CHANGE else "Bending"
        return f"{what}, {where}", keys

    def _grip_at(self, shown: ShownPath, touch: Touch) -> int | None:
        if not shown.grips:
            return None
        apart = touch.distances_px([grip.point_m for grip in shown.grips])
        nearest = int(apart.argmin())
        return nearest if apart[nearest] <= REACH_PX else None

    def _time_at(self, shown: ShownPath, touch: Touch) -> float | None:
        """When the path is under the pointer."""
        places = _places(shown.points_m, touch.sight, touch.ratio)
        if len(places) < 2:
            return None
        start, step = places[:-1], np.diff(places, axis=0)
        apart = np.array([touch.at.x(), touch.at.y()]) - start
        share = np.clip((apart * step).sum(-1) / np.maximum((step**2).sum(-1), 1e-9), 0.0, 1.0)
        off = np.linalg.norm(apart - share[:, None] * step, axis=-1)
        off[np.isnan(off)] = np.inf
        row = int(off.argmin())
        if off[row] > LINE_REACH_PX:
            return None
        return float(shown.t_s[row] + share[row] * (shown.t_s[row + 1] - shown.t_s[row]))

    def _ground_at(self, shown: ShownPath, touch: Touch) -> Floats | None:
        """The point of the ground that is seen here; with Ctrl that of the lane's centre there."""
        point = touch.on_level(float(shown.grips[-1].point_m[2]))
        for _ in range(2):  # the ground is nearly level: its height where the one before was hit is near enough
            point = None if point is None else touch.on_level(self._paths.height_at(point))
        return point if point is None or not touch.snaps else self._paths.snapped(point)


_LANE_CHANGE = "Change lanes"


def _title(motion: EgoPath, grip: Grip) -> str:
    if isinstance(motion, Authored):
        return "Move a point"
    bends = motion.bends if isinstance(motion, Bent) else ()
    heights = [bend.from_s + bend.over_s for bend in bends if isinstance(bend, LaneChange)]
    changes = grip.t_s is not None and any(abs(height - grip.t_s) < 1e-3 for height in heights)
    return _LANE_CHANGE if changes else "Bend a path"


def _places(points_m: ArrayLike, sight: Sight, ratio: float) -> Floats:
    """Places (n, 2) in the view of points (n, 3)."""
    return sight.to_view(points_m)[0] / ratio
