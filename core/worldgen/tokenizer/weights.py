"""Frame tokenizers in files: safetensors with the configuration beside the numbers."""

from __future__ import annotations

from pathlib import Path

from core.networks.weights import load_weights, save_weights
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldgen.tokenizer.frames import FrameTokenizer


def save_tokenizer(tokenizer: FrameTokenizer, path: Path) -> None:
    """Write a tokenizer in half precision; replaces a file at once."""
    save_weights(tokenizer, path, {"config": tokenizer.config.model_dump_json()})


def load_tokenizer(path: Path) -> FrameTokenizer:
    """The tokenizer of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    return load_weights(
        path,
        lambda facts: FrameTokenizer(TokenizerConfig.model_validate_json(facts["config"])),
        name="the tokenizer",
        remedy="Train one with `driftless train tokenizer`, or choose the preset tiny, which is shipped.",
    )
