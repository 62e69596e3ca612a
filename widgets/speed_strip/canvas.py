"""The two curves, and hands on their knots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from core.scenario import EgoPath, editing
from core.scenario.motion import TimeKnot
from widgets.flaw_colours import FINE
from widgets.flaw_painting import draw_stripe
from widgets.path_model import PathModel, ShownPath
from widgets.playback import Playback
from widgets.speed_strip.plot import GUTTER_PX, Plot, room_for
from widgets.theme import tokens
from widgets.time_span import TimeSpan
from widgets.turns import Turns

KNOT_PX, WAY_KNOT_PX = 5.0, 4.0
REACH_PX = 10.0
PRECISE = 0.2  # of the way of the pointer, while Shift is held
STRIPE_PX = 4
RIGHT_PX = 12
_LEAST_MPS, _LEAST_M = 4.0, 10.0  # at the top of the axes
_APART_S = 0.1  # least time between two knots
_WAY_SHARE = 0.36  # of the height


@dataclass(frozen=True, eq=False)
class _Drag:
    """A knot in hand, and how all was when it was taken."""

    row: int
    of_way: bool  # or of the speed
    value: float  # of the curve at the knot
    knots: tuple[TimeKnot, ...]
    motion: EgoPath
    plots: tuple[Plot, Plot]  # do not grow under the hand
    from_px: QPointF


class SpeedCanvas(QWidget):
    """Drag a knot of the upper curve to change a speed, one of the lower to be further or elsewhere in time; a double
    click sets one, Delete removes it.

    Elsewhere, press or drag scrubs. Ctrl+wheel zooms, the wheel pans.
    """

    def __init__(self, paths: PathModel, playback: Playback) -> None:
        super().__init__()
        self._paths = paths
        self._playback = playback
        self.span = TimeSpan()
        self._drag: _Drag | None = None
        self._made: EgoPath | None = None
        self._scrubs = False
        self._strong: tuple[int, bool] | None = None  # row, and whether of the way
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._turns = Turns(self)
        for signal in (paths.changed, paths.judged, paths.pointed, playback.t_changed):
            signal.connect(lambda: self._turns.ask("curves", self.update))
        playback.range_changed.connect(self._set_whole)
        self._set_whole()

    @property
    def knots(self) -> tuple[TimeKnot, ...]:
        """Those that can be dragged, in the order of time."""
        return () if self._paths.shown is None else self._paths.shown.speed_knots

    def knot_place(self, row: int) -> QPointF:
        """Where a knot of the speed is seen."""
        knot = self.knots[row]
        return self._plots()[0].point(knot.t_s, knot.speed_mps)

    def way_knot_place(self, row: int) -> QPointF:
        """Where a knot of the way is seen."""
        t_s = self.knots[row].t_s
        return self._plots()[1].point(t_s, self._driven_m(t_s))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(420, 170)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, 110)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self.span.set_strip(GUTTER_PX, self.width() - GUTTER_PX - RIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        theme, shown = tokens(self.palette()), self._paths.shown
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("base"))
        if shown is None:
            painter.setPen(theme.colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Select the ego or an actor")
            return
        speed, way = self._plots()
        for plot in (speed, way):
            plot.draw_axis(painter, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(GUTTER_PX - REACH_PX, 0, self.width(), self.height()))
        recorded, grey = self._paths.recorded, QPen(theme.colour("muted"), 1.2, Qt.PenStyle.DashLine)
        if recorded is not None and recorded.poses is not shown.poses:
            speed.draw_curve(painter, recorded.t_s, recorded.speed_mps, grey)
            way.draw_curve(painter, recorded.t_s, recorded.driven_m, grey)
        line = QPen(theme.colour("accent"), 2.0)
        speed.draw_curve(painter, shown.t_s, shown.speed_mps, line)
        way.draw_curve(painter, shown.t_s, shown.driven_m, line)
        stripe = QRectF(GUTTER_PX, 2, self.span.width_px, STRIPE_PX)
        draw_stripe(painter, self._paths.verdict, self.span, stripe, is_judged=self._paths.is_judged)
        self._paint_moments(painter, shown, speed, way)
        self._paint_knots(painter)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        shown = self._paths.shown
        if event.button() != Qt.MouseButton.LeftButton or shown is None:
            return
        found = self._knot_at(event.position())
        if found is None:
            self._scrubs = True
            self._playback.seek(self.span.t_s(event.position().x()))
            return
        (row, of_way), knots = found, self.knots
        value = self._driven_m(knots[row].t_s) if of_way else knots[row].speed_mps
        motion = self._paths.editable_motion
        self._drag = _Drag(row, of_way, value, knots, motion, self._plots(), QPointF(event.position()))
        self._made, self._strong = None, found
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        shown = self._paths.shown
        if shown is None:
            return
        if self._scrubs:
            self._playback.seek(self.span.t_s(event.position().x()))
        elif self._drag is not None:
            self._drag_to(self._drag, event)
        else:
            self._strong = self._knot_at(event.position())
            self.setCursor(Qt.CursorShape.ArrowCursor if self._strong is None else Qt.CursorShape.SizeAllCursor)
            t_s = self.span.t_s(event.position().x())
            self._paths.point(t_s if shown.t_s[0] <= t_s <= shown.t_s[-1] else None)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        made = self._made
        self._drag = self._made = None
        self._scrubs = False
        if made is not None:
            self._paths.settle("Change a speed", made)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        shown, knots = self._paths.shown, self.knots
        if shown is None or not knots or self._knot_at(event.position()) is not None:
            return
        t_s = round(self.span.t_s(event.position().x()), 2)
        if any(abs(knot.t_s - t_s) < _APART_S for knot in knots):
            return
        added = TimeKnot(t_s=t_s, speed_mps=max(float(np.interp(t_s, shown.t_s, shown.speed_mps)), 0.0))
        row = sum(knot.t_s < t_s for knot in knots)
        every = (*knots[:row], added, *knots[row:])
        self._paths.settle("Add a speed", editing.with_knots(self._paths.editable_motion, every, row))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self._drag is not None:
            self._give_up()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(None if self._strong is None else self._strong[0])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Esc and Delete mean other things to the window.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            removes = event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._strong is not None
            if removes or (event.key() == Qt.Key.Key_Escape and self._drag is not None):
                event.accept()
                return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._paths.point(None)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turned = event.angleDelta()
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.span.turn(turned.x(), turned.y(), zooms=zooms, at_px=max(event.position().x(), GUTTER_PX))
        self.update()
        event.accept()

    def _drag_to(self, drag: _Drag, event: QMouseEvent) -> None:
        knot, knots = drag.knots[drag.row], drag.knots
        scale = PRECISE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        way = (event.position() - drag.from_px) * scale
        before = knots[drag.row - 1].t_s + _APART_S if drag.row else self.span.whole_s[0]
        after = knots[drag.row + 1].t_s - _APART_S if drag.row + 1 < len(knots) else self.span.whole_s[1]
        t_s = knot.t_s + way.x() / self.span.px_per_s
        t_s = min(max(t_s, min(before, knot.t_s)), max(after, knot.t_s))
        plot = drag.plots[drag.of_way]
        value = plot.value(plot.y(drag.value) + way.y())
        if drag.of_way:
            self._made = editing.come_further(drag.motion, knots, drag.row, t_s, value - drag.value)
        else:
            every = (*knots[: drag.row], TimeKnot(t_s=t_s, speed_mps=value), *knots[drag.row + 1 :])
            self._made = editing.with_knots(drag.motion, every, drag.row)
        self._paths.attempt(self._made)
        self._paths.point(t_s)

    def _give_up(self) -> None:
        self._drag = self._made = None
        self._paths.drop()

    def _remove(self, row: int | None) -> None:
        knots = self.knots
        if row is None or self._drag is not None or not row < len(knots) or len(knots) < 2:
            return
        self._strong = None
        kept = (*knots[:row], *knots[row + 1 :])
        motion = editing.with_knots(self._paths.editable_motion, kept, min(row, len(kept) - 1))
        self._paths.settle("Remove a speed", motion)

    def _plots(self) -> tuple[Plot, Plot]:
        """Of the speed, and of the way."""
        shown, recorded = self._paths.shown, self._paths.recorded
        seen = [path for path in (shown, recorded) if path is not None]
        area = QRectF(GUTTER_PX, STRIPE_PX + 6, self.width() - GUTTER_PX - RIGHT_PX, self.height() - STRIPE_PX - 12)
        way_px = area.height() * _WAY_SHARE
        top = QRectF(area.left(), area.top(), area.width(), area.height() - way_px - 8)
        bottom = QRectF(area.left(), area.bottom() - way_px, area.width(), way_px)
        if self._drag is not None:
            return self._drag.plots
        speeds = [np.array([knot.speed_mps for knot in self.knots]), *(path.speed_mps for path in seen)]
        ways = [path.driven_m for path in seen]
        return (
            Plot(top, self.span, room_for(*speeds, least=_LEAST_MPS), "m/s"),
            Plot(bottom, self.span, room_for(*ways, least=_LEAST_M), "m"),
        )

    def _driven_m(self, t_s: float) -> float:
        shown = self._paths.shown
        return 0.0 if shown is None else float(np.interp(t_s, shown.t_s, shown.driven_m))

    def _places(self) -> dict[tuple[int, bool], QPointF]:
        """Where each knot is seen, by row and whether it is one of the way. No way was made before the first."""
        knots, (speed, way) = self.knots, self._plots()
        places = {(row, False): speed.point(knot.t_s, knot.speed_mps) for row, knot in enumerate(knots)}
        later = list(enumerate(knots))[1:]
        return places | {(row, True): way.point(knot.t_s, self._driven_m(knot.t_s)) for row, knot in later}

    def _knot_at(self, place: QPointF) -> tuple[int, bool] | None:
        apart = {found: (at - place).manhattanLength() for found, at in self._places().items()}
        nearest = min(apart, key=apart.__getitem__, default=None)
        return nearest if nearest is not None and apart[nearest] <= REACH_PX else None

    def _paint_moments(self, painter: QPainter, shown: ShownPath, speed: Plot, way: Plot) -> None:
        theme = tokens(self.palette())
        x = self.span.x(self._playback.t_s)
        painter.fillRect(QRectF(round(x), 0, 1, self.height()), theme.colour("playhead"))
        t_s = self._paths.pointed_s
        if t_s is None:
            return
        x = self.span.x(t_s)
        painter.fillRect(QRectF(round(x), 0, 1, self.height()), theme.colour("strong_border"))
        mps, metres = (float(np.interp(t_s, shown.t_s, values)) for values in (shown.speed_mps, shown.driven_m))
        painter.setPen(theme.colour("text"))
        for plot, value, text in ((speed, mps, f"{t_s:.2f} s  {mps:.1f} m/s"), (way, metres, f"{metres:.1f} m")):
            width = painter.fontMetrics().horizontalAdvance(text)
            left = x + 8 if x + 8 + width < self.width() else x - 8 - width
            y = min(max(plot.y(value) - 8, plot.rect.top() + painter.fontMetrics().ascent()), plot.rect.bottom())
            painter.drawText(QPointF(left, y), text)

    def _paint_knots(self, painter: QPainter) -> None:
        theme = tokens(self.palette())
        for found, place in self._places().items():
            radius = (WAY_KNOT_PX if found[1] else KNOT_PX) + (2.0 if found == self._strong else 0.0)
            painter.setPen(QPen(theme.colour("base"), 1.5))
            painter.setBrush(FINE if found == self._strong else theme.colour("text"))
            painter.drawEllipse(place, radius, radius)

    def _set_whole(self) -> None:
        self.span.set_whole(self._playback.start_s, self._playback.end_s)
        self.update()
