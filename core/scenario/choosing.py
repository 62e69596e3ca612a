"""Which splats lie in a region, found among millions within milliseconds."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import Box, Pose
from core.scenario.model import Placement, Vector
from core.scenario.settings import BoxRegion, Sphere, Stroke

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
_AT_ONCE = 50_000  # distances that are faster reckoned than avoided
Placed = Sphere | BoxRegion | Stroke
"""A region that means a place, not numbers of splats."""


class Places:
    """The middles of splats, column by column: what is far away is left out at a few bytes for each.

    A tree or a grid would be quicker to ask, but takes longer to make than a window may wait.
    """

    def __init__(self, means_m: ArrayLike) -> None:
        """Takes the middles (n, 3)."""
        self._columns = np.ascontiguousarray(np.asarray(means_m, np.float32).T)

    def __len__(self) -> int:
        return self._columns.shape[1]

    def chosen(self, regions: Iterable[Placed]) -> Mask:
        """The splats (n,) that regions choose, one after the other."""
        mask = np.zeros(len(self), bool)
        for region in regions:
            self.mark(region, mask)
        return mask

    def mark(self, region: Placed, mask: Mask) -> None:
        """Add to a mask (n,) what a region chooses, or take from it what a stroke spares."""
        mask[self.within(region)] = not (isinstance(region, Stroke) and region.spares)

    def within(self, region: Placed) -> Rows:
        """The rows of splats whose middles lie in a region, which is in their frame."""
        match region:
            case Sphere():
                return self._near_line(np.array([region.centre_m]), region.radius_m, None)
            case Stroke():
                return self._near_line(np.array(region.points_m), region.radius_m, None)
            case BoxRegion():
                box = Box(region.place.pose, region.size_m)
                corners = box.corners()
                rows = self._between(corners.min(0), corners.max(0), None)
                return rows[box.contains(self._columns[:, rows].T)]

    def _near_line(self, points_m: Floats, radius_m: float, among: Rows | None) -> Rows:
        """Near any piece of a line through points (k, 3); halved until there is little to do, so that each piece meets
        few."""
        rows = self._between(points_m.min(0) - radius_m, points_m.max(0) + radius_m, among)
        if len(points_m) <= 2 or len(rows) * len(points_m) <= _AT_ONCE:
            ends = (points_m, points_m) if len(points_m) == 1 else (points_m[:-1], points_m[1:])
            return rows[_square_to_line(self._columns[:, rows].astype(np.float64), *ends) <= radius_m**2]
        middle = len(points_m) // 2
        return np.union1d(
            self._near_line(points_m[: middle + 1], radius_m, rows), self._near_line(points_m[middle:], radius_m, rows)
        )

    def _between(self, low_m: Floats, high_m: Floats, among: Rows | None) -> Rows:
        """Of some rows, or of all, those between two corners (3,), and perhaps some that are just outside."""
        for column, low, high in zip(self._columns, low_m, high_m, strict=True):
            low32 = np.nextafter(np.float32(low), np.float32(-np.inf))
            high32 = np.nextafter(np.float32(high), np.float32(np.inf))
            values = column if among is None else column[among]
            inside = np.flatnonzero((values >= low32) & (values <= high32))
            among = inside if among is None else among[inside]
        assert among is not None
        return among


def moved(region: Placed, target_from_here: Pose) -> Placed:
    """The same region in another frame."""
    match region:
        case Sphere():
            return region.model_copy(update={"centre_m": _vectors(target_from_here, [region.centre_m])[0]})
        case Stroke():
            return region.model_copy(update={"points_m": _vectors(target_from_here, region.points_m)})
        case BoxRegion():
            return region.model_copy(update={"place": Placement.of(target_from_here @ region.place.pose)})


def _vectors(target_from_here: Pose, points_m: ArrayLike) -> tuple[Vector, ...]:
    return tuple((x, y, z) for x, y, z in target_from_here.apply(points_m).tolist())


def _square_to_line(points_m: Floats, first_m: Floats, last_m: Floats) -> Floats:
    """Squared distances (n,) of points (3, n) from the nearest of the pieces between ends (k, 3).

    Sums are written out, so that a line gives the same, bit by bit, as its pieces one after the other.
    """
    ways = (last_m - first_m)[..., None]
    x, y, z = (column - first[:, None] for column, first in zip(points_m, first_m.T, strict=True))
    east, north, up = ways[:, 0], ways[:, 1], ways[:, 2]
    squares = east * east + north * north + up * up
    along = np.clip((x * east + y * north + z * up) / np.where(squares > 0, squares, 1.0), 0.0, 1.0)
    x, y, z = x - along * east, y - along * north, z - along * up
    return np.asarray((x * x + y * y + z * z).min(0, initial=np.inf))
