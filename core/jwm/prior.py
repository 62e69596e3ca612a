"""The prior: what the scene shows, as the generator takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from core.geometry import Camera, Pose
from core.jwm.drawing import Drawn, drawn_of
from core.scene import Scene
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.tokenizer import FrameTokenizer

FURTHER = ("nearness", "doubt", "unseen")
"""Channels after the latents of the render, each in [0, 1]: 1 at the camera and ½ at 10 m; what the splats' doubts come
to; which share of the space up to the first surface was never seen."""
_HALF_NEAR_M = 10.0
_KNOWN, _UNKNOWN = 0.9, 0.3
"""How well known a place is above which nothing is made up there, and below which all is."""
_AROUND, _HALF, _LARGE = 5, 0.5, 0.75
"""Latents each way. Nothing is made up where less than half of those around a place are unknown, and all of it where
three quarters are."""
LEAST_DOWN = 0.02
"""A ray that falls so much meets the ground, as far as anyone knows."""


def channels_of(latent_channels: int) -> int:
    """Of a prior, for latents of so many channels."""
    return latent_channels + len(FURTHER)


@dataclass(frozen=True, eq=False)
class Prior:
    """What a scene says about `T` frames of `V` cameras, one value for each latent."""

    channels: Tensor  # [B, T, V, C + 3, h, w] latents of the render, then `FURTHER`
    mask: Tensor  # [B, T, V, 1, h, w] in [0, 1]: where the render shows what is there, sky included
    known: Tensor  # [B, T, V, 1, h, w] in [0, 1]: where that was observed, or generated not long ago

    @property
    def unknown(self) -> Tensor:
        """Which share [B, T, V, 1, h, w] of each place is left to who makes things up: of large areas that nobody
        looked at. What is missing in between is better told by its surroundings."""
        nothing = ((_KNOWN - self.known) / (_KNOWN - _UNKNOWN)).clamp(0.0, 1.0)
        flat = nothing.flatten(0, 2)
        around = avg_pool2d(flat, _AROUND, 1, _AROUND // 2, count_include_pad=False).view_as(nothing)
        return nothing * ((around - _HALF) / (_LARGE - _HALF)).clamp(0.0, 1.0)

    def start_level(self, least: float | Tensor) -> Tensor:
        """The share of noise [B, T, V, 1, h, w] that denoising starts with: all where nothing is known, `least` where
        all is. With `least` [B, 1, 1, 1, 1, 1] each sample has its own."""
        return 1 - self.known * (1 - least)

    def told_to(self, conditions: Conditions, least: float | Tensor) -> Conditions:
        """Conditions of the same frames that have this prior."""
        level = self.start_level(least)
        return conditions.with_prior(self.channels, mask=self.mask, start_level=level)

    def to(self, device: torch.device | str) -> Prior:
        return Prior(self.channels.to(device), self.mask.to(device), self.known.to(device))


def prior_of(
    scene: Scene,
    names: Sequence[str],
    viewpoints: Viewpoints,
    tokenizer: FrameTokenizer,
    *,
    threads: int | None = None,
    between: Callable[[], None] = lambda: None,
) -> Prior:
    """The prior of some frames, B = 1, on the tokenizer's device.

    Args:
        scene: after all edits.
        names: of the cameras.
        viewpoints: times and poses in the scene's clock and world; pictures as large as the generator makes them.
        tokenizer: makes latents of the render.
        threads: that draw; all usable cores if None.
        between: called before each picture; may raise to end.
    """
    drawn = drawn_of(scene, names, viewpoints, threads=threads, between=between)
    return prior_from(drawn, *sights_along(scene, viewpoints, tokenizer.stride), tokenizer)


def prior_from(drawn: Drawn, seen: NDArray[np.float32], surface: NDArray[np.bool_], tokenizer: FrameTokenizer) -> Prior:
    """The prior of what was drawn, and of what `sights_along` tells about its rays."""
    device = next(tokenizer.parameters()).device

    def tensor(values: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(device)

    return prior_of_pictures(
        tensor(drawn.rgb).movedim(-1, 2).float() / 255,
        tensor(drawn.depth_m),
        tensor(drawn.alpha),
        tensor(drawn.doubt),
        tensor(drawn.generated),
        tensor(seen),
        tensor(surface),
        tokenizer,
    )


def prior_of_pictures(
    rgb: Tensor,
    depth_m: Tensor,
    alpha: Tensor,
    doubt: Tensor,
    generated: Tensor,
    seen: Tensor,
    surface: Tensor,
    tokenizer: FrameTokenizer,
) -> Prior:
    """The prior of pictures, B = 1; differentiable in them.

    Args:
        rgb: [T, V, 3, H, W] in [0, 1], over the sky.
        depth_m, alpha, doubt, generated: [T, V, H, W] as `Drawn` has them.
        seen: [T, V, h, w] which share of the space up to the first surface was seen.
        surface: [T, V, h, w] bool, whether there should be one.
        tokenizer: makes latents of the render.
    """
    near = alpha * _HALF_NEAR_M / (_HALF_NEAR_M + depth_m.clamp_min(0.0))
    nearness, alpha, doubt, generated = (
        avg_pool2d(each, tokenizer.stride)[:, :, None] for each in (near, alpha, doubt, generated)
    )
    seen = seen[:, :, None]
    latents = torch.unflatten(tokenizer.encode(rgb.flatten(0, 1)), 0, rgb.shape[:2])
    # Where no surface is expected, the sky is what is there.
    mask = torch.where(surface[:, :, None], alpha, 1.0)
    channels = torch.cat([latents, nearness, doubt, 1 - seen], 2)
    # What was generated is known where nobody looked, as far as it is trusted.
    known = mask * torch.maximum(seen, generated) * (1 - doubt).clamp_min(0.0)
    return Prior(channels[None], mask[None], known[None])


def sights_along(scene: Scene, viewpoints: Viewpoints, stride: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Of a ray through each latent (T, V, h, w): which share of it was seen, and whether it should meet a surface.

    Where nobody noted what of a scene's space was seen, all of it counts as seen, and rays downwards meet the ground.
    """
    height, width = (size // stride for size in viewpoints.size)
    shape = *viewpoints.t_ns.shape, height, width
    seen, surface = np.ones(shape, np.float32), np.zeros(shape, bool)
    for frame, view in np.ndindex(*viewpoints.t_ns.shape):
        rays, valid = _rays(viewpoints.cameras[view].resized(width, height))
        pose: Pose = viewpoints.world_from_camera[frame, view]
        if scene.observed is None:
            surface[frame, view] = (pose.rotate(rays)[:, 2] < -LEAST_DOWN).reshape(height, width)
        else:
            share, meets = scene.observed.seen_along(rays, pose)
            seen[frame, view], surface[frame, view] = share.reshape(height, width), meets.reshape(height, width)
        seen[frame, view][~valid] = 0.0
    return seen, surface


@lru_cache(maxsize=16)
def _rays(camera: Camera) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Unit rays (n, 3), straight ahead where the lens sees nothing, and where it sees (h, w)."""
    rays, valid = camera.pixel_rays()
    return np.where(valid[..., None], rays, (0.0, 0.0, 1.0)).reshape(-1, 3), valid
