"""Learning to relight pictures: the demo city under one weather, against itself under another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import permutations
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from core.jwm.relighting import Relighter, nearness_of
from core.networks.devices import chosen_device, in_half
from core.training.jwm.lights import Lit, read_lit
from core.training.jwm.pixelwise import train_pixelwise
from core.training.jwm.stages import Relight
from core.training.worldgen.loop import Running
from core.worldrec.model.losses import dissimilarity

_DEPTH_OFF = 0.2  # at most, of the logarithm of depths that are a little wrong
_LIGHT = 0.85, 1.15  # of both pictures: cameras are not exposed alike
_GAIN, _TINT, _GAMMA, _SATURATION = (0.7, 1.3), (0.88, 1.12), (0.7, 1.5), (0.4, 1.2)  # of other cameras
_KEPT = 24  # cities in memory
_CHECKED = 8  # pictures of each city

Pair = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
"""What a relighter takes, pictures first, and the truth."""


def train_relighter(
    cities: Sequence[Path], checks: Sequence[Path], run: Path, stage: Relight, running: Running
) -> Relighter:
    """Train until its steps are done or it is stopped; the same call goes on.

    Args:
        cities: files of pictures to learn from.
        checks: of cities that are never learned from.
        run: folder of the run.
        stage: how.
        running: how, too.

    Returns:
        The relighter of averaged weights.

    Raises:
        UserError: a file cannot be read, or the run's folder holds another network.
    """
    device = chosen_device(running.device)
    read = lru_cache(maxsize=_KEPT)(read_lit)

    def loss(relighter: Relighter, random: np.random.Generator) -> Tensor:
        # Few cities at once: each has to be read.
        lit = [read(cities[int(random.integers(len(cities)))]) for _ in range(2)]
        pairs = [_crop(lit[number % len(lit)], stage, random) for number in range(stage.batch)]
        *given, truth = (torch.stack(each).to(device) for each in zip(*pairs, strict=True))
        with in_half(device):
            found = relighter(*given)
        everywhere = torch.ones_like(truth[:, :1])
        alike = torch.stack([dissimilarity(*each) for each in zip(found, truth, everywhere, strict=True)])
        return (found - truth).abs().mean() + stage.dissimilarity * alike.mean()

    return train_pixelwise(
        lambda: Relighter(stage.width), loss, lambda relighter: described(relighter, checks), run, stage, running
    )


@torch.inference_mode()
def described(relighter: Relighter, checks: Sequence[Path]) -> str:
    """Mean PSNR in dB over all pairs of weathers, of pictures as they were and relit."""
    device, found = next(relighter.parameters()).device, list[Tensor]()
    for path in checks:
        lit = read_lit(path)
        chosen = torch.linspace(0, len(lit.rgb) - 1, _CHECKED).long()
        pictures, depth_m = lit.rgb[chosen].to(device).float() / 255, lit.depth_m[chosen].to(device)
        solid = depth_m.isfinite().float()
        near = nearness_of(depth_m.nan_to_num(posinf=0.0), solid)
        for one, other in permutations(range(len(lit.weathers)), 2):
            told = (lit.weathers[each].to(device).expand(len(pictures), -1) for each in (one, other))
            relit = relighter(pictures[:, one], near, solid, *told).clamp(0, 1)
            errors = [(each - pictures[:, other]).square().mean((1, 2, 3)) for each in (pictures[:, one], relit)]
            found.append(-10 * torch.stack(errors).clamp_min(1e-9).log10().mean(1))
    before, after = torch.stack(found).mean(0).tolist() if found else (0.0, 0.0)
    return f"as it was {before:.2f}, relit {after:.2f} dB"


def _crop(lit: Lit, stage: Relight, random: np.random.Generator) -> Pair:
    """A square piece under two weathers, mirrored or not: what a relighter takes, and the truth."""
    number = int(random.integers(len(lit.rgb)))
    height, width = lit.rgb.shape[-2:]
    top, left = (int(random.integers(side - min(stage.crop, side) + 1)) for side in (height, width))
    one, other = random.choice(len(lit.weathers), 2, replace=False).tolist()
    rows, columns = slice(top, top + stage.crop), slice(left, left + stage.crop)
    both = float(random.uniform(*_LIGHT)) * lit.rgb[number, [one, other], :, rows, columns].float() / 255
    depth_m = lit.depth_m[number, :, rows, columns]
    if random.random() < 0.5:
        both, depth_m = both.flip(-1), depth_m.flip(-1)
    solid = depth_m.isfinite().float()
    near = nearness_of(depth_m.nan_to_num(posinf=0.0), solid)
    if random.random() < stage.rough:
        both = _soft(both)
        near, solid = _a_little_wrong(near, solid, random)
    recorded, seen = lit.weathers[one], both[0].clamp(0, 1)
    if random.random() < stage.unsaid:
        recorded, seen = torch.zeros_like(recorded), _by_another_camera(seen, random)
    return seen, near, solid, recorded, lit.weathers[other], both[1].clamp(0, 1)


def _soft(pictures: Tensor) -> Tensor:
    return avg_pool2d(pictures, 3, 1, 1, count_include_pad=False)


def _by_another_camera(picture: Tensor, random: np.random.Generator) -> Tensor:
    """A picture [3, H, W] as cameras of logs whose weather no one knows may have it: of other exposure and colours."""
    gain, gamma, saturation = (float(random.uniform(*ends)) for ends in (_GAIN, _GAMMA, _SATURATION))
    gains = torch.from_numpy(gain * random.uniform(*_TINT, (3, 1, 1)).astype(np.float32))
    grey = picture.mean(0, keepdim=True)
    return (gains * (grey + saturation * (picture - grey)).clamp(0, 1) ** gamma).clamp(0, 1)


def _a_little_wrong(near: Tensor, solid: Tensor, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """As renders have them: depths off by smooth factors, and edges that are not sharp."""
    coarse = torch.from_numpy(random.uniform(-_DEPTH_OFF, _DEPTH_OFF, (1, 1, 4, 4)).astype(np.float32))
    off = interpolate(coarse, near.shape[-2:], mode="bilinear", align_corners=True)[0].exp()
    near, solid = _soft(near[None])[0], _soft(solid[None])[0]
    return near * off / (near * off + (1 - near)).clamp_min(1e-6), solid
