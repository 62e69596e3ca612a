"""From the many steps of the causal teacher to few (stage 2b).

Trajectories: the student regresses the ends of the teacher's ODE paths from points on them (CausVid, Yin et al., 2025),
by a teacher that is causal itself (Causal-Forcing, 2026). Consistency: one step of the teacher leads to a point from
which the student's running mean should end where the student does (Song et al., 2023).
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.training.worldgen.batches import Batch
from core.training.worldgen.flow import after_clean, by_block
from core.training.worldgen.guidance import guided
from core.training.worldgen.lesson import Lesson, Losses
from core.training.worldgen.stages import Ode
from core.worldgen.model import WorldGen
from core.worldgen.model.masks import blocks_of
from core.worldgen.schedule import at_level, clean_of, source_of, step_list


class FewSteps(Lesson):
    """A student of few steps."""

    def __init__(self, network: WorldGen, stage: Ode, teacher: WorldGen) -> None:
        super().__init__(network, stage)
        if stage.teacher_steps % stage.student_steps:
            raise ValueError("the steps of the teacher are a multiple of those of the student")
        self.teacher = [self.taught_by(teacher)]
        shift = network.config.shift
        self.levels = step_list(stage.student_steps, shift)
        self.fine = (*step_list(stage.teacher_steps, shift), 0.0)

    def losses(self, batch: Batch, step: int, choice: int) -> Losses:
        batch = Batch(batch.latents, self.referred(batch.latents, batch.conditions))
        return self._consistent(batch) if self.stage.method == "consistency" else self._regressed(batch)

    def _regressed(self, batch: Batch) -> Losses:
        points, ends = self._paths_of(batch)
        losses = [self._regression(batch, points, ends) for _ in range(self.stage.draws)]
        return {"loss": torch.stack(losses).mean()}

    def _regression(self, batch: Batch, points: Tensor, ends: Tensor) -> Tensor:
        clean, told = batch.latents, batch.conditions
        blocks = blocks_of(clean.shape[1], self.network.config.chunk)
        chosen = by_block(torch.randint(len(points), (len(clean), len(blocks)), device=clean.device), blocks)
        rows, frames = torch.arange(len(clean))[:, None], torch.arange(clean.shape[1])
        noisy = points[chosen, rows.to(chosen.device), frames.to(chosen.device)]
        sigma = clean.new_tensor(self.levels)[chosen]
        ended = clean_of(noisy, after_clean(self.network, clean, noisy, sigma, told), sigma)
        return (ended - ends).square().mean()

    @torch.no_grad()
    def _paths_of(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Points of the teacher's paths at the student's levels [S, B, T, V, C, h, w], and their ends."""
        clean = batch.latents
        latents = source_of(torch.randn_like(clean), batch.conditions)
        every = self.stage.teacher_steps // self.stage.student_steps
        points = []
        for number in range(self.stage.teacher_steps):
            if number % every == 0:
                points.append(latents)
            latents = self._step(batch, latents, *self._fine_levels(latents, number))
        return torch.stack(points), latents

    def _fine_levels(self, latents: Tensor, number: int) -> tuple[Tensor, Tensor]:
        one, other = (latents.new_full(latents.shape[:2], self.fine[i]) for i in (number, number + 1))
        return one, other

    def _consistent(self, batch: Batch) -> Losses:
        clean, told = batch.latents, batch.conditions
        blocks = blocks_of(clean.shape[1], self.network.config.chunk)
        number = torch.randint(self.stage.teacher_steps, (len(clean), len(blocks)), device=clean.device)
        fine = clean.new_tensor(self.fine)
        sigma, less = (by_block(fine[number + i], blocks) for i in (0, 1))
        noisy = at_level(clean, source_of(torch.randn_like(clean), told), sigma)
        ended = clean_of(noisy, after_clean(self.network, clean, noisy, sigma, told), sigma)
        with torch.no_grad():
            nearer = self._step(batch, noisy, sigma, less)
            target = clean_of(nearer, after_clean(self.average, clean, nearer, less, told), less)
        return {"loss": (ended - target).square().mean()}

    def _step(self, batch: Batch, latents: Tensor, sigma: Tensor, less: Tensor) -> Tensor:
        """One Euler step of the teacher, all chunks at once."""
        predicted = guided(
            lambda told: after_clean(self.teacher[0], batch.latents, latents, sigma, told),
            batch.conditions,
            self.stage.guidance,
        )
        return latents + (less - sigma)[:, :, None, None, None, None] * predicted
