"""Finer splats where pictures lack most, as many as a budget leaves room for."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from core.worldrec.model.evidence import Evidence, width_of
from core.worldrec.model.state import SplatState, rotation_matrices

_PIECES = 4
_COARSE_PX = 1.2  # standard deviation, where it is seen best: pieces of finer splats would fall between pixels
_APART = 0.64  # of a standard deviation, from the middle: they lie as far apart as splats of half the size would
_SIZE = 0.55


def split(state: SplatState, evidence: Evidence, most: int) -> tuple[SplatState, Tensor]:
    """A state in which the splats that make most of what is wrong are four each, two by two along their surface.

    Args:
        state: of N splats.
        evidence: of these, gathered before they were last changed.
        most: splats in all, afterwards.

    Returns:
        The finer state, M splats in the same order, and of which splat each is or was a piece [M].
    """
    room = max(most - len(state), 0) // (_PIECES - 1)
    wrong = evidence.covered * evidence.maps[:, 3]
    coarse = width_of(state.log_scales) > _COARSE_PX * evidence.pixel
    wrong = torch.where(coarse, wrong, 0.0)
    chosen = torch.argsort(-wrong, stable=True)[:room]
    chosen = chosen[wrong[chosen] > 0]
    counts = torch.ones(len(state), dtype=torch.int64, device=wrong.device)
    counts[chosen] = _PIECES
    rows = torch.repeat_interleave(counts)
    number = torch.arange(len(rows), device=rows.device) - (counts.cumsum(0) - counts)[rows]
    piece = counts[rows] > 1
    finer = state.of(rows)
    # Along the two longer axes; the third stands on the surface.
    along = torch.ones_like(finer.log_scales).scatter_(1, finer.log_scales.argmin(1, keepdim=True), 0.0)
    first = along * (along.cumsum(1) == 1)
    sides = torch.stack([number % 2, number // 2], 1).to(along) * 2 - 1
    offset = _APART * finer.log_scales.exp() * (first * sides[:, :1] + (along - first) * sides[:, 1:])
    moved = torch.einsum("nij,nj->ni", rotation_matrices(finer.quaternions), offset)
    smaller = torch.log(torch.tensor(_SIZE)) * along
    return replace(
        finer,
        means=finer.means + moved * piece[:, None],
        log_scales=finer.log_scales + smaller * piece[:, None],
    ), rows
