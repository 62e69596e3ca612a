"""Weights of the depth network in files."""

from __future__ import annotations

from pathlib import Path

import torch

from core.networks import weights
from core.worldrec.depth.config import DepthConfig
from core.worldrec.depth.network import DepthNetwork


def save_weights(network: DepthNetwork, path: Path, notes: dict[str, str]) -> None:
    """Write weights in half precision, with the sizes that they fit and some notes; replaces a file at once."""
    weights.save_weights(network, path, notes | {"config": network.config.model_dump_json()})


def load_weights(path: Path) -> DepthNetwork:
    """The network of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    network = weights.load_weights(
        path,
        lambda facts: DepthNetwork(DepthConfig.model_validate_json(facts["config"])),
        name="the depth network",
        remedy="Install Driftless again.",
    )
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
