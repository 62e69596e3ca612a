"""Which reader opens a folder or a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from core.errors import UserError
from core.logs.log import DrivingLog
from core.logs.names import named_tracks
from core.logs.opening import split_address


@dataclass(frozen=True)
class Reader:
    """One format. `detect` is cheap and reads no data; `read` opens lazily, both given a folder or file.

    The second argument of `read` is the name of the log, for a folder that holds several; None for the first.
    """

    name: str
    title: str
    detect: Callable[[Path], bool]
    read: Callable[[Path, str | None], DrivingLog]  # raises UserError


READER_MODULES = ("core.logs.nuscenes", "core.logs.pandaset")
"""Modules that define `READER`, asked in this order; imported when a log is opened, not before."""


def readers() -> list[Reader]:
    found: list[Reader] = [import_module(module).READER for module in READER_MODULES]
    return found


def open_log(path: str | Path) -> DrivingLog:
    """Open a driving log of any known format.

    A folder may hold several logs (the scenes of a nuScenes root, PandaSet's numbered folders): the first opens,
    and a health note names the others. `FOLDER#NAME` opens another, e.g. `nuscenes#scene-0103`.

    Raises:
        UserError: nothing there, not readable, of no known layout, or damaged beyond opening.
    """
    address = Path(path).expanduser().absolute()
    known = readers()
    try:
        folder, name = split_address(address)
        _check_there(folder)
        reader = next((reader for reader in known if reader.detect(folder)), None)
        if reader is not None:
            log = reader.read(folder, name)
            return replace(log, path=address, tracks=named_tracks(log))
    except OSError as error:
        what = f"The folder cannot be read ({error.strerror})"
        raise UserError(what, path=error.filename or address, remedy="Check its permissions.") from error
    titles = " or ".join(reader.title for reader in known)
    raise UserError("No known log layout was found here", path=folder, remedy=f"Expected {titles}.")


def _check_there(path: Path) -> None:
    if not path.exists():
        raise UserError("There is no such folder or file", path=path, remedy="Check the path.")
    if path.is_dir() and not any(path.iterdir()):
        raise UserError("The folder is empty", path=path, remedy="Choose the folder that holds the log.")
