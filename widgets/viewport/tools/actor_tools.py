"""The tools that move and turn the selected actors: by a gizmo, or by a number that is typed."""

from __future__ import annotations

from math import degrees, radians

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter

from core.geometry import Box, Pose
from widgets.formats import counted, metres
from widgets.selection import Selection
from widgets.viewport.sight import Sight
from widgets.viewport.tools.drags import Drag, motion_by
from widgets.viewport.tools.gizmo import Shapes, arrows, handle_at, ring
from widgets.viewport.tools.handles import AXES, AXIS_NAMES, Handle
from widgets.viewport.tools.mover import ActorMover
from widgets.viewport.tools.painting import draw_gizmo
from widgets.viewport.tools.rays import Ray
from widgets.viewport.tools.tool import Tool, Touch
from widgets.viewport.tools.typed import TypedNumber

_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_AXIS_KEYS = {Qt.Key.Key_X: Handle.X, Qt.Key.Key_Y: Handle.Y, Qt.Key.Key_Z: Handle.Z}
_NO_MODIFIERS = ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)


class ActorTool(Tool):
    """Stays in hand until it is left, or no actor is selected any more."""

    def __init__(self, mover: ActorMover, selection: Selection) -> None:
        super().__init__(mover)
        self.mover = mover
        self.typed = TypedNumber()
        self._hovered: Handle | None = None
        mover.changed.connect(self.changed)
        selection.changed.connect(self._on_selection)

    def shapes(self, box: Box, sight: Sight, ratio: float) -> Shapes:
        """The handles around a box."""
        raise NotImplementedError

    def motion(self, value: float, box: Box) -> Pose:
        """What a typed number does."""
        raise NotImplementedError

    def gizmo(self, sight: Sight, ratio: float) -> Shapes:
        """The handles as a sight sees them; none while nothing that is selected exists."""
        box = self.mover.box()
        return {} if box is None else self.shapes(box, sight, ratio)

    def press(self, touch: Touch) -> bool:
        handle = self._handle_at(touch)
        self._forget_typed()
        return handle is not None and self.mover.grab(handle, Ray.through(*touch.ray()))

    def drag(self, touch: Touch) -> None:
        self.mover.drag_to(Ray.through(*touch.ray()), touch.modifiers)

    def release(self, touch: Touch) -> None:
        self.mover.drop()

    def hover(self, touch: Touch) -> bool:
        hovered = self._handle_at(touch)
        if hovered is not self._hovered:
            self._hovered = hovered
            self.changed.emit()
        return hovered is not None

    def wants(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if event.modifiers() & _NO_MODIFIERS:
            return False
        if key in _AXIS_KEYS:
            return True
        part = key in (*_ENTER_KEYS, Qt.Key.Key_Backspace) or self.typed.with_key(event.text()) is not None
        return part and self.mover.drag is None

    def key(self, event: QKeyEvent) -> bool:
        if not self.wants(event):
            return False
        key = Qt.Key(event.key())
        if key in _AXIS_KEYS:
            self.choose_axis(_AXIS_KEYS[key])
        elif key in _ENTER_KEYS:
            self._enter()
        else:
            typed = self.typed.shortened() if key == Qt.Key.Key_Backspace else self.typed.with_key(event.text())
            self.typed = typed or self.typed
            self._preview_typed()
        return True

    def choose_axis(self, axis: Handle) -> None:
        """Keep to an axis."""

    def cancel(self) -> bool:
        return self.mover.cancel() or self._forget_typed()

    def paint(self, painter: QPainter, sight: Sight, ratio: float) -> None:
        held = None if self.mover.drag is None else self.mover.drag.handle
        draw_gizmo(painter, self.gizmo(sight, ratio), held or self._hovered or self.mover.axis, ratio)

    def _handle_at(self, touch: Touch) -> Handle | None:
        shapes = self.gizmo(touch.sight, touch.ratio)
        return handle_at(shapes, touch.at.x() * touch.ratio, touch.at.y() * touch.ratio, touch.ratio)

    def _forget_typed(self) -> bool:
        if not self.typed.text:
            return False
        self.typed = TypedNumber()
        self.mover.preview(None)
        self.changed.emit()
        return True

    def _preview_typed(self) -> None:
        self.mover.preview(None)
        self.mover.preview(self._typed_motion())
        self.changed.emit()

    def _typed_motion(self) -> Pose | None:
        value, box = self.typed.value, self.mover.box()
        return None if value is None or box is None else self.motion(value, box)

    def _enter(self) -> None:
        """Do what was typed; without that the tool has served."""
        self.mover.preview(None)
        motion = self._typed_motion()
        self.typed = TypedNumber()
        if motion is None:
            self.finished.emit()
        else:
            self.mover.do(motion)
            self.changed.emit()

    def _on_selection(self) -> None:
        self._forget_typed()
        if not self.mover.actors():
            self.finished.emit()


class MoveTool(ActorTool):
    """Arrows along the actor's own axes; over the ground without one."""

    @property
    def mode(self) -> tuple[str, str]:
        if self.mover.drag is not None:
            return dragging(self.mover.drag)
        who, axis = counted(len(self.mover.actors()), "actor"), AXIS_NAMES[self.mover.axis or AXES[0]]
        if self.typed.text:
            return f"Move {who} {self.typed.text} m {axis}", "Enter moves, X Y Z choose the axis, Esc takes it back"
        keys = "Drag, or type metres and Enter; X Y Z choose the axis, Ctrl snaps, Shift is precise, Esc leaves"
        return f"Move {who} {axis}" if self.mover.axis else f"Move {who}", keys

    def shapes(self, box: Box, sight: Sight, ratio: float) -> Shapes:
        return arrows(box, sight, ratio)

    def motion(self, value: float, box: Box) -> Pose:
        return motion_by(self.mover.axis or AXES[0], value, box)

    def choose_axis(self, axis: Handle) -> None:
        self.mover.keep_to(None if axis is self.mover.axis else axis)
        if self.typed.text:
            self._preview_typed()


class TurnTool(ActorTool):
    """A ring around the vertical; degrees are typed, counter-clockwise."""

    @property
    def mode(self) -> tuple[str, str]:
        if self.mover.drag is not None:
            return dragging(self.mover.drag)
        who = counted(len(self.mover.actors()), "actor")
        if self.typed.text:
            return f"Turn {who} by {self.typed.text}°", "Enter turns, Backspace corrects, Esc takes it back"
        return f"Turn {who}", "Drag the ring, or type degrees and Enter; Ctrl snaps to the lane, Esc leaves"

    def shapes(self, box: Box, sight: Sight, ratio: float) -> Shapes:
        return ring(box, sight, ratio)

    def motion(self, value: float, box: Box) -> Pose:
        return motion_by(Handle.RING, radians(value), box)


def dragging(drag: Drag) -> tuple[str, str]:
    """What a drag does so far, and the next keys, for the status bar."""
    if drag.handle is Handle.RING:
        return f"Turning {degrees(drag.amount):.1f}°", "Ctrl snaps to the lane, Shift is precise, Esc takes it back"
    if drag.handle is Handle.GROUND:
        return f"Moving {metres(drag.amount)}", "Ctrl snaps to lane and ground, Shift is precise, Esc takes it back"
    way = f"Moving {metres(drag.amount)} {AXIS_NAMES[drag.handle]}"
    return way, "Ctrl snaps, Shift is precise, Esc takes it back"
