"""How long a network takes to stream, whatever its weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from core.geometry import PinholeCamera, Pose, PoseTrack
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.viewpoints import FRAME_S, Along, Viewpoints
from core.worldgen.conditions.warping import WARP_STRIDE
from core.worldgen.depths import shipped_depths
from core.worldgen.model import PRESETS, Preset, WorldGen, WorldGenConfig
from core.worldgen.reference import referring_for
from core.worldgen.rollout import Rollout, seeded_noise
from core.worldgen.schedule import step_list
from core.worldgen.tokenizer import FrameTokenizer
from core.worldgen.tokenizer.config import PRESETS as TOKENIZERS


@dataclass(frozen=True)
class Timing:
    """Of one chunk with a full window, by the clock and by the processor, for each frame of each camera."""

    seconds: float
    processor_s: float
    cache_bytes: int


def time_frames(preset: Preset, size: tuple[int, int], cameras: int, steps: int, device: str = "cpu") -> Timing:
    """Stream until the window is full, then measure chunks: conditions, all steps, the cache, the decoder.

    Args:
        preset: of the network.
        size: height and width of the pictures.
        cameras: of the rig.
        steps: of the sampler.
        device: where.
    """
    config = PRESETS[preset]
    network = WorldGen(config).to(device).requires_grad_(False).eval()
    tokenizer = FrameTokenizer(TOKENIZERS[preset]).to(device).requires_grad_(False).eval()
    grid = size[0] // tokenizer.stride, size[1] // tokenizer.stride
    shape = 1, config.chunk, cameras, config.latent_channels, *grid
    told = _told(config, cameras, grid, tokenizer.stride).to(device)
    referring = referring_for(config, tokenizer, shipped_depths(), anew=True)
    levels = step_list(steps, config.shift)
    rollout = Rollout(network, noise=seeded_noise(0, device), steps=levels, referring=referring)

    def chunk() -> None:
        tokenizer.decode(rollout.go_on(told, shape).flatten(0, 2))
        if device == "cuda":
            torch.cuda.synchronize()

    with torch.inference_mode():
        for _ in range(-(-config.window // config.chunk)):
            chunk()
        times = [_timed(chunk) for _ in range(3)]
    frames = config.chunk * cameras
    seconds, processor_s = (min(each) / frames for each in zip(*times, strict=True))
    return Timing(seconds, processor_s, rollout.cache.bytes)


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    began_s, worked_s = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began_s, time.process_time() - worked_s


def _straight_on(chunk: int, cameras: int, size: tuple[int, int]) -> Viewpoints:
    """Two chunks of a drive at 10 m/s by cameras all around."""
    t_ns = np.arange(2 * chunk) * round(1e9 * FRAME_S)
    poses = [Pose.from_heading(0.0, [10.0 * FRAME_S * number, 0.0, 0.0]) for number in range(2 * chunk)]
    lens = PinholeCamera(size[1], size[0], size[1] / 2, size[1] / 2, (size[1] - 1) / 2, (size[0] - 1) / 2)
    ahead = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    mounts = [
        Pose.from_heading(2 * np.pi * number / cameras, [0.0, 0.0, 1.5]) @ Pose.from_rotation(ahead, np.zeros(3))
        for number in range(cameras)
    ]
    return Viewpoints.along(PoseTrack(t_ns, Pose.stack(poses)), [lens] * cameras, mounts, t_ns)


def _told(config: WorldGenConfig, cameras: int, grid: tuple[int, int], stride: int) -> Conditions:
    pictures = 1, config.chunk, cameras
    fine = tuple(config.layout_scale * side for side in grid)
    told = Conditions(
        layout=torch.rand(*pictures, config.layout_channels, *fine),
        rays=torch.randn(*pictures, 6, *grid),
        ego_motion=torch.randn(1, config.chunk, 6),
        weather=torch.zeros(1, config.weather_kinds),
        warp=torch.rand(*pictures, *(side * stride // WARP_STRIDE for side in grid), 2),
        path=Along(_straight_on(config.chunk, cameras, (grid[0] * stride, grid[1] * stride)), config.chunk),
    )
    if not config.prior_channels:
        return told
    some = torch.ones(*pictures, 1, *grid)
    return told.with_prior(torch.randn(*pictures, config.prior_channels, *grid), mask=some, start_level=some)
