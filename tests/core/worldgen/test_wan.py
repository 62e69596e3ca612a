"""Weights of Wan 2.1 in a network of WorldGen.

`tests/data/wan_small` is a small `WanTransformer3DModel` of random weights as diffusers 0.42.1 saves it; what that
answers lies beside it, so that the package is not needed here.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import UserError
from core.worldgen.conditions import Conditions
from core.worldgen.model import KeyValueCache, WorldGenConfig, block_causal
from core.worldgen.model.wan import load_wan

FOLDER = Path(__file__).parents[2] / "data" / "wan_small"
WEIGHTS = "diffusion_pytorch_model.safetensors"
LIKE = WorldGenConfig(layout_channels=2, layout_scale=1, weather_kinds=3, cross_view_every=2, chunk=1, window=3)


def test_it_answers_what_wan_answers_with_and_without_a_second_camera() -> None:
    network, answer = load_wan(FOLDER, LIKE).eval(), load_file(FOLDER.parent / "wan_small_answer.safetensors")
    latents, velocity = (answer[name].transpose(1, 2)[:, :, None] for name in ("latents", "velocity"))
    told, sigma = Conditions(text=answer["text"]), torch.full((1, 3), 0.625)
    with torch.no_grad():
        torch.testing.assert_close(network(latents, sigma, told), velocity, atol=1e-4, rtol=1e-4)
        two = network(torch.cat([latents, torch.randn_like(latents)], 2), sigma, told)
    torch.testing.assert_close(two[:, :, :1], velocity, atol=1e-4, rtol=1e-4)


def test_it_streams_as_any_other_network() -> None:
    network = load_wan(FOLDER, LIKE).eval()
    latents, sigma = torch.randn(1, 5, 1, 4, 6, 8), torch.rand(1, 5)
    cache = KeyValueCache(LIKE.window)
    with torch.no_grad():
        whole = network(latents, sigma, Conditions(), mask=block_causal([1] * 5, LIKE.window))
        pieces = [
            network(latents[:, i : i + 1], sigma[:, i : i + 1], Conditions(), cache=cache, write=True) for i in range(5)
        ]
    torch.testing.assert_close(torch.cat(pieces, 1), whole, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("config", "config.json"),
        ("missing", "norm_q"),
        ("unknown", "belongs nowhere"),
        ("size", "is \\("),
        ("patch", "patches of"),
    ],
)
def test_folders_that_are_no_wan_are_told(damage: str, said: str, tmp_path: Path) -> None:
    folder = tmp_path / "wan"
    shutil.copytree(FOLDER, folder)
    tensors = load_file(folder / WEIGHTS)
    match damage:
        case "config":
            (folder / "config.json").unlink()
        case "missing":
            del tensors["blocks.0.attn1.norm_q.weight"]
        case "unknown":
            tensors["image_embedder.weight"] = torch.zeros(1)
        case "size":
            tensors["proj_out.bias"] = torch.zeros(32)
            tensors["proj_out.weight"] = torch.zeros(32, 24)
        case "patch":
            sizes = json.loads((folder / "config.json").read_text())
            (folder / "config.json").write_text(json.dumps(sizes | {"patch_size": [2, 2, 2]}))
    save_file(tensors, folder / WEIGHTS)
    with pytest.raises(UserError, match=said):
        load_wan(folder, LIKE)
