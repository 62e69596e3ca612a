"""A lane map from above, cell by cell, for cameras to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.logs import LaneMap

Floats = NDArray[np.float64]

CELL_M = 0.25
FARTHEST_M = 90.0
"""Ground beyond is a few pixels high and not drawn."""

_BORDER_M = 0.3  # wider than paint, which a picture of this size would lose
_MOST_CELLS = 40_000_000
_BITS = 4  # of a cell, to which outlines are rounded


@dataclass(frozen=True, eq=False)
class GroundMap:
    """What is painted on the ground where, in the log's world. Rows go along y, columns along x."""

    corner_m: Floats  # (2,) x and y of the first cell's corner
    cell_m: float
    marks: NDArray[np.uint8]  # (3, rows, columns) drivable, lane borders, crossings; 255 is all of the cell
    directions: NDArray[np.int8]  # (2, rows, columns) unit vector along the lane times 127, 0 where there is none
    heights_m: NDArray[np.float32]  # (rows, columns) z of the ground

    @classmethod
    def of(cls, lane_map: LaneMap, path_m: Floats) -> GroundMap | None:
        """The map around a path (n, 3), as far as cameras look; None where the map says nothing about it."""
        low, high = path_m[:, :2].min(0) - FARTHEST_M, path_m[:, :2].max(0) + FARTHEST_M
        cell_m = max(CELL_M, float(np.sqrt(np.prod(high - low) / _MOST_CELLS)))
        columns, rows = np.ceil((high - low) / cell_m).astype(int).tolist()
        draw = _Drawing(low, cell_m, (rows, columns))
        lanes = [lane for lane in lane_map.lanes.values() if draw.touches(lane.centre_m)]
        strips = [np.concatenate([lane.left_m, lane.right_m[::-1]]) for lane in lanes]
        outlines = [outline for outline in lane_map.drivable if draw.touches(outline)]
        crossings = [outline for outline in lane_map.crossings if draw.touches(outline)]
        if not lanes and not outlines:
            return None
        drivable = draw.filled([*strips, *outlines])
        # Borders of lanes that cross each other within a junction are not painted.
        borders = draw.lines([side for lane in lanes if not lane.in_junction for side in (lane.left_m, lane.right_m)])
        directions = draw.directions([lane.centre_m for lane in lanes], strips)
        known = np.concatenate([lane.centre_m for lane in lanes] + outlines)
        return cls(low, cell_m, np.stack([drivable, borders, draw.filled(crossings)]), directions, draw.heights(known))


class _Drawing:
    def __init__(self, corner_m: Floats, cell_m: float, shape: tuple[int, int]) -> None:
        self._corner_m, self._cell_m, self._shape = corner_m, cell_m, shape
        self._high_m = corner_m + np.array(shape[::-1]) * cell_m

    def touches(self, line_m: Floats) -> bool:
        return bool((line_m[:, :2].max(0) >= self._corner_m).all() and (line_m[:, :2].min(0) <= self._high_m).all())

    def filled(self, outlines: Sequence[Floats]) -> NDArray[np.uint8]:
        image = np.zeros(self._shape, np.uint8)
        for outline in outlines:
            cv2.fillPoly(image, [self._pixels(outline)], 255, cv2.LINE_AA, _BITS)
        return image

    def lines(self, lines: Sequence[Floats]) -> NDArray[np.uint8]:
        image = np.zeros(self._shape, np.uint8)
        thickness = max(round(_BORDER_M / self._cell_m), 1)
        for line in lines:
            cv2.polylines(image, [self._pixels(line)], False, 255, thickness, cv2.LINE_AA, _BITS)
        return image

    def directions(self, centres: Sequence[Floats], strips: Sequence[Floats]) -> NDArray[np.int8]:
        """Of each lane's pieces, painted as wide as the lane; where lanes cross, the last one's."""
        number = np.zeros(self._shape, np.int32)
        along = [np.zeros(2)]
        for centre, strip in zip(centres, strips, strict=True):
            half = len(strip) // 2
            left, right = strip[:half], strip[half:][::-1]
            for piece in range(len(centre) - 1):
                step = (centre[piece + 1] - centre[piece])[:2]
                if piece + 1 < min(half, len(right)) and np.hypot(*step) > 1e-6:
                    quad = np.stack([left[piece], left[piece + 1], right[piece + 1], right[piece]])
                    cv2.fillConvexPoly(number, self._pixels(quad), len(along), cv2.LINE_8, _BITS)
                    along.append(step / np.hypot(*step))
        return np.moveaxis((np.array(along) * 127).round().astype(np.int8)[number], -1, 0).copy()

    def heights(self, known_m: Floats) -> NDArray[np.float32]:
        """z everywhere, from places (n, 3) where it is known: coarse, because roads are smooth."""
        if np.ptp(known_m[:, 2]) < 0.02:
            return np.full(self._shape, known_m[:, 2].mean(), np.float32)
        from scipy.spatial import cKDTree

        step = max(round(2.0 / self._cell_m), 1)
        rows, columns = (np.arange(0, size + step, step) for size in self._shape)
        x, y = np.meshgrid(*((at + 0.5) * self._cell_m for at in (columns, rows)))
        distances, near = cKDTree(known_m[:, :2]).query(np.stack([x, y], -1) + self._corner_m, k=min(4, len(known_m)))
        weight = 1.0 / (np.reshape(distances, (*x.shape, -1)) + 0.5)
        coarse = (known_m[near.reshape(weight.shape), 2] * weight).sum(-1) / weight.sum(-1)
        fine = cv2.resize(coarse.astype(np.float32), None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(fine[: self._shape[0], : self._shape[1]])

    def _pixels(self, points_m: Floats) -> NDArray[np.int32]:
        """OpenCV's: fixed point, the centre of the first cell at zero."""
        cells = (points_m[:, :2] - self._corner_m) / self._cell_m - 0.5
        return np.clip(cells * (1 << _BITS), -(2**28), 2**28).round().astype(np.int32)
