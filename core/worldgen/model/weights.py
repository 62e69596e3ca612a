"""Networks in files: safetensors with the configuration and where they come from beside the numbers."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open

from core.errors import UserError
from core.networks.weights import load_weights, save_weights
from core.worldgen.model.config import WorldGenConfig
from core.worldgen.model.transformer import WorldGen

_REMEDY = "Train them with `driftless train chain`, or name others by --weights."


class Origin(BaseModel):
    """Where weights come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str
    steps: int
    seed: int
    parents: dict[str, str] = {}  # what they were to it, and the hash of their file
    anew: bool = True  # whether its sampler draws new noise in each step
    repairs: bool = False  # whether it makes renders good in one step, without noise


def save_worldgen(network: WorldGen, path: Path, origin: Origin) -> None:
    """Write a network in half precision; replaces a file at once."""
    save_weights(network, path, {"config": network.config.model_dump_json(), "origin": origin.model_dump_json()})


def load_worldgen(path: Path) -> WorldGen:
    """The network of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    return load_weights(
        path,
        lambda facts: WorldGen(WorldGenConfig.model_validate_json(facts["config"])),
        name="WorldGen",
        remedy=_REMEDY,
    )


def with_slots(
    network: WorldGen,
    *,
    prior_channels: int = 0,
    scene_width: int = 0,
    text_width: int = 0,
    local_channels: int = 0,
    innovation: bool = False,
) -> WorldGen:
    """The same network with slots for what it did not take before, which begin at zero: it answers what it did.

    Args:
        network: stays as it is.
        prior_channels: of the prior; those of the render's latents come first.
        scene_width: of the scene's tokens.
        text_width: of the text's.
        local_channels: of convolutions beside its tokens.
        innovation: whether it takes what noisy latents say beyond the reference.

    Raises:
        ValueError: the network has such a slot already, of another size.
    """
    wanted = {"prior_channels": prior_channels, "scene_width": scene_width}
    wanted |= {"text_width": text_width, "local_channels": local_channels, "innovation": innovation}
    changes = {name: size for name, size in wanted.items() if size and size != getattr(network.config, name)}
    if taken := [name for name in changes if getattr(network.config, name)]:
        raise ValueError(f"the network's {taken[0]} is {getattr(network.config, taken[0])} already")
    grown = WorldGen(WorldGenConfig.model_validate(network.config.model_dump() | changes))
    grown.load_state_dict(network.state_dict(), strict=False)
    return grown


def origin_of(path: Path) -> Origin:
    """
    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            return Origin.model_validate_json((file.metadata() or {})["origin"])
    except (OSError, SafetensorError, KeyError, ValidationError) as error:
        raise UserError("The weights of WorldGen cannot be read", path=path, remedy=_REMEDY) from error
