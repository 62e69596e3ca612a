"""A view's hold on selected actors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from widgets.pointing import is_click
from widgets.viewport.tools.drags import underside
from widgets.viewport.tools.handles import Handle
from widgets.viewport.tools.mover import ActorMover
from widgets.viewport.tools.rays import Floats, Ray


class Eye(Protocol):
    """How a view sees the world. Places are those of the widget."""

    def ray(self, place: QPointF) -> Ray | None:
        """Through a place; None where the lens sees nothing."""

    def place(self, point_m: Floats) -> QPointF | None:
        """Where a world point (3,) is seen; None where it is not."""


class ActorGrip:
    """Drags selected actors over the ground, whatever tool is in hand."""

    def __init__(self, mover: ActorMover, eye: Eye, actor_under: Callable[[QPointF], str | None]) -> None:
        self._mover = mover
        self._eye = eye
        self._actor_under = actor_under
        self._pressed: QPointF | None = None  # on a selected actor, that may come to be dragged
        self._aside = QPointF()  # from the pointer to where the actor is held

    @property
    def holds(self) -> bool:
        """Whether something is being dragged."""
        return self._mover.drag is not None

    def press(self, event: QMouseEvent) -> None:
        """A press on a selected actor may come to be a drag, or a click."""
        place, plain = event.position(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = place if is_left and plain and self._actor_under(place) in self._mover.actors() else None

    def move(self, event: QMouseEvent) -> bool:
        """Whether something is dragged."""
        place, pressed = event.position(), self._pressed
        if pressed is not None and not is_click(pressed, place):
            self._pressed = None
            self._grab(pressed)
        if not self.holds:
            return False
        ray = self._eye.ray(place + self._aside)
        if ray is not None:
            self._mover.drag_to(ray, event.modifiers())
        return True

    def release(self, event: QMouseEvent) -> bool:
        """Whether that ended a drag."""
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._pressed = None
        if not self.holds:
            return False
        self._mover.drop()
        return True

    def let_go(self) -> None:
        """Give up what is being dragged."""
        self._pressed = None
        if self.holds:
            self._mover.cancel()

    def _grab(self, place: QPointF) -> None:
        self._aside = QPointF()
        box = self._mover.box()
        held = None if box is None else self._eye.place(underside(box))
        if held is not None:
            self._aside = held - place
        ray = self._eye.ray(place + self._aside)
        if ray is not None:
            self._mover.grab(Handle.GROUND, ray)
