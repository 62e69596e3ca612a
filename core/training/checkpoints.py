"""Training state on disk: safetensors for numbers, JSON for the rest, swapped in whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core.errors import UserError
from core.training.processes import is_first
from core.training.sharded import gathered, load_full, placed

_TENSORS = "training.safetensors"


def save_training(
    folder: Path, model: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer, facts: Mapping[str, Any]
) -> None:
    """Write all that a run needs to go on, in full, whatever is sharded. A crash leaves the earlier state.

    The first process writes; where anything is sharded, all have to call this.
    """
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": torch.as_tensor(value) for name, value in state.items()}
    tensors = gathered(tensors)
    if not is_first():
        return
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{_TENSORS}.tmp"
    save_file(
        {name: value.contiguous() for name, value in tensors.items()}, unfinished, {"facts": json.dumps(dict(facts))}
    )
    unfinished.replace(folder / _TENSORS)


def load_training(
    folder: Path, model: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer
) -> dict[str, Any] | None:
    """Bring a run to where it was saved and answer its facts; None if nothing was saved.

    Whatever is sharded may have been whole when it was saved, or shared out over another number of processes.

    Raises:
        UserError: the file is damaged, or of another network.
    """
    path = folder / _TENSORS
    if not path.exists():
        return None
    try:
        tensors = load_file(path)
        load_full(model, _under("model", tensors))
        load_full(average, _under("average", tensors))
        saved = optimizer.state_dict()
        saved["state"] = {}
        learning = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        for name, value in _under("optimizer", tensors).items():
            number, _, what = name.partition(".")
            kept = value if what == "step" else placed(value, learning[int(number)])
            saved["state"].setdefault(int(number), {})[what] = kept
        optimizer.load_state_dict(saved)
        return dict(facts_of(path))
    except (SafetensorError, RuntimeError, ValueError, LookupError) as error:
        remedy = "Choose an empty folder for a new run, or the preset that the run began with."
        raise UserError(f"The run cannot go on: {error}", path=path, remedy=remedy) from error


def facts_of(path: Path) -> dict[str, Any]:
    """What `save_training` was told, without the tensors."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        facts: dict[str, Any] = json.loads(file.metadata()["facts"])
    return facts


def _under(kind: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(f"{kind}."): value for name, value in tensors.items() if name.startswith(f"{kind}.")}
