"""WorldGen on CUDA answers as it does on the CPU, in half precision too."""

from __future__ import annotations

import time

import pytest
import torch

from core.worldgen.conditions import Conditions
from core.worldgen.model import PRESETS, WorldGen, WorldGenConfig, block_causal, teacher_forcing
from core.worldgen.rollout import stream

GRID = 8, 12


@pytest.fixture(autouse=True)
def _cuda() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")


def small() -> WorldGen:
    torch.manual_seed(0)
    network = WorldGen(WorldGenConfig(width=96, depth=3, heads=4, feedforward=192))
    for value in network.parameters():
        if not value.count_nonzero():
            torch.nn.init.normal_(value, std=0.1)
    return network.requires_grad_(False).eval()


def conditions_of(config: WorldGenConfig, frames: int, views: int, grid: tuple[int, int] = GRID) -> Conditions:
    rows, columns = grid
    scale = config.layout_scale
    return Conditions(
        layout=torch.rand(1, frames, views, config.layout_channels, scale * rows, scale * columns),
        rays=torch.randn(1, frames, views, 6, rows, columns),
        ego_motion=torch.randn(1, frames, 6),
        weather=torch.eye(config.weather_kinds)[:1],
    )


@pytest.mark.parametrize("kind", ["causal", "teacher forcing"])
def test_flex_attention_is_the_plain_one(kind: str) -> None:
    network, frames = small(), 12
    causal = kind == "causal"
    mask = (block_causal if causal else teacher_forcing)([4, 4, 4], window=8)
    both = frames if causal else 2 * frames
    places = [*range(frames)] * (both // frames)
    latents, told = torch.randn(1, both, 2, 16, *GRID), conditions_of(network.config, both, 2)
    sigma = torch.rand(1, both)
    plain = network(latents, sigma, told, positions=places, mask=mask)
    quick = network.cuda()(latents.cuda(), sigma.cuda(), told.to("cuda"), positions=places, mask=mask)
    torch.testing.assert_close(quick.cpu(), plain, atol=2e-3, rtol=2e-3)


def test_half_precision_is_near_the_full_one() -> None:
    network = small().cuda()
    latents, told = torch.randn(1, 4, 2, 16, *GRID, device="cuda"), conditions_of(network.config, 4, 2).to("cuda")
    sigma = torch.full((1, 4), 0.8, device="cuda")
    full = network(latents, sigma, told)
    with torch.autocast("cuda", torch.bfloat16):
        half = network(latents, sigma, told)
    assert float((half.float() - full).abs().mean()) < 0.03 * float(full.abs().mean())


@pytest.mark.parametrize("views", [1, 3, 6])
def test_the_base_preset_streams(views: int, capsys: pytest.CaptureFixture[str]) -> None:
    config = PRESETS["base"]
    network = WorldGen(config).cuda().to(torch.bfloat16).requires_grad_(False).eval()
    grid, chunks = (32, 56), 8
    told = [conditions_of(config, config.chunk, views, grid).to("cuda") for _ in range(chunks)]
    first = torch.randn(1, config.chunk, views, 16, *grid, device="cuda")
    times = []
    for chunk in stream(network, first, told[0], told[1:]):
        assert bool(chunk.isfinite().all())
        torch.cuda.synchronize()
        times.append(time.perf_counter())
    each = (times[-1] - times[1]) / (len(times) - 2) / config.chunk
    with capsys.disabled():
        print(f"base, {views} cameras of 256x448: {each:.3f} s per latent frame")  # noqa: T201
