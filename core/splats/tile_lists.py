"""Which splats meet which tile of a picture, front to back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.splats.kernels.binning import count_pairs, fill_pairs
from core.splats.kernels.constants import MARGIN_OF_FIELD, RECORD, TILE
from core.splats.kernels.ordering import order_by_depth
from core.splats.kernels.projection import project
from core.splats.threads import Range, in_ranges, share

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Indices = NDArray[np.int32]
Counts = NDArray[np.int64]

CHUNK = 4096
"""Splats of one piece of work. Fixed, because sums over the pieces must not depend on the number of threads."""

MOST_PAIRS = 1 << 28
"""Of a splat and a tile, 2 GiB of them; a city street has two or three for each splat."""

_TILE_PIECES = 8


@dataclass(frozen=True, eq=False)
class Splats:
    """Arrays as the kernels want them: float32, contiguous, writable."""

    means_m: Floats  # (n, 3)
    quaternions: Floats  # (n, 4) wxyz, of any length but zero
    scales_m: Floats  # (n, 3)
    opacities: Floats  # (n,)
    colours: Floats  # (n, 3)
    features: Floats  # (n, c), c may be 0

    @classmethod
    def checked(cls, *arrays: Any) -> Splats:
        """From anything array-like.

        Raises:
            ValueError: shapes that do not fit together.
        """
        means, quaternions, scales, opacities, colours, features = (as_kernel_array(array) for array in arrays)
        n = len(means)
        shapes = [array.shape for array in (means, quaternions, scales, opacities, colours)]
        if shapes != [(n, 3), (n, 4), (n, 3), (n,), (n, 3)] or features.ndim != 2 or len(features) != n:
            raise ValueError(f"splats of shapes {shapes} and features {features.shape} do not fit together")
        return cls(means, quaternions, scales, opacities, colours, features)

    def __len__(self) -> int:
        return len(self.means_m)


@dataclass(frozen=True, eq=False)
class Lens:
    """A pinhole and its place."""

    camera_from_world: Doubles  # (4, 4)
    values: Doubles  # (8,) fx, fy, cx, cy and the bounds left, right, top, bottom of x / z and y / z
    width: int
    height: int

    @classmethod
    def checked(cls, camera_from_world: Any, intrinsics: Any, width: int, height: int) -> Lens:
        """
        Raises:
            ValueError: wrong shapes, values that are not finite, no pixels.
        """
        view = np.array(camera_from_world, dtype=np.float64)
        matrix = np.asarray(intrinsics, dtype=np.float64)
        if (
            view.shape != (4, 4)
            or matrix.shape != (3, 3)
            or not (np.isfinite(view).all() and np.isfinite(matrix).all())
        ):
            raise ValueError("a camera needs a finite pose (4, 4) and finite intrinsics (3, 3)")
        if not (width > 0 and height > 0 and matrix[0, 0] > 0 and matrix[1, 1] > 0):
            raise ValueError("a camera needs pixels and focal lengths above zero")
        fx, fy, cx, cy = matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2]
        more_x, more_y = MARGIN_OF_FIELD * 0.5 * width / fx, MARGIN_OF_FIELD * 0.5 * height / fy
        left, right = -(cx + 0.5) / fx - more_x, (width - 0.5 - cx) / fx + more_x
        top, bottom = -(cy + 0.5) / fy - more_y, (height - 0.5 - cy) / fy + more_y
        return cls(view, np.array([fx, fy, cx, cy, left, right, top, bottom]), width, height)

    @property
    def tiles_across(self) -> int:
        return -(-self.width // TILE)

    @property
    def tiles_down(self) -> int:
        return -(-self.height // TILE)


@dataclass(frozen=True, eq=False)
class TileLists:
    """The splats that are drawn, ranked by depth, and every pair of one and a tile it meets."""

    order: Indices  # (m,) splats, nearest first
    records: Floats  # (m, 16) what is drawn of each, see the kernels' constants
    first_rows: Counts  # (m + 1,) rows of sums of each: one per tile it meets
    offsets: Counts  # (t + 1,) pairs of each tile, tiles by rows from the left top
    ranks: Indices  # (p,) the splat of each pair, by rank
    sum_rows: Indices  # (p,) its row of sums

    @classmethod
    def of(cls, splats: Splats, lens: Lens, threads: int) -> TileLists:
        """
        Raises:
            MemoryError: more than `MOST_PAIRS`.
        """
        all_records, depths = np.empty((len(splats), RECORD), np.float32), np.empty(len(splats), np.float32)
        size = np.array([lens.width, lens.height], dtype=np.float64)
        s = splats

        def project_range(begin: int, end: int) -> None:
            where, what = (s.means_m, s.quaternions, s.scales_m), (s.opacities, s.colours)
            project(begin, end, *where, *what, lens.camera_from_world, lens.values, size, all_records, depths)

        share(project_range, in_ranges(len(splats), CHUNK), threads)
        order = order_by_depth(depths)

        tiles = lens.tiles_down, lens.tiles_across
        step = -(-len(order) // threads) or 1
        ranges = in_ranges(len(order), step)
        in_tile = np.zeros((len(ranges) + 1, tiles[0] * tiles[1]), np.int64)
        first_rows = np.zeros(len(order) + 1, np.int64)
        records = np.empty((len(order), RECORD), np.float32)

        def count_range(begin: int, end: int) -> None:
            count_pairs(begin, end, order, all_records, *tiles, records, in_tile[begin // step + 1], first_rows[1:])

        share(count_range, ranges, threads)
        np.cumsum(first_rows, out=first_rows)
        offsets = np.concatenate([[0], np.cumsum(in_tile.sum(0))])
        if offsets[-1] > MOST_PAIRS:
            raise MemoryError(f"{len(order)} splats meet {offsets[-1]} tiles of the picture; they are too large")
        place = np.cumsum(in_tile, 0)[:-1] + offsets[:-1]
        ranks, sum_rows = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.int32)

        def fill_range(begin: int, end: int) -> None:
            fill_pairs(begin, end, records, *tiles, place[begin // step], first_rows, ranks, sum_rows)

        share(fill_range, ranges, threads)
        return cls(order, records, first_rows, offsets, ranks, sum_rows)

    def tile_ranges(self, threads: int) -> list[Range]:
        """All tiles in ranges of about equal numbers of pairs."""
        pieces = _TILE_PIECES * threads if threads > 1 else 1
        # Every tile also costs something by itself.
        cost = self.offsets + 32 * np.arange(len(self.offsets))
        borders = np.searchsorted(cost, np.linspace(0, cost[-1], pieces + 1))
        return [(a, b) for a, b in pairwise(borders.tolist()) if a < b]


def as_kernel_array(values: Any) -> Floats:
    """Float32, contiguous, aligned and writable; copied where it is not, because numba would compile anew for it."""
    return np.require(values, np.float32, ["C", "W", "A"])
