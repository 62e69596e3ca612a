"""Rotary positions of frames, rows and columns (Su et al., 2021; split over three axes as in Wan 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

_BASE = 10_000.0


def rotation(positions: Sequence[int], grid: tuple[int, int], width: int, device: torch.device) -> Tensor:
    """Unit complex numbers [T · rows · columns, width / 2] by which the heads of tokens are turned.

    Args:
        positions: of the frames, counted from the start of the window.
        grid: rows and columns of tokens.
        width: of one head.
        device: where they are needed.
    """
    return _rotation(tuple(positions), grid, width, device)


@lru_cache(maxsize=64)
@torch.inference_mode(mode=False)  # it is kept, also for whoever needs gradients
def _rotation(positions: tuple[int, ...], grid: tuple[int, int], width: int, device: torch.device) -> Tensor:
    across = 2 * (width // 6)
    frame = _angles(torch.tensor(positions), width - 2 * across)[:, None, None]
    row = _angles(torch.arange(grid[0]), across)[None, :, None]
    column = _angles(torch.arange(grid[1]), across)[None, None, :]
    shape = len(positions), *grid, -1
    angles = torch.cat([frame.expand(shape), row.expand(shape), column.expand(shape)], -1)
    return torch.polar(torch.ones_like(angles), angles).flatten(0, 2).to(torch.complex64).to(device)


def _angles(positions: Tensor, width: int) -> Tensor:
    speeds = _BASE ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    return positions.double()[:, None] * speeds


def turned(heads: Tensor, by: Tensor) -> Tensor:
    """Heads [N, L, heads, width] turned by [L, width / 2]; neighbouring channels are a pair."""
    pairs = torch.view_as_complex(torch.unflatten(heads.float(), -1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * by[:, None]).flatten(-2).to(heads.dtype)
