"""The reference: the last picture before a chunk, and those beside it, warped to where the chunk's frames are."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, grid_sample, interpolate

from core.worldgen.conditions import Conditions
from core.worldgen.conditions.seen_depth import moved_by_depth
from core.worldgen.conditions.warping import UNSEEN
from core.worldgen.depths import LOOKED_BACK, Depths
from core.worldgen.model.config import WorldGenConfig

_COARSE, _FINE = 0.5, 0.9
"""Pixels of the picture before, each way, for one that is seen."""
REPEATS = 0.8
"""What was seen finely enough is there already, and a small network makes it worse: of the fine parts of last pictures
so much is left as it is. Where things came near, so that they are too coarse, and where nothing was seen, the network
has its way. What that does to figures: see the model card of `worldgen-tiny-dmd`."""


class Pictures(Protocol):
    """Whatever turns single frames into latents and back."""

    @property
    def channels(self) -> int: ...

    @property
    def stride(self) -> int: ...

    def encode(self, images: Tensor) -> Tensor: ...

    def decode(self, latents: Tensor) -> Tensor: ...


class Referring:
    """Gives conditions that tell of a warp their reference.

    Latents that become pictures and latents again are not quite the same, each time a little farther: 40 times there
    and back make those of a picture of the demo city twice as large, and its contrast half as strong again. What one
    time changes is known, and is warped and taken back, so that a picture that nothing moves is its own reference
    however long it stands.
    """

    def __init__(self, pictures: Pictures, depths: Depths | None = None, *, repeats: float = 0.0) -> None:
        """
        Args:
            pictures: the tokenizer.
            depths: of the pictures before a chunk, by which they are moved if the conditions tell their path, instead
                of by the warp that the conditions tell.
            repeats: share of what pictures show as large as it was, or larger, that a sampler shall leave as it is.
        """
        self._pictures, self._depths, self._repeats = pictures, depths, repeats

    @torch.no_grad()
    def after(self, before: Tensor | None, conditions: Conditions) -> Conditions:
        """Those of one chunk, after the clean latents [B, T, V, C, h, w] of the one before, or after nothing."""
        if conditions.warp is None:
            return conditions
        if before is None:
            return self._nothing(conditions)
        conditions = self._moved(before, conditions)
        assert conditions.warp is not None
        latents = before[:, -1].flatten(0, 1)
        pictures = self._pictures.decode(latents)
        lost = latents - self._pictures.encode(pictures).to(latents.dtype)
        warped, shown = _gathered(pictures, conditions)
        back, _ = _gathered(lost.to(pictures.dtype), conditions)
        found = self._pictures.encode(warped) + back, avg_pool2d(shown, self._pictures.stride)
        shape = conditions.warp.shape[0], conditions.warp.shape[2], conditions.warp.shape[1]
        reference, mask = (each.view(*shape, *each.shape[1:]).transpose(1, 2) for each in found)
        repeated = None
        if self._repeats:
            size = mask.shape[-2], mask.shape[-1]
            fine = adaptive_avg_pool2d(_fineness(conditions).flatten(0, 2)[:, None], size).view(mask.shape)
            repeated = (self._repeats * fine * mask).to(before.dtype)
        return conditions.with_reference(reference.to(before.dtype), mask=mask.to(before.dtype), repeated=repeated)

    def along(self, latents: Tensor, conditions: Conditions, chunk: int) -> Conditions:
        """Those of whole clips: each chunk after the clean latents [B, T, V, C, h, w] before it, the first after
        nothing."""
        if conditions.warp is None:
            return conditions
        pieces = [
            self.after(latents[:, begin - chunk : begin] if begin else None, conditions.frames(begin, begin + chunk))
            for begin in range(0, conditions.length, chunk)
        ]
        found = [(each.reference, each.reference_mask) for each in pieces]
        reference = torch.cat([one for one, _ in found if one is not None], 1)
        return conditions.with_reference(reference, mask=torch.cat([mask for _, mask in found if mask is not None], 1))

    def _moved(self, before: Tensor, conditions: Conditions) -> Conditions:
        """Conditions with a warp by the depths of the pictures before, if these are known."""
        if self._depths is None or conditions.path is None:
            return conditions
        count = min(before.shape[1], LOOKED_BACK)
        viewpoints = conditions.path.before(count)
        latents = before[0, before.shape[1] - len(viewpoints) :]
        pictures = self._pictures.decode(latents.flatten(0, 1)).clamp(0, 1).movedim(1, -1)
        images = (pictures * 255 + 0.5).to(torch.uint8).cpu().numpy().reshape(*latents.shape[:2], *pictures.shape[1:])
        depth_m, last = self._depths.of_last(images, viewpoints), len(viewpoints) - 1
        now = conditions.path.frames(0, conditions.length)
        moved = moved_by_depth(depth_m, viewpoints.frames(last, last + 1), now)
        return conditions.with_warp(moved.warp[None].to(before.device), moved.beside[None].to(before.device))

    def _nothing(self, conditions: Conditions) -> Conditions:
        assert conditions.warp is not None
        assert conditions.rays is not None
        shape = *conditions.warp.shape[:3], self._pictures.channels, *conditions.rays.shape[-2:]
        reference = conditions.rays.new_zeros(shape)
        return conditions.with_reference(reference, mask=torch.zeros_like(reference[:, :, :, :1]))


def referring_for(
    config: WorldGenConfig, pictures: Pictures, depths: Depths | None = None, *, anew: bool
) -> Referring | None:
    """What gives a network its references; nothing if it takes none.

    Args:
        config: of the network.
        pictures: the tokenizer.
        depths: as of `Referring`.
        anew: whether its sampler draws new noise in each step. Such a student repeats what was seen, unless it heeds a
            scene, which knows better.
    """
    if not config.reference:
        return None
    return Referring(pictures, depths, repeats=REPEATS if anew and not config.prior_channels else 0.0)


def _gathered(pictures: Tensor, conditions: Conditions) -> tuple[Tensor, Tensor]:
    """Pictures [B · V, C, H, W] as each frame sees them [B · V · T, C, H, W], and whether they show it
    [B · V · T, 1, H, W]: each camera's own, and what others know beside it."""
    warp, beside = conditions.warp, conditions.beside
    assert warp is not None
    batch, times, views = warp.shape[:3]
    found, shown = _warped(pictures, _by_camera(warp, pictures))
    if beside is None:
        return found, shown
    kind, by_picture = pictures.dtype, pictures.view(batch, views, *pictures.shape[1:])
    there = (beside[..., :2].abs() <= 1).all(-1, keepdim=True)
    for other in range(views):
        of_other = there & (beside[..., 2:] == other)
        needed = of_other.flatten(3).any(-1).any(1)  # [B, V]
        if not bool(needed.any()):
            continue
        # Between places of this camera and of others, or nowhere, lies none that it shows.
        places = torch.where(of_other, beside[..., :2], UNSEEN)
        some = by_picture[:, other].repeat_interleave(views, 0)[needed.flatten()]
        chosen = _by_camera(places, pictures).view(batch * views, times, 2, *places.shape[3:5])[needed.flatten()]
        moved, seen = _warped(some, chosen.flatten(0, 1))
        rows = needed.flatten().repeat_interleave(times)
        new = seen * (1 - shown[rows])
        found[rows] = torch.where(new > 0, moved, found[rows])
        shown[rows] = (shown[rows] + new).to(kind)
    return found, shown


def _fineness(conditions: Conditions) -> Tensor:
    """Whether what frames see [B, T, V, n, m] was seen finely enough before: 0 where a pixel of the picture before has
    to do for two each way, 1 where it has to do for little more than one, 0 at edges, where places leap."""
    warp, beside = conditions.warp, conditions.beside
    assert warp is not None
    places = warp if beside is None else torch.where((warp.abs() <= 1).all(-1, True), warp, beside[..., :2])
    rows, columns = places.shape[3:5]
    across = torch.diff(places, dim=4, append=2 * places[..., -1:, :] - places[..., -2:-1, :]) * (columns / 2)
    down = torch.diff(places, dim=3, append=2 * places[..., -1:, :, :] - places[..., -2:-1, :, :]) * (rows / 2)
    area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
    size = area.abs().sqrt()
    return ((size - _COARSE) / (_FINE - _COARSE)).clamp(0, 1) * (size < 2)


def _by_camera(places: Tensor, pictures: Tensor) -> Tensor:
    """Places [B, T, V, n, m, 2] as [B · V · T, 2, n, m]."""
    return places.transpose(1, 2).flatten(0, 2).movedim(-1, 1).to(pictures.dtype)


def _warped(pictures: Tensor, warp: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures [N, C, H, W] as each of their frames sees them, by a warp [N · frames, 2, n, m], and whether they show
    it [N · frames, 1, H, W]."""
    places = interpolate(warp, pictures.shape[-2:], mode="bilinear", align_corners=False).movedim(1, -1)
    repeated = pictures.repeat_interleave(len(warp) // len(pictures), 0)
    found = grid_sample(repeated, places, padding_mode="border", align_corners=False)
    return found, (places.abs() <= 1).all(-1, keepdim=True).movedim(-1, 1).to(pictures.dtype)


def worn(conditions: Conditions, strength: float) -> Conditions:
    """The same with noise in the reference, of each sample's own strength up to this: what is made is never clean."""
    if conditions.reference is None or not strength:
        return conditions
    much = strength * torch.rand(len(conditions.reference), 1, 1, 1, 1, 1, device=conditions.reference.device)
    return replace(conditions, reference=conditions.reference + much * torch.randn_like(conditions.reference))
