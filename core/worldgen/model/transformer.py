"""The diffusion transformer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, layer_norm

from core.worldgen.conditions import Conditions
from core.worldgen.model.attention import EPSILON, CrossAttention, KeysValues, Others, Reach
from core.worldgen.model.block import Block
from core.worldgen.model.cache import KeyValueCache
from core.worldgen.model.config import WorldGenConfig
from core.worldgen.model.embedding import LevelEmbedding, MotionEmbedding, Patches, from_patches, zeroed
from core.worldgen.model.local import LocalDetail
from core.worldgen.model.masks import FrameMask
from core.worldgen.model.rotary import rotation
from core.worldgen.schedule import as_map

LEAST_SIGMA = 1e-3
"""A network that predicts clean latents divides by no smaller level."""
REFERENCE_VARIANCE = 0.3
"""Of what a reference leaves of latents, whose own variance is 1: 0.2 and 0.5 in drives of the demo city."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Conditions as the blocks take them: worked out once for all steps of a chunk."""

    tokens: Tensor | float  # [B, V, T, n, width]
    motion: Tensor  # [B, T or 1, width]
    reference: Tensor | float  # [B, T, V, C, h, w], zero where nothing was seen
    unknown: Tensor | float  # [B, T, V, 1, h, w] variance of what the reference leaves
    start_level: Tensor | None  # [B, T, V, 1, h, w]
    texts: Sequence[Others | None]  # as each block sees them
    scenes: Sequence[Others | None]


class WorldGen(nn.Module):
    """Velocities of the latents of all cameras, under their conditions and what earlier frames left in the cache."""

    def __init__(self, config: WorldGenConfig) -> None:
        super().__init__()
        self.config = config
        width, patch, channels = config.width, config.patch, config.latent_channels
        self.latents = Patches(channels, patch, width, zero=False)
        self.innovation = Patches(channels, patch, width) if config.innovation else None
        self.layout = Patches(config.layout_channels, patch * config.layout_scale, width)
        self.rays = Patches(6, patch, width)
        self.reference = Patches(channels + 1, patch, width) if config.reference else None
        self.prior = Patches(config.prior_channels + 2, patch, width) if config.prior_channels else None
        self.ego_motion = MotionEmbedding(width)
        self.weather = nn.Linear(config.weather_kinds, width)
        zeroed(self.weather)
        self.text = _projection(config.text_width, width)
        self.scene = _projection(config.scene_width, width)
        self.level = LevelEmbedding(width)
        every = config.cross_view_every
        self.blocks = nn.ModuleList(Block(config, cross_view=i % every == every - 1) for i in range(config.depth))
        self.local = LocalDetail(config) if config.local_channels else None
        self.table = nn.Parameter(torch.zeros(2, width))
        self.head = nn.Linear(width, channels * patch * patch)
        zeroed(self.head)

    def prepare(self, conditions: Conditions) -> Prepared:
        """Conditions as the blocks take them."""
        given = conditions.in_type(self.table.dtype)
        tokens: Tensor | float = 0.0
        if given.layout is not None:
            tokens = tokens + _of_kept(given, "layout", self.layout(given.layout))
        if given.rays is not None:
            tokens = tokens + _of_kept(given, "rays", self.rays(given.rays))
        motion = self.table.new_zeros(1, 1, self.config.width)
        if given.ego_motion is not None:
            motion = motion + _of_kept(given, "ego_motion", self.ego_motion(given.ego_motion))
        if given.weather is not None:
            motion = motion + _of_kept(given, "weather", self.weather(given.weather))[:, None]
        reference: Tensor | float = 0.0
        unknown: Tensor | float = 1.0
        exact, shown = conditions.reference, conditions.reference_mask
        if self.reference is not None and exact is not None and shown is not None:
            both = torch.cat([exact, shown], 3).to(self.table.dtype)
            tokens = tokens + _of_kept(given, "reference", self.reference(both))
            reference = _of_kept(given, "reference", exact * shown)
            unknown = 1 - (1 - REFERENCE_VARIANCE) * _of_kept(given, "reference", shown)
        start_level = None
        if self.prior is not None and given.prior is not None:
            mask = given.prior_mask if given.prior_mask is not None else torch.ones_like(given.prior[:, :, :, :1])
            start_level = given.start_level if given.start_level is not None else torch.ones_like(mask)
            seen = self.prior(torch.cat([given.prior, mask, start_level], 3))
            tokens = tokens + _of_kept(given, "prior", seen)
            start_level = 1 - _of_kept(given, "prior", 1 - start_level)
        texts, scenes = self._others(given, "text"), self._others(given, "scene")
        return Prepared(tokens, motion, reference, unknown, start_level, texts, scenes)

    def _others(self, conditions: Conditions, name: str) -> list[Others | None]:
        """Tokens of text or scene as each block sees them."""
        projection, tokens = getattr(self, name), getattr(conditions, name)
        if projection is None or tokens is None:
            return [None] * len(self.blocks)
        layers: list[CrossAttention] = [getattr(block, name) for block in self.blocks]
        kept = _of_kept(conditions, name, tokens.new_ones(len(tokens), 1, 1))
        projected = projection(tokens)
        return [layer.seen(projected, kept) for layer in layers]

    def forward(
        self,
        latents: Tensor,
        sigma: Tensor,
        conditions: Conditions | Prepared,
        *,
        positions: Sequence[int] | None = None,
        mask: FrameMask | None = None,
        cache: KeyValueCache | None = None,
        write: bool = False,
    ) -> Tensor:
        """Predict velocities.

        Args:
            latents: [B, T, V, C, h, w] at their level of noise; of a type of their own, whatever the network's.
            sigma: the level of each frame [B, T], or of each latent [B, T, V, 1, h, w].
            conditions: of these frames.
            positions: of the frames in the window; one after the other by default. A cache knows them.
            mask: which frames see which; all see all by default.
            cache: of earlier frames, which all of these see.
            write: whether the cache shall keep these frames.

        Returns:
            [B, T, V, C, h, w].
        """
        # By the class: where a network is sharded, its own `prepare` gathers weights, for those that ask from outside.
        ready = conditions if isinstance(conditions, Prepared) else WorldGen.prepare(self, conditions)
        patch, times = self.config.patch, latents.shape[1]
        grid = latents.shape[-2] // patch, latents.shape[-1] // patch
        before = 0 if cache is None else len(cache.visible(times))
        places = range(before, before + times) if positions is None else positions
        by = rotation(places, grid, self.config.width // self.config.heads, latents.device)
        reach = Reach(by, mask, grid[0] * grid[1])
        past: Sequence[KeysValues | None] = [None] * len(self.blocks)
        if cache is not None and before:
            past = cache.seen(times, grid)
        vector, changes = self._levels(sigma, ready.motion)
        guess, innovation, spread = self._guess(latents, sigma, ready)
        tokens = self.latents(guess.to(self.table.dtype)) + ready.tokens
        if self.innovation is not None:
            tokens = tokens + self.innovation(innovation.to(self.table.dtype))
        written = []
        for number, block in enumerate(self.blocks):
            tokens, own = block(tokens, changes, reach, past[number], ready.texts[number], ready.scenes[number])
            written.append(own)
        if cache is not None and write:
            cache.append([(keys.detach(), values.detach()) for keys, values in written], times)
        shift, scale = (vector[..., None, :] + self.table).unbind(-2)
        tokens = layer_norm(tokens, tokens.shape[-1:], eps=EPSILON) * (1 + scale) + shift
        predicted = from_patches(self.head(tokens), grid, patch)
        if self.local is not None:
            predicted = predicted + self.local(guess, innovation, ready.reference, ready.unknown, spread, tokens, grid)
        predicted = predicted.to(latents.dtype)
        if self.config.predicts == "velocity":
            return predicted
        return (latents - guess - spread * predicted) / as_map(sigma).clamp_min(LEAST_SIGMA)

    def _levels(self, sigma: Tensor, motion: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors [B, V or 1, T, n or 1, width] and changes [B, V or 1, T, n or 1, 6, width]."""
        if sigma.ndim == 2:
            vector, changes = self.level(sigma, motion)
            return vector[:, None, :, None], changes[:, None, :, None]
        pooled = avg_pool2d(sigma.flatten(0, 3), self.config.patch).flatten(-2)
        by_token = pooled.view(*sigma.shape[:3], -1).transpose(1, 2)
        found: tuple[Tensor, Tensor] = self.level(by_token, motion[:, None, :, None])
        return found

    def _guess(self, latents: Tensor, sigma: Tensor, ready: Prepared) -> tuple[Tensor, Tensor, Tensor | float]:
        """The best guess of clean latents that is linear in the noisy ones and the reference, what the noisy ones say
        beyond the reference, and the guess's standard error.

        What is noise alone tells nothing: a young network would not know yet that it has to look away. What it has to
        add is of about unit size at all levels (Karras et al., "Elucidating the design space", 2022, here around a
        reference). Where a prior takes the place of noise, nothing tells how wrong that is. In the guess, what noisy
        latents say beyond the reference is small where there is much noise, however sure it is over an area: it comes
        once more, in about unit size, and as nothing where there is nothing but noise.
        """
        if self.config.predicts == "velocity":
            return latents, latents, 1.0
        level = as_map(sigma)
        noise = level if ready.start_level is None else level * ready.start_level
        kept = (1 - noise) * ready.unknown
        power = (1 - noise) * kept + noise**2
        beyond = latents - (1 - noise) * ready.reference
        spread = (ready.unknown * noise**2 / power + (level - noise) ** 2).detach().sqrt()
        return ready.reference + kept / power * beyond, ((1 - noise) / power).sqrt() * beyond, spread


def _projection(channels: int, width: int) -> nn.Sequential | None:
    if not channels:
        return None
    return nn.Sequential(nn.Linear(channels, width), nn.GELU(approximate="tanh"), nn.Linear(width, width))


def _of_kept(conditions: Conditions, name: str, value: Tensor) -> Tensor:
    """Zero for samples from which a condition is left out."""
    kept = conditions.kept.get(name)
    return value if kept is None else value * kept.to(value).view(-1, *[1] * (value.ndim - 1))
