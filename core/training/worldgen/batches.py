"""What a step learns from, and what is left out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

import numpy as np
import torch
from torch import Tensor

from core.worldgen.conditions import CONDITIONS, Conditions
from core.worldgen.reference import Pictures


@dataclass(frozen=True, eq=False)
class Batch:
    """Clean latents [B, T, V, C, h, w] and their conditions; the first frame is that of a chunk."""

    latents: Tensor
    conditions: Conditions
    begun: Tensor | None = field(default=None, kw_only=True)
    """Latents of the first chunk as it looked under another weather, if it was given so."""

    @property
    def given(self) -> Tensor:
        """The latents, the first chunk as it was given."""
        if self.begun is None:
            return self.latents
        return torch.cat([self.begun, self.latents[:, self.begun.shape[1] :]], 1)

    def to(self, device: torch.device | str) -> Self:
        return self._changed(lambda latents: latents.to(device), self.conditions.to(device))

    def cameras(self, chosen: list[int]) -> Self:
        return self._changed(lambda latents: latents[:, :, chosen], self.conditions.cameras(chosen))

    def frames(self, begin: int, end: int) -> Self:
        cut = replace(self, latents=self.latents[:, begin:end], conditions=self.conditions.frames(begin, end))
        return replace(cut, begun=None) if begin else cut

    def _changed(self, change: Callable[[Tensor], Tensor], conditions: Conditions) -> Self:
        begun = None if self.begun is None else change(self.begun)
        return replace(self, latents=change(self.latents), conditions=conditions, begun=begun)


class Samples(Protocol):
    """Drives to learn from."""

    @property
    def checks(self) -> Sequence[Batch]:
        """Drives that are never learned from, one each."""
        ...

    @property
    def pictures(self) -> Pictures: ...

    @property
    def described(self) -> str:
        """What they are, for the card of what learned from them."""
        ...

    def batch(self, random: np.random.Generator, count: int, frames: int) -> Batch: ...


def some_cameras(batch: Batch, alone: float, random: np.random.Generator) -> Batch:
    """Now and then a single camera: rigs may have one, and see no other."""
    views = batch.latents.shape[2]
    chosen = int(random.integers(views))
    return batch.cameras([chosen]) if views > 1 and random.random() < alone else batch


def partly(conditions: Conditions, count: int, each: float, every: float) -> Conditions:
    """Each condition left out of some samples, and all of them out of some others; what guidance steers away from."""
    nothing = torch.rand(count) < every
    return conditions.leaving_out({name: (torch.rand(count) < each) | nothing for name in CONDITIONS})
