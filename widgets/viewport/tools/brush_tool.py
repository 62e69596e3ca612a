"""The brush that chooses splats around the surface under the pointer."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from core.scenario import Stroke
from core.scenario.choosing import Placed
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.viewport.sight import Sight
from widgets.viewport.tools.clean_tool import DARK, LINE, CleanTool
from widgets.viewport.tools.mover import ActorMover
from widgets.viewport.tools.tool import Floats, Touch

LEAST_M, MOST_M = 0.05, 10.0
RESIZE = 1.2  # for each step of the wheel, or press of a key
SPACING = 0.2  # of the radius, between points of a stroke
MOST_LOOKS = 16  # at the surface, for one move of the pointer
_STEP_PX = 4.0  # between them at least
_SMOOTH = 0.05  # of the depth, by which a surface may be uneven
_RADIUS_M = 0.5  # to begin with
_MM = 3  # decimals of a stroke's points: a journal need not keep more
_SIZES: dict[int, int] = {Qt.Key.Key_Minus: -1, Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1}
_SPARING = QColor(96, 190, 255)


class BrushTool(CleanTool):
    """A ball that runs along what is seen, as large in the world wherever it is. What it has gone over are strokes in
    the frame of the splats' owner: they stay on a car that drives on."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, scenario: ScenarioModel, playback: Playback, mover: ActorMover) -> None:
        super().__init__(scenario, playback, mover)
        self.radius_m = _RADIUS_M
        self._strokes: list[Stroke] = []
        self._held: int | None = None  # how many strokes there were before the one in hand
        self._spares = False  # whether that one takes away
        self._last: Touch | None = None
        self._end_m: Floats | None = None  # of the stroke in hand (3,), in the world; None where it is lifted
        self._spot_m: Floats | None = None  # the surface under the pointer

    @property
    def regions(self) -> tuple[Placed, ...]:
        return tuple(self._strokes)

    @property
    def purpose(self) -> tuple[str, str]:
        return "Choose splats by a brush", f"Drag paints, {self._sizing()}"

    @property
    def hint(self) -> str:
        return f"Shift takes away, {self._sizing()}; {super().hint}"

    def clear(self) -> None:
        self._strokes = []
        self._held = self._end_m = None

    def press(self, touch: Touch) -> bool:
        if self.world_from_owner() is None:
            return False
        self._held, self._spares, self._end_m = len(self._strokes), touch.is_precise, None
        self.catch_up()
        self._last = touch
        self._run_over(touch, touch.at)
        return True

    def drag(self, touch: Touch) -> None:
        if self._held is None or self._last is None:
            return
        before, self._last = self._last, touch
        self._run_over(touch, before.at)

    def release(self, touch: Touch) -> None:
        self._held = self._end_m = None

    def hover(self, touch: Touch) -> bool:
        self._last = touch
        (spot_m,) = touch.surfaces_m([touch.at.x(), touch.at.y()])
        self._spot_m = spot_m if np.isfinite(spot_m).all() else None
        self.changed.emit()
        return True

    def leave(self) -> None:
        self._last = self._spot_m = None
        self.changed.emit()

    def let_go(self) -> None:
        if self._held is not None:
            del self._strokes[self._held :]
            self._held = self._end_m = None
            self.recount()

    def cancel(self) -> bool:
        """Drop the stroke in hand, or else all that is chosen; whether there was anything."""
        if self._held is None:
            return super().cancel()
        self.let_go()
        return True

    def wheel(self, steps: float, modifiers: Qt.KeyboardModifier) -> bool:
        """With Ctrl it sizes the brush; without, it is the camera's."""
        if not modifiers & Qt.KeyboardModifier.ControlModifier:
            return False
        self._resize(steps)
        return True

    def wants(self, event: QKeyEvent) -> bool:
        return event.key() in _SIZES or super().wants(event)

    def key(self, event: QKeyEvent) -> bool:
        if event.key() in _SIZES:
            self._resize(_SIZES[event.key()])
            return True
        return super().key(event)

    def paint(self, painter: QPainter, sight: Sight, ratio: float) -> None:
        super().paint(painter, sight, ratio)
        if self._last is None or self._spot_m is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius_px = self._radius_px(sight, ratio)
        for colour, width in ((DARK, 3.4), (_SPARING if self._last.is_precise else LINE, 1.6)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(QPointF(self._last.at), radius_px, radius_px)
        painter.restore()

    def _run_over(self, touch: Touch, from_at: QPointF) -> None:
        """Lead the stroke on over what is seen from a place of the view to where the pointer is.

        Half-way between any two looks there is a third, which tells a slope from the edge of something nearer.
        """
        pose = self.world_from_owner()
        if pose is None:
            return
        first, last = (np.array([at.x(), at.y()]) for at in (from_at, touch.at))
        step_px = max(self._radius_px(touch.sight, touch.ratio), _STEP_PX)
        looks = 2 * int(np.clip(ceil(float(np.linalg.norm(last - first)) / step_px), 1, MOST_LOOKS // 2))
        found = touch.surfaces_m(first + (last - first) * (np.arange(1, looks + 1) / looks)[:, None])
        goes_on = self._end_m is not None
        for run in self._runs(touch, found[1::2], found[::2]):
            if len(run) > goes_on:
                self._lead(pose.inverse().apply(run), goes_on=goes_on)
            goes_on = False
        seen = found[np.isfinite(found).all(1)]
        self._spot_m = seen[-1] if len(seen) else self._spot_m
        self.changed.emit()

    def _runs(self, touch: Touch, points_m: Floats, between_m: Floats) -> list[list[Floats]]:
        """Points (k, 3) on surfaces, with those half-way before each, as lines that do not leap. The first begins where
        the stroke ends, if there is one."""
        run = [] if self._end_m is None else [self._end_m]
        runs = [run]
        for point_m, middle_m in zip(points_m, between_m, strict=True):
            is_there = bool(np.isfinite(point_m).all())
            if run and not (is_there and self._are_joined(touch, run[-1], middle_m, point_m)):
                runs.append(run := [])
            if is_there and not (run and np.linalg.norm(point_m - run[-1]) < SPACING * self.radius_m):
                run.append(point_m)
        self._end_m = run[-1] if run else None
        return runs

    def _are_joined(self, touch: Touch, first_m: Floats, middle_m: Floats, last_m: Floats) -> bool:
        """Whether two points (3,) are of one surface, by what is seen half-way between them."""
        if np.linalg.norm(last_m - first_m) <= 2 * self.radius_m:
            return True
        first, middle, last = touch.sight.to_view([first_m, middle_m, last_m])[1].tolist()
        expected_m = 2 / (1 / first + 1 / last)  # on a plane, inverse depths run evenly over the picture
        return abs(middle - expected_m) <= max(self.radius_m, _SMOOTH * expected_m)

    def _lead(self, points_m: Floats, *, goes_on: bool) -> None:
        """Paint along points (k, 3) in the frame of the owner, the first of which is the last stroke's end if that
        goes on."""
        points = tuple((x, y, z) for x, y, z in np.round(points_m, _MM).tolist())
        if goes_on:
            before = self._strokes[-1].points_m
            points = before[-1], *points[1:]
            self._strokes[-1] = self._strokes[-1].model_copy(update={"points_m": (*before, *points[1:])})
        piece = Stroke(points_m=points, radius_m=self.radius_m, spares=self._spares)
        if not goes_on:
            self._strokes.append(piece)
        self.mark(piece)

    def _resize(self, steps: float) -> None:
        self.radius_m = round(float(np.clip(self.radius_m * RESIZE**steps, LEAST_M, MOST_M)), _MM)
        self._end_m = None  # the stroke in hand goes on as another one
        self.changed.emit()

    def _radius_px(self, sight: Sight, ratio: float) -> float:
        """Of the ball on the surface under the pointer."""
        if self._spot_m is None:
            return 0.0
        depth_m = float(sight.to_view([self._spot_m])[1][0])
        return self.radius_m * sight.lens.fx / max(depth_m, self.radius_m) / ratio

    def _sizing(self) -> str:
        return f"\u2212 and + or Ctrl and the wheel size it ({self.radius_m:.2g} m)"
