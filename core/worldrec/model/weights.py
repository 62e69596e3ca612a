"""Networks in files: safetensors with the configuration beside the numbers."""

from __future__ import annotations

from pathlib import Path

from core.networks.weights import load_weights, save_weights
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.network import WorldRec
from core.worldrec.shipped import FILE as FILE
from core.worldrec.shipped import weights_of as weights_of


def save_network(network: WorldRec, path: Path) -> None:
    """Write a network in half precision; replaces a file at once."""
    save_weights(network, path, {"config": network.config.model_dump_json()})


def load_network(path: Path) -> WorldRec:
    """The network of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    return load_weights(
        path,
        lambda facts: WorldRec(WorldRecConfig.model_validate_json(facts["config"])),
        name="WorldRec",
        remedy="Train one with `driftless train worldrec`, or choose the preset tiny, which is shipped.",
    )
