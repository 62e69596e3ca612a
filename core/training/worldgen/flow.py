"""Flow matching, of whole clips and of chunks after clean earlier ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from core.training.worldgen.batches import Batch, partly
from core.training.worldgen.lesson import Lesson, Losses
from core.worldgen.clip import make_clip
from core.worldgen.conditions import Conditions
from core.worldgen.model import WorldGen, teacher_forcing
from core.worldgen.model.masks import blocks_of
from core.worldgen.rollout import Noise
from core.worldgen.schedule import at_level, clean_of, shifted, source_of, velocity


class WholeClips(Lesson):
    """All frames at one level of noise, seeing each other; some clips begin with a clean chunk (stage 1)."""

    anew = False
    causal = False

    def losses(self, batch: Batch, step: int, choice: int) -> Losses:
        clean, config = batch.latents, self.network.config
        count, frames = clean.shape[:2]
        given = torch.rand(count, 1, device=clean.device) < self.stage.given
        told = partly(self.referred(clean, batch.conditions), count, self.stage.drop, self.stage.drop_all)
        told = told.leaving_out({"reference": ~given[:, 0]})  # whoever begins with nothing knows no last picture
        source = source_of(torch.randn_like(clean), told)
        sigma = shifted(spread(count, 1, device=clean.device), config.shift).repeat(1, frames)
        learned = ~(given & (torch.arange(frames, device=clean.device) < config.chunk))
        sigma = sigma * learned
        predicted = self.network(at_level(clean, source, sigma), sigma, told)
        return {"loss": flow_loss(predicted, velocity(clean, source), learned)}

    def made(self, batch: Batch, *, noise: Noise, steps: Sequence[float]) -> Tensor:
        first = batch.latents[:, : self.network.config.chunk]
        told = batch.conditions
        return make_clip(self.average, first, told, noise=noise, steps=steps, referring=self.referring)


class TeacherForced(Lesson):
    """Each chunk at a level of its own after clean earlier ones: the causal teacher of many steps (stage 2a).

    A small network that never saw its own mistakes makes them larger from chunk to chunk. In some batches, earlier
    chunks are therefore what it makes of them itself (as in Guo et al., "Resampling forcing", 2025); what it is to find
    is the truth all the same.
    """

    anew = False

    def losses(self, batch: Batch, step: int, choice: int) -> Losses:
        clean, config = batch.latents, self.network.config
        blocks = blocks_of(clean.shape[1], config.chunk)
        past = self._own(batch, blocks) if choice % 100 < 100 * self.stage.own_past else clean
        told = partly(self.referred(past, batch.conditions), len(clean), self.stage.drop, self.stage.drop_all)
        source = source_of(torch.randn_like(clean), told)
        sigma = by_block(shifted(spread(len(clean), len(blocks), device=clean.device), config.shift), blocks)
        predicted = after_clean(self.network, past, at_level(clean, source, sigma), sigma, told)
        return {"loss": flow_loss(predicted, velocity(clean, source))}

    @torch.no_grad()
    def _own(self, batch: Batch, blocks: Sequence[int]) -> Tensor:
        """Each chunk as the network makes it after the true ones before it, by few steps from a level of its own."""
        clean = batch.latents
        told = self.referred(clean, batch.conditions)
        level = by_block(spread(len(clean), len(blocks), device=clean.device), blocks)
        made = clean
        for left in range(self.stage.past_steps, 0, -1):
            sigma = shifted(level * left / self.stage.past_steps, self.network.config.shift)
            noisy = at_level(made, source_of(torch.randn_like(clean), told), sigma)
            made = clean_of(noisy, after_clean(self.network, clean, noisy, sigma, told), sigma)
        return made


def spread(*shape: int, device: torch.device) -> Tensor:
    """Random numbers from 0 to 1, one in each of as many equal parts: steps differ less by the luck of their levels."""
    count = math.prod(shape)
    parts = torch.randperm(count, device=device) + torch.rand(count, device=device)
    return (parts / count).view(shape)


def by_block(values: Tensor, blocks: Sequence[int]) -> Tensor:
    """Values [B, blocks] for each frame [B, T]."""
    return values.repeat_interleave(torch.tensor(blocks, device=values.device), 1)


def after_clean(network: WorldGen, clean: Tensor, noisy: Tensor, sigma: Tensor, told: Conditions) -> Tensor:
    """Velocities of noisy chunks, each after the clean ones before it: all chunks in one pass.

    Args:
        network: to be asked.
        clean: latents [B, T, V, C, h, w].
        noisy: the same at their levels.
        sigma: the levels [B, T].
        told: conditions of these frames.
    """
    config, frames = network.config, clean.shape[1]
    mask = teacher_forcing(blocks_of(frames, config.chunk), config.window, config.sink)
    places = [*range(frames), *range(frames)]
    both, levels = torch.cat([clean, noisy], 1), torch.cat([torch.zeros_like(sigma), sigma], 1)
    predicted: Tensor = network(both, levels, told.followed_by(told), positions=places, mask=mask)
    return predicted[:, frames:]


def flow_loss(predicted: Tensor, truth: Tensor, learned: Tensor | None = None) -> Tensor:
    """Mean squared error of velocities [B, T, …], of the frames [B, T] that are learned."""
    by_frame = (predicted - truth).square().flatten(2).mean(2)
    return by_frame.mean() if learned is None else (by_frame * learned).sum() / learned.sum().clamp(min=1)
