"""Pickled tables from strangers: PandaSet stores pandas frames as pickles, and a pickle can run any code.

Only the names that a plain frame needs are allowed (what the real files ask for, and what older pandas
called the same things); every other name is refused before anything of it is imported or called.
"""

from __future__ import annotations

import gzip
import io
import pickle
import zlib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UserError

if TYPE_CHECKING:
    from pandas import DataFrame

LIMIT_BYTES = 256 * 2**20
"""Most bytes that a file may unpack to: thirty times the largest sweep of PandaSet."""

_ALLOWED = {
    ("builtins", "slice"): "builtins",
    ("numpy", "dtype"): "numpy",
    ("numpy", "ndarray"): "numpy",
    ("numpy.core.multiarray", "_reconstruct"): "numpy._core.multiarray",
    ("numpy._core.multiarray", "_reconstruct"): "numpy._core.multiarray",
    ("numpy._core.numeric", "_frombuffer"): "numpy._core.numeric",
    ("numpy.core.numeric", "_frombuffer"): "numpy._core.numeric",
    ("pandas._libs.internals", "_unpickle_block"): "pandas._libs.internals",
    ("pandas.core.frame", "DataFrame"): "pandas.core.frame",
    ("pandas.core.indexes.base", "Index"): "pandas.core.indexes.base",
    ("pandas.core.indexes.base", "_new_Index"): "pandas.core.indexes.base",
    ("pandas.core.indexes.range", "RangeIndex"): "pandas.core.indexes.range",
    ("pandas.core.internals.managers", "BlockManager"): "pandas.core.internals.managers",
}
"""Name that a file may ask for → module that has it today."""

_OLD_INDEXES = {"Int64Index", "UInt64Index", "Float64Index"}

# What damaged pickles raise on their way through numpy and pandas.
_DAMAGE = (
    pickle.UnpicklingError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)


class _RefusedError(Exception):
    """A pickle asked for a name that is not allowed."""


class _TableUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == "pandas.core.indexes.numeric" and name in _OLD_INDEXES:
            module, name = "pandas.core.indexes.base", "Index"
        if (module, name) not in _ALLOWED:
            raise _RefusedError(f"{module}.{name}")
        return getattr(import_module(_ALLOWED[module, name]), name)

    def persistent_load(self, pid: Any) -> Any:
        raise _RefusedError(f"persistent object {pid}")


def read_pickled_table(path: Path, *, numbers: tuple[str, ...], others: tuple[str, ...] = ()) -> DataFrame:
    """The pandas frame of a `.pkl` or `.pkl.gz` file, without running code that the file brings.

    Raises:
        UserError: the file is unreadable or damaged, unpacks to more than `LIMIT_BYTES`, asks for a name that
            a plain table does not need, is no table, lacks a column of `numbers` or `others`, or holds something
            else than numbers in one of `numbers`.
    """
    content = _content(path)
    import pandas as pd  # half a second that only this format needs

    try:
        table = _TableUnpickler(io.BytesIO(content)).load()
    except _RefusedError as error:
        raise UserError(
            f"The file was refused: it asks for {error}, which a table does not need and which could run code",
            path=path,
            remedy="Do not use this file unless you know where it comes from.",
        ) from error
    except _DAMAGE as error:
        raise UserError("The file is not a readable table", path=path, remedy="Copy the log again.") from error
    if not isinstance(table, pd.DataFrame):
        raise UserError(f"The file holds no table but {type(table).__name__}", path=path)
    for column in (*numbers, *others):
        if column not in table.columns:
            raise UserError("A column of the table is missing", path=path, field=column)
        if column in numbers and table[column].dtype.kind not in "iuf":
            raise UserError("A column that should hold numbers holds something else", path=path, field=column)
    return table


def _content(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"The file cannot be read or unpacked ({error})", path=path) from error
    if len(content) > LIMIT_BYTES:
        raise UserError(f"The file unpacks to more than {LIMIT_BYTES // 2**20} MB", path=path)
    return content
