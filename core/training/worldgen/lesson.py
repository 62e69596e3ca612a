"""What a stage learns."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, cast

import torch
from torch import Tensor, nn

from core.training.worldgen.batches import Batch
from core.training.worldgen.stages import Stage
from core.worldgen.conditions import Conditions
from core.worldgen.model import WorldGen
from core.worldgen.reference import Referring, worn
from core.worldgen.rollout import Noise, Rollout
from core.worldgen.steadying import steadying_for

Losses = dict[str, Tensor]


class Lesson(nn.Module):
    """A network that learns, its running mean, and losses. Calling it answers those of a step; `loss` is followed."""

    anew = True
    """Whether the network's sampler draws new noise in each step."""
    causal = True
    """Whether the network makes drives of any length."""
    repairs = False
    """Whether the network makes renders good in one step, without noise."""

    def __init__(self, network: WorldGen, stage: Stage) -> None:
        super().__init__()
        self.stage: Any = stage
        self.learners = nn.ModuleDict({"network": network})
        self._average = [deepcopy(network).requires_grad_(False).eval()]  # lists hide what learns nothing
        self._teachers: list[WorldGen] = []
        self.referring: Referring | None = None  # gives references, to networks that take them

    @property
    def network(self) -> WorldGen:
        return cast(WorldGen, self.learners["network"])

    @property
    def average(self) -> WorldGen:
        return self._average[0]

    def taught_by(self, teacher: WorldGen) -> WorldGen:
        """A network that is asked and learns nothing."""
        self._teachers.append(teacher.requires_grad_(False).eval())
        return teacher

    @property
    def means(self) -> nn.Module:
        """The running means of all that is kept in the end, as a run saves them."""
        return self.average

    @property
    def bystanders(self) -> list[nn.Module]:
        """Networks that learn nothing: running means and teachers."""
        return [*self._average, *self._teachers]

    def bring_to(self, device: torch.device) -> None:
        """Those that learn nothing too; the others are brought by whoever trains."""
        for each in self.bystanders:
            each.to(device)

    def groups(self) -> list[dict[str, Any]]:
        """Parameters and their rates, as optimisers take them."""
        return [{"params": list(self.network.parameters()), "lr": self.stage.rate}]

    def matrices(self) -> list[nn.Parameter]:
        """Weights of the blocks' layers, which Muon takes where the stage asks for it."""
        layers = (layer for block in self.network.blocks for layer in block.modules() if isinstance(layer, nn.Linear))
        return [cast(nn.Parameter, layer.weight) for layer in layers]

    def follow(self, kept: float) -> None:
        """Move the running mean."""
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(value, 1 - kept)

    def losses(self, batch: Batch, step: int, choice: int) -> Losses:
        """
        Args:
            batch: to learn from.
            step: number of the step.
            choice: a random number that is the same on all devices.
        """
        raise NotImplementedError

    def forward(self, batch: Batch, step: int, choice: int) -> Losses:
        return self.losses(batch, step, choice)

    def referred(self, latents: Tensor, conditions: Conditions) -> Conditions:
        """Conditions with the reference of each chunk: the clean latents [B, T, V, C, h, w] before it, worn."""
        if self.referring is None:
            return conditions
        found = self.referring.along(latents, conditions, self.network.config.chunk)
        return worn(found, self.stage.wear)

    def made(self, batch: Batch, *, noise: Noise, steps: Sequence[float]) -> Tensor:
        """Latents [B, T, V, C, h, w] by the running mean: the first chunk as it is, the others made one by one."""
        chunk, steps = self.network.config.chunk, (1.0,) if self.repairs else steps
        rollout = Rollout(
            self.average,
            noise=noise,
            steps=steps,
            anew=self.anew,
            referring=self.referring,
            steadying=steadying_for(self.network.config, anew=self.anew),
        )
        rollout.see(batch.latents[:, :chunk], batch.conditions.frames(0, chunk))
        pieces = [batch.latents[:, :chunk]]
        with torch.no_grad():
            for begin in range(chunk, batch.latents.shape[1], chunk):
                now = batch.frames(begin, begin + chunk)
                pieces.append(rollout.go_on(now.conditions, tuple(now.latents.shape)))
        return torch.cat(pieces, 1)
