"""The demo city: which drive it is, where it lies, and how to make it. Imports nothing heavy."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

CACHE_VARIABLE = "DRIFTLESS_CACHE_DIR"

DEMO: dict[str, Any] = {
    "seed": 1,
    "seconds": 5.0,
    "rig": "surround6",
    "weather": "clear",
    "size": "448x256",
    "samples": 2,
}
"""The demo drive as options of `driftless city`: chosen to look good and to be made in well under a minute."""


def demo_folder() -> Path:
    """Where the demo city lies or will lie: in the user's cache, another folder for another drive or release."""
    return cache_folder() / "demo" / _identity()


def _identity() -> str:
    """Of the demo drive of this release."""
    described = json.dumps([DEMO, _release()], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:12]


@cache
def _release() -> str:
    """Looked up once: that takes longer than most edits."""
    return version("driftless")


def cache_folder() -> Path:
    """The user's cache folder for Driftless; the variable DRIFTLESS_CACHE_DIR names another."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("driftless", appauthor=False)


def is_made() -> bool:
    """Whether the demo city is there; it appears complete or not at all."""
    return demo_folder().is_dir()


def demo_command(out: Path) -> list[str]:
    """The command that makes the demo city in `out` and prints lines `progress DONE TOTAL`."""
    options = [word for name, value in DEMO.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-P", "-m", "app.cli", "city", str(out), *options, "--progress"]
