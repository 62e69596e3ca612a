"""The tensors that tell the generator what to make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import torch
from torch import Tensor

from core.worldgen.conditions.viewpoints import Along
from core.worldgen.conditions.warping import OUTSIDE

CONDITIONS = ("layout", "rays", "ego_motion", "weather", "text", "reference", "prior", "scene")
"""Those that can be left out, each for itself."""

_PER_CAMERA = (
    "layout",
    "rays",
    "warp",
    "beside",
    "reference",
    "reference_mask",
    "repeated",
    "prior",
    "prior_mask",
    "start_level",
    "unknown",
)
_PER_FRAME = ("ego_motion", *_PER_CAMERA)
_WITH = {
    "reference": {"warp", "beside", "reference_mask", "repeated"},
    "prior": {"prior_mask", "start_level", "unknown"},
}
"""What goes when a condition goes."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """Conditions of `T` latent frames of `V` cameras. None stands for what is not known.

    Shapes: `h`, `w` are those of the latents; `H`, `W` of the layout a whole multiple of them.
    """

    layout: Tensor | None = None  # [B, T, V, L, H, W] boxes by class, their heading and distance, lanes
    rays: Tensor | None = None  # [B, T, V, 6, h, w] Plücker, in the frame of the ego where the chunk's context ends
    ego_motion: Tensor | None = None  # [B, T, 6] from the frame before: metres, rotation vector
    weather: Tensor | None = None  # [B, K] one-hot weather and light
    text: Tensor | None = None  # [B, S, D]
    warp: Tensor | None = None  # [B, T, V, n, m, 2] where the picture before the chunk shows it, in [-1, 1] across it
    beside: Tensor | None = None  # [B, T, V, n, m, 3] the same in another camera's picture, and that camera's number
    reference: Tensor | None = None  # [B, T, V, C, h, w] latents of these pictures, warped
    reference_mask: Tensor | None = None  # [B, T, V, 1, h, w] in [0, 1]: how much of it they show
    repeated: Tensor | None = None  # [B, T, V, 1, h, w] share of the reference that a sampler leaves as it is
    prior: Tensor | None = None  # [B, T, V, P, h, w]; the first C channels are the latents of the render
    prior_mask: Tensor | None = None  # [B, T, V, 1, h, w] in [0, 1]: how much of the prior is there at all
    start_level: Tensor | None = None  # [B, T, V, 1, h, w] share of noise that denoising starts with, the rest is prior
    unknown: Tensor | None = None  # [B, T, V, 1, h, w] share that is left to whoever knows no scene; see `inventing`
    scene: Tensor | None = None  # [B, N, D] tokens of the scene
    path: Along | None = None  # where the frames lie on their drive, B = 1
    kept: Mapping[str, Tensor] = field(default_factory=dict)  # [B] bool; True for all where a name is missing

    @property
    def length(self) -> int:
        """Number of frames.

        Raises:
            ValueError: nothing is known of any frame.
        """
        for name in _PER_FRAME:
            if (value := getattr(self, name)) is not None:
                return int(value.shape[1])
        raise ValueError("these conditions tell of no frame")

    def frames(self, begin: int, end: int) -> Self:
        """Those of some frames."""
        path = self.path and Along(self.path.drive, self.path.begin + begin)
        return replace(self._changed(_PER_FRAME, lambda value: value[:, begin:end]), path=path)

    def cameras(self, chosen: list[int]) -> Self:
        """Those of some cameras."""
        found = self._changed(_PER_CAMERA, lambda value: value[:, :, chosen])
        return replace(found, path=None, beside=None if found.beside is None else _renumbered(found.beside, chosen))

    def followed_by(self, other: Self) -> Self:
        """These frames and then the other's; what both have without a time axis is taken from here."""
        joined: dict[str, Any] = {
            name: torch.cat([one, getattr(other, name)], 1)
            for name in _PER_FRAME
            if (one := getattr(self, name)) is not None
        }
        return replace(self, **joined)

    def without(self, *names: str) -> Self:
        """The same without some, or without all."""
        gone = set(names or CONDITIONS)
        gone = gone.union(*(_WITH.get(name, set()) for name in gone))
        nothing: dict[str, Any] = dict.fromkeys(gone)
        return replace(self, **nothing)

    def with_warp(self, warp: Tensor, beside: Tensor | None = None) -> Self:
        return replace(self, warp=warp, beside=beside)

    def with_reference(self, reference: Tensor, *, mask: Tensor, repeated: Tensor | None = None) -> Self:
        return replace(self, reference=reference, reference_mask=mask, repeated=repeated)

    def with_prior(self, prior: Tensor, *, mask: Tensor, start_level: Tensor) -> Self:
        return replace(self, prior=prior, prior_mask=mask, start_level=start_level)

    def with_unknown(self, unknown: Tensor) -> Self:
        return replace(self, unknown=unknown)

    def with_text(self, text: Tensor) -> Self:
        return replace(self, text=text)

    def leaving_out(self, dropped: Mapping[str, Tensor]) -> Self:
        """The same, some left out of the samples [B] that say True."""
        kept = {name: self.kept.get(name, ~which) & ~which for name, which in dropped.items()}
        return replace(self, kept={**self.kept, **kept})

    def named(self) -> list[tuple[str, Tensor]]:
        """Those tensors that are there, with their names."""
        found = [(each.name, getattr(self, each.name)) for each in fields(self)]
        return [(name, value) for name, value in found if isinstance(value, Tensor)]

    def to(self, device: torch.device | str) -> Self:
        moved = self._changed(tuple(name for name, _ in self.named()), lambda value: value.to(device))
        return replace(moved, kept={name: value.to(device) for name, value in self.kept.items()})

    def in_type(self, dtype: torch.dtype) -> Self:
        return self._changed(tuple(name for name, _ in self.named()), lambda value: value.to(dtype))

    def _changed(self, names: tuple[str, ...], change: Callable[[Tensor], Tensor]) -> Self:
        changed: dict[str, Any] = {name: change(value) for name in names if (value := getattr(self, name)) is not None}
        return replace(self, **changed)


def _renumbered(beside: Tensor, chosen: list[int]) -> Tensor:
    """Places in pictures of other cameras, where only some of these are left."""
    places, of = beside[..., :2], beside[..., 2:]
    found = torch.full_like(beside, OUTSIDE)
    for number, camera in enumerate(chosen):
        found = torch.where(of == camera, torch.cat([places, torch.full_like(of, number)], -1), found)
    return found
