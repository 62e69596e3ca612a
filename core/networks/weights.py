"""Weights in files: safetensors in half precision, with what else is to be known of the network beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from core.errors import UserError

Network = TypeVar("Network", bound=nn.Module)


def save_weights(network: nn.Module, path: Path, facts: Mapping[str, str]) -> None:
    """Write a network's weights and some facts; replaces a file at once."""
    tensors = {name: value.detach().half().cpu().contiguous() for name, value in network.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    save_file(tensors, part, dict(facts))
    part.replace(path)


def load_weights(path: Path, made_of: Callable[[Mapping[str, str]], Network], *, name: str, remedy: str) -> Network:
    """The network of a file, ready to be used.

    Args:
        path: of the file.
        made_of: makes the network of the facts that were written.
        name: of it, for messages: "The weights of NAME cannot be read".
        remedy: what a user can do where they cannot.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            network = made_of(file.metadata() or {})
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 - not a dict
        network.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise UserError(f"The weights of {name} cannot be read", path=path, remedy=remedy) from error
    return network.requires_grad_(False).eval()
