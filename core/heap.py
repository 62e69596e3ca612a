"""What becomes of memory that arrays gave back: the C library's heap keeps it for the next ones, or not."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
"""Numbers of glibc's `mallopt`."""
_MIB = 2**20


@cache
def keep_freed_memory() -> None:
    """Let this process use freed memory again at once, instead of giving it to the system and asking for it anew.

    By default glibc maps each array of a picture's size by itself, and the system clears its pages one after the
    other: a tenth of the time of a reconstruction, a fifth of that of small networks. Nothing where there is no glibc.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_MMAP_THRESHOLD, 32 * _MIB)
        library.mallopt(_TRIM_THRESHOLD, 1024 * _MIB)
        library.mallopt(_TOP_PAD, 64 * _MIB)


def give_back_memory() -> None:
    """Give the system what is kept and not used."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


@cache
def _glibc() -> Any:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
