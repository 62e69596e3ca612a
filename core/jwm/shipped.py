"""Where the weights of a generator lie that heeds a scene; asked without torch, by the window too."""

from __future__ import annotations

from pathlib import Path

from core.networks.files import models_folder
from core.worldgen.shipped import FILE


def coupled_weights_of(preset: str) -> Path:
    """Where the weights of a preset lie, whether they do or not."""
    return models_folder() / f"jwm-{preset}" / FILE
