"""Networks in files: safetensors with the configuration beside the numbers."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.errors import UserError
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.network import WorldRec
from core.worldrec.shipped import FILE as FILE
from core.worldrec.shipped import weights_of as weights_of


def save_network(network: WorldRec, path: Path) -> None:
    """Write a network in half precision; replaces a file at once."""
    tensors = {name: value.detach().half().cpu().contiguous() for name, value in network.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    save_file(tensors, part, {"config": network.config.model_dump_json()})
    part.replace(path)


def load_network(path: Path) -> WorldRec:
    """The network of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            config = WorldRecConfig.model_validate_json((file.metadata() or {})["config"])
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
        network = WorldRec(config)
        network.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, ValidationError, RuntimeError) as error:
        remedy = "Train one with `driftless train worldrec`, or choose the preset tiny, which is shipped."
        raise UserError("The weights of WorldRec cannot be read", path=path, remedy=remedy) from error
    return network.requires_grad_(False).eval()
