"""What the program says about itself."""

from __future__ import annotations

import platform
from importlib.metadata import version

from PySide6.QtCore import qVersion


def about_text() -> str:
    return (
        f"Version {version('driftless')}, Apache-2.0\n"
        f"Python {platform.python_version()}, Qt {qVersion()}, {platform.system()} {platform.machine()}"
    )
