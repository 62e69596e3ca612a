"""Attention of tokens to tokens of their own camera, of other cameras, and of what else there is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from core.worldgen.model.masks import FrameMask
from core.worldgen.model.norms import RootMeanSquareNorm
from core.worldgen.model.rotary import turned

EPSILON = 1e-6
KeysValues = tuple[Tensor, Tensor]
"""[N, L, heads, width] each."""


class Others(NamedTuple):
    """Tokens of another kind, as a layer sees them."""

    keys: Tensor  # [B, S, heads, width]
    values: Tensor  # [B, S, heads, width]
    kept: Tensor | float = 1.0  # [B, 1, 1]; 0 for samples from which they are left out


@dataclass(frozen=True, eq=False)
class Reach:
    """Where tokens are, and which ones they see."""

    rotation: Tensor  # [L, width / 2] complex
    mask: FrameMask | None = None  # all see all without one
    per_frame: int = 1  # tokens


class Attention(nn.Module):
    """Queries, keys and values with normalised queries and keys, as in Wan 2.1: over all heads together."""

    def __init__(self, width: int, heads: int, *, zero: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.norm_q = RootMeanSquareNorm(width, eps=EPSILON)
        self.norm_k = RootMeanSquareNorm(width, eps=EPSILON)
        self.out = nn.Linear(width, width)
        if zero:
            nn.init.zeros_(self.out.weight)
            nn.init.zeros_(self.out.bias)

    def forward(self, tokens: Tensor, reach: Reach | None = None, past: KeysValues | None = None) -> Tensor:
        """Attention of tokens [N, L, width] to themselves, and to keys, turned, and values of the past."""
        return self.with_own(tokens, reach, past)[0]

    def with_own(
        self, tokens: Tensor, reach: Reach | None = None, past: KeysValues | None = None
    ) -> tuple[Tensor, KeysValues]:
        """The same, and the tokens' own keys, not turned, and values: what a cache keeps."""
        queries, keys, values = self.qkv(tokens).to(self.norm_q.weight.dtype).chunk(3, -1)
        queries, keys = self._split(self.norm_q(queries)), self._split(self.norm_k(keys))
        own = keys, self._split(values)
        if reach is not None:
            queries, keys = turned(queries, reach.rotation), turned(keys, reach.rotation)
        seen = own[1]
        if past is not None:
            keys, seen = torch.cat([past[0], keys], 1), torch.cat([past[1], seen], 1)
        return self.out(attend(queries, keys, seen, reach)), own

    def _split(self, tokens: Tensor) -> Tensor:
        return torch.unflatten(tokens, -1, (self.heads, -1))


class CrossAttention(nn.Module):
    """Attention to tokens of another kind. Its gate begins at zero."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.q = nn.Linear(width, width)
        self.kv = nn.Linear(width, 2 * width)
        self.norm_q = RootMeanSquareNorm(width, eps=EPSILON)
        self.norm_k = RootMeanSquareNorm(width, eps=EPSILON)
        self.out = nn.Linear(width, width)
        self.gate = nn.Parameter(torch.zeros(()))

    def seen(self, tokens: Tensor, kept: Tensor | float = 1.0) -> Others:
        """The other tokens [B, S, width] as this layer sees them, the same for all steps of a chunk."""
        keys, values = self.kv(tokens).to(self.norm_k.weight.dtype).chunk(2, -1)
        return Others(self._split(self.norm_k(keys)), self._split(values), kept)

    def forward(self, tokens: Tensor, others: Others) -> Tensor:
        """What tokens [B, L, width] take from the others."""
        queries = self._split(self.norm_q(self.q(self.norm(tokens)).to(self.norm_q.weight.dtype)))
        return self.gate * others.kept * self.out(attend(queries, others.keys, others.values))

    def _split(self, tokens: Tensor) -> Tensor:
        return torch.unflatten(tokens, -1, (self.heads, -1))


def attend(queries: Tensor, keys: Tensor, values: Tensor, reach: Reach | None = None) -> Tensor:
    """Attention [N, L, heads · width] of queries to keys, all [N, L, heads, width].

    With a mask FlexAttention does the work on CUDA, which skips what is masked. Elsewhere queries that see the same
    keys are asked together, which skips it too: of the mask of teacher forcing two thirds.
    """
    mask = None if reach is None else reach.mask
    if reach is None or mask is None:
        return _attention(queries, keys, values).flatten(2)
    if queries.is_cuda:
        blocks = mask.blocks(reach.per_frame, queries.device)
        q, k, v = (each.transpose(1, 2).contiguous() for each in (queries, keys, values))
        found: Tensor = _flex()(q, k, v, block_mask=blocks)
        return found.transpose(1, 2).flatten(2)
    asking, asked = ([frames * reach.per_frame for frames in lengths] for lengths in mask.runs)
    pieces = torch.split(keys, asked, 1), torch.split(values, asked, 1)
    parts = [
        _attention(part, *(torch.cat([each[run] for run in seen], 1) for each in pieces))
        for part, seen in zip(torch.split(queries, asking, 1), mask.seen, strict=True)
    ]
    return torch.cat(parts, 1).flatten(2)


def _attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Attention [N, L, heads, width] of all to all."""
    queries, keys, values = (each.transpose(1, 2) for each in (queries, keys, values))
    with torch.autocast("cpu", enabled=False):  # the gradient in half precision takes five times as long (torch 2.13)
        found = scaled_dot_product_attention(queries, keys, values)
    return found.transpose(1, 2)


@cache
def _flex() -> Any:
    from torch.nn.attention.flex_attention import flex_attention

    return torch.compile(flex_attention, dynamic=False)
