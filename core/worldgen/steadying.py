"""Contrast and colours held while a drive goes on from its own pictures.

A small generator leaves every chunk a little softer and paler than the pictures that it goes on from, until all is mud:
within the picture of a camera, the deviation of each latent's channel shrinks, and its mean wanders. What a drive looks
like changes too, so nothing is done within a band around the frames that it begins with; beyond, latents are scaled and
moved to its edge (statistics of features as style: Huang and Belongie, "Arbitrary style transfer", 2017).

A drive that is gone on with later is held to the last frames that it has: the first ones are not at hand then. One
under another weather begins with first pictures that were relit (`core/jwm/relighting`), and is held to these; only
where there is nobody to relight them it has to come to that weather by itself.

Measured (`driftless evaluate generation`, 401 to 403, four steps): see the model card of `worldgen-tiny-dmd`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.worldgen.model.config import WorldGenConfig

MOST_MOVED = 0.1  # of a mean, in deviations
MOST_SCALED = 0.1  # of a deviation, as a logarithm
WAITS = 3
"""Chunks that a drive under another weather than its first pictures has to come to it."""

_LEAST = 1e-4


class Steadying:
    """Holds what follows to what a drive begins with."""

    def __init__(self, *, waits: int = 0, changes: bool = False) -> None:
        """
        Args:
            waits: chunks to be made before there is anything to hold to; 0: the given frames are.
            changes: whether the drive goes on to look less and less like its first pictures, so that nothing of what
                was seen may be left as it was.
        """
        self._waits, self.changes = waits, changes
        self._held_to: tuple[Tensor, Tensor] | None = None

    def begin(self, latents: Tensor) -> None:
        """Take given latents [B, T, V, C, h, w]."""
        if not self._waits:
            self._held_to = _moments(latents)

    def note(self, latents: Tensor) -> None:
        """Take made latents: those after the chunks that are waited for are held to from then on."""
        if self._held_to is not None:
            return
        self._waits = max(self._waits - 1, 0)
        if not self._waits:
            self._held_to = _moments(latents)

    def held(self, latents: Tensor) -> Tensor:
        """Made latents within the band."""
        return self._within(latents, -MOST_SCALED)

    def on_the_way(self, latents: Tensor) -> Tensor:
        """The same of what a chunk would be before its last step: softer it may be, as noise still hides what is fine;
        stronger contrast would grow from step to step."""
        return self._within(latents, -torch.inf)

    def _within(self, latents: Tensor, least: float) -> Tensor:
        if self._held_to is None:
            return latents
        (mean, deviation), (known, spread) = _moments(latents), self._held_to
        moved = ((mean - known) / spread).clamp(-MOST_MOVED, MOST_MOVED) * spread + known
        scaled = (deviation / spread).log().clamp(least, MOST_SCALED).exp() * spread
        return (latents - mean) * (scaled / deviation) + moved


def steadying_for(config: WorldGenConfig, *, anew: bool, changes: bool = False, made: int = 0) -> Steadying | None:
    """What holds a drive by a network: nothing if it heeds a scene, which has its contrast and colours, or was not
    distilled, and keeps its own.

    Args:
        config: of the network.
        anew: whether its sampler draws new noise in each step.
        changes: whether the weather is another one than that of the first frames.
        made: chunks that were made before, of a drive that goes on.
    """
    if config.prior_channels or not anew:
        return None
    return Steadying(waits=max(WAITS - made, 0) if changes else 0, changes=changes)


def _moments(latents: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel in the pictures of each camera."""
    variance, mean = torch.var_mean(latents.float(), (1, 4, 5), keepdim=True, correction=0)
    return mean.to(latents.dtype), variance.sqrt().clamp_min(_LEAST).to(latents.dtype)
