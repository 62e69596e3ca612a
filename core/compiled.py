"""Loops compiled by numba, with machine code that is kept from start to start."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import platformdirs

_njit: Any = numba.njit  # its published types know too few of the options
_Function = TypeVar("_Function", bound=Callable[..., Any])

# Infinity and NaN keep their meaning, hence not all of fastmath.
FAST_MATH = frozenset({"contract", "arcp", "nsz", "reassoc"})


def kernels_beside(package_file: str, **settings: Any) -> Callable[[_Function], _Function]:
    """A decorator that compiles functions of one package at their first call, without holding the interpreter.

    The machine code lies in the user's cache, in a folder named after a digest of the package's sources and of this
    file: numba by itself would not notice a change in a called module or in the options, and the package's own folder
    may be read-only.
    """
    folder = _cache_folder(Path(package_file).parent)

    def kernel(function: _Function) -> _Function:
        config: Any = numba.config
        elsewhere = config.CACHE_DIR
        config.CACHE_DIR = folder
        try:
            compiled: _Function = _njit(cache=True, **_options(settings))(function)
        finally:
            config.CACHE_DIR = elsewhere
        return compiled

    return kernel


def inner_kernels(**settings: Any) -> Callable[[_Function], _Function]:
    """A decorator for functions that only kernels call: their code goes into theirs, so they need no file.

    They have no entry points and cannot allocate, and in turn count no references, which would cost more than much of
    the arithmetic.
    """
    return _njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, **_options(settings))


def _options(settings: dict[str, Any]) -> dict[str, Any]:
    return {"nogil": True, "fastmath": set(FAST_MATH)} | settings


def _cache_folder(package: Path) -> str:
    digest = hashlib.sha256()
    for source in (Path(__file__), *sorted(package.glob("*.py"))):
        digest.update(source.read_bytes())
    folder = Path(platformdirs.user_cache_dir("driftless")) / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # A read-only home: compiled anew after each restart of the machine, but it works.
        folder = Path(tempfile.gettempdir()) / "driftless-kernels" / digest.hexdigest()[:16]
    return str(folder)
