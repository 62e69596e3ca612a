"""The reference: the last picture before a chunk, those beside it, and those that the drive began with, warped to where
the chunk's frames are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, grid_sample, interpolate, max_pool2d

from core.worldgen.conditions import Conditions
from core.worldgen.conditions.seen_depth import moved_by_depth
from core.worldgen.conditions.viewpoints import Along, Viewpoints
from core.worldgen.conditions.warping import UNSEEN
from core.worldgen.depths import LOOKED_BACK, Depths
from core.worldgen.model.config import WorldGenConfig

_COARSE, _FINE = 0.5, 0.9
"""Pixels of the picture before, each way, for one that is seen."""
REPEATS = 0.8
"""What was seen finely enough is there already, and a small network makes it worse: of the fine parts of last pictures
so much is left as it is. Where things came near, so that they are too coarse, and where nothing was seen, the network
has its way. Of actors that come near it would make shreds: however coarse, what was seen of them is left, too. What
that does to figures: see the model card of `worldgen-tiny-dmd`."""

_LEAP = 2.0
"""From where on neighbouring places are not those of one surface."""
_WORTH = 0.3
"""Pixels of the first pictures, each way, that are as good as one of the last picture: the latter was made, of what was
made before. Anything from 0.2 to 0.5 is as good."""
_SPECK = 5  # places each way; less of the first pictures is no surface but a leaf before the sky


class Pictures(Protocol):
    """Whatever turns single frames into latents and back."""

    @property
    def channels(self) -> int: ...

    @property
    def stride(self) -> int: ...

    def encode(self, images: Tensor) -> Tensor: ...

    def decode(self, latents: Tensor) -> Tensor: ...


@dataclass(frozen=True, eq=False)
class Seen:
    """What `V` cameras saw at one instant."""

    pictures: Tensor  # [V, 3, H, W]
    lost: Tensor  # [V, C, h, w] what their latents lose when they become pictures and latents again
    depth_m: NDArray[np.float32]  # (V, n, m) as `moved_by_depth` takes them
    viewpoints: Viewpoints  # of the one frame


class Referring:
    """Gives conditions that tell of a warp their reference.

    Warped from chunk to chunk, what was seen wears off: depths of pictures that were made are worse, and whatever was
    made stays as wrong as it is. So the pictures that a drive began with are kept (`Seen`), and go on to be shown where
    they are fine enough, and where the last picture shows nothing; actors among them move with their boxes. Houses and
    trees stay what they are for twice as long. After one second, three drives of the demo city (401 to 403)
    came to 14.2, 15.0 and 14.5 dB of the truth instead of 13.9, 14.9 and 13.6.

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
    def seen(self, before: Tensor, conditions: Conditions) -> Seen | None:
        """What the last of clean latents [B, T, V, C, h, w] show, to be shown again in chunks to come; None if no one
        knows how far away it is.

        Args:
            before: recorded, so that they agree with each other.
            conditions: of the chunk after them.
        """
        if self._depths is None or conditions.path is None:
            return None
        latents = before[:, -1].flatten(0, 1)
        pictures, lost = self._shown(latents)
        depth_m, viewpoints = self._estimated(self._depths, before, conditions.path)
        return Seen(pictures, lost, depth_m, viewpoints)

    @torch.no_grad()
    def after(self, before: Tensor | None, conditions: Conditions, first: Seen | None = None) -> Conditions:
        """Those of one chunk, after the clean latents [B, T, V, C, h, w] of the one before, or after nothing.

        Args:
            before: that chunk.
            conditions: of this chunk.
            first: what was seen earlier and is to be shown again; the chunk before was made after it.
        """
        if conditions.warp is None:
            return conditions
        if before is None:
            return self._nothing(conditions)
        actors = None
        if self._depths is not None and conditions.path is not None:
            # Pictures that were made agree on motion that is wrong, so each of them is looked at for itself.
            looked_at = before if first is None else before[:, -1:]
            conditions, actors = _moved_from(*self._estimated(self._depths, looked_at, conditions.path), conditions)
        found = _gathered_all(*self._shown(before[:, -1].flatten(0, 1)), conditions, actors)
        if first is not None:
            again = _gathered_all(first.pictures, first.lost, *_moved_from(first.depth_m, first.viewpoints, conditions))
            found = _joined(found, again, self._pictures.stride)
        assert conditions.warp is not None
        latents = self._pictures.encode(found.pictures) + found.lost
        mask = avg_pool2d(found.shown, self._pictures.stride)
        batch, times, views = conditions.warp.shape[:3]
        reference, mask = (
            each.view(batch, views, times, *each.shape[1:]).transpose(1, 2).to(before.dtype) for each in (latents, mask)
        )
        repeated = None
        if self._repeats:
            fineness = ((found.size - _COARSE) / (_FINE - _COARSE)).clamp(0, 1) * (found.size < _LEAP)
            fineness = torch.where(found.actors, 1.0, fineness)
            size = mask.shape[-2], mask.shape[-1]
            fine = adaptive_avg_pool2d(fineness.flatten(0, 2)[:, None], size).view(mask.shape)
            repeated = (self._repeats * fine * mask).to(before.dtype)
        return conditions.with_reference(reference, mask=mask, repeated=repeated)

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

    def _shown(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures [N, 3, H, W] of latents [N, C, h, w], and what latents lose on the way there and back."""
        pictures = self._pictures.decode(latents)
        return pictures, latents - self._pictures.encode(pictures).to(latents.dtype)

    def _estimated(self, depths: Depths, before: Tensor, path: Along) -> tuple[NDArray[np.float32], Viewpoints]:
        """Depths of the last picture of latents [1, T, V, C, h, w] before a path, and from where it was seen."""
        viewpoints = path.before(min(before.shape[1], LOOKED_BACK))
        latents = before[0, before.shape[1] - len(viewpoints) :]
        pictures = self._pictures.decode(latents.flatten(0, 1)).clamp(0, 1).movedim(1, -1)
        images = (pictures * 255 + 0.5).to(torch.uint8).cpu().numpy().reshape(*latents.shape[:2], *pictures.shape[1:])
        last = len(viewpoints) - 1
        return depths.of_last(images, viewpoints), viewpoints.frames(last, last + 1)

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


@dataclass(frozen=True, eq=False)
class _Gathered:
    """What some pictures show of what frames see."""

    pictures: Tensor  # [B · V · T, 3, H, W]
    lost: Tensor  # [B · V · T, C, h, w]
    shown: Tensor  # [B · V · T, 1, H, W] whether they show it
    size: Tensor  # [B, T, V, n, m] pixels of these pictures, each way, to one that is seen
    known: Tensor  # [B, T, V, n, m] whether there is a place in them
    actors: Tensor  # [B, T, V, n, m] whether that is known to be an actor


def _gathered_all(pictures: Tensor, lost: Tensor, conditions: Conditions, actors: Tensor | None) -> _Gathered:
    found, shown = _gathered(pictures, conditions)
    back, _ = _gathered(lost.to(pictures.dtype), conditions)
    places = _places(conditions)
    known = (places.abs() <= 1).all(-1)
    return _Gathered(found, back, shown, _size(places), known, torch.zeros_like(known) if actors is None else actors)


def _joined(last: _Gathered, first: _Gathered, stride: int) -> _Gathered:
    """The last pictures, in whose place the first ones stand where they are fine enough, or alone show anything."""
    fine = ((first.size >= _WORTH) & (first.size < _LEAP)).float().flatten(0, 2)[:, None]
    whole = max_pool2d(-max_pool2d(-fine, _SPECK, 1, _SPECK // 2), _SPECK, 1, _SPECK // 2)
    chosen = first.known & ((whole[:, 0].view(first.size.shape) > 0) | ~last.known)
    by_camera = chosen.transpose(1, 2).flatten(0, 2)[:, None].to(last.pictures.dtype)
    share = interpolate(by_camera, last.pictures.shape[-2:], mode="nearest") * first.shown
    return _Gathered(
        last.pictures.lerp(first.pictures, share),
        last.lost.lerp(first.lost, avg_pool2d(share, stride)),
        torch.maximum(last.shown, share),
        torch.where(chosen, first.size, last.size),
        chosen | last.known,
        torch.where(chosen, first.actors, last.actors),
    )


def _moved_from(depth_m: NDArray[np.float32], source: Viewpoints, conditions: Conditions) -> tuple[Conditions, Tensor]:
    """Conditions with a warp of pictures of one frame, by their depths, and where it shows actors [1, T, V, n, m]."""
    assert conditions.path is not None and conditions.warp is not None
    moved = moved_by_depth(depth_m, source, conditions.path.frames(0, conditions.length))
    device = conditions.warp.device
    warped = conditions.with_warp(moved.warp[None].to(device), moved.beside[None].to(device))
    return warped, moved.actors[None].to(device)


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


def _places(conditions: Conditions) -> Tensor:
    """Where [B, T, V, n, m, 2] own pictures show what frames see, or else those beside."""
    warp, beside = conditions.warp, conditions.beside
    assert warp is not None
    return warp if beside is None else torch.where((warp.abs() <= 1).all(-1, True), warp, beside[..., :2])


def _size(places: Tensor) -> Tensor:
    """Pixels of a picture, each way, to one of a frame that sees what is at its places [..., n, m, 2]; large at edges,
    where places leap."""
    rows, columns = places.shape[-3:-1]
    across = torch.diff(places, dim=-2, append=2 * places[..., -1:, :] - places[..., -2:-1, :]) * (columns / 2)
    down = torch.diff(places, dim=-3, append=2 * places[..., -1:, :, :] - places[..., -2:-1, :, :]) * (rows / 2)
    area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
    return area.abs().sqrt()


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
