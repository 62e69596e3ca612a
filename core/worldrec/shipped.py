"""Where the weights of networks lie; asked without torch, by the window too."""

from __future__ import annotations

import os
from pathlib import Path

FILE = "worldrec.safetensors"
FOLDER_VARIABLE = "DRIFTLESS_MODELS_DIR"
"""Names a folder of models in place of the shipped one."""

_SHIPPED = Path(__file__).parents[2] / "resources" / "models"


def models_folder() -> Path:
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else _SHIPPED


def weights_of(preset: str) -> Path:
    """Where the weights of a preset lie, whether they do or not."""
    return models_folder() / f"worldrec-{preset}" / FILE
