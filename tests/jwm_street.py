"""A scene of the street and networks so small that a drive through it takes a moment."""

from __future__ import annotations

from functools import cache

import torch
from lift_street import street

from core.jwm.coupling import coupled
from core.logs import DrivingLog
from core.scene import Scene, with_observation
from core.worldgen.conditions.layout import CHANNELS
from core.worldgen.conditions.weather import WEATHER_SIZE
from core.worldgen.generating import Generator
from core.worldgen.model import WorldGen, WorldGenConfig
from core.worldgen.plan import Plan
from core.worldgen.tokenizer import FrameTokenizer
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldrec.lift import lift

HEIGHT, CHUNK = 32, 2


@cache
def log_and_scene() -> tuple[DrivingLog, Scene]:
    """The scene is made of the street's first half second."""
    log = street()
    window_s = 0.0, 0.5
    return log, with_observation(lift(log, max_splats=3000, window_s=window_s), log, window_s=window_s)


@cache
def small_tokenizer() -> FrameTokenizer:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = TokenizerConfig(channels=6, widths=(8, 8, 16), encoder_blocks=(0, 0, 1), decoder_blocks=(0, 0, 1))
        return FrameTokenizer(config).eval().requires_grad_(False)


def small_generator() -> Generator:
    """One that heeds a scene; it has learned nothing, so it answers its priors."""
    sizes = {"width": 24, "depth": 1, "heads": 2, "feedforward": 32, "latent_channels": 6, "image_height": HEIGHT}
    known = {"layout_channels": len(CHANNELS), "weather_kinds": WEATHER_SIZE, "chunk": CHUNK, "window": 2 * CHUNK}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = coupled(WorldGen(WorldGenConfig.model_validate(sizes | known | {"reference": True})))
    return Generator(network.eval().requires_grad_(False), small_tokenizer(), torch.device("cpu"), True)


def plan_of(log: DrivingLog, frames: int) -> Plan:
    return Plan.of_log(log, given=CHUNK, frames=frames, height=HEIGHT, multiple=16)
