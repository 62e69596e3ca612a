"""Random numbers that depend on nothing but a seed and a name."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, *keys: str | int) -> np.random.Generator:
    """A generator of its own for every purpose: one more draw for a tree never moves a car."""
    words = [zlib.crc32(key.encode()) if isinstance(key, str) else key & 0xFFFFFFFF for key in keys]
    return np.random.default_rng([seed, *words])
