"""Oriented boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.pose import Pose

Floats = NDArray[np.float64]

_CORNER_SIGNS = np.array(
    [[1, 1, -1], [1, -1, -1], [-1, -1, -1], [-1, 1, -1], [1, 1, 1], [1, -1, 1], [-1, -1, 1], [-1, 1, 1]], dtype=float
)

BOX_EDGES = np.array(
    [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]], dtype=np.int64
)
"""Pairs of corner indices. Corners 0, 1, 5, 4 are the front face; 0 to 3 the bottom."""

FRONT_EDGES = np.array([0, 9, 4, 8], dtype=np.int64)
"""Rows of `BOX_EDGES` around the front face, in the order of their corners."""


@dataclass(frozen=True, eq=False)
class Box:
    """An oriented box: x along its length (forward), y its width (left), z its height (up)."""

    world_from_box: Pose  # origin at the centre of the box
    size_m: tuple[float, float, float]  # length, width, height

    def corners(self) -> Floats:
        """Corners (8, 3) in world coordinates, in the order that `BOX_EDGES` indexes."""
        return self.world_from_box.apply(_CORNER_SIGNS * np.asarray(self.size_m) / 2)

    def contains(self, points_m: ArrayLike, *, margin_m: float = 0.0) -> NDArray[np.bool_]:
        """Whether world points (N, 3) lie inside, the box grown by `margin_m` on every side."""
        local = self.world_from_box.inverse().apply(points_m)
        return np.asarray((np.abs(local) <= np.asarray(self.size_m) / 2 + margin_m).all(-1))

    def ray_hit(self, origin_m: ArrayLike, direction: ArrayLike) -> float | None:
        """Distance along a world ray at which it enters the box, in units of `direction`; None for a miss.

        Zero from inside the box.
        """
        distance = float(Boxes.stack([self]).ray_hits(origin_m, np.asarray(direction, dtype=float)[None])[0, 0])
        return distance if np.isfinite(distance) else None


@dataclass(frozen=True, eq=False)
class Boxes:
    """Many boxes as arrays."""

    world_from_box: Pose  # (n,)
    size_m: Floats  # (n, 3)

    @classmethod
    def stack(cls, boxes: Sequence[Box]) -> Boxes:
        """From boxes; none gives an empty array."""
        matrices = np.array([box.world_from_box.matrix for box in boxes], dtype=np.float64).reshape(-1, 4, 4)
        return cls(Pose(matrices), np.array([box.size_m for box in boxes], dtype=np.float64).reshape(-1, 3))

    def and_one(self, box: Box) -> Boxes:
        """These and another box, the last."""
        matrices = np.concatenate([self.world_from_box.matrix, box.world_from_box.matrix[None]])
        return Boxes(Pose(matrices), np.concatenate([self.size_m, [box.size_m]]))

    def __len__(self) -> int:
        return len(self.size_m)

    def __getitem__(self, index: NDArray[np.int64]) -> Boxes:
        return Boxes(self.world_from_box[index], self.size_m[index])

    def corners(self) -> Floats:
        """Corners (n, 8, 3) in world coordinates, in the order that `BOX_EDGES` indexes."""
        return self.world_from_box.apply(_CORNER_SIGNS * self.size_m[:, None] / 2)

    def distances_m(self, point_m: ArrayLike) -> Floats:
        """From a world point (3,) to the nearest point of each box (n,); zero inside."""
        local = self.world_from_box.inverse().apply(np.asarray(point_m)[None])[:, 0]
        return np.linalg.norm(np.maximum(np.abs(local) - self.size_m / 2, 0.0), axis=-1)

    def ray_hits(self, origin_m: ArrayLike, directions: ArrayLike) -> Floats:
        """Distances (n, r) along world rays (r, 3) at which they enter each box, in units of the directions.

        Infinite for a miss, zero from inside a box.
        """
        box_from_world = self.world_from_box.inverse()
        start = box_from_world.apply(np.asarray(origin_m, dtype=np.float64)[None])
        step = box_from_world.rotate(directions)
        step = np.where(np.abs(step) < 1e-12, 1e-12, step)
        half = self.size_m[:, None] / 2
        one, other = (-half - start) / step, (half - start) / step
        enter = np.maximum(np.minimum(one, other).max(-1), 0.0)
        return np.where(np.maximum(one, other).min(-1) >= enter, enter, np.inf)
