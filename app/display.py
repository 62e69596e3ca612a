"""Whether there is a display to open a window on."""

from __future__ import annotations

import os
import sys

from core.errors import UserError


def has_display() -> bool:
    """Whether a window can be shown; always so on macOS and Windows."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in named)


def require_display() -> None:
    """Qt ends the process where there is no display; say so instead.

    Raises:
        UserError: no display is named in the environment.
    """
    if not has_display():
        raise UserError(
            "There is no display to open a window on",
            remedy="Without one, these work: driftless demo --headless, city, inspect, lift, render, convert-splats, "
            "bench.",
        )
