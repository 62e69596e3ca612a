"""Compiled loops of the city renderer: ray bookkeeping, procedural textures, light.

Owns: everything that runs once per ray. Does not own: scenes, frames, files.

Decisions: plain scalar code, one ray at a time, compiled by numba without forced inlining (inlining small noise
helpers makes compilation take minutes). No threads: frames are spread over processes. Compiled code is cached in a
folder named after a digest of these sources, because numba alone would not notice a change in a called module.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import platformdirs

_Function = TypeVar("_Function", bound=Callable[..., Any])

# Infinity (a ray that hits nothing) must survive, hence not all of fastmath.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "arcp", "nsz", "reassoc"}}


_njit: Any = numba.njit  # its published types know too few of the options


def _cache_folder() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    folder = Path(platformdirs.user_cache_dir("driftless")) / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # A read-only home: compiled anew after each restart of the machine, but it works.
        folder = Path(tempfile.gettempdir()) / "driftless-kernels" / digest.hexdigest()[:16]
    return str(folder)


_FOLDER = _cache_folder()


def kernel(function: _Function) -> _Function:
    """Compile a function that Python calls, at its first call, and keep the machine code on disk."""
    settings: Any = numba.config
    elsewhere = settings.CACHE_DIR
    settings.CACHE_DIR = _FOLDER
    try:
        compiled: Any = _njit(cache=True, **_OPTIONS)(function)
    finally:
        settings.CACHE_DIR = elsewhere
    return compiled


def inner(function: _Function) -> _Function:
    """Compile a function that only kernels call: its code goes into theirs, so it needs no entry points and no file.

    It cannot allocate, and in turn counts no references, which would cost more than much of the arithmetic.
    """
    compiled: Any = _njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, **_OPTIONS)(function)
    return compiled
