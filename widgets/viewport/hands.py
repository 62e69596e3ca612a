"""What mouse and keys do in the view."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from widgets.pointing import is_click, mode_of
from widgets.selection import Selection
from widgets.viewport.aim import Aim
from widgets.viewport.navigation import Gesture, Navigator
from widgets.viewport.sight import Sight
from widgets.viewport.spot import Spot
from widgets.viewport.tools import ActorGrip, Tool, Touch

Keys = Mapping[tuple[Qt.Key, bool], Callable[[], object]]
"""What a key does, by whether Shift is held."""


class Hands(QObject):
    """Asks the navigator first what a gesture means, then the tool; what neither takes points at things."""

    panned = Signal()
    tool_changed = Signal()

    def __init__(
        self,
        view: QWidget,
        aim: Aim,
        spot: Callable[[QPointF], Spot | None],
        sight: Callable[[], Sight],
        keys: Keys,
    ) -> None:
        """
        Args:
            view: the widget whose events are handed on.
            aim: holds the camera that is moved.
            spot: what lies at a place of the view.
            sight: of the frame that is on the screen.
            keys: what keys do that do not fly.
        """
        super().__init__(view)
        self.navigator = Navigator(lambda: aim.camera, aim.height_m, self)
        self._view = view
        self._aim = aim
        self._spot = spot
        self._sight = sight
        self._keys = keys
        self._pressed: QPointF | None = None
        self._tool: Tool | None = None
        self._tool_holds = False  # the left button
        self.grip: ActorGrip | None = None
        """What drags selected actors, where they can be edited."""

    @property
    def tool(self) -> Tool | None:
        """What is in hand."""
        return self._tool

    def take(self, tool: Tool | None) -> None:
        """Take a tool into the hand, and put away another one."""
        if tool is self._tool:
            return
        self.let_go()
        self.cancel()
        self._tool = tool
        self._view.setCursor(Qt.CursorShape.ArrowCursor)
        self.tool_changed.emit()

    @property
    def _selection(self) -> Selection:
        return self._aim.selection

    def under(self, position: QPointF) -> str | None:
        """Id of the actor, the camera or the ego at a place, unless splats cover it."""
        spot = self._spot(position)
        return None if spot is None else spot.thing()

    def press(self, event: QMouseEvent) -> None:
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.navigator.press(event):
            self._selection.hover(None)
            self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            if self._tool is not None and self._tool.press(self._touch(event)):
                self._tool_holds = True
            else:
                self._pressed = event.position()
                if self.grip is not None:
                    self.grip.press(event)

    def double_click(self, event: QMouseEvent) -> None:
        """The second press of two; a tool may know a meaning of its own."""
        left = event.button() == Qt.MouseButton.LeftButton
        if not (left and self._tool is not None and self._tool.double_click(self._touch(event))):
            self.press(event)

    def move(self, event: QMouseEvent) -> None:
        if self.navigator.active:
            self.navigator.move(event, self._aim.sight().lens.fx / self._view.devicePixelRatioF())
            if self.navigator.gesture is Gesture.PAN:
                self.panned.emit()
        elif self._tool is not None and self._tool_holds:
            self._tool.drag(self._touch(event))
        elif self.grip is not None and self.grip.move(event):
            self._pressed = None
            self._view.setCursor(Qt.CursorShape.SizeAllCursor)
        elif self._tool is not None and self._pressed is None and self._tool.hover(self._touch(event)):
            self._selection.hover(None)
            self._view.setCursor(self._tool.cursor)
        elif self._pressed is None:
            under = self.under(event.position())
            self._selection.hover(under)
            self._view.setCursor(Qt.CursorShape.ArrowCursor if under is None else Qt.CursorShape.PointingHandCursor)

    def release(self, event: QMouseEvent) -> None:
        if self.navigator.release(event):
            self._view.setCursor(Qt.CursorShape.ArrowCursor)
        elif event.button() == Qt.MouseButton.LeftButton and self._tool_holds:
            self._tool_holds = False
            if self._tool is not None:
                self._tool.release(self._touch(event))
        elif self.grip is not None and self.grip.release(event):
            self._view.setCursor(Qt.CursorShape.PointingHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            if is_click(self._pressed, event.position()):
                self._click(event.position(), event.modifiers())
            self._pressed = None

    def leave(self) -> None:
        """The pointer is out of the view."""
        self._selection.hover(None)
        if self._tool is not None:
            self._tool.leave()

    def wheel(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if self._tool is not None and self._tool.wheel(steps, event.modifiers()):
            event.accept()
            return
        spot, camera = self._spot(event.position()), self._aim.camera
        if spot is not None:
            place = spot.place(camera.distance_m, camera.target_m[2])
            self.navigator.wheel(steps, place)
        event.accept()

    def key(self, event: QKeyEvent, *, down: bool) -> bool:
        """Whether a key means something here; if so, it is done."""
        if self.navigator.key(event, down=down):
            return True
        if down and self._tool is not None and self._tool.key(event):
            return True
        modifiers = event.modifiers()
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        action = self._keys.get((Qt.Key(event.key()), shift)) if down else None
        if action is None or modifiers & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        action()
        return True

    def let_go(self) -> None:
        """Leave any gesture, as when the focus goes elsewhere or another log is shown."""
        self._pressed = None
        self.navigator.stop()
        if self.grip is not None:
            self.grip.let_go()
        self._tool_holds = False
        if self._tool is not None:
            self._tool.let_go()

    def cancel(self) -> bool:
        """Give up the tool's gesture; whether there was one."""
        self._tool_holds = False
        return self._tool is not None and self._tool.cancel()

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key means something here, though it is a shortcut of the window."""
        return self.navigator.flying or (self._tool is not None and self._tool.wants(event))

    def _touch(self, event: QMouseEvent) -> Touch:
        spot = self._spot(event.position())
        find_surfaces = None if spot is None else spot.surfaces_m
        return Touch(
            QPointF(event.position()), event.modifiers(), self._sight(), self._view.devicePixelRatioF(), find_surfaces
        )

    def _click(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        under, mode = self.under(position), mode_of(modifiers)
        if under is not None:
            self._selection.select(under, mode)
        elif mode == "replace":
            self._selection.clear()
