"""Which frames see which."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache

import torch
from torch import Tensor


class FrameMask:
    """A mask [Tq, Tk] over frames; True where a frame of the first axis sees one of the second.

    What it is over tokens is worked out once: all layers, and all steps, ask for the same.
    """

    def __init__(self, frames: Tensor) -> None:
        self.frames = frames
        self._blocks: dict[tuple[int, torch.device], object] = {}

    @cached_property
    def runs(self) -> tuple[list[int], list[int]]:
        """Lengths of the runs of neighbouring query frames that see the same, and of keys that are seen by the same."""
        return _runs(self.frames), _runs(self.frames.T)

    @cached_property
    def seen(self) -> list[list[int]]:
        """Which runs of keys each run of queries sees."""
        asking, asked = (torch.tensor(lengths).cumsum(0) - 1 for lengths in self.runs)
        return [row.nonzero()[:, 0].tolist() for row in self.frames[asking][:, asked]]

    def blocks(self, per_frame: int, device: torch.device) -> object:
        """The same as FlexAttention wants it."""
        from torch.nn.attention.flex_attention import create_block_mask

        if (per_frame, device) not in self._blocks:
            frames = self.frames.to(device)

            def sees(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
                return frames[query // per_frame, key // per_frame]

            queries, keys = (size * per_frame for size in frames.shape)
            self._blocks[per_frame, device] = create_block_mask(sees, None, None, queries, keys, device=str(device))
        return self._blocks[per_frame, device]


def _runs(rows: Tensor) -> list[int]:
    """How many rows are the same, one after the other."""
    return torch.unique_consecutive(rows, dim=0, return_counts=True)[1].tolist()


def blocks_of(frames: int, chunk: int, first: int | None = None) -> list[int]:
    """Sizes of the blocks that a clip falls into: chunks, perhaps after a first block of another size."""
    sizes = [] if not first else [min(first, frames)]
    while (left := frames - sum(sizes)) > 0:
        sizes.append(min(chunk, left))
    return sizes


def block_causal(blocks: Sequence[int], window: int, sink: int = 0) -> FrameMask:
    """Frames see their block and earlier ones, at most `window` frames back from the block's end, and the sink."""
    return _block_causal(tuple(blocks), window, sink)


def teacher_forcing(blocks: Sequence[int], window: int, sink: int = 0) -> FrameMask:
    """A mask of clean frames followed by as many noisy ones: noisy blocks see clean ones before them, and themselves.

    Clean blocks see what `block_causal` lets them see, as when a cache is written.
    """
    return _teacher_forcing(tuple(blocks), window, sink)


@lru_cache(maxsize=16)
@torch.inference_mode(mode=False)
def _block_causal(blocks: tuple[int, ...], window: int, sink: int) -> FrameMask:
    return FrameMask(_earlier(blocks, window, sink) | _own(blocks))


@lru_cache(maxsize=16)
@torch.inference_mode(mode=False)
def _teacher_forcing(blocks: tuple[int, ...], window: int, sink: int) -> FrameMask:
    earlier, own = _earlier(blocks, window, sink), _own(blocks)
    clean = torch.cat([earlier | own, torch.zeros_like(own)], 1)
    noisy = torch.cat([earlier, own], 1)
    return FrameMask(torch.cat([clean, noisy]))


def _owner(blocks: Sequence[int]) -> Tensor:
    return torch.repeat_interleave(torch.arange(len(blocks)), torch.tensor(blocks))


def _own(blocks: Sequence[int]) -> Tensor:
    owner = _owner(blocks)
    return owner[:, None] == owner[None]


def _earlier(blocks: Sequence[int], window: int, sink: int) -> Tensor:
    owner = _owner(blocks)
    end = torch.tensor(blocks).cumsum(0)[owner]
    frame = torch.arange(len(owner))
    near = (frame[None] >= end[:, None] - window) | (frame[None] < sink)
    return (owner[None] < owner[:, None]) & near
