"""`driftless train`: train a network on the demo city or on logs of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import typer
from pydantic import ValidationError

from app.demo import cache_folder
from core.errors import UserError
from core.training.options import TrainingOptions

# By name, as the engine's jobs: this is what imports torch.
COMMANDS = "core.training.commands"

_OPTIONS = {"start": "--from"}


class Commands(Protocol):
    def run(self, options: TrainingOptions, tell: Callable[[str], None]) -> Path: ...


def train_network(network: str, *, logs: Sequence[Path], run: Path | None, **options: Any) -> None:
    """Train until the steps are done or Ctrl+C; the same call goes on.

    Raises:
        UserError: an option is wrong, a package is missing, no log can be used, or a file cannot be written.
    """
    cache = cache_folder() / "training"
    name = "-".join(part for part in (network, options["preset"], options.get("stage")) if part)
    folder = run or cache / "runs" / name
    try:
        chosen = TrainingOptions(network=network, logs=tuple(logs), run=folder, cache=cache, **options)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        option = _OPTIONS.get(name, f"--{name}") if name else None
        remedy = f"See: driftless train {network} --help."
        raise UserError(first["msg"].removeprefix("Value error, "), field=option, remedy=remedy) from error
    cast(Commands, import_module(COMMANDS)).run(chosen, typer.echo)
