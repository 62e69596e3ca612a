"""What every adapter for a kind of splat file offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from core.splats.cloud import GaussianCloud

Tell: TypeAlias = Callable[[str], None]
"""Takes a sentence for the user about something that was left out or guessed."""

EXPORT_AGAIN = "Export the splats again from the program that made them."
CUT_SHORT = "The file is cut short or damaged; copy or export it again."


@dataclass(frozen=True)
class SplatFormat:
    """One kind of file.

    `read` gives the splats as the file has them, activated but not yet checked, with the axes of their numbers.
    `write` takes splats that are in `axes` and have harmonics up to `highest_degree` at most.
    """

    name: str
    suffixes: tuple[str, ...]
    axes: str
    recognises: Callable[[Path, bytes], bool]
    """Whether a path, with the first bytes of the file (none for a folder), is of this kind."""
    read: Callable[[Path, Tell], tuple[GaussianCloud, str]]
    write: Callable[[GaussianCloud, Path], None] | None = None
    highest_degree: int = 3
