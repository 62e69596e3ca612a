"""Which overlays are drawn on the pictures."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

OVERLAYS = ("boxes", "lidar", "lanes", "ego_path", "misfit")
LidarColour = Literal["depth", "height"]


class Overlays(QObject):
    """On or off for each name of `OVERLAYS`, and how lidar points are coloured."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on = {"boxes", "misfit"}
        self._lidar_colour: LidarColour = "depth"

    def is_on(self, name: str) -> bool:
        return name in self._on

    def set(self, name: str, on: bool) -> None:
        """Switch one overlay.

        Raises:
            ValueError: there is no overlay of that name.
        """
        if name not in OVERLAYS:
            raise ValueError(f"no overlay is called {name!r}; there are {', '.join(OVERLAYS)}")
        if on != (name in self._on):
            (self._on.add if on else self._on.discard)(name)
            self.changed.emit()

    @property
    def lidar_colour(self) -> LidarColour:
        return self._lidar_colour

    def set_lidar_colour(self, colour: LidarColour) -> None:
        if colour != self._lidar_colour:
            self._lidar_colour = colour
            self.changed.emit()
