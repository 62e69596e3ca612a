"""Pickled pandas frames as plain columns, without pandas; see `safe_pickle` for why."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.logs.safe_pickle import Stub, read_pickle

Column = NDArray[Any]

_NUMBER_KINDS = "iuf"
_CODES = {f"{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8)} | {"f2", "f4", "f8", "b1"}


def read_table(path: Path, *, numbers: tuple[str, ...], others: tuple[str, ...] = ()) -> dict[str, Column]:
    """Columns (n,) of a pickled frame by name: numbers or bools as such, the rest as objects.

    Raises:
        UserError: the file is unreadable, damaged or refused, is no plain table, lacks a column of `numbers` or
            `others`, or holds something else than numbers in one of `numbers`.
    """
    content = read_pickle(path)
    try:
        columns = _columns(content)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UserError("The file holds no plain table", path=path, remedy="Copy the log again.") from error
    for name in (*numbers, *others):
        if name not in columns:
            raise UserError("A column of the table is missing", path=path, field=name)
        if name in numbers and columns[name].dtype.kind not in _NUMBER_KINDS:
            raise UserError("A column that should hold numbers holds something else", path=path, field=name)
    return columns


def _columns(frame: Stub) -> dict[str, Column]:
    if frame.kind != "DataFrame":
        raise ValueError("no frame")
    manager = frame.state["_mgr"] if "_mgr" in frame.state else frame.state["_data"]  # before pandas 1.1
    blocks: list[tuple[Stub, Stub]]
    if manager.state is None:
        parts, axes = manager.args[:2]
        blocks = [part.args[:2] for part in parts]
    else:  # before pandas 1.3
        layout = manager.state[3]["0.14.1"]
        axes = layout["axes"]
        blocks = [(part["values"], part["mgr_locs"]) for part in layout["blocks"]]
    names = _array(axes[0].args[1]["data"])
    columns = {}
    for values, places in blocks:
        for place, column in zip(_places(places), _array(values), strict=True):
            columns[str(names[place])] = column
    if len(columns) != len(names) or len({column.shape for column in columns.values()}) > 1:
        raise ValueError("columns of different length")
    return columns


def _places(stub: Stub) -> Iterable[int]:
    return range(*stub.args) if stub.kind == "slice" else _array(stub).tolist()


def _array(stub: Stub) -> Column:
    if stub.kind == "_reconstruct":
        _, shape, kind, by_column, data = stub.state
    elif stub.kind == "_frombuffer":
        data, kind, shape, order = stub.args
        by_column = order == "F"
    else:
        raise ValueError(f"no array but {stub.kind}")
    if kind.args[0] == "O8":
        flat = np.empty(len(data), dtype=object)
        flat[:] = data
    elif kind.args[0] in _CODES:
        flat = np.frombuffer(data, dtype=np.dtype(kind.args[0]).newbyteorder("B" if kind.state[1] == ">" else "L"))
    else:
        raise ValueError("neither numbers nor objects")
    if len(flat) != math.prod(shape):
        raise ValueError("array of another size than its shape")
    return flat.reshape(shape, order="F" if by_column else "C")
