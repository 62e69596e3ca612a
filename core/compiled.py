"""Loops compiled by numba, with machine code that is kept from start to start."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import platformdirs

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Infinity and NaN keep their meaning, hence not all of fastmath.
FAST_MATH = frozenset({"contract", "arcp", "nsz", "reassoc"})


def kernels_beside(package_file: str, **settings: Any) -> Callable[[_Function], _Function]:
    """A decorator that compiles functions of one package at their first call, without holding the interpreter.

    The machine code lies in the user's cache, in a folder named after a digest of the package's sources: numba by
    itself would not notice a change in a called module, and the package's own folder may be read-only.
    """
    folder = _cache_folder(Path(package_file).parent)
    options: dict[str, Any] = {"cache": True, "nogil": True, "fastmath": set(FAST_MATH)} | settings

    def kernel(function: _Function) -> _Function:
        config: Any = numba.config
        elsewhere = config.CACHE_DIR
        config.CACHE_DIR = folder
        try:
            compiled: _Function = numba.njit(**options)(function)
        finally:
            config.CACHE_DIR = elsewhere
        return compiled

    return kernel


def _cache_folder(package: Path) -> str:
    digest = hashlib.sha256()
    for source in sorted(package.glob("*.py")):
        digest.update(source.read_bytes())
    folder = Path(platformdirs.user_cache_dir("driftless")) / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # A read-only home: compiled anew after each restart of the machine, but it works.
        folder = Path(tempfile.gettempdir()) / "driftless-kernels" / digest.hexdigest()[:16]
    return str(folder)
