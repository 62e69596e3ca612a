"""Where the weights of networks lie, and what tells one file of them from another."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

FOLDER_VARIABLE = "DRIFTLESS_MODELS_DIR"
"""Names a folder of models in place of the shipped one."""

_SHIPPED = Path(__file__).parents[2] / "resources" / "models"


def models_folder() -> Path:
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else _SHIPPED


def hash_of(path: Path) -> str:
    """What a model card and a provenance note call these weights."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
