"""Doing with the memory that there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

from core.errors import UserError

Made = TypeVar("Made")


def made_in_pieces(make: Callable[[int], Made], size: int) -> tuple[Made, int]:
    """What comes of making so much at once, or where memory does not suffice, half of it, and so on; and how much it
    was in the end.

    Args:
        make: makes at most so much at once; where it fails, it leaves nothing behind.
        size: how much to begin with.

    Raises:
        UserError: memory does not suffice for a piece of 1.
    """
    while True:
        try:
            return make(size), size
        except (RuntimeError, MemoryError) as error:
            if not _is_lack_of_memory(error):
                raise
            if size <= 1:
                remedy = "Choose fewer cameras, a smaller preset or another device, or close other programs."
                raise UserError("Memory does not suffice even for the smallest piece of work", remedy=remedy) from error
        # Not before the error is gone, which holds what was made so far.
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        size = (size + 1) // 2


def _is_lack_of_memory(error: Exception) -> bool:
    # For the processor torch has no type of its own.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
