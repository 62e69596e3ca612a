"""Frame tokenizers in files: safetensors with the configuration beside the numbers."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.errors import UserError
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldgen.tokenizer.frames import FrameTokenizer


def save_tokenizer(tokenizer: FrameTokenizer, path: Path) -> None:
    """Write a tokenizer in half precision; replaces a file at once."""
    tensors = {name: value.detach().half().cpu().contiguous() for name, value in tokenizer.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    save_file(tensors, part, {"config": tokenizer.config.model_dump_json()})
    part.replace(path)


def load_tokenizer(path: Path) -> FrameTokenizer:
    """The tokenizer of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            config = TokenizerConfig.model_validate_json((file.metadata() or {})["config"])
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
        tokenizer = FrameTokenizer(config)
        tokenizer.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, ValidationError, RuntimeError) as error:
        remedy = "Train one with `driftless train tokenizer`, or choose the preset tiny, which is shipped."
        raise UserError("The weights of the tokenizer cannot be read", path=path, remedy=remedy) from error
    return tokenizer.requires_grad_(False).eval()
