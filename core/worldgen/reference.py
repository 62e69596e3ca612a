"""The reference: the last picture before a chunk, warped to where its frames are."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample, interpolate

from core.worldgen.conditions import Conditions
from core.worldgen.conditions.seen_depth import warp_by_depth
from core.worldgen.depths import LOOKED_BACK, Depths


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

    def __init__(self, pictures: Pictures, depths: Depths | None = None) -> None:
        """
        Args:
            pictures: the tokenizer.
            depths: of the pictures before a chunk, by which they are moved if the conditions tell their path, instead
                of by the warp that the conditions tell.
        """
        self._pictures, self._depths = pictures, depths

    @torch.no_grad()
    def after(self, before: Tensor | None, conditions: Conditions) -> Conditions:
        """Those of one chunk, after the clean latents [B, T, V, C, h, w] of the one before, or after nothing."""
        if conditions.warp is None:
            return conditions
        if before is None:
            return self._nothing(conditions)
        conditions = self._moved(before, conditions)
        warp, stride = conditions.warp, self._pictures.stride
        assert warp is not None
        latents = before[:, -1].flatten(0, 1)
        pictures = self._pictures.decode(latents)
        lost = latents - self._pictures.encode(pictures).to(latents.dtype)
        flat = warp.transpose(1, 2).flatten(0, 2).movedim(-1, 1).to(pictures.dtype)
        warped, places = _warped(pictures, flat)
        inside = (places.abs() <= 1).all(-1, keepdim=True).movedim(-1, 1).to(pictures.dtype)
        back = _warped(lost.to(pictures.dtype), flat)[0]
        found = self._pictures.encode(warped) + back, avg_pool2d(inside, stride)
        shape = warp.shape[0], warp.shape[2], warp.shape[1]
        reference, mask = (each.view(*shape, *each.shape[1:]).transpose(1, 2) for each in found)
        return conditions.with_reference(reference.to(before.dtype), mask=mask.to(before.dtype))

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
        warp = warp_by_depth(depth_m, viewpoints.frames(last, last + 1), now)
        return conditions.with_warp(warp[None].to(before.device))

    def _nothing(self, conditions: Conditions) -> Conditions:
        assert conditions.warp is not None
        assert conditions.rays is not None
        shape = *conditions.warp.shape[:3], self._pictures.channels, *conditions.rays.shape[-2:]
        reference = conditions.rays.new_zeros(shape)
        return conditions.with_reference(reference, mask=torch.zeros_like(reference[:, :, :, :1]))


def _warped(pictures: Tensor, warp: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures [N, C, H, W] as each of their frames sees them, by a warp [N · frames, 2, n, m], and its places for each
    pixel [N · frames, H, W, 2]."""
    places = interpolate(warp, pictures.shape[-2:], mode="bilinear", align_corners=False).movedim(1, -1)
    repeated = pictures.repeat_interleave(len(warp) // len(pictures), 0)
    return grid_sample(repeated, places, padding_mode="border", align_corners=False), places


def worn(conditions: Conditions, strength: float) -> Conditions:
    """The same with noise in the reference, of each sample's own strength up to this: what is made is never clean."""
    if conditions.reference is None or not strength:
        return conditions
    much = strength * torch.rand(len(conditions.reference), 1, 1, 1, 1, 1, device=conditions.reference.device)
    return replace(conditions, reference=conditions.reference + much * torch.randn_like(conditions.reference))
