"""Names that follow from what they name."""

from __future__ import annotations

import hashlib


def token(seed: int, *names: str | int) -> str:
    """32 hexadecimal digits, the same for the same seed and names."""
    return hashlib.md5("/".join(map(str, (seed, *names))).encode(), usedforsecurity=False).hexdigest()
