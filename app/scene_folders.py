"""Where scenes lie: those made of logs in the user's cache, those that the user saves wherever it may be."""

from __future__ import annotations

import hashlib
import json
import shutil
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from app.demo import cache_folder
from core.errors import UserError
from core.logs.opening import split_address
from core.scene.scene_files import NAMES, VERSION

MOST_CACHED = 24
LEVELS = 2
"""How deep below a log's folder changed files are looked for: every layout shows additions there."""


def cached_scene(address: Path) -> Path:
    """The folder for the scene of a log as it is now: another one after the log changed, and for another release."""
    identity = json.dumps([str(address), _changed_ns(split_address(address)[0]), version("driftless"), VERSION])
    return cache_folder() / "scenes" / hashlib.sha256(identity.encode()).hexdigest()[:16]


def is_scene(folder: Path) -> bool:
    return (folder / NAMES).is_file()


def check_target(folder: Path) -> None:
    """
    Raises:
        UserError: the folder holds something that is no scene.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not is_scene(folder)):
        raise UserError(
            "There is something else already", path=folder, remedy="Name a new or empty folder, or a scene."
        )


def drop_oldest() -> None:
    """Keep the cache to `MOST_CACHED` scenes."""
    scenes = [path for path in (cache_folder() / "scenes").glob("*") if is_scene(path)]
    scenes.sort(key=lambda path: (path / NAMES).stat().st_mtime)
    for path in scenes[:-MOST_CACHED]:
        shutil.rmtree(path, ignore_errors=True)


def _changed_ns(path: Path) -> int:
    """When a log last changed."""
    levels = ("/".join(["*"] * depth) for depth in range(1, LEVELS + 1))
    found = chain([path], *(path.glob(pattern) for pattern in levels))
    return max((child.stat().st_mtime_ns for child in found), default=0)
