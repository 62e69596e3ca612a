"""Oriented boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.pose import Pose

_CORNER_SIGNS = np.array(
    [[1, 1, -1], [1, -1, -1], [-1, -1, -1], [-1, 1, -1], [1, 1, 1], [1, -1, 1], [-1, -1, 1], [-1, 1, 1]], dtype=float
)

BOX_EDGES = np.array(
    [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]], dtype=np.int64
)
"""Pairs of corner indices. Corners 0, 1, 5, 4 are the front face; 0 to 3 the bottom."""


@dataclass(frozen=True, eq=False)
class Box:
    """An oriented box: x along its length (forward), y its width (left), z its height (up)."""

    world_from_box: Pose  # origin at the centre of the box
    size_m: tuple[float, float, float]  # length, width, height

    def corners(self) -> NDArray[np.float64]:
        """Corners (8, 3) in world coordinates, in the order that `BOX_EDGES` indexes."""
        return self.world_from_box.apply(_CORNER_SIGNS * np.asarray(self.size_m) / 2)

    def contains(self, points_m: ArrayLike, *, margin_m: float = 0.0) -> NDArray[np.bool_]:
        """Whether world points (N, 3) lie inside, the box grown by `margin_m` on every side."""
        local = self.world_from_box.inverse().apply(points_m)
        return np.asarray((np.abs(local) <= np.asarray(self.size_m) / 2 + margin_m).all(-1))

    def ray_hit(self, origin_m: ArrayLike, direction: ArrayLike) -> float | None:
        """Distance along a world ray at which it enters the box, in units of `direction`; None for a miss."""
        box_from_world = self.world_from_box.inverse()
        start = box_from_world.apply(np.asarray(origin_m, dtype=float)[None])[0]
        step = box_from_world.rotate(np.asarray(direction, dtype=float)[None])[0]
        step = np.where(np.abs(step) < 1e-12, 1e-12, step)
        half = np.asarray(self.size_m) / 2
        near, far = (-half - start) / step, (half - start) / step
        enter, leave = np.minimum(near, far).max(), np.maximum(near, far).min()
        return float(max(enter, 0.0)) if leave >= max(enter, 0.0) else None
