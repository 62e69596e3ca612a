"""Pictures under another weather and light than they were recorded in.

Splats, and the recorded pictures that are fetched from, keep the light they were seen in, and so does whoever repairs
renders. So pictures are made as they were recorded, finished, and only then relit: each pixel by a gain and an offset
that a small network tells, of what is around it, how far away it is, and both weathers. What is sharp stays sharp, and
what the scene knows and what is taken back into it stays in one light.

A generator that knows no scene goes on from the last pictures, as it learned to: there the first ones are relit, by
depths that are estimated of them, and the drive is as if it had always been under that weather. Told another weather
than its pictures have it showed a third of what that makes (`driftless evaluate generation`), from relit ones four
fifths, and as sharp as ever.

Measured on the demo city's drives 901 to 903, see the model cards of `jwm-tiny` and `worldgen-tiny-dmd`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.jwm.drawing import Drawn
from core.networks.files import hash_of
from core.networks.weights import load_weights, save_weights
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import street_depth
from core.worldgen.conditions.weather import WEATHER_SIZE, Light, Sky, weather_vector
from core.worldgen.depths import FAR_M, Depths

FILE = "relighter.safetensors"
"""Beside the weights of a preset's generator that heeds a scene."""

_HALF_NEAR_M = 10.0
_TOLD = 64  # numbers that both weathers become
_MOST_GAIN = 4.0  # logarithm
_SKY_FROM_M = 0.8 * FAR_M


class Relighter(nn.Module):
    """Tells a gain and an offset for each pixel, of pictures at three sizes."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.width = width
        widths = (width, 2 * width, 4 * width)
        self.told = nn.Sequential(nn.Linear(2 * WEATHER_SIZE, _TOLD), nn.SiLU(), nn.Linear(_TOLD, _TOLD), nn.SiLU())
        self.first = nn.Conv2d(5, width, 3, padding=1)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairwise(widths))
        self.coarser = nn.ModuleList(_Block(each) for each in widths)
        self.up = nn.ModuleList(nn.Conv2d(b, a, 3, padding=1) for a, b in pairwise(widths))
        self.finer = nn.ModuleList(_Block(each) for each in widths[:-1])
        self.last = nn.Conv2d(width, 6, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, pictures: Tensor, near: Tensor, solid: Tensor, recorded: Tensor, asked: Tensor) -> Tensor:
        """Relit pictures [N, 3, H, W] of

        Args:
            pictures: [N, 3, H, W] in [0, 1].
            near: [N, 1, H, W] 1 at the camera, ½ at 10 m, 0 for sky.
            solid: [N, 1, H, W] share of the light that anything but sky stops.
            recorded: [N, K] weather that they were recorded in, as `weather_vector` has it; 0 if no one knows.
            asked: [N, K] the other one.
        """
        told = self.told(torch.cat([recorded, asked], 1))
        values = self.first(torch.cat([2 * pictures - 1, near, solid], 1))
        kept = []
        for number, block in enumerate(self.coarser):
            if number:
                kept.append(values)
                values = self.down[number - 1](values)
            values = block(values, told)
        for number in reversed(range(len(self.up))):
            larger = functional.interpolate(values, kept[number].shape[2:], mode="nearest")
            values = self.finer[number](kept[number] + self.up[number](larger), told)
        gain, offset = self.last(functional.silu(values)).float().chunk(2, 1)
        return pictures * gain.clamp(-_MOST_GAIN, _MOST_GAIN).exp() + offset


class _Block(nn.Module):
    """Two convolutions, between which both weathers say what counts."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before, self.after = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.heeded = nn.Linear(_TOLD, 2 * width)

    def forward(self, values: Tensor, told: Tensor) -> Tensor:
        scale, shift = self.heeded(told)[:, :, None, None].chunk(2, 1)
        seen = self.before(functional.silu(values)) * (1 + scale) + shift
        return values + self.after(functional.silu(seen))


@dataclass(frozen=True, eq=False)
class Relighting:
    """From the weather of a log to the one that was asked for."""

    relighter: Relighter
    recorded: tuple[Sky, Light] | None  # None if no one knows
    asked: tuple[Sky, Light]
    hash: str  # of the relighter's weights
    share: float = 1.0  # of the sky that was asked for, see `weather_vector`

    def of(self, images: NDArray[np.uint8], drawn: Drawn) -> NDArray[np.uint8]:
        """Images (T, V, H, W, 3) under the weather that was asked for.

        Args:
            images: as they were recorded.
            drawn: what the scene shows of the same frames, as large.
        """
        return self._of(images, drawn.depth_m, drawn.alpha)

    def of_recorded(self, images: NDArray[np.uint8], viewpoints: Viewpoints, depths: Depths) -> NDArray[np.uint8]:
        """The same of images that no scene is known of.

        Args:
            images: (T, V, H, W, 3) that follow each other.
            viewpoints: of these.
            depths: estimates how far away is what they show.
        """
        size = images.shape[3], images.shape[2]
        depth_m = np.empty(images.shape[:4], np.float32)
        for frame in range(len(images)):
            known = depths.of_last(images[: frame + 1], viewpoints.frames(0, frame + 1))
            for view, (estimate, lens) in enumerate(zip(known, viewpoints.cameras, strict=True)):
                pose, ego = viewpoints.world_from_camera[frame, view], viewpoints.world_from_ego[frame]
                plain = street_depth(lens.resized(*estimate.shape[::-1]), pose, ego)
                known_m = np.where(np.isnan(estimate), plain, estimate).clip(0, FAR_M)
                depth_m[frame, view] = cv2.resize(known_m, size)
        return self._of(images, depth_m, (depth_m < _SKY_FROM_M).astype(np.float32))

    @torch.inference_mode()
    def _of(
        self, images: NDArray[np.uint8], depths_m: NDArray[np.float32], alpha: NDArray[np.float32]
    ) -> NDArray[np.uint8]:
        device = next(self.relighter.parameters()).device
        known = torch.zeros(WEATHER_SIZE) if self.recorded is None else weather_vector(*self.recorded)
        weathers = known, weather_vector(*self.asked, self.share)
        told = [each.to(device).expand(images.shape[1], -1) for each in weathers]
        found = np.empty_like(images)
        for frame, values in enumerate(zip(images, depths_m, alpha, strict=True)):  # memory is bounded
            pictures, depth_m, solid = (torch.from_numpy(each).to(device) for each in values)
            solid = solid[:, None]
            near = nearness_of(depth_m[:, None], solid)
            relit = self.relighter(pictures.movedim(-1, 1).float() / 255, near, solid, *told)
            found[frame] = (relit.clamp(0, 1) * 255 + 0.5).to(torch.uint8).movedim(1, -1).cpu().numpy()
        return found


def nearness_of(depth_m: Tensor, solid: Tensor) -> Tensor:
    """As a relighter takes it, of depths along the optical axis, and of the share of the light that is stopped."""
    return solid * _HALF_NEAR_M / (_HALF_NEAR_M + depth_m.clamp_min(0.0))


def relighting_beside(
    weights: Path,
    recorded: tuple[Sky, Light] | None,
    asked: tuple[Sky, Light] | None,
    device: torch.device,
    share: float = 1.0,
) -> Relighting | None:
    """How the relighter beside a generator's weights takes pictures to another weather, or to a share of its sky; None
    if none is asked for but the recorded one, or no relighter is there.

    Raises:
        UserError: as `load_relighter`.
    """
    path = weights.with_name(FILE)
    if asked is None or asked == recorded or not path.is_file():
        return None
    return Relighting(load_relighter(path).to(device), recorded, asked, hash_of(path), share)


def save_relighter(relighter: Relighter, path: Path) -> None:
    """Write it in half precision; replaces a file at once."""
    save_weights(relighter, path, {"width": str(relighter.width)})


def load_relighter(path: Path) -> Relighter:
    """The relighter of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    return load_weights(
        path,
        lambda facts: Relighter(int(facts["width"])),
        name="the relighter",
        remedy="Delete it, pictures then stay as recorded, or train one with `driftless train joint --stage relight`.",
    )
