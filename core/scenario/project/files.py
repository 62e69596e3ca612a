"""What to tell of files of a project."""

from __future__ import annotations

from pathlib import Path

from core.errors import UserError


def unwritable(error: OSError, path: Path) -> UserError:
    """What to tell when a project cannot be written."""
    what = f"The project cannot be written ({error.strerror or error})"
    remedy = "Your edits are kept in memory: make room, or save the project elsewhere."
    return UserError(what, path=path, remedy=remedy)
