"""The network that weighs evidence of depth."""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.worldrec.depth.config import DepthConfig
from core.worldrec.depth.evidence import FREE, GROUND, GROUNDED, HAS_LIDAR, HINTS, LIDAR, SHRINK

_GIVEN = [GROUNDED, FREE, GROUND, LIDAR]  # candidates; the last is the network's own
_CANDIDATES = len(_GIVEN) + 1
_MIDDLE, _SPREAD = 2.8, 1.2  # of logarithms of depth
_CORRECTION = 0.3
_LEAST_SCALE, _MOST_SCALE = -4.5, 1.0  # logarithms
_FARTHEST = 5.3


class DepthOutput(NamedTuple):
    """Pictures (b, H, W), four times as wide and high as the evidence."""

    log_depth: Tensor
    log_scale: Tensor  # of the Laplace distribution of the logarithm of depth
    sky: Tensor  # logit


class DepthNetwork(nn.Module):
    """Candidates blended and corrected by a small U-Net, enlarged by learned convex weights.

    The enlargement follows Teed and Deng, RAFT (2020): every fine pixel is a mean of its nine coarse neighbours.
    """

    def __init__(self, config: DepthConfig) -> None:
        super().__init__()
        self.config = config
        one, two, three, four = config.widths
        self.stem = nn.Sequential(
            nn.Conv2d(3, config.stem, 3, 2, 1), nn.ReLU(), nn.Conv2d(config.stem, one, 3, 2, 1), nn.ReLU()
        )
        self.volume = nn.Sequential(nn.Conv2d(2 * config.bins, one, 1), nn.ReLU())
        self.hints = nn.Sequential(nn.Conv2d(HINTS + 2, one, 1), nn.ReLU())
        self.joined = nn.Conv2d(3 * one, one, 1)
        self.first = _Block(one)
        self.down = nn.ModuleList(_Down(a, b) for a, b in ((one, two), (two, three), (three, four)))
        self.up = nn.ModuleList(_Up(a, b) for a, b in ((four, three), (three, two), (two, one)))
        self.last = _Block(one)
        self.head = nn.Conv2d(one, _CANDIDATES + 4, 1)
        self.enlarge = nn.Conv2d(one, 9 * SHRINK**2, 1)
        with torch.no_grad():
            self.head.weight *= 0.1
            nn.init.zeros_(cast(Tensor, self.head.bias))
            self.enlarge.weight *= 0.1
            cast(Tensor, self.enlarge.bias).copy_((torch.arange(9) == 4).repeat_interleave(SHRINK**2) * 3.0)

    def forward(self, image: Tensor, volume: Tensor, hints: Tensor) -> DepthOutput:
        """From images (b, 3, 4 h, 4 w) in [0, 1], volumes (b, 2 · bins, h, w) up to 255, and hints (b, HINTS, h, w)."""
        candidates = hints[:, _GIVEN]
        scaled = hints.clone()
        scaled[:, _GIVEN] = (candidates - _MIDDLE) / _SPREAD
        has_lidar = hints[:, HAS_LIDAR : HAS_LIDAR + 1]
        scaled[:, [LIDAR]] *= has_lidar
        away = candidates[:, [FREE, LIDAR]] - candidates[:, [GROUND]]
        away = torch.cat([away[:, :1], away[:, 1:] * has_lidar], 1)
        x = torch.cat(
            [
                self.stem((image - 0.45) * 4.0),
                self.volume(volume / 64.0 - 1.0),
                self.hints(torch.cat([scaled, away], 1)),
            ],
            1,
        )
        x = self.first(self.joined(x))
        finer = []
        for down in self.down:
            finer.append(x)
            x = down(x)
        for up in self.up:
            x = up(x, finer.pop())
        x = self.last(x)
        out = self.head(x)
        absent = torch.zeros_like(out[:, :_CANDIDATES])
        absent[:, [LIDAR]] = 20.0 * (1 - has_lidar)
        trust = (out[:, :_CANDIDATES] - absent).softmax(1)
        own = _MIDDLE + _SPREAD * out[:, _CANDIDATES : _CANDIDATES + 1]
        blend = (trust * torch.cat([candidates, own], 1)).sum(1)
        blend = blend + _CORRECTION * torch.tanh(out[:, _CANDIDATES + 1])
        coarse = torch.stack([blend, out[:, -2] * 0.5 - 2.0, out[:, -1]], 1)
        log_depth, log_scale, sky = self._enlarged(coarse, self.enlarge(x)).unbind(1)
        return DepthOutput(log_depth.clamp(0.0, _FARTHEST), log_scale.clamp(_LEAST_SCALE, _MOST_SCALE), sky)

    def _enlarged(self, coarse: Tensor, weights: Tensor) -> Tensor:
        batch, channels, height, width = coarse.shape
        shares = weights.reshape(batch, 1, 9, SHRINK**2, height * width).softmax(2)
        around = functional.unfold(functional.pad(coarse, (1, 1, 1, 1), mode="replicate"), 3)
        around = around.reshape(batch, channels, 9, 1, height * width)
        fine = (shares * around).sum(2).reshape(batch, channels * SHRINK**2, height, width)
        return functional.pixel_shuffle(fine, SHRINK)


class _Block(nn.Module):
    """Two convolutions beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(width, width, 3, 1, 1)
        self.two = nn.Conv2d(width, width, 3, 1, 1)
        with torch.no_grad():
            self.two.weight *= 0.2

    def forward(self, x: Tensor) -> Tensor:
        return x + self.two(functional.relu(self.one(functional.relu(x))))


class _Down(nn.Module):
    """To half the size, rounded up."""

    def __init__(self, width: int, next_width: int) -> None:
        super().__init__()
        self.halve = nn.Conv2d(width, next_width, 3, 2, 1)
        self.block = _Block(next_width)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(self.halve(functional.relu(x)))


class _Up(nn.Module):
    """To the size of a finer level, whose features are added."""

    def __init__(self, width: int, next_width: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(width, next_width, 1)
        self.block = _Block(next_width)

    def forward(self, x: Tensor, finer: Tensor) -> Tensor:
        larger = functional.interpolate(self.narrow(x), size=finer.shape[-2:], mode="bilinear", align_corners=False)
        return self.block(larger + finer)
