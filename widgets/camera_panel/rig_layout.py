"""Where the cells of a rig's cameras go; `core.logs.rig_rows` says in which rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_WORTH = 1.15  # how much larger pictures must become for giving up the shape of the rig
GAP_PX = 4


@dataclass(frozen=True)
class Placed:
    """One cell: which camera, and its place in logical pixels; the title lies above the picture."""

    camera: int
    x: int
    y: int
    width: int
    height: int


def place(rows: Sequence[Sequence[int]], aspects: Sequence[float], width: int, height: int, title: int) -> list[Placed]:
    """Cells of equal picture height, as large as fits; rows are wrapped or joined where that pays.

    Args:
        aspects: width over height of each camera's image, indexed by camera.
        width, height: the area to fill.
        title: height of the title above each picture.
    """
    longest = max((len(row) for row in rows), default=1)
    in_order = [camera for row in rows for camera in row]
    others = [_wrap(rows, limit) for limit in range(longest - 1, 0, -1)]
    others += [_wrap([in_order], limit) for limit in range(len(in_order), 0, -1)]
    best = max(others, key=lambda cells: (int(_picture_height(cells, aspects, width, height, title)), -len(cells)))
    as_rig = [list(row) for row in rows]
    gain = _WORTH * max(_picture_height(as_rig, aspects, width, height, title), 1)
    if _picture_height(best, aspects, width, height, title) < gain:
        best = as_rig
    picture = max(_picture_height(best, aspects, width, height, title), 1)
    cell = int(picture) + title
    top = max((height - len(best) * cell - (len(best) - 1) * GAP_PX) // 2, 0)
    cells = []
    for number, row in enumerate(best):
        widths = [max(int(picture * aspects[camera]), 1) for camera in row]
        left = max((width - sum(widths) - (len(row) - 1) * GAP_PX) // 2, 0)
        for camera, cell_width in zip(row, widths, strict=True):
            cells.append(Placed(camera, left, top + number * (cell + GAP_PX), cell_width, cell))
            left += cell_width + GAP_PX
    return cells


def _wrap(rows: Sequence[Sequence[int]], limit: int) -> list[list[int]]:
    """Rows of at most `limit` cells, the pieces of one row as even as possible."""
    pieces = []
    for row in rows:
        count = math.ceil(len(row) / limit)
        borders = [round(piece * len(row) / count) for piece in range(count + 1)]
        pieces += [list(row[first:last]) for first, last in pairwise(borders)]
    return pieces


def _picture_height(
    rows: Sequence[Sequence[int]], aspects: Sequence[float], width: int, height: int, title: int
) -> float:
    """Height that pictures can have so that every row fits the width and all rows the height."""
    by_height = (height - (len(rows) - 1) * GAP_PX) / len(rows) - title
    by_width = min((width - (len(row) - 1) * GAP_PX) / sum(aspects[camera] for camera in row) for row in rows)
    return min(by_height, by_width)
