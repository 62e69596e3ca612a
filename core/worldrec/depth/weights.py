"""Weights of the depth network in files."""

from __future__ import annotations

from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.errors import UserError
from core.worldrec.depth.config import DepthConfig
from core.worldrec.depth.network import DepthNetwork


def save_weights(network: DepthNetwork, path: Path, notes: dict[str, str]) -> None:
    """Write weights in half precision, with the sizes that they fit and some notes; replaces a file at once."""
    tensors = {name: value.detach().half().contiguous() for name, value in network.state_dict().items()}
    part = path.with_suffix(".part")
    save_file(tensors, part, metadata=notes | {"config": network.config.model_dump_json()})
    part.replace(path)


def load_weights(path: Path) -> DepthNetwork:
    """The network of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            config = DepthConfig.model_validate_json((file.metadata() or {})["config"])
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
        network = DepthNetwork(config)
        network.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, ValidationError, RuntimeError) as error:
        raise UserError(
            "The weights of the depth network cannot be read", path=path, remedy="Install Driftless again."
        ) from error
    network.requires_grad_(False).eval()
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
