"""What all tools have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

from widgets.viewport.sight import Sight

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Touch:
    """Where the pointer is in the view, and through what the view looks."""

    at: QPointF
    modifiers: Qt.KeyboardModifier
    sight: Sight
    ratio: float  # device pixels per pixel
    find_surfaces: Callable[[Floats], Floats] | None = None  # by places (k, 2) in device pixels

    def surfaces_m(self, places: ArrayLike) -> Floats:
        """World points (k, 3) on the splats that are seen at places (k, 2) of the view; NaN where none are."""
        places_px = np.asarray(places, dtype=np.float64).reshape(-1, 2) * self.ratio
        return np.full((len(places_px), 3), np.nan) if self.find_surfaces is None else self.find_surfaces(places_px)

    @property
    def snaps(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ControlModifier)

    @property
    def is_precise(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    def ray(self) -> tuple[Floats, Floats]:
        """Origin (3,) and direction (3,) of the world ray here."""
        return self.sight.ray(self.at.x() * self.ratio, self.at.y() * self.ratio)

    def on_level(self, height_m: float) -> Floats | None:
        """The world point (3,) of a level plane that is seen here; None where the sky is."""
        origin, direction = self.ray()
        if direction[2] * (height_m - origin[2]) <= 1e-9:
            return None
        return origin + direction * ((height_m - origin[2]) / direction[2])

    def distances_px(self, points_m: ArrayLike) -> Floats:
        """How far (n,) world points (n, 3) are seen from here; infinite behind the camera."""
        places, _ = self.sight.to_view(points_m)
        apart = np.linalg.norm(places / self.ratio - (self.at.x(), self.at.y()), axis=-1)
        return np.where(np.isnan(apart), np.inf, apart)


class Tool(QObject):
    """Takes what hands do before it selects. As it is made here it takes nothing."""

    changed = Signal()  # is painted otherwise, or `mode` is another one
    finished = Signal()  # wants to be put away

    cursor = Qt.CursorShape.PointingHandCursor
    """While something of the tool lies under the pointer."""

    @property
    def mode(self) -> tuple[str, str]:
        """For the status bar: what one is doing, and the next keys."""
        return "", ""

    def press(self, touch: Touch) -> bool:
        """Whether the left button begins a gesture of the tool; then its moves and release come here."""
        return False

    def drag(self, touch: Touch) -> None:
        """The pointer has moved in a gesture."""

    def release(self, touch: Touch) -> None:
        """The gesture ends, and is done."""

    def double_click(self, touch: Touch) -> bool:
        """Whether a double click means something; the press of its first click came before."""
        return False

    def hover(self, touch: Touch) -> bool:
        """Whether something of the tool lies under the pointer, which moves without a button."""
        return False

    def leave(self) -> None:
        """The pointer is out of the view."""

    def wheel(self, steps: float, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether the wheel means something; if so, it is done."""
        return False

    def key(self, event: QKeyEvent) -> bool:
        """Whether a key means something; if so, it is done."""
        return False

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is for the tool, though it is a shortcut of the window."""
        return False

    def cancel(self) -> bool:
        """Give up the gesture; whether there was one."""
        return False

    def let_go(self) -> None:
        """The hands leave in the midst of it, as when the focus goes elsewhere."""
        self.cancel()

    def paint(self, painter: QPainter, sight: Sight, ratio: float) -> None:
        """Over a frame that a sight saw, in a view of so many device pixels per pixel."""
