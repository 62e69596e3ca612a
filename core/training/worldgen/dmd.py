"""Distribution matching on rollouts (stage 2c).

DMD (Yin et al., 2024) as Self-Forcing has it (Huang et al., 2025): the student streams exactly as when it is used, and
leaves the steps of all chunks at one random step, which has the gradient. A score of real drives and one of the
student's tell where its drives should move; the latter learns five times as often as the student.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from core.training.worldgen.batches import Batch
from core.training.worldgen.flow import flow_loss
from core.training.worldgen.guidance import guided
from core.training.worldgen.lesson import Lesson, Losses
from core.training.worldgen.stages import Dmd
from core.worldgen.clip import levels_after
from core.worldgen.model import WorldGen
from core.worldgen.rollout import Rollout, any_noise
from core.worldgen.schedule import at_level, clean_of, shifted, source_of, step_list, velocity

_LEAST_VARIANCE = 1e-4


class MatchedDistribution(Lesson):
    """A student of few steps, and the critic that knows what it makes.

    Real and fake score are told the same conditions; else the student would learn to heed none. They judge the end of a
    rollout that is longer than what they learned from, after its first chunk there.

    Scores of small networks that learned for an hour know too little of drives to keep a rollout from running away. The
    truth of the very drive does, of which conditions and first frames tell much (`likeness`). Its price would be blur,
    since nobody can know every latent: what is held to the truth is how light and how varied latents are side by side.
    (With means alone the contrast of a street before which the ego stands grows without end.)
    """

    def __init__(self, network: WorldGen, stage: Dmd, teacher: WorldGen) -> None:
        super().__init__(network, stage)
        self.learners["critic"] = deepcopy(teacher).requires_grad_(True)
        self._real = [self.taught_by(teacher)]
        self.levels = step_list(stage.student_steps, network.config.shift)

    @property
    def critic(self) -> WorldGen:
        return cast(WorldGen, self.learners["critic"])

    def groups(self) -> list[dict[str, Any]]:
        return [*super().groups(), {"params": list(self.critic.parameters()), "lr": self.stage.critic_rate}]

    def losses(self, batch: Batch, step: int, choice: int) -> Losses:
        learns = step % (self.stage.critic_updates + 1) == 0
        with torch.set_grad_enabled(learns):
            made, given = self._rolled_out(batch, choice)
        error = unlikeness(made[:, given:], batch.latents[:, given:], self.stage.likeness_over)
        if (cut := made.shape[1] - self.network.config.window) > 0:
            batch, made, given = batch.frames(cut, made.shape[1]), made[:, cut:], self.network.config.chunk
        # Scores judge a drive as if its own chunks were the clean ones before each.
        told = self.referred(made.detach(), batch.conditions) if given else batch.conditions
        batch = Batch(batch.latents, told)
        if not learns:
            return self._critic(batch, made, given)
        losses = self._student(batch, made, given)
        return losses | {"loss": losses["loss"] + self.stage.likeness * error, "error": error.detach()}

    def _rolled_out(self, batch: Batch, choice: int) -> tuple[Tensor, int]:
        """Latents [B, T, V, C, h, w] and how many frames of them were given."""
        chunk, clean = self.network.config.chunk, batch.latents
        kind, exit_step = divmod(choice, len(self.levels))
        given = chunk if kind % 100 < 100 * self.stage.given else 0
        rollout = Rollout(self.network, noise=any_noise(clean.device), steps=self.levels, referring=self.referring)
        pieces = []
        for begin in range(0, clean.shape[1], chunk):
            now = batch.frames(begin, begin + chunk)
            if begin < given:
                rollout.see(now.latents, now.conditions)
                pieces.append(now.latents)
                continue
            seen = now.latents if self.stage.context == "gt" else None
            shape = tuple(now.latents.shape)
            pieces.append(rollout.go_on(now.conditions, shape, exit_step=exit_step, remembered=seen))
        return torch.cat(pieces, 1), given

    def _student(self, batch: Batch, made: Tensor, given: int) -> Losses:
        fixed = made.detach()
        with torch.no_grad():
            noisy, sigma, _ = self._noised(batch, fixed, given)
            fake = clean_of(noisy, self.critic(noisy, sigma, batch.conditions), sigma)
            predicted = guided(lambda told: self._real[0](noisy, sigma, told), batch.conditions, self.stage.guidance)
            real = clean_of(noisy, predicted, sigma)
            moved = fixed.double() - direction(fixed, fake, real, given)
        loss = 0.5 * (made.double()[:, given:] - moved[:, given:]).square().mean()
        return {"loss": loss, "student": loss.detach(), "apart": (real - fake)[:, given:].abs().mean()}

    def _critic(self, batch: Batch, made: Tensor, given: int) -> Losses:
        noisy, sigma, source = self._noised(batch, made, given)
        loss = flow_loss(self.critic(noisy, sigma, batch.conditions), velocity(made, source), sigma > 0)
        return {"loss": loss, "critic": loss.detach()}

    def _noised(self, batch: Batch, made: Tensor, given: int) -> tuple[Tensor, Tensor, Tensor]:
        """Latents at a random level, frames that were given without noise; their levels and source."""
        span = self.stage.most_level - self.stage.least_level
        level = self.stage.least_level + span * torch.rand(len(made), 1, device=made.device)
        sigma = shifted(level, self.network.config.shift) * levels_after(given, made, 1.0)
        source = source_of(torch.randn_like(made), batch.conditions)
        return at_level(made, source, sigma), sigma, source


def unlikeness(made: Tensor, truth: Tensor, side: int) -> Tensor:
    """How much means, and deviations from them, of latents [B, T, V, C, h, w] differ over squares of so many each way,
    as far as there are: the sum of both mean squares."""
    size = min(side, made.shape[-2]), min(side, made.shape[-1])
    one, other = (_moments(latents.flatten(0, 2), size) for latents in (made, truth))
    return 2 * (one - other).square().mean()


def _moments(latents: Tensor, size: tuple[int, int]) -> Tensor:
    """Mean and deviation [2, n, C, h', w'] of squares of latents [n, C, h, w]."""
    mean = avg_pool2d(latents, size, stride=1)
    variance = avg_pool2d(latents.square(), size, stride=1) - mean.square()
    return torch.stack([mean, (variance.clamp_min(0.0) + _LEAST_VARIANCE).sqrt()])


def direction(made: Tensor, fake: Tensor, real: Tensor, given: int = 0) -> Tensor:
    """Gradient of the divergence at what was made [B, T, …], of each sample in units of its distance to the real."""
    distance = (made - real)[:, given:].abs().flatten(1).mean(1).double()
    gradient = (fake - real).double() / distance.view(-1, *[1] * (made.ndim - 1))
    return gradient.nan_to_num(0.0, 0.0, 0.0)
