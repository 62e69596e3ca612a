"""Which way drives that a student made should move: a score of real drives against one of the student's own.

DMD (Yin et al., 2024). Both scores are told the same conditions; else the student would learn to heed none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from core.training.worldgen.batches import Batch
from core.training.worldgen.flow import flow_loss
from core.training.worldgen.guidance import guided
from core.training.worldgen.lesson import Losses
from core.training.worldgen.stages import Matching
from core.worldgen.clip import levels_after
from core.worldgen.conditions import Conditions
from core.worldgen.model import WorldGen
from core.worldgen.reference import Referring
from core.worldgen.rollout import Rollout, any_noise
from core.worldgen.schedule import at_level, clean_of, shifted, source_of, velocity
from core.worldgen.steadying import Steadying

Asked = Callable[[WorldGen, Tensor, Tensor, Tensor, Conditions], Tensor]
"""Velocities that a network answers; it, clean latents, the same at their levels, these [B, T], conditions."""


def at_once(network: WorldGen, _clean: Tensor, noisy: Tensor, sigma: Tensor, told: Conditions) -> Tensor:
    """All frames at their levels, seeing each other."""
    predicted: Tensor = network(noisy, sigma, told)
    return predicted


class Scores:
    """A teacher that tells of real drives, and a critic that learns what the student makes."""

    def __init__(self, real: WorldGen, critic: WorldGen, stage: Matching, *, asked: Asked = at_once) -> None:
        """
        Args:
            real: knows the data; it learns nothing.
            critic: learns.
            stage: tells levels of noise and guidance.
            asked: how both are.
        """
        self._real, self._critic, self._stage, self._asked = real, critic, stage, asked

    def student(self, made: Tensor, told: Conditions, given: int = 0) -> Losses:
        """What moves made latents [B, T, V, C, h, w], of which some first frames were given, towards real drives."""
        fixed = made.detach()
        with torch.no_grad():
            noisy, sigma, _ = self.noised(fixed, told, given)
            fake = clean_of(noisy, self._asked(self._critic, fixed, noisy, sigma, told), sigma)
            predicted = guided(
                lambda some: self._asked(self._real, fixed, noisy, sigma, some), told, self._stage.guidance
            )
            real = clean_of(noisy, predicted, sigma)
            moved = fixed.double() - direction(fixed, fake, real, given)
        loss = 0.5 * (made.double()[:, given:] - moved[:, given:]).square().mean()
        return {"loss": loss, "student": loss.detach(), "apart": (real - fake)[:, given:].abs().mean()}

    def critic(self, made: Tensor, told: Conditions, given: int = 0) -> Losses:
        """What the critic misses of made latents."""
        noisy, sigma, source = self.noised(made, told, given)
        predicted = self._asked(self._critic, made, noisy, sigma, told)
        loss = flow_loss(predicted, velocity(made, source), sigma > 0)
        return {"loss": loss, "critic": loss.detach()}

    def noised(self, made: Tensor, told: Conditions, given: int) -> tuple[Tensor, Tensor, Tensor]:
        """Latents at a random level, frames that were given without noise; their levels and source."""
        span = self._stage.most_level - self._stage.least_level
        level = self._stage.least_level + span * torch.rand(len(made), 1, device=made.device)
        sigma = shifted(level, self._real.config.shift) * levels_after(given, made, 1.0)
        source = source_of(torch.randn_like(made), told)
        return at_level(made, source, sigma), sigma, source


def direction(made: Tensor, fake: Tensor, real: Tensor, given: int = 0) -> Tensor:
    """Gradient of the divergence at what was made [B, T, …], of each sample in units of its distance to the real."""
    distance = (made - real)[:, given:].abs().flatten(1).mean(1).double()
    gradient = (fake - real).double() / distance.view(-1, *[1] * (made.ndim - 1))
    return gradient.nan_to_num(0.0, 0.0, 0.0)


def rolled_out(
    network: WorldGen,
    batch: Batch,
    *,
    steps: Sequence[float],
    exit_step: int,
    given: int,
    referring: Referring | None,
    steadying: Steadying | None = None,
    remembers_truth: bool = False,
) -> Tensor:
    """Latents [B, T, V, C, h, w] as they stream when the network is used, chunk after chunk of what it made itself.

    Args:
        network: that makes them.
        batch: whose conditions it is told.
        steps: levels of noise of the sampler.
        exit_step: number of the one after which all chunks are taken as they are; it alone has a gradient.
        given: frames that it begins with, of the truth.
        referring: gives references.
        steadying: holds contrast and colours.
        remembers_truth: whether later chunks see the truth in place of what was made.
    """
    chunk = network.config.chunk
    noise = any_noise(batch.latents.device)
    rollout = Rollout(network, noise=noise, steps=steps, referring=referring, steadying=steadying)
    pieces = []
    for begin in range(0, batch.latents.shape[1], chunk):
        now = batch.frames(begin, begin + chunk)
        if begin < given:
            rollout.see(now.given, now.conditions)
            pieces.append(now.given)
            continue
        seen = now.latents if remembers_truth else None
        shape = tuple(now.latents.shape)
        pieces.append(rollout.go_on(now.conditions, shape, exit_step=exit_step, remembered=seen))
    return torch.cat(pieces, 1)
