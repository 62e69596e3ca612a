"""Which splats meet which tile."""

from __future__ import annotations

from math import sqrt

from core.splats.kernels import kernel
from core.splats.kernels.constants import (
    HALF_A,
    HALF_C,
    HALF_HEIGHT,
    HALF_WIDTH,
    REACH,
    TILE,
    Array,
    B,
    X,
    Y,
)

_SLACK_PX = 0.01


@kernel
def rows_of_tiles(records: Array, rank: int, tiles_down: int) -> tuple[int, int]:
    """First and past the last row of tiles that a splat meets."""
    y, half = float(records[rank, Y]), float(records[rank, HALF_HEIGHT]) + _SLACK_PX
    first = max((y - half + 0.5) / TILE, 0.0)
    last = min((y + half + 0.5) / TILE, tiles_down - 1.0)
    return int(first), int(last) + 1


@kernel
def tiles_in_row(records: Array, rank: int, row: int, single: bool, tiles_across: int) -> tuple[int, int]:
    """First and past the last tile of a row of tiles that the ellipse of a splat meets."""
    x, half = float(records[rank, X]), float(records[rank, HALF_WIDTH])
    left, right = -half, half
    if not single:
        a, b, c = 2.0 * records[rank, HALF_A], float(records[rank, B]), 2.0 * records[rank, HALF_C]
        low = row * TILE - 0.5 - float(records[rank, Y])
        high = low + TILE
        # The ellipse is widest to the right at this height, and to the left at its opposite.
        widest = -b / c * half
        det = a * c - b * b
        if not low <= widest <= high:
            y = min(max(widest, low), high)
            right = (sqrt(max(records[rank, REACH] * a - det * y * y, 0.0)) - b * y) / a
        if not low <= -widest <= high:
            y = min(max(-widest, low), high)
            left = (-sqrt(max(records[rank, REACH] * a - det * y * y, 0.0)) - b * y) / a
    slack = _SLACK_PX + 1e-5 * half
    first = max((x + left - slack + 0.5) / TILE, 0.0)
    last = min((x + right + slack + 0.5) / TILE, tiles_across - 1.0)
    return int(first), int(last) + 1


@kernel
def count_pairs(
    begin: int,
    end: int,
    order: Array,
    all_records: Array,
    tiles_down: int,
    tiles_across: int,
    records: Array,
    in_tile: Array,
    of: Array,
) -> None:
    """Put the records of the splats `order[begin:end]` in that order, and count their pairs with tiles.

    Fills `records` (m, 16), adds to the splats of each tile `in_tile` (t,), fills the tiles of each splat `of` (m,).
    """
    for rank in range(begin, end):
        records[rank] = all_records[order[rank]]
        total = 0
        first_row, last_row = rows_of_tiles(records, rank, tiles_down)
        for row in range(first_row, last_row):
            first, last = tiles_in_row(records, rank, row, last_row - first_row == 1, tiles_across)
            for tile in range(row * tiles_across + first, row * tiles_across + last):
                in_tile[tile] += 1
            total += max(last - first, 0)
        of[rank] = total


@kernel
def fill_pairs(
    begin: int,
    end: int,
    records: Array,
    tiles_down: int,
    tiles_across: int,
    place: Array,
    first_rows: Array,
    ranks: Array,
    rows: Array,
) -> None:
    """Lists of all tiles: the splats (p,) front to back, and the row (p,) in which each finds its sums.

    `place` (t,) is where these splats' share of each tile begins; it is moved along.
    """
    for rank in range(begin, end):
        sums = first_rows[rank]
        first_row, last_row = rows_of_tiles(records, rank, tiles_down)
        for row in range(first_row, last_row):
            first, last = tiles_in_row(records, rank, row, last_row - first_row == 1, tiles_across)
            for tile in range(row * tiles_across + first, row * tiles_across + last):
                at = place[tile]
                place[tile] = at + 1
                ranks[at] = rank
                rows[at] = sums
                sums += 1
