"""Sparse queries: neighbouring splats share one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_BITS = 16


@dataclass(frozen=True, eq=False)
class Queries:
    """Which splats each query stands for. Queries of one owner follow each other along a Morton curve."""

    slots: Tensor  # [Q, k] int64 rows of splats, 0 where there is none
    filled: Tensor  # [Q, k] bool
    of_splat: Tensor  # [N] int64, the query of each splat
    owners: Tensor  # [Q] int64 as those of the splats

    def __len__(self) -> int:
        return len(self.slots)

    def to(self, device: torch.device | str) -> Queries:
        return Queries(self.slots.to(device), self.filled.to(device), self.of_splat.to(device), self.owners.to(device))


def queries_of(means: Tensor, owners: Tensor, splats_per_query: int) -> Queries:
    """Queries for splats at means [N, 3] of owners [N], at most `splats_per_query` for each.

    Splats that follow each other along a Morton curve (Morton, 1966) are neighbours in space; one query stands for
    them, so it knows a place once, however many images show it.
    """
    places, owner = means.detach().cpu().numpy(), owners.cpu().numpy()
    order: list[NDArray[np.int64]] = []
    starts: list[NDArray[np.int64]] = []
    done = 0
    for number in np.unique(owner):
        rows = np.flatnonzero(owner == number)
        order.append(rows[np.argsort(morton_codes(places[rows]), kind="stable")])
        starts.append(np.arange(done, done + len(rows), splats_per_query))
        done += len(rows)
    along = np.concatenate(order) if order else np.zeros(0, np.int64)
    begin = np.concatenate(starts) if starts else np.zeros(0, np.int64)
    end = np.append(begin[1:], len(along))
    slots = begin[:, None] + np.arange(splats_per_query)
    filled = slots < end[:, None]
    slots = along[np.where(filled, slots, begin[:, None])] if len(along) else slots
    of_splat = np.zeros(len(along), np.int64)
    numbers = np.broadcast_to(np.arange(len(begin))[:, None], slots.shape)
    of_splat[slots[filled]] = numbers[filled]
    return Queries(
        torch.from_numpy(slots),
        torch.from_numpy(filled),
        torch.from_numpy(of_splat),
        torch.from_numpy(owner[slots[:, 0]].astype(np.int64)),
    )


def morton_codes(points_m: NDArray[np.floating]) -> NDArray[np.uint64]:
    """Places (n,) of points (n, 3) along a Morton curve through their bounding cube."""
    if not len(points_m):
        return np.zeros(0, np.uint64)
    low = points_m.min(0)
    extent = max(float((points_m.max(0) - low).max()), 1e-6)
    cells = ((points_m - low) / extent * (2**_BITS - 1)).astype(np.uint64)
    return _spread(cells[:, 0]) | (_spread(cells[:, 1]) << np.uint64(1)) | (_spread(cells[:, 2]) << np.uint64(2))


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits with two empty ones between each."""
    for shift, mask in ((16, 0x0000FF0000FF), (8, 0x00F00F00F00F), (4, 0x0C30C30C30C3), (2, 0x249249249249)):
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values
