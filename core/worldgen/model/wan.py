"""Weights of Wan 2.1 for a network of WorldGen.

Reads a folder as `diffusers` keeps its `WanTransformer3DModel`: `config.json` and safetensors. What Wan has goes where
it belongs; what it has not (other cameras, layout, rays, motion, prior) begins with zeros, so that the network first
does what Wan does with each camera for itself. Names: https://github.com/huggingface/diffusers, models/transformers.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from core.errors import UserError
from core.worldgen.model.config import WorldGenConfig
from core.worldgen.model.transformer import WorldGen

_REMEDY = "Name the folder `transformer` of a Wan 2.1 text-to-video model as diffusers saves it."


class WanSizes(BaseModel):
    """What `config.json` tells of the network's sizes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    num_attention_heads: int
    attention_head_dim: int
    num_layers: int
    ffn_dim: int
    text_dim: int
    in_channels: int = 16
    out_channels: int = 16
    patch_size: tuple[int, int, int] = (1, 2, 2)


def load_wan(folder: Path, like: WorldGenConfig) -> WorldGen:
    """A network of the size of Wan's, with its weights.

    Args:
        folder: with `config.json` and the weights.
        like: tells what Wan does not: conditions, window, chunk, how often cameras meet.

    Raises:
        UserError: a file is missing or damaged, or of another kind of network.
    """
    try:
        sizes = WanSizes.model_validate_json((folder / "config.json").read_bytes())
        tensors: dict[str, Tensor] = {}
        for file in sorted(folder.glob("*.safetensors")):
            tensors |= load_file(file)
        network = WorldGen(config_of(sizes, like))
        take_wan(network, tensors)
    except (OSError, SafetensorError, ValidationError, json.JSONDecodeError, KeyError, ValueError) as error:
        raise UserError(f"These are no weights of Wan 2.1: {error}", path=folder, remedy=_REMEDY) from error
    return network


def config_of(sizes: WanSizes, like: WorldGenConfig) -> WorldGenConfig:
    """The configuration of a network as large as Wan's.

    Raises:
        ValueError: patches are not as WorldGen has them, or the network takes a picture beside the latents.
    """
    if sizes.patch_size[0] != 1 or sizes.patch_size[1] != sizes.patch_size[2]:
        raise ValueError(f"patches of {sizes.patch_size}")
    if sizes.in_channels != sizes.out_channels:
        raise ValueError(f"{sizes.in_channels} channels come in and {sizes.out_channels} go out")
    return WorldGenConfig.model_validate(
        like.model_dump()
        | {
            "width": sizes.num_attention_heads * sizes.attention_head_dim,
            "heads": sizes.num_attention_heads,
            "depth": sizes.num_layers,
            "feedforward": sizes.ffn_dim,
            "patch": sizes.patch_size[1],
            "latent_channels": sizes.in_channels,
            "text_width": sizes.text_dim,
            "predicts": "velocity",
        }
    )


def take_wan(network: WorldGen, tensors: dict[str, Tensor]) -> None:
    """Put Wan's weights where they belong.

    Raises:
        KeyError: one is missing.
        ValueError: one is of another size, or no one knows where it belongs.
    """
    left = dict(tensors)
    own = network.state_dict()
    for name, value in _renamed(left, network.config).items():
        if own[name].shape != value.shape:
            raise ValueError(f"{name} is {tuple(value.shape)}, not {tuple(own[name].shape)}")
        own[name].copy_(value)
    if left:
        raise ValueError(f"{sorted(left)[0]} belongs nowhere")
    with torch.no_grad():
        for block in network.blocks:
            block.get_parameter("text.gate").fill_(1.0)


def _renamed(left: dict[str, Tensor], config: WorldGenConfig) -> dict[str, Tensor]:
    """Wan's weights under our names; takes them out of `left`."""
    named: dict[str, Tensor] = {}

    def layer(ours: str, *theirs: str) -> None:
        for kind in ("weight", "bias"):
            named[f"{ours}.{kind}"] = torch.cat([left.pop(f"{each}.{kind}") for each in theirs])

    def attention(ours: str, theirs: str, *parts: str) -> None:
        for part in parts:
            layer(f"{ours}.{part}", *(f"{theirs}.to_{letter}" for letter in part))
        layer(f"{ours}.out", f"{theirs}.to_out.0")
        for name in ("norm_q", "norm_k"):
            named[f"{ours}.{name}.weight"] = left.pop(f"{theirs}.{name}.weight")

    named["latents.linear.weight"] = left.pop("patch_embedding.weight").flatten(1)
    named["latents.linear.bias"] = left.pop("patch_embedding.bias")
    for number, name in enumerate(("linear_1", "linear_2")):
        layer(f"level.vector.{2 * number}", f"condition_embedder.time_embedder.{name}")
        layer(f"text.{2 * number}", f"condition_embedder.text_embedder.{name}")
    layer("level.changes", "condition_embedder.time_proj")
    for number in range(config.depth):
        ours = theirs = f"blocks.{number}"
        attention(f"{ours}.attention", f"{theirs}.attn1", "qkv")
        attention(f"{ours}.text", f"{theirs}.attn2", "q", "kv")
        layer(f"{ours}.text.norm", f"{theirs}.norm2")
        layer(f"{ours}.feedforward.0", f"{theirs}.ffn.net.0.proj")
        layer(f"{ours}.feedforward.2", f"{theirs}.ffn.net.2")
        named[f"{ours}.table"] = left.pop(f"{theirs}.scale_shift_table")[0]
    named["table"] = left.pop("scale_shift_table")[0]
    layer("head", "proj_out")
    for kind in ("weight", "bias"):  # theirs has channels last in each patch, ours first
        value = named[f"head.{kind}"]
        by_place = value.view(config.patch**2, -1, *value.shape[1:])
        named[f"head.{kind}"] = by_place.transpose(0, 1).reshape(value.shape)
    return named
