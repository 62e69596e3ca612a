"""Pickles from strangers, read without running anything.

A pickle is a program: it names functions and calls them. Even the functions that an honest pandas frame names
(numpy's and pandas' constructors) crash the process when a damaged or hostile file feeds them. So nothing real is
ever called: every allowed name becomes a `Stub` that notes how it was called, and the reader takes the values
from there. Any other name refuses the file.

The unpickler is Python's own in its pure Python form: the C one can be made to allocate tens of gigabytes.
"""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import zlib
from pathlib import Path
from typing import Any

from core.errors import UserError

LIMIT_BYTES = 256 * 2**20
"""Most bytes that a file may unpack to: thirty times the largest sweep of PandaSet."""

ALLOWED = {
    ("builtins", "slice"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.numeric", "_frombuffer"),
    ("numpy._core.numeric", "_frombuffer"),
    ("pandas", "DataFrame"),  # as pandas 3 says
    ("pandas", "Index"),
    ("pandas", "RangeIndex"),
    ("pandas._libs.internals", "_unpickle_block"),
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.indexes.base", "Index"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.numeric", "Int64Index"),
    ("pandas.core.indexes.range", "RangeIndex"),
    ("pandas.core.internals.managers", "BlockManager"),
}
"""What plain frames ask for, by pandas 0.25 to 3: module and name."""

# What the unpickler raises on damaged input, by its documentation and by trying.
_DAMAGE = (
    pickle.UnpicklingError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    struct.error,
    TypeError,
    ValueError,
)


class Stub:
    """Stands for an object that a pickle wants: how it was constructed, and the state it was given."""

    args: tuple[Any, ...]
    state: Any = None

    def __new__(cls, *args: Any) -> Stub:
        stub = super().__new__(cls)
        stub.args = args
        return stub

    def __setstate__(self, state: Any) -> None:
        self.state = state

    @property
    def kind(self) -> str:
        """The name that the pickle asked for, e.g. `_reconstruct`."""
        return type(self).__name__


class _RefusedError(Exception):
    """A pickle asked for something that is not allowed."""


class _StubUnpickler(pickle._Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise _RefusedError(f"{module}.{name}"[:100])
        return type(name, (Stub,), {})  # new each time: nothing that a file does to it outlives the file

    def persistent_load(self, pid: Any) -> Any:
        raise _RefusedError("an object from elsewhere")


def read_pickle(path: Path) -> Any:
    """The content of a `.pkl` or `.pkl.gz` file: plain values, and a `Stub` for everything else.

    Raises:
        UserError: the file is unreadable or damaged, unpacks to more than `LIMIT_BYTES`, or asks for a name
            that is not in `ALLOWED`.
    """
    try:
        return _StubUnpickler(io.BytesIO(_content(path))).load()
    except _RefusedError as error:
        raise UserError(
            f"The file was refused: it asks for {error}, which a table does not need and which could run code",
            path=path,
            remedy="Do not use this file unless you know where it comes from.",
        ) from error
    except _DAMAGE as error:
        raise UserError("The file is damaged", path=path, remedy="Copy the log again.") from error


def _content(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(
            f"The file cannot be read or unpacked ({error})", path=path, remedy="Copy the log again."
        ) from error
    if len(content) > LIMIT_BYTES:
        raise UserError(f"The file unpacks to more than {LIMIT_BYTES // 2**20} MB", path=path)
    return content
