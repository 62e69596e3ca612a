"""Where the weights of WorldRec lie; asked without torch, by the window too."""

from __future__ import annotations

from pathlib import Path

from core.networks.files import models_folder

FILE = "worldrec.safetensors"


DEPTH_FILE = "depth.safetensors"


def weights_of(preset: str) -> Path:
    """Where the weights of a preset lie, whether they do or not."""
    return models_folder() / f"worldrec-{preset}" / FILE


def depth_weights_of(preset: str) -> Path:
    """Where those of its depth network lie, whether they do or not."""
    return weights_of(preset).with_name(DEPTH_FILE)
