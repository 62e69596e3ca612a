"""Where the weights of WorldGen lie; asked without torch, by the window too."""

from __future__ import annotations

from pathlib import Path

from core.networks.files import models_folder

FILE = "worldgen.safetensors"
TOKENIZER = "tokenizer.safetensors"
STAGES = ("bidirectional", "teacher-forcing", "ode", "dmd")
"""In the order in which they are trained."""
STUDENT = STAGES[-1]
"""The stage whose network streams."""


def worldgen_weights_of(preset: str, stage: str = STUDENT) -> Path:
    """Where the weights of a preset lie, whether they do or not."""
    return models_folder() / f"worldgen-{preset}-{stage}" / FILE


def tokenizer_weights_of(preset: str) -> Path:
    """Where the weights of a preset's tokenizer lie, whether they do or not."""
    return models_folder() / f"worldgen-{preset}-tokenizer" / TOKENIZER
