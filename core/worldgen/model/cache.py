"""What earlier frames left behind for later ones to see."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.worldgen.model.rotary import rotation, turned


class KeyValueCache:
    """Keys and values of the frames in the window, of every layer.

    Holds at most `window` frames beside the `sink`, whatever the length of the drive. Keys are kept before their
    rotation; they are turned by their place in the window of whoever asks.
    """

    def __init__(self, window: int, sink: int = 0) -> None:
        self.window, self.sink = window, sink
        self.frames = 0  # that were written so far
        self._held: list[int] = []  # numbers of the frames that are held
        self._layers: list[tuple[Tensor, Tensor]] = []  # [N, frames · n, heads, width] each
        self._turned: tuple[int, list[tuple[Tensor, Tensor]]] | None = None

    @property
    def bytes(self) -> int:
        """Of memory that is held."""
        return sum(tensor.nbytes for layer in self._layers for tensor in layer)

    def visible(self, coming: int) -> list[int]:
        """Numbers of the frames that the next block of so many frames sees besides itself."""
        first = self.frames + coming - self.window
        return [number for number in self._held if number >= first or number < self.sink]

    def seen(self, coming: int, grid: tuple[int, int]) -> list[tuple[Tensor, Tensor]]:
        """Keys, turned, and values [N, frames · n, heads, width] of each layer that the next block sees."""
        if self._turned is None or self._turned[0] != coming:
            self._turned = coming, self._turn(coming, grid)
        return self._turned[1]

    def _turn(self, coming: int, grid: tuple[int, int]) -> list[tuple[Tensor, Tensor]]:
        chosen = self.visible(coming)
        if not chosen:
            return []
        found = []
        for keys, values in self._layers:
            keys, values = (_only(chosen, self._held, tensor) for tensor in (keys, values))
            by = rotation(range(len(chosen)), grid, keys.shape[-1], keys.device)
            found.append((turned(keys, by), values))
        return found

    def append(self, written: Sequence[tuple[Tensor, Tensor]], frames: int) -> None:
        """Keep keys, not turned, and values of a block's frames; frames that no later block will see are let go."""
        if self._layers:
            written = [
                (torch.cat([keys, more], 1), torch.cat([values, others], 1))
                for (keys, values), (more, others) in zip(self._layers, written, strict=True)
            ]
        held = [*self._held, *range(self.frames, self.frames + frames)]
        first = self.frames + frames + 1 - self.window
        kept = [number for number in held if number >= first or number < self.sink]
        layers = [(_only(kept, held, keys), _only(kept, held, values)) for keys, values in written]
        # Nothing has changed before: memory may run out on the way, and the block be written again.
        self._layers, self._held, self._turned = layers, kept, None
        self.frames += frames


def _only(chosen: list[int], held: list[int], tensor: Tensor) -> Tensor:
    """Of keys or values [N, frames · n, ...] of the frames that are held, those of some."""
    if len(chosen) == len(held):
        return tensor
    index = torch.tensor([held.index(number) for number in chosen], device=tensor.device)
    by_frame = torch.unflatten(tensor, 1, (len(held), -1))
    return by_frame.index_select(1, index).flatten(1, 2)
