"""What part of the world a plan shows, and on how large a canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

from core.geometry import PinholeCamera, Pose
from widgets.viewport.sight import Sight

LEAST_PX_PER_M, MOST_PX_PER_M = 0.05, 400.0
_HIGH_M = 1e6
_DOWN = np.array([[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])  # the picture's top is world x
_FILL = 0.88  # of the widget, by what is framed


@dataclass(frozen=True)
class Viewpoint:
    """World x points up and world y to the left; the centre of the widget shows (`x_m`, `y_m`)."""

    x_m: float = 0.0
    y_m: float = 0.0
    px_per_m: float = 8.0

    def transform(self, size: QSizeF) -> QTransform:
        """From world metres to widget pixels."""
        scale = self.px_per_m
        return QTransform(
            0, -scale, -scale, 0, size.width() / 2 + self.y_m * scale, size.height() / 2 + self.x_m * scale
        )

    def to_screen(self, points_m: ArrayLike, size: QSizeF) -> NDArray[np.float64]:
        """Widget pixels (..., 2) of world points (..., 2 or more)."""
        points = np.asarray(points_m, dtype=float)
        x = size.width() / 2 - (points[..., 1] - self.y_m) * self.px_per_m
        y = size.height() / 2 - (points[..., 0] - self.x_m) * self.px_per_m
        return np.stack([x, y], -1)

    def to_world(self, position: QPointF, size: QSizeF) -> tuple[float, float]:
        """World x and y of a widget pixel."""
        x_m = self.x_m - (position.y() - size.height() / 2) / self.px_per_m
        y_m = self.y_m - (position.x() - size.width() / 2) / self.px_per_m
        return x_m, y_m

    def panned(self, delta: QPointF) -> Viewpoint:
        """With the world moved by so many pixels."""
        return replace(self, x_m=self.x_m + delta.y() / self.px_per_m, y_m=self.y_m + delta.x() / self.px_per_m)

    def zoomed(self, factor: float, about: QPointF, size: QSizeF) -> Viewpoint:
        """Nearer by a factor; the place under `about` stays under it."""
        scale = min(max(self.px_per_m * factor, LEAST_PX_PER_M), MOST_PX_PER_M)
        x_m, y_m = self.to_world(about, size)
        keep = self.px_per_m / scale
        return Viewpoint(x_m + (self.x_m - x_m) * keep, y_m + (self.y_m - y_m) * keep, scale)

    def centred(self, x_m: float, y_m: float) -> Viewpoint:
        return replace(self, x_m=x_m, y_m=y_m)

    @classmethod
    def framing(cls, low_m: ArrayLike, high_m: ArrayLike, size: QSizeF, *, least_m: float = 20.0) -> Viewpoint:
        """Showing the rectangle between two corners (2,), grown to at least `least_m` a side."""
        low, high = np.asarray(low_m, dtype=float), np.asarray(high_m, dtype=float)
        centre, span = (low + high) / 2, np.maximum(high - low, least_m)
        scale = _FILL * min(size.height() / span[0], size.width() / span[1])
        return cls(float(centre[0]), float(centre[1]), min(max(scale, LEAST_PX_PER_M), MOST_PX_PER_M))


@dataclass(frozen=True)
class Canvas:
    """Where a plan is painted."""

    viewpoint: Viewpoint
    size: QSizeF
    ratio: float  # device pixels per widget pixel

    def to_screen(self, points_m: ArrayLike) -> NDArray[np.float64]:
        return self.viewpoint.to_screen(points_m, self.size)

    @property
    def sight(self) -> Sight:
        """The plan as tools see it: from so high above that no height shifts anything."""
        width_px, height_px = round(self.size.width() * self.ratio), round(self.size.height() * self.ratio)
        focal_px = self.viewpoint.px_per_m * self.ratio * _HIGH_M
        centre_px = self.size.width() * self.ratio / 2 - 0.5, self.size.height() * self.ratio / 2 - 0.5
        pose = Pose.from_rotation(_DOWN, [self.viewpoint.x_m, self.viewpoint.y_m, _HIGH_M])
        return Sight(pose, PinholeCamera(width_px, height_px, focal_px, focal_px, *centre_px))

    @property
    def rect(self) -> QRectF:
        return QRectF(0, 0, self.size.width(), self.size.height())
