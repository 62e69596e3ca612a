"""Hands on the free camera: orbit, pan, dolly, fly."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import Enum
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from widgets.viewport.orbit import OrbitCamera

ORBIT_RAD_PER_PX = 0.006
TURN_RAD_PER_PX = 0.003
DOLLY_PER_STEP = 1.2  # of the wheel
FLY_MPS, FAST, SLOW = 9.0, 4.0, 0.25
FULL_SPEED_M, LEAST_SPEED = 6.0, 0.05  # lower than this above the ground it is slower, down to this share
_FLY_MS = 16

# The keys that lie where W, A, S, D, Q and E lie on an American keyboard, whatever is printed on them.
_X11 = {25: "W", 38: "A", 39: "S", 40: "D", 24: "Q", 26: "E"}
_WINDOWS = {17: "W", 30: "A", 31: "S", 32: "D", 16: "Q", 18: "E"}
_MACOS = {13: "W", 0: "A", 1: "S", 2: "D", 12: "Q", 14: "E"}
_LETTERS = {getattr(Qt.Key, f"Key_{letter}"): letter for letter in "WASDQE"}
_DIRECTIONS = {"W": (0, 1, 0), "S": (0, -1, 0), "A": (-1, 0, 0), "D": (1, 0, 0), "Q": (0, 0, -1), "E": (0, 0, 1)}
"""Steps right, forward and up."""


def fly_key(event: QKeyEvent) -> str | None:
    """Which of the six keys lies where this one lies; by what is printed where the system does not tell the place."""
    letter = _LETTERS.get(Qt.Key(event.key()))
    if sys.platform == "darwin":
        return _MACOS.get(event.nativeVirtualKey())
    code = event.nativeScanCode()
    if not code:
        return letter
    return (_WINDOWS if sys.platform == "win32" else _X11).get(code)


class Gesture(Enum):
    ORBIT = "orbit"
    PAN = "pan"
    FLY = "fly"


class Navigator(QObject):
    """Turns drags, the wheel and held keys into cameras; the view asks it first what a gesture means."""

    moved = Signal(object)  # an OrbitCamera
    gesture_changed = Signal()

    def __init__(
        self, camera: Callable[[], OrbitCamera], height_m: Callable[[], float], parent: QObject | None = None
    ) -> None:
        """
        Args:
            camera: the one to be moved.
            height_m: how high above the ground it stands.
        """
        super().__init__(parent)
        self._camera = camera
        self._height_m = height_m
        self._gesture: Gesture | None = None
        self._button: Qt.MouseButton | None = None
        self._last = QPointF()
        self._held: set[str] = set()
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self._clock_s = 0.0
        self._timer = QTimer(self, interval=_FLY_MS)
        self._timer.timeout.connect(self._fly)

    @property
    def gesture(self) -> Gesture | None:
        """What a drag that is under way does."""
        return self._gesture

    @property
    def active(self) -> bool:
        """Whether a drag is under way."""
        return self._gesture is not None

    @property
    def flying(self) -> bool:
        return self._gesture is Gesture.FLY

    def press(self, event: QMouseEvent) -> bool:
        """Whether this button starts a gesture."""
        if self.active or event.button() not in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
            return self.active
        self._button, self._last = event.button(), event.position()
        self._set_gesture(Gesture.FLY if self._button is Qt.MouseButton.RightButton else _dragged(event.modifiers()))
        return True

    def move(self, event: QMouseEvent, px_per_m_at_1m: float) -> None:
        """Go on with a gesture; the focal length in pixels of the view says how far a pixel is."""
        step, self._last = event.position() - self._last, event.position()
        camera = self._camera()
        if not self.flying:
            self._set_gesture(_dragged(event.modifiers()))
        if self.flying:
            self.moved.emit(camera.turned(-step.x() * TURN_RAD_PER_PX, -step.y() * TURN_RAD_PER_PX))
        elif self._gesture is Gesture.PAN:
            metres = camera.distance_m / px_per_m_at_1m
            up = np.cross(camera.right, camera.forward)
            self.moved.emit(camera.moved(metres * (step.y() * up - step.x() * camera.right)))
        else:
            self.moved.emit(camera.orbited(-step.x() * ORBIT_RAD_PER_PX, -step.y() * ORBIT_RAD_PER_PX))

    def release(self, event: QMouseEvent) -> bool:
        """Whether this button ended the gesture."""
        if event.button() != self._button:
            return False
        self.stop()
        return True

    def wheel(self, steps: float, point_m: NDArray[np.float64]) -> None:
        self.moved.emit(self._camera().approached(point_m, DOLLY_PER_STEP**steps))

    def key(self, event: QKeyEvent, *, down: bool) -> bool:
        """Whether a key belongs to flying."""
        letter = fly_key(event)
        self._modifiers = event.modifiers()
        if event.isAutoRepeat():
            return self.flying and letter is not None
        if not down and letter in self._held:
            self._held.discard(letter)
            if not self._held:
                self._timer.stop()
            return True
        if not (down and self.flying and letter is not None):
            return False
        self._held.add(letter)
        if not self._timer.isActive():
            self._clock_s = perf_counter()
            self._timer.start()
        return True

    def stop(self) -> None:
        """Let go of everything, as when the view loses the focus."""
        self._button = None
        self._held.clear()
        self._timer.stop()
        self._set_gesture(None)

    def _set_gesture(self, gesture: Gesture | None) -> None:
        if gesture is not self._gesture:
            self._gesture = gesture
            self.gesture_changed.emit()

    def _fly(self) -> None:
        now = perf_counter()
        elapsed_s, self._clock_s = min(now - self._clock_s, 0.1), now
        speed = FLY_MPS * min(max(abs(self._height_m()) / FULL_SPEED_M, LEAST_SPEED), 1.0)
        if self._modifiers & Qt.KeyboardModifier.ShiftModifier:
            speed *= FAST
        if self._modifiers & Qt.KeyboardModifier.AltModifier:
            speed *= SLOW
        right, forward, up = np.sum([_DIRECTIONS[letter] for letter in self._held], axis=0) * speed * elapsed_s
        camera = self._camera()
        self.moved.emit(camera.moved(right * camera.right + forward * camera.forward + np.array([0.0, 0.0, up])))


def _dragged(modifiers: Qt.KeyboardModifier) -> Gesture:
    """What dragging with the middle button does."""
    return Gesture.PAN if modifiers & Qt.KeyboardModifier.ShiftModifier else Gesture.ORBIT
