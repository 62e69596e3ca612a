"""Where the weights of WorldRec lie; asked without torch, by the window too."""

from __future__ import annotations

from pathlib import Path

from core.networks.files import models_folder

FILE = "worldrec.safetensors"


def weights_of(preset: str) -> Path:
    """Where the weights of a preset lie, whether they do or not."""
    return models_folder() / f"worldrec-{preset}" / FILE
