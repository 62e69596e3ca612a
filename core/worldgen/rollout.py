"""Streaming: chunk after chunk from noise, each under its conditions and what the earlier ones left in the cache.

The sampler of few-step causal generators (Yin et al., CausVid, 2025; Huang et al., Self-Forcing, 2025): at each level
of the list the network's clean latents are noised anew to the next level; one more pass without noise writes the cache.
Networks that were not distilled follow the flow instead, in many steps and with the noise that they began with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.errors import UserError
from core.worldgen.conditions import Conditions
from core.worldgen.model.cache import KeyValueCache
from core.worldgen.model.transformer import Prepared, WorldGen
from core.worldgen.reference import Referring, Seen
from core.worldgen.schedule import at_level, checked_steps, clean_of, source_of, step_list
from core.worldgen.steadying import Steadying

Noise = Callable[[int, int, tuple[int, ...]], Tensor]
"""Normal noise of a chunk's step: number of the chunk, of the step, shape."""
Kept = tuple[Tensor, Tensor]
"""Clean latents [B, T, V, C, h, w], and the share [B, T, V, 1, h, w] of each that a sampler leaves as it is."""


class Rollout:
    """A drive that is being made. Memory does not grow with it."""

    def __init__(
        self,
        network: WorldGen,
        *,
        noise: Noise,
        steps: Sequence[float] | None = None,
        anew: bool = True,
        window: int | None = None,
        referring: Referring | None = None,
        steadying: Steadying | None = None,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin without any frame.

        Args:
            network: or what stands for it, as a wrapper of several devices does.
            noise: what each step draws; `seeded_noise` for the same drive each time.
            steps: levels of noise; four by the network's shift by default.
            anew: whether each step draws noise of its own, as distilled networks have it; else Euler steps.
            window: frames that a chunk sees, itself among them; the network's by default.
            referring: gives each chunk its reference, where the conditions tell of a warp.
            steadying: holds contrast and colours.
            between: called before each pass of the network; may raise to end the rollout.

        Raises:
            ValueError: the steps do not fall from 1.
        """
        config = network.config
        self.steps = checked_steps(step_list(4, config.shift) if steps is None else steps)
        self.cache = KeyValueCache(window or config.window, config.sink)
        self.chunks = 0
        self._network: Any = network
        self._noise, self._anew, self._between = noise, anew, between
        self._referring, self._steadying = referring, steadying
        self._last: Tensor | None = None
        self._began: Tensor | None = None  # the last chunk that was seen, not made
        self._first: Seen | None = None  # what that shows

    def see(self, latents: Tensor, conditions: Conditions) -> None:
        """Take clean latents [B, T, V, C, h, w] as the next frames: those that the drive begins with.

        Raises:
            UserError: a number is not finite.
        """
        _check_finite(latents, conditions)
        chunk = self._network.config.chunk
        for begin in range(0, latents.shape[1], chunk):
            some = latents[:, begin : begin + chunk]
            told = self._referred(conditions.frames(begin, begin + chunk))
            self._write(some, self._network.prepare(told))
            self._began, self._first = some, None
            if self._steadying is not None:
                self._steadying.begin(some)

    def go_on(
        self,
        conditions: Conditions,
        shape: tuple[int, ...],
        *,
        exit_step: int | None = None,
        remembered: Tensor | None = None,
    ) -> Tensor:
        """Make the next chunk: clean latents [B, T, V, C, h, w] of the shape that is asked.

        Where this fails, nothing has changed, and a shorter chunk can be asked for.

        Args:
            conditions: of the chunk.
            shape: of its latents.
            exit_step: number of the step after which the clean latents are taken as they are; only this step has a
                gradient then. The last by default.
            remembered: what later chunks shall see in place of what is made.

        Raises:
            UserError: a number is not finite.
        """
        clean, ready = self.denoised(conditions, shape, exit_step=exit_step)
        self.take(clean.detach() if remembered is None else remembered, ready)
        return clean

    def denoised(
        self,
        conditions: Conditions,
        shape: tuple[int, ...],
        *,
        exit_step: int | None = None,
        kept: Kept | None = None,
    ) -> tuple[Tensor, Prepared]:
        """The next chunk as `go_on` makes it, and what `take` needs to go on from there.

        Args:
            conditions: of the chunk.
            shape: of its latents.
            exit_step: as of `go_on`.
            kept: what is there already: denoising fits the rest to it (as Lugmayr et al., "RePaint", 2022). That
                of the reference which the conditions want repeated by default.

        Raises:
            UserError: a number is not finite.
        """
        _check_finite(None, conditions)
        if self._first is None and self._began is not None and self._referring is not None:
            self._first = self._referring.seen(self._began, conditions)
        conditions = self._referred(conditions)
        if kept is None and conditions.reference is not None and conditions.repeated is not None and not self._changes:
            kept = conditions.reference, conditions.repeated
        last = len(self.steps) - 1 if exit_step is None else exit_step
        latents = source_of(self._drawn(0, shape), conditions)
        with torch.no_grad():
            ready = still = self._network.prepare(conditions)
            for number in range(last):
                clean, source = self._ends(latents, self.steps[number], ready)
                clean = _keeping(clean, kept)
                if self._steadying is not None:
                    clean = self._steadying.on_the_way(clean)
                if self._anew:
                    source = source_of(self._drawn(number + 1, shape), conditions)
                latents = at_level(clean, source, _levels(latents, self.steps[number + 1]))
        if exit_step is not None and torch.is_grad_enabled():
            ready = self._network.prepare(conditions)
        clean, _ = self._ends(latents, self.steps[last], ready)
        clean = _keeping(clean, kept)
        if self._steadying is not None:
            clean = self._steadying.held(clean)
        return clean, still

    def take(self, latents: Tensor, ready: Prepared) -> None:
        """Go on from clean latents [B, T, V, C, h, w] of the chunk that was denoised last."""
        self._write(latents, ready)
        self.chunks += 1
        if self._steadying is not None:
            self._steadying.note(latents)

    @property
    def _changes(self) -> bool:
        """Whether the drive is to look less and less like what it begins with."""
        return self._steadying is not None and self._steadying.changes

    def _drawn(self, step: int, shape: tuple[int, ...]) -> Tensor:
        return self._noise(self.chunks, step, shape)

    def _ends(self, latents: Tensor, sigma: float, ready: Prepared) -> tuple[Tensor, Tensor]:
        """The clean latents and the source between which the network takes these to be."""
        self._between()
        levels = _levels(latents, sigma)
        predicted = self._network(latents, levels, ready, cache=self.cache)
        clean = clean_of(latents, predicted, levels)
        return clean, clean + predicted

    def _write(self, latents: Tensor, ready: Prepared) -> None:
        self._between()
        with torch.no_grad():
            self._network(latents, _levels(latents, 0.0), ready, cache=self.cache, write=True)
        self._last = latents

    def _referred(self, conditions: Conditions) -> Conditions:
        if self._referring is None:
            return conditions
        return self._referring.after(self._last, conditions, None if self._last is self._began else self._first)


def stream(
    network: WorldGen,
    first: Tensor,
    first_conditions: Conditions,
    conditions: Iterable[Conditions],
    *,
    seed: int = 0,
    steps: Sequence[float] | None = None,
    anew: bool = True,
    referring: Referring | None = None,
    steadying: Steadying | None = None,
    between: Callable[[], None] = lambda: None,
) -> Iterator[Tensor]:
    """Yield clean latents [B, T, V, C, h, w] chunk after chunk, as many as there are conditions.

    The next conditions are asked for only when the chunk before was taken, so they may be made of it.

    Args:
        network: with the weights to use.
        first: clean latents [B, T, V, C, h, w] of the frames that the drive begins with; T may be 0.
        first_conditions: of these.
        conditions: of each chunk.
        seed: the same gives the same drive on the same device.
        steps: levels of noise; four by default.
        anew: whether each step draws noise of its own, as distilled networks have it.
        referring: gives each chunk its reference, where the conditions tell of a warp.
        steadying: holds contrast and colours.
        between: called before each pass of the network; may raise to end.

    Raises:
        UserError: a number is not finite.
        ValueError: the steps do not fall from 1.
    """
    rollout = Rollout(
        network,
        noise=seeded_noise(seed, first.device),
        steps=steps,
        anew=anew,
        referring=referring,
        steadying=steadying,
        between=between,
    )
    with torch.inference_mode():
        rollout.see(first, first_conditions)
    for each in conditions:
        with torch.inference_mode():
            chunk = rollout.go_on(each, (first.shape[0], network.config.chunk, *first.shape[2:]))
        yield chunk


def seeded_noise(seed: int, device: torch.device | str = "cpu") -> Noise:
    """Noise that depends on nothing but the seed, the chunk and the step; drawn by the CPU for every device."""

    def noise(chunk: int, step: int, shape: tuple[int, ...]) -> Tensor:
        random = np.random.default_rng((seed, chunk, step))
        return torch.from_numpy(random.standard_normal(shape, np.float32)).to(device)

    return noise


def any_noise(device: torch.device | str = "cpu") -> Noise:
    """Noise of torch's own generator, for training."""
    return lambda _chunk, _step, shape: torch.randn(shape, device=device)


def _keeping(clean: Tensor, kept: Kept | None) -> Tensor:
    return clean if kept is None else clean.lerp(*kept)


def _levels(latents: Tensor, sigma: float) -> Tensor:
    return latents.new_full(latents.shape[:2], sigma)


def _check_finite(latents: Tensor | None, conditions: Conditions) -> None:
    bad = [] if latents is None or bool(latents.isfinite().all()) else ["first frames"]
    bad += [name for name, value in conditions.named() if not bool(value.isfinite().all())]
    if bad:
        what = f"The generator was given numbers that are not finite, in {', '.join(bad)}"
        raise UserError(what, remedy="Check the log's poses and boxes, and the scene that the prior was drawn of.")
