"""PLY as tables: any elements of plain numbers, as text or binary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.splats.files.format import CUT_SHORT, EXPORT_AGAIN, Tell

Table = NDArray[Any]

_TYPES = {
    "char": "i1",
    "uchar": "u1",
    "short": "i2",
    "ushort": "u2",
    "int": "i4",
    "uint": "u4",
    "float": "f4",
    "double": "f8",
}
_NAMES = {code: name for name, code in _TYPES.items()}
_TYPES |= {np.dtype(code).name: code for code in _NAMES}
_ORDERS = {"ascii": "=", "binary_little_endian": "<", "binary_big_endian": ">"}
_LIST = "list"
_WHOLE = re.compile("[0-9]{1,18}")
_HEADER_LIMIT_BYTES = 1 << 20
_REST_LOOKED_AT_BYTES = 1 << 12


@dataclass(frozen=True)
class _Element:
    name: str
    count: int
    dtype: np.dtype[Any] | None  # None for rows with lists


def read_ply(path: Path, wanted: tuple[str, ...], tell: Tell) -> dict[str, Table]:
    """The wanted elements that the file has, as structured arrays by name.

    What follows the last row that the header promises is left out and told.

    Raises:
        UserError: not a PLY file, a header that makes no sense, fewer rows than the header promises, or text that
            is no number. Nothing is allocated before the promise was held against the size of the file.
    """
    with path.open("rb") as file:
        order, elements = _header(file, path)
        last = max((index for index, element in enumerate(elements) if element.name in wanted), default=-1)
        needed = elements[: last + 1]
        _hold_to_size(needed, path, path.stat().st_size - file.tell(), is_text=order == "=")
        read = _read_text if order == "=" else _read_binary
        tables = {element.name: read(file, element, path) for element in needed}
        if needed == elements:
            _tell_of_rest(file, path, sum(element.count for element in needed), tell)
    return {name: table for name, table in tables.items() if table is not None and name in wanted}


def write_ply(path: Path, elements: dict[str, Table]) -> None:
    """Little-endian binary from structured arrays by element name."""
    lines = ["ply", "format binary_little_endian 1.0"]
    for name, table in elements.items():
        lines.append(f"element {name} {len(table)}")
        kinds = {column: _NAMES[table.dtype[column].str[1:]] for column in table.dtype.names or ()}
        lines += [f"property {kind} {column}" for column, kind in kinds.items()]
    with path.open("wb") as file:
        file.write("\n".join([*lines, "end_header", ""]).encode("ascii"))
        for table in elements.values():
            table.astype(table.dtype.newbyteorder("<"), copy=False).tofile(file)


def _header(file: IO[bytes], path: Path) -> tuple[str, list[_Element]]:
    lines = _header_lines(file, path)
    if next(lines, "") != "ply":
        raise UserError("This is not a PLY file", path=path, remedy=EXPORT_AGAIN)
    order: str | None = None
    found: list[tuple[str, int, list[tuple[str, str]]]] = []
    for line in lines:
        match line.split():
            case ["format", name, "1.0"] if name in _ORDERS:
                order = _ORDERS[name]
            case ["element", name, count] if _WHOLE.fullmatch(count):
                found.append((name, int(count), []))
            case ["property", "list", _, _, name] if found:
                found[-1][2].append((name, _LIST))
            case ["property", kind, name] if kind in _TYPES and found:
                found[-1][2].append((name, _TYPES[kind]))
            case [] | ["comment" | "obj_info", *_]:
                pass
            case _:
                raise _no_header(line, path)
    if order is None:
        raise UserError("The header names no known format", path=path, field="format", remedy=EXPORT_AGAIN)
    return order, [_element(name, count, properties, order, path) for name, count, properties in found]


def _header_lines(file: IO[bytes], path: Path) -> Iterator[str]:
    """Lines up to the one that ends the header, without it."""
    while file.tell() < _HEADER_LIMIT_BYTES:
        line = file.readline(_HEADER_LIMIT_BYTES)
        text = line.decode("latin-1").strip()
        if text == "end_header" or not line:
            break
        yield text
    if text != "end_header":
        raise _no_header("", path)


def _no_header(line: str, path: Path) -> UserError:
    what = "The header does not end where the data begin"
    if line and line.isprintable():
        what = f"The header has a line that makes no sense: {line[:80]!r}"
    return UserError(what, path=path, field="header", remedy=EXPORT_AGAIN)


def _element(name: str, count: int, properties: list[tuple[str, str]], order: str, path: Path) -> _Element:
    if any(code == _LIST for _, code in properties):
        return _Element(name, count, None)
    if len({column for column, _ in properties}) < len(properties):
        raise UserError("The header names a property twice", path=path, field=name, remedy=EXPORT_AGAIN)
    return _Element(name, count, np.dtype([(column, order + code) for column, code in properties]))


def _hold_to_size(elements: list[_Element], path: Path, rest_bytes: int, is_text: bool) -> None:
    for element in elements:
        if element.dtype is None:
            if not is_text:
                raise UserError(
                    "Lists stand before the splats", path=path, field=element.name, remedy="Export it without faces."
                )
            continue
        # A number in text takes a digit and a space at least.
        row_bytes = 2 * len(element.dtype.names or ()) if is_text else element.dtype.itemsize
        rest_bytes -= element.count * row_bytes
        if rest_bytes < -1:
            raise UserError(
                f"The header promises {element.count} rows of {row_bytes} bytes, which the file does not hold",
                path=path,
                field=element.name,
                remedy=CUT_SHORT,
            )


def _tell_of_rest(file: IO[bytes], path: Path, rows: int, tell: Tell) -> None:
    if file.read(_REST_LOOKED_AT_BYTES).strip():
        tell(f"{path.name} goes on after the {rows} rows that its header promises; what follows is left out.")


def _read_binary(file: IO[bytes], element: _Element, path: Path) -> Table | None:
    assert element.dtype is not None
    return np.fromfile(file, element.dtype, element.count)


def _read_text(file: IO[bytes], element: _Element, path: Path) -> Table | None:
    lines = islice(file, element.count)
    if element.dtype is None:
        for _ in lines:
            pass
        return None
    if element.count == 0:
        return np.empty(0, element.dtype)
    try:
        table = np.loadtxt(lines, element.dtype, comments=None, ndmin=1, encoding="latin-1")
    except (ValueError, OverflowError) as error:
        raise UserError(
            "A row holds something else than the numbers that the header announces",
            path=path,
            field=element.name,
            remedy=EXPORT_AGAIN,
        ) from error
    if len(table) != element.count:
        raise UserError(
            f"The header promises {element.count} rows, the file has {len(table)}",
            path=path,
            field=element.name,
            remedy=CUT_SHORT,
        )
    return table
