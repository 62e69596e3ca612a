"""Which splats meet which tile."""

from __future__ import annotations

from math import sqrt

from core.splats.kernels import kernel
from core.splats.kernels.constants import (
    HALF_A,
    HALF_HEIGHT,
    INVERSE_XX,
    REACH,
    RECORD,
    SLOPE,
    TALLEST,
    TILE,
    Array,
    X,
    Y,
)

_SLACK_PX = 0.01


@kernel
def rows_of_tiles(y: float, half_height: float, tiles_down: int) -> tuple[int, int]:
    """First and past the last row of tiles that a splat meets."""
    first = max((y - half_height - _SLACK_PX + 0.5) / TILE, 0.0)
    last = min((y + half_height + _SLACK_PX + 0.5) / TILE, tiles_down - 1.0)
    return int(first), int(last) + 1


@kernel
def tiles_in_row(
    low: float,
    x: float,
    half_width: float,
    half_height: float,
    widest: float,
    lean: float,
    inverse_a: float,
    reach: float,
    tiles_across: int,
) -> tuple[int, int]:
    """First and past the last tile of a row of tiles that the ellipse of a splat meets.

    `low` is the row's upper edge below the ellipse's middle; `widest` how far below its middle the ellipse reaches
    farthest to the right, as it reaches farthest to the left opposite; `lean` how far its middle moves right per
    pixel down.
    """
    left, right, high = -half_width, half_width, low + TILE
    if not low <= widest <= high:
        share = min(max(widest, low), high) / half_height
        right = lean * share * half_height + sqrt(max(1.0 - share * share, 0.0) * reach * inverse_a)
    if not low <= -widest <= high:
        share = min(max(-widest, low), high) / half_height
        left = lean * share * half_height - sqrt(max(1.0 - share * share, 0.0) * reach * inverse_a)
    slack = _SLACK_PX + 1e-5 * half_width
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
    # Apart from the counting, so that many of these far reads are under way at once.
    for rank in range(begin, end):
        i = order[rank]
        for column in range(RECORD):
            records[rank, column] = all_records[i, column]
    for rank in range(begin, end):
        total = 0
        x, y, reach = float(records[rank, X]), float(records[rank, Y]), float(records[rank, REACH])
        half_width, half_height = sqrt(reach / records[rank, INVERSE_XX]), float(records[rank, HALF_HEIGHT])
        widest, lean = records[rank, SLOPE] * half_width, records[rank, TALLEST] / half_height
        inverse_a = 0.5 / records[rank, HALF_A]
        first_row, last_row = rows_of_tiles(y, half_height, tiles_down)
        for row in range(first_row, last_row):
            low = row * TILE - 0.5 - y
            first, last = tiles_in_row(low, x, half_width, half_height, widest, lean, inverse_a, reach, tiles_across)
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
        x, y, reach = float(records[rank, X]), float(records[rank, Y]), float(records[rank, REACH])
        half_width, half_height = sqrt(reach / records[rank, INVERSE_XX]), float(records[rank, HALF_HEIGHT])
        widest, lean = records[rank, SLOPE] * half_width, records[rank, TALLEST] / half_height
        inverse_a = 0.5 / records[rank, HALF_A]
        first_row, last_row = rows_of_tiles(y, half_height, tiles_down)
        for row in range(first_row, last_row):
            low = row * TILE - 0.5 - y
            first, last = tiles_in_row(low, x, half_width, half_height, widest, lean, inverse_a, reach, tiles_across)
            for tile in range(row * tiles_across + first, row * tiles_across + last):
                at = place[tile]
                place[tile] = at + 1
                ranks[at] = rank
                rows[at] = sums
                sums += 1
