"""Reconstruction and generation learn together (J3).

WorldRec makes a scene of a sample better by one of its rounds, as when it trains alone; the scene is drawn where a
picture was held out, and the generator makes that picture from the prior and the tokens. What the generator misses
tells WorldRec, through the rendered prior and the tokens, what it should have shown. The interface can be closed: then
both learn the same without hearing of each other, which is the ablation.

What is missed is how far the truth is, and, where a teacher is named, what the scores of distribution matching say of
what the generator made by itself, as it streams (`core/training/worldgen/scores`). Teacher and critic are asked of each
chunk after those that were made before it, as the stage `bridge` learned them, and from nearly nothing but noise: whom
a repairer tells no noise at all, nobody could be scored.

A single picture has no layout, no motion and nothing before it. So that the generator goes on heeding them, it learns
from drives whose priors are kept in the other steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from core.jwm.coupling import told_of
from core.jwm.prior import LEAST_DOWN, Prior, prior_of_pictures
from core.jwm.tokens import nearest_tokens, placed_at, table_of_state
from core.training.jwm.samples import REPAIR, PriorSamples
from core.training.jwm.stages import Joint
from core.training.worldgen.batches import Batch
from core.training.worldgen.flow import after_clean
from core.training.worldgen.lesson import Lesson, Losses
from core.training.worldgen.scores import Scores, rolled_out
from core.training.worldrec import Entry, Pool, Schedule, draw, picture_loss
from core.training.worldrec_samples import Target
from core.worldgen.conditions import Conditions
from core.worldgen.model import WorldGen
from core.worldgen.schedule import at_level, clean_of, source_of, step_list
from core.worldgen.tokenizer import FrameTokenizer
from core.worldrec.model.network import WorldRec
from core.worldrec.model.sights import Sight
from core.worldrec.model.state import SplatState

_EGO_FROM_CAMERA = torch.tensor(
    [[0.0, 0.0, 1.0, 0.0], [-1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
)
"""Axes of an ego that looks where the camera does: that is the frame tokens are told in."""
_TRUSTED = 0.9
_TINY = 1e-9
_LITTLE_NOISE = 0.3
_SCORED = 0.1  # share of the render, where there is one, in what drives are noised to when they are scored


@dataclass(frozen=True, eq=False)
class SceneBatch(Batch):
    """One picture that was held out, and the scene that should show it."""

    entry: Entry
    target: Target
    level: float | None  # of noise, see `told_of`


class JointSamples:
    """Scenes on their way through WorldRec's rounds, with pictures that they have not seen, and drives; checked by
    drives."""

    def __init__(
        self,
        scenes: Callable[[], Sequence[Path]],
        drives: PriorSamples,
        pool: Pool,
        height: int,
        *,
        of_drives: float = 0.0,
    ) -> None:
        """
        Args:
            scenes: answers files of WorldRec's samples; asked again each time.
            drives: whose levels of noise are learned.
            pool: keeps the scenes.
            height: of the pictures that are generated.
            of_drives: share of the batches that are of drives.
        """
        self._scenes, self._drives, self._pool, self._height = scenes, drives, pool, height
        self._of_drives = of_drives
        self.checks = drives.checks

    @property
    def tokenizer(self) -> FrameTokenizer:
        return self._drives.pictures

    @property
    def repairs(self) -> bool:
        """Whether renders are told without any noise, to a generator that repairs them."""
        return self._drives.levels == REPAIR

    @property
    def pictures(self) -> FrameTokenizer:
        return self.tokenizer

    @property
    def described(self) -> str:
        return f"{len(self._scenes())} scenes of WorldRec's samples; {self._drives.described}"

    def batch(self, random: np.random.Generator, count: int, frames: int) -> Batch:
        """One picture of a scene, or so many clips of drives."""
        if random.random() < self._of_drives:
            return self._drives.batch(random, count, frames)
        return self._scene(random)

    def _scene(self, random: np.random.Generator) -> SceneBatch:
        files = self._scenes()
        entry = self._pool.entry(files[int(random.integers(len(files)))])
        target = entry.target(*entry.chosen(1, int(random.integers(2)), random))
        with torch.no_grad():
            latents = self.tokenizer.encode(smaller(target.sight, self._height).rgb[None])[None, None]
        return SceneBatch(latents, Conditions(), entry, target, self._drives.levels.drawn(random))


class JointLearning(Lesson):
    """Both networks, and what they are told about the same picture."""

    def __init__(
        self,
        network: WorldGen,
        stage: Joint,
        reconstruction: WorldRec,
        pictures: FrameTokenizer,
        *,
        repairs: bool = False,
        teacher: WorldGen | None = None,
    ) -> None:
        """
        Args:
            network: of the generator, which heeds a scene.
            stage: how it is trained.
            reconstruction: learns with it.
            pictures: makes its latents.
            repairs: whether it goes on making renders good in one step; else it learns all steps of its sampler.
            teacher: scores what is made; without one, the truth alone does.
        """
        super().__init__(network, stage)
        self.repairs = repairs
        self.learners["reconstruction"] = reconstruction
        self._scores: Scores | None = None
        if teacher is not None:
            critic = self.learners["critic"] = deepcopy(teacher).requires_grad_(True)
            self._scores = Scores(self.taught_by(teacher), critic, stage, asked=after_clean)
        self._mean_reconstruction = [deepcopy(reconstruction).requires_grad_(False).eval()]
        self._pictures = [pictures]
        self._levels = step_list(1 if repairs else stage.student_steps, network.config.shift)

    @property
    def reconstruction(self) -> WorldRec:
        return cast(WorldRec, self.learners["reconstruction"])

    @property
    def mean_reconstruction(self) -> WorldRec:
        """The running mean of WorldRec's weights."""
        return self._mean_reconstruction[0]

    def groups(self) -> list[dict[str, Any]]:
        rates = {"reconstruction": self.stage.reconstruction_rate, "critic": self.stage.critic_rate}
        others = [(self.learners[name], rate) for name, rate in rates.items() if name in self.learners]
        return [*super().groups(), *({"params": list(each.parameters()), "lr": rate} for each, rate in others)]

    @property
    def means(self) -> nn.Module:
        return nn.ModuleDict({"network": self.average, "reconstruction": self.mean_reconstruction})

    @property
    def bystanders(self) -> list[nn.Module]:
        return [*super().bystanders, *self._mean_reconstruction]

    def bring_to(self, device: torch.device) -> None:
        super().bring_to(device)
        self._pictures[0].to(device)

    def follow(self, kept: float) -> None:
        super().follow(kept)
        with torch.no_grad():
            pairs = zip(self.mean_reconstruction.parameters(), self.reconstruction.parameters(), strict=True)
            for mean, value in pairs:
                mean.lerp_(value, 1 - kept)

    def losses(self, batch: Batch, step: int, choice: int) -> Losses:
        if self._scores is not None and step % (self.stage.critic_updates + 1):
            return self._of_critic(self._scores, batch, choice)
        if not isinstance(batch, SceneBatch):  # a drive: its prior is what it is
            return self._generation(batch.latents, batch.conditions, choice)[0]
        entry, sight = batch.entry, batch.target.sight.to(batch.latents.device)
        out = self.reconstruction(*entry.rounds.told)
        better = self.reconstruction.changed(entry.rounds.state, out)
        reconstruction = picture_loss(better, batch.target, Schedule(), batch.latents.device)
        told, prior = self.told(better if self.stage.interface == "open" else better.detached(), sight, batch.level)
        generation, ends, noise = self._generation(batch.latents, told, choice)
        photometric = self._photometric(ends, prior, noise)
        entry.go_on(better.detached(), out)
        weights = self.stage.reconstruction_weight, self.stage.photometric_weight
        loss = generation["loss"] + weights[0] * reconstruction + weights[1] * photometric
        parts = {"reconstruction": reconstruction.detach(), "photometric": photometric.detach()}
        return generation | parts | {"loss": loss}

    def _of_critic(self, scores: Scores, batch: Batch, choice: int) -> Losses:
        with torch.no_grad():
            told = batch.conditions
            if isinstance(batch, SceneBatch):
                told, _ = self.told(batch.entry.rounds.state, batch.target.sight.to(batch.latents.device), batch.level)
            made, _ = self._made(batch.latents, told, choice)
        return scores.critic(made, self._scored(made, told))

    def told(self, state: SplatState, sight: Sight, level: float | None) -> tuple[Conditions, Prior]:
        """What a scene tells the generator of one picture; differentiable in the scene.

        As when it streams, the picture is drawn about as fine as those that the scene is made of, and averaged.
        """
        height = self.network.config.image_height
        finer = max(round(sight.size[0] / height), 1)
        drawn = draw(state, smaller(sight, finer * height))
        sight = smaller(sight, height)
        rgb, weighed, alpha = (avg_pool2d(each[None], finer) for each in (drawn[0], drawn[1] * drawn[2], drawn[2]))
        depth = weighed / alpha.clamp_min(_TINY)
        nothing, stride = torch.zeros_like(alpha), self._pictures[0].stride
        surface = _falls(sight, stride)[None, None]
        all_seen = torch.ones_like(surface, dtype=rgb.dtype)
        pictures = rgb[None], depth, alpha, nothing, nothing
        prior = prior_of_pictures(*pictures, all_seen, surface, self._pictures[0])
        moment = sight.moment
        poses = torch.where(moment.there[:, None, None], moment.world_from_actor, torch.nan)
        table = table_of_state(state, torch.zeros_like(state.logits))
        world = placed_at(table, torch.cat([torch.eye(4).to(poses)[None], poses]))
        ego_from_world = _EGO_FROM_CAMERA.to(world) @ sight.camera_from_world
        tokens = nearest_tokens(table, world, ego_from_world, _in_picture(world.detach(), sight))
        return told_of(Conditions(scene=tokens), prior, level), prior

    def _generation(self, clean: Tensor, told: Conditions, choice: int) -> tuple[Losses, Tensor, float]:
        """What the generator misses, the clean latents that it ends at, and the noise that it began with."""
        ends, level = self._made(clean, told, choice)
        assert told.start_level is not None
        noise = level * float(told.start_level.detach().mean())
        loss = (ends - clean).square().mean()
        losses = {"loss": loss, "generation": loss.detach()}
        if self._scores is not None:
            found = self._scores.student(ends, self._scored(ends.detach(), told))
            losses = found | losses | {"loss": loss + self.stage.matching * found["loss"]}
        return losses, ends, noise

    def _made(self, clean: Tensor, told: Conditions, choice: int) -> tuple[Tensor, float]:
        """Clean latents as the network makes them from a level of its sampler, and this: each chunk after the true
        ones, or, where scores are asked, after its own."""
        number = choice % len(self._levels)
        level = self._levels[number]
        if self._scores is not None:
            batch, steps = Batch(clean, told), self._levels
            made = rolled_out(self.network, batch, steps=steps, exit_step=number, given=0, referring=self.referring)
            return made, level
        told, sigma = self.referred(clean, told), clean.new_full(clean.shape[:2], level)
        noisy = at_level(clean, source_of(torch.randn_like(clean), told), sigma)
        return clean_of(noisy, after_clean(self.network, clean, noisy, sigma, told), sigma), level

    def _scored(self, made: Tensor, told: Conditions) -> Conditions:
        """What scores are told of latents that were made: the same, and nearly all of it to be found in noise."""
        assert told.prior is not None and told.prior_mask is not None
        known = told.prior_mask.detach()
        fixed = told.with_prior(told.prior.detach(), mask=known, start_level=1 - _SCORED * known)
        fixed = fixed if fixed.scene is None else replace(fixed, scene=fixed.scene.detach())
        return self.referred(made, fixed)

    def _photometric(self, ends: Tensor, prior: Prior, noise: float) -> Tensor:
        """Mean difference of latents that end where the render is sure of what it shows."""
        if noise >= _LITTLE_NOISE:
            return ends.new_zeros(())
        sure = (prior.known > _TRUSTED).to(ends)
        rendered = prior.channels[:, :, :, : ends.shape[3]]
        return ((ends - rendered).abs() * sure).mean()


def smaller(sight: Sight, height: int) -> Sight:
    """The same view as a picture of another height."""
    old_height, old_width = sight.size
    width = round(old_width * height / old_height)
    scale = torch.tensor([width / old_width, height / old_height])
    lens = sight.intrinsics.clone()
    lens[[0, 1], [0, 1]] *= scale
    lens[:2, 2] = (sight.intrinsics[:2, 2] + 0.5) * scale - 0.5

    def resized(picture: Tensor) -> Tensor:
        return interpolate(picture[None], (height, width), mode="area")[0]

    nothing = torch.zeros(1, height, width)
    return replace(
        sight,
        rgb=resized(sight.rgb),
        valid=resized(sight.valid),
        sky=resized(sight.sky),
        intrinsics=lens,
        measured=nothing,
        movers=nothing + torch.inf,
    )


def _falls(sight: Sight, stride: int) -> Tensor:
    """Which rays [h, w] through latents lead to the ground."""
    height, width = (size // stride for size in sight.size)
    row, column = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    pixels = torch.stack([column, row], -1).to(sight.intrinsics) * stride + (stride - 1) / 2
    plane = (pixels - sight.intrinsics[:2, 2]) / sight.intrinsics[[0, 1], [0, 1]]
    local = torch.cat([plane, torch.ones_like(plane[..., :1])], -1)
    rays = local @ sight.camera_from_world[:3, :3]
    return rays[..., 2] < -LEAST_DOWN * rays.norm(dim=-1)


def _in_picture(world: Tensor, sight: Sight) -> Tensor:
    """Which world points [Q, 3] a view shows."""
    local = world @ sight.camera_from_world[:3, :3].T + sight.camera_from_world[:3, 3]
    depth = local[:, 2].clamp_min(0.1)
    pixels = local[:, :2] / depth[:, None] @ sight.intrinsics[:2, :2].T + sight.intrinsics[:2, 2]
    height, width = sight.size
    inside = (pixels > -0.5) & (pixels < torch.tensor([width - 0.5, height - 0.5]).to(pixels))
    return inside.all(1) & (local[:, 2] > 0.1) & world.isfinite().all(1)
