"""Distribution matching on rollouts (stage 2c).

DMD (Yin et al., 2024) as Self-Forcing has it (Huang et al., 2025): the student streams exactly as when it is used, and
leaves the steps of all chunks at one random step, which has the gradient. A score of real drives and one of the
student's tell where its drives should move; the latter learns five times as often as the student.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d

from core.training.worldgen.batches import Batch
from core.training.worldgen.discriminator import Discriminator, told_apart
from core.training.worldgen.flow import after_clean, by_block
from core.training.worldgen.lesson import Lesson, Losses
from core.training.worldgen.scores import Scores, rolled_out
from core.training.worldgen.stages import Dmd
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.layout import CHANNELS
from core.worldgen.model import WorldGen
from core.worldgen.model.masks import blocks_of
from core.worldgen.reference import worn
from core.worldgen.schedule import at_level, clean_of, shifted, source_of, step_list
from core.worldgen.steadying import steadying_for

_LEAST_VARIANCE = 1e-4
_LEAST_LEVEL = 0.01  # of noise that is learned
_WRONG = 0.15
"""Mean squared error of latents of a truth that was moved, at which a third of what it says is believed."""
_CLOSE = 0.05  # so near latents count as the same
_HEEDED_FROM = 100  # steps of a discriminator


class MatchedDistribution(Lesson):
    """A student of few steps, and the critic that knows what it makes.

    Real and fake score are told the same conditions; else the student would learn to heed none. They judge the end of a
    rollout that is longer than what they learned from, after its first chunk there.

    Scores of small networks that learned for an hour know too little of drives to keep a rollout from running away. The
    truth of the very drive does, of which conditions and first frames tell much (`likeness`). Its price would be blur,
    since nobody can know every latent: what is held to the truth is how light and how varied latents are side by side.
    (With means alone the contrast of a street before which the ego stands grows without end.)

    Nor do scores teach a small student to keep what it was shown: houses and cars that the last picture has, moved to
    their places, were gone after half a second. So what it makes is held to that picture (`constancy`), where the same
    is right for the truth: not to what the truth is there, which nobody knows after a while, but to what it made
    itself. A rollout takes seconds, so most steps learn the same after true chunks, all at once (`recalls`): where the
    moved picture is right, the answer is known at every level of noise; elsewhere it shall stay what it was.

    What the last picture looks like is not what a drive has to look like: some samples begin under another weather than
    they are told (`Batch.begun`). Those have to become the truth under the told one, and what the picture shows stays.

    What nobody knows is left to scores, or to a discriminator that learns what recorded drives look like
    (`adversarial`, as DMD2 has it): a teacher that learned at half the size knows little of how a house looks at twice.
    It judges rollouts and what is recalled; the latter is then to be as light and varied as the truth where it is new.

    Actors are small, so that neither scores nor squares say much of them, and what people look at. Boxes tell where
    each has its wheels and windows: inside of them every latent is held to the truth (`actors`), blurs or not.
    """

    def __init__(self, network: WorldGen, stage: Dmd, teacher: WorldGen) -> None:
        super().__init__(network, stage)
        self.learners["critic"] = deepcopy(teacher).requires_grad_(True)
        if stage.adversarial:
            self.learners["discriminator"] = Discriminator(network.config)
        self._scores = Scores(self.taught_by(teacher), self.critic, stage)
        self.levels = step_list(stage.student_steps, network.config.shift)

    @property
    def critic(self) -> WorldGen:
        return cast(WorldGen, self.learners["critic"])

    def groups(self) -> list[dict[str, Any]]:
        groups = [*super().groups(), {"params": list(self.critic.parameters()), "lr": self.stage.critic_rate}]
        if self.stage.adversarial:
            judging = list(self.learners["discriminator"].parameters())
            groups.append({"params": judging, "lr": self.stage.discriminator_rate})
        return groups

    def losses(self, batch: Batch, step: int, choice: int) -> Losses:
        updates = self.stage.critic_updates if self.stage.matching else 0
        turn = step % (self.stage.recalls + updates + 1)
        if turn > updates:
            return self._recalled(batch, step)
        learns = turn == 0
        with torch.set_grad_enabled(learns):
            made, given = self._rolled_out(batch, choice)
        if not learns:
            return self._scores.critic(*self._judged(batch, made, given))
        error = unlikeness(made[:, given:], batch.latents[:, given:], self.stage.likeness_over)
        moved = self._inconstancy(batch, made, given) if self.stage.constancy else made.new_zeros(())
        losses: Losses = {"error": error.detach(), "moved": moved.detach()}
        loss = self.stage.likeness * error + self.stage.constancy * moved
        if self.stage.matching:
            losses |= (matched := self._scores.student(*self._judged(batch, made, given)))
            loss = loss + self.stage.matching * matched["loss"]
        seen = max(given - 1, 0)  # as two frames are judged together
        after = batch.frames(seen, made.shape[1])
        return losses | self._with_discriminator(loss, made[:, seen:], after, step)

    def _judged(self, batch: Batch, made: Tensor, given: int) -> tuple[Tensor, Conditions, int]:
        """The end of a rollout as scores judge it, as if its own chunks were the clean ones before each; how many
        frames of it were given."""
        if (cut := made.shape[1] - self.network.config.window) > 0:
            batch, made, given = batch.frames(cut, made.shape[1]), made[:, cut:], self.network.config.chunk
        return made, self.referred(made.detach(), batch.conditions) if given else batch.conditions, given

    def _with_discriminator(self, loss: Tensor, made: Tensor, batch: Batch, step: int) -> Losses:
        """A loss and those of the discriminator, which the student heeds the more the longer both have learned."""
        if not self.stage.adversarial:
            return {"loss": loss}
        discriminator = cast(Discriminator, self.learners["discriminator"])
        learned, wanted = told_apart(discriminator, made, batch.latents, batch.conditions)
        weight = self.stage.adversarial * min(step / _HEEDED_FROM, 1.0)
        return {"loss": loss + learned + weight * wanted, "discriminator": learned.detach()}

    def _steps(self) -> Sequence[float]:
        """Levels of noise of a rollout: those of the sampler, or now and then others, which more steps would have."""
        if float(torch.rand(())) >= self.stage.astray:
            return self.levels
        others = (_LEAST_LEVEL + (1 - _LEAST_LEVEL) * torch.rand(len(self.levels) - 1)).sort(descending=True).values
        return [1.0, *shifted(others, self.network.config.shift).tolist()]

    def _rolled_out(self, batch: Batch, choice: int) -> tuple[Tensor, int]:
        """Latents [B, T, V, C, h, w] and how many frames of them were given."""
        kind, exit_step = divmod(choice, len(self.levels))
        given = self.network.config.chunk if kind % 100 < 100 * self.stage.given else 0
        made = rolled_out(
            self.network,
            batch,
            steps=self._steps(),
            exit_step=exit_step,
            given=given,
            referring=self.referring,
            steadying=steadying_for(self.network.config, anew=self.anew, changes=batch.begun is not None),
            remembers_truth=self.stage.context == "gt",
        )
        return made, given

    def _inconstancy(self, batch: Batch, made: Tensor, given: int) -> Tensor:
        """How far latents are from the last picture before their chunk, moved, where the truth is right so."""
        if self.referring is None or batch.conditions.warp is None:
            return made.new_zeros(())
        of_truth, own = (
            self.referring.along(latents, batch.conditions, self.network.config.chunk)
            for latents in (batch.given, made.detach())
        )
        assert own.reference is not None
        actors = covered_by_actors(batch.conditions, made)
        kept = (1 - actors) * _believed(of_truth, batch.latents) * _apart(made, own.reference)
        true = self.stage.actors * actors * _apart(made, batch.latents)
        return (kept + true)[:, given:].mean()

    def _recalled(self, batch: Batch, step: int) -> Losses:
        if self.referring is None:
            raise ValueError("there is nothing to recall without a reference")
        config, begin = self.network.config, 0
        if batch.latents.shape[1] > config.window:
            begin = int(torch.randint((batch.latents.shape[1] - config.window) // config.chunk + 1, ())) * config.chunk
        batch = batch.frames(begin, begin + config.window)
        clean, seen = batch.latents, batch.given
        found = self.referring.along(clean, batch.conditions, config.chunk)
        believed = _believed(found, clean)  # also of what began under another weather: it is to change, and to stay
        if batch.begun is not None:
            found = self.referring.along(seen, batch.conditions, config.chunk)
        told, blocks = worn(found, self.stage.wear), blocks_of(clean.shape[1], config.chunk)
        steps = clean.new_tensor(self._steps())
        chosen = torch.randint(len(steps), (len(clean), len(blocks)), device=clean.device)
        sigma = by_block(steps[chosen], blocks)
        noisy = at_level(clean, source_of(torch.randn_like(clean), told), sigma)
        if float(torch.rand(())) < self.stage.own_past:
            with torch.no_grad():
                own = clean_of(noisy, after_clean(self.network, seen, noisy, sigma, told), sigma)
            seen = torch.cat([seen[:, : config.chunk], own[:, config.chunk :]], 1)
            found = self.referring.along(seen, batch.conditions, config.chunk)
            believed, told = _believed(found, clean), worn(found, self.stage.wear)
        ended = clean_of(noisy, after_clean(self.network, seen, noisy, sigma, told), sigma)
        actors = covered_by_actors(batch.conditions, clean)
        held = (1 - actors) * believed + self.stage.actors * actors
        recalled = (held * _apart(ended, clean)).mean()
        losses: Losses = {"recalled": recalled.detach()}
        loss = self.stage.constancy * recalled
        if self.stage.adversarial:
            loss = loss + self.stage.likeness * unlikeness(ended, clean, self.stage.likeness_over)
        else:
            with torch.no_grad():
                before = clean_of(noisy, after_clean(self.average, seen, noisy, sigma, told), sigma)
            loss = loss + self.stage.constancy * ((1 - actors) * (1 - believed) * _apart(ended, before)).mean()
        return losses | self._with_discriminator(loss, ended, batch, step)


def _believed(told: Conditions, truth: Tensor) -> Tensor:
    """How far [B, T, V, 1, h, w] the reference of a truth is right for it."""
    assert told.reference is not None and told.reference_mask is not None
    wrong = (told.reference - truth).square().mean(3, keepdim=True)
    return told.reference_mask * torch.exp(-wrong / _WRONG)


def covered_by_actors(told: Conditions, latents: Tensor) -> Tensor:
    """Share [B, T, V, 1, h, w] of each latent that boxes cover."""
    if told.layout is None:
        return torch.zeros_like(latents[:, :, :, :1])
    boxes = told.layout[:, :, :, : CHANNELS.index("front")].sum(3, keepdim=True).clamp(0, 1)
    pooled = adaptive_avg_pool2d(boxes.flatten(0, 2), (latents.shape[-2], latents.shape[-1]))
    return pooled.view(*boxes.shape[:4], *pooled.shape[-2:])


def _apart(one: Tensor, other: Tensor) -> Tensor:
    """Absolute differences, rounded off near nothing."""
    return ((one - other).square() + _CLOSE**2).sqrt() - _CLOSE


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
