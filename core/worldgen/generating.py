"""Pictures of all cameras, chunk after chunk, from a plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import UserError
from core.networks.memory import made_in_pieces
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.layout import CHANNELS
from core.worldgen.conditions.weather import WEATHER_SIZE
from core.worldgen.depths import Depths
from core.worldgen.inventing import Inventing
from core.worldgen.model import WorldGen
from core.worldgen.model.weights import load_worldgen, origin_of
from core.worldgen.plan import Plan
from core.worldgen.reference import referring_for
from core.worldgen.rollout import Rollout, seeded_noise
from core.worldgen.schedule import step_list
from core.worldgen.steadying import Steadying, steadying_for
from core.worldgen.tokenizer import FrameTokenizer, load_tokenizer

Further = Callable[[int, int, Conditions], Conditions]
"""Conditions of the frames from one number to another that say more than those given."""
AnyRollout = Rollout | Inventing


@dataclass(frozen=True, eq=False)
class MadeChunk:
    """Frames that were made at once, and where the time went."""

    begin: int  # number of the first frame of the plan
    images: NDArray[np.uint8]  # (T, V, H, W, 3) RGB
    conditions_s: float
    model_s: float
    decode_s: float
    warnings: tuple[str, ...] = ()  # for the user

    @property
    def shown(self) -> NDArray[np.uint8]:
        """What the user gets to see: all couplings' pictures, of the size that each has."""
        return self.images


@dataclass(frozen=True, eq=False)
class Generator:
    """A network and its tokenizer on a device."""

    network: WorldGen
    tokenizer: FrameTokenizer
    device: torch.device
    anew: bool  # whether its sampler draws new noise in each step
    depths: Depths | None = None  # of the last pictures, by which they are moved; without, the world is a plain street

    @classmethod
    def load(cls, weights: Path, tokenizer: Path, device: torch.device, *, depths: Depths | None = None) -> Generator:
        """
        Raises:
            UserError: a file is missing, damaged, or the two do not belong together.
        """
        network, pictures = load_worldgen(weights), load_tokenizer(tokenizer)
        config = network.config
        known = config.latent_channels, config.layout_channels, config.weather_kinds
        if known != (pictures.channels, len(CHANNELS), WEATHER_SIZE):
            remedy = "Choose those that were trained together, by `driftless train chain`."
            raise UserError("Generator and tokenizer do not belong together", path=weights, remedy=remedy)
        return cls(network.to(device), pictures.to(device), device, origin_of(weights).anew, depths)

    @property
    def multiple(self) -> int:
        """Of which the sides of pictures are."""
        return self.tokenizer.stride * self.network.config.patch

    def make(
        self,
        plan: Plan,
        *,
        seed: int,
        steps: int,
        inventor: Inventor | None = None,
        further: Further = lambda begin, end, told: told,
        between: Callable[[], None] = lambda: None,
    ) -> Iterator[MadeChunk]:
        """Make the frames of a plan. Memory does not grow with their number.

        Where memory does not suffice for a chunk, it and those after it have fewer frames, and a warning says so.

        Args:
            plan: what they shall show.
            seed: the same makes the same frames on the same device.
            steps: of the sampler.
            inventor: makes what the conditions call unknown; nobody by default.
            further: adds to the conditions of each chunk; asked when the chunk before was taken.
            between: called before each pass of the network; may raise to end.

        Raises:
            UserError: a number is not finite, or memory does not suffice for a single frame.
        """
        chunk = self.network.config.chunk
        before = plan.made // chunk
        steadying = steadying_for(self.network.config, anew=self.anew, changes=plan.changes, made=before)
        own = self._rollout(seed, steps, between, steadying)
        rollout = own if inventor is None else inventor.beside(own, seed, between)
        rollout.chunks = before  # the noise of a drive that goes on is that of one that never stopped
        begin, size = 0, chunk
        while begin < len(plan.given):
            seen, size = made_in_pieces(partial(self._see, rollout, plan, further, begin), size)
            begin += seen
        size = chunk
        while begin < len(plan):
            made, fitting = made_in_pieces(partial(self._made, rollout, plan, further, begin), size)
            if fitting < size:
                told = f"Memory does not suffice for {size} frames at once; from here on {fitting} are made at a time"
                made = replace(made, warnings=(told,))
            yield made
            begin, size = begin + len(made.images), fitting

    def _rollout(
        self, seed: int, steps: int, between: Callable[[], None], steadying: Steadying | None = None
    ) -> Rollout:
        return Rollout(
            self.network,
            noise=seeded_noise(seed, self.device),
            steps=step_list(steps, self.network.config.shift),
            anew=self.anew,
            referring=referring_for(self.network.config, self.tokenizer, self.depths, anew=self.anew),
            steadying=steadying,
            between=between,
        )

    @torch.inference_mode()
    def _see(self, rollout: AnyRollout, plan: Plan, further: Further, begin: int, frames: int) -> int:
        """Take some of the given frames in; answers how many."""
        end = min(begin + frames, len(plan.given))
        told = further(begin, end, plan.conditions(begin, end, self.tokenizer.stride))
        rollout.see(self._encoded(plan.as_tensor()[begin:end]), told.to(self.device))
        return end - begin

    @torch.inference_mode()
    def _made(self, rollout: AnyRollout, plan: Plan, further: Further, begin: int, frames: int) -> MadeChunk:
        end = min(begin + frames, len(plan))
        grid = (size // self.tokenizer.stride for size in plan.viewpoints.size)
        shape = 1, end - begin, len(plan.names), self.network.config.latent_channels, *grid
        times = [time.perf_counter()]
        told = further(begin, end, plan.conditions(begin, end, self.tokenizer.stride)).to(self.device)
        times.append(time.perf_counter())
        latents = rollout.go_on(told, shape)
        self._finish()
        times.append(time.perf_counter())
        # The frames are made by now, so that decoding must not fail for being too much at once.
        images, _ = made_in_pieces(partial(self._decoded, latents), latents.shape[1] * latents.shape[2])
        times.append(time.perf_counter())
        conditions_s, model_s, decode_s = np.diff(times).tolist()
        return MadeChunk(begin, images, conditions_s, model_s, decode_s)

    def _encoded(self, images: Tensor) -> Tensor:
        """Latents [1, k, V, C, h, w] of images [k, V, 3, H, W]."""
        latents = self.tokenizer.encode(images.flatten(0, 1).to(self.device))
        return latents.view(1, *images.shape[:2], *latents.shape[1:])

    def _decoded(self, latents: Tensor, at_once: int) -> NDArray[np.uint8]:
        """Images (T, V, H, W, 3) of latents [1, T, V, C, h, w], so many at once."""
        flat = torch.cat([self.tokenizer.decode(some) for some in torch.split(latents.flatten(0, 2), at_once)])
        pictures = flat.view(*latents.shape[1:3], *flat.shape[1:]).movedim(2, -1)
        return (pictures * 255 + 0.5).to(torch.uint8).cpu().numpy()

    def _finish(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


@dataclass(frozen=True)
class Inventor:
    """A generator that knows no scene, for what another one does not know."""

    generator: Generator
    steps: int  # of its sampler

    def beside(self, rollout: Rollout, seed: int, between: Callable[[], None]) -> Inventing:
        config = self.generator.network.config
        own = self.generator._rollout(seed, self.steps, between)
        return Inventing(rollout, own, remembers=config.window - config.chunk)
