"""Which reader opens a folder or a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from core.errors import UserError
from core.logs.log import DrivingLog


@dataclass(frozen=True)
class Reader:
    """One format. `detect` is cheap and reads no data; `read` opens lazily."""

    name: str
    title: str
    detect: Callable[[Path], bool]
    read: Callable[[Path], DrivingLog]  # raises UserError


READER_MODULES = ("core.logs.nuscenes", "core.logs.pandaset")
"""Modules that define `READER`, asked in this order; imported when a log is opened, not before."""


def readers() -> list[Reader]:
    found: list[Reader] = [import_module(module).READER for module in READER_MODULES]
    return found


def open_log(path: str | Path) -> DrivingLog:
    """Open a driving log of any known format.

    Raises:
        UserError: nothing there, not readable, of no known layout, or damaged beyond opening.
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise UserError("There is no such folder or file", path=path, remedy="Check the path.")
    try:
        empty = path.is_dir() and not any(path.iterdir())
    except OSError as error:
        raise UserError(
            f"The folder cannot be read ({error.strerror})", path=path, remedy="Check its permissions."
        ) from error
    if empty:
        raise UserError("The folder is empty", path=path, remedy="Choose the folder that holds the log.")
    known = readers()
    for reader in known:
        if reader.detect(path):
            return reader.read(path)
    titles = " or ".join(reader.title for reader in known)
    raise UserError("No known log layout was found here", path=path, remedy=f"Expected {titles}.")
