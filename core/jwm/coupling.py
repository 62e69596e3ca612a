"""A generator that heeds a scene: slots for the prior and the scene's tokens, and what is put into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from core.jwm.drawing import drawn_of, finer_for
from core.jwm.feedback import Seen
from core.jwm.prior import Prior, channels_of, prior_from, sights_along
from core.jwm.surfaces import Surfaces, surfaces_of, warp_through
from core.jwm.tokens import WIDTH, TokenTable, table_of, tokens_at
from core.scene import Scene
from core.worldgen.conditions import Conditions
from core.worldgen.depths import shipped_depths
from core.worldgen.generating import Generator, Inventor
from core.worldgen.model import WorldGen
from core.worldgen.model.config import Preset
from core.worldgen.model.weights import Origin, load_worldgen, origin_of, with_slots
from core.worldgen.plan import Plan
from core.worldgen.shipped import worldgen_weights_of
from core.worldgen.tokenizer import FrameTokenizer

REPAIR = "repair"
"""The stage that learns to make renders good in one step, without noise."""
LEVEL = 0.4
"""The share of noise that denoising starts with where the scene was observed."""
_MOSTLY = 0.5


def coupled(network: WorldGen) -> WorldGen:
    """The same network with slots for prior and tokens, which begin at zero; one that has them stays as it is."""
    config = network.config
    return with_slots(network, prior_channels=channels_of(config.latent_channels), scene_width=WIDTH)


def level_of(origin: Origin) -> float | None:
    """The share of noise, where all is known, that suits weights of such an origin; see `told_of`."""
    return None if origin.repairs or origin.stage == REPAIR else LEVEL


def is_coupled(network: WorldGen) -> bool:
    return network.config.prior_channels == channels_of(network.config.latent_channels)


def inventor_of(generator: Generator, preset: Preset, steps: int) -> Inventor | None:
    """The preset's generator that knows no scene, to make up what one that repairs does not know; None if it is not
    there, or makes chunks or latents of another kind.

    Args:
        generator: that repairs.
        preset: of the other.
        steps: of the other's sampler.

    Raises:
        UserError: its file is damaged.
    """
    weights = worldgen_weights_of(preset)
    if not weights.is_file():
        return None
    network = load_worldgen(weights)
    own = generator.network.config
    if (network.config.chunk, network.config.latent_channels) != (own.chunk, own.latent_channels):
        return None
    network = network.to(generator.device)
    other = replace(generator, network=network, anew=origin_of(weights).anew, depths=shipped_depths())
    return Inventor(other, steps)


def told_of(conditions: Conditions, prior: Prior, level: float | None) -> Conditions:
    """Conditions with a prior whose noise has a level where all is known; None for no noise anywhere, to repair."""
    if level is None:
        return conditions.with_prior(prior.channels, mask=prior.mask, start_level=torch.zeros_like(prior.known))
    return prior.told_to(conditions, level)


class Coupling:
    """Tells a generator what the scene shows, chunk after chunk of a plan."""

    def __init__(
        self,
        scene: Scene,
        plan: Plan,
        tokenizer: FrameTokenizer,
        *,
        level: float | None = LEVEL,
        tokens: bool = True,
        threads: int | None = None,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            scene: after all edits.
            plan: what is generated.
            tokenizer: of the generator.
            level: of noise where all is known; None to repair.
            tokens: whether the generator is told the scene's tokens, too.
            threads: that draw; all usable cores if None.
            between: called before each picture; may raise to end.
        """
        self._plan, self._tokenizer = plan, tokenizer
        self._level, self._tokens = level, tokens
        self._threads, self._between = threads, between
        self._ends: dict[int, Surfaces | None] = {}  # of frames that end chunks, by number
        self.know(scene)

    @property
    def scene(self) -> Scene:
        return self._scene

    def know(self, scene: Scene) -> None:
        """Go on with another state of the scene."""
        self._scene = scene
        self._table: TokenTable | None = table_of(scene) if self._tokens else None

    def told(self, begin: int, end: int, conditions: Conditions) -> Conditions:
        """Conditions of a chunk's frames with prior, tokens, and a warp by the scene's depth; of one chunk after the
        other."""
        views = self._plan.viewpoints.frames(begin, end)
        finer = finer_for(views.size[0])
        fine = views.resized(*(finer * size for size in views.size))
        self.fine = drawn_of(self._scene, self._plan.names, fine, threads=self._threads, between=self._between)
        drawn = self.fine.coarser(finer)
        prior = prior_from(drawn, *sights_along(self._scene, views, self._tokenizer.stride), self._tokenizer)
        surfaces = surfaces_of(drawn, self._scene, views)
        self.seen = Seen(drawn, prior, surfaces)
        before = self._ends.get(begin - 1)
        unknown = prior.unknown
        warp = warp_through(surfaces, views, before, chunk=end - begin)[None]
        if conditions.warp is not None:
            warp = torch.where(_by_places(unknown.to(warp.device), warp) > _MOSTLY, conditions.warp, warp)
        # A chunk that memory does not suffice for is asked for again, shorter: what was before it is kept.
        self._ends = {begin - 1: before, end - 1: surfaces.frames(end - begin - 1, end - begin)}
        told = replace(conditions, warp=warp)
        if self._table is not None:
            poses = torch.from_numpy(surfaces.world_from_actor[(end - begin) // 2])
            told = replace(told, scene=tokens_at(self._table, views, poses))
        told = told_of(told, prior, self._level)
        # Who denoises from noise makes it up by itself.
        return told.with_unknown(unknown) if self._level is None else told


def _by_places(values: Tensor, warp: Tensor) -> Tensor:
    """Values of latents [B, T, V, 1, h, w] at the places of a warp [B, T, V, n, m, 2]."""
    resized = interpolate(values.flatten(0, 2), warp.shape[-3:-1], mode="nearest")
    return resized.view(*warp.shape[:-1], 1)
