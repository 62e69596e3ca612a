"""The containers of SPZ: one gzip stream (versions 1 to 3), or a table of zstd streams (version 4)."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.splats.files.format import CUT_SHORT, EXPORT_AGAIN

MAGIC = b"NGSP"

_HEADER = struct.Struct("<4sIIBBBB")  # magic, version, count, degree, fractional bits, flags, streams
_TABLE_OFFSET = struct.Struct("<I12x")
_ROW = struct.Struct("<QQ")  # bytes packed, bytes unpacked
_HAS_EXTENSIONS = 2
_EXTENSIONS_LIMIT_BYTES = 1 << 20
_BEST_RATIO = 1100
"""Deflate cannot pack better, and real splats come nowhere near, so more is a bomb or a false promise."""

Widths = Callable[["SpzHeader", Path], list[int]]


@dataclass(frozen=True)
class SpzHeader:
    version: int
    count: int
    degree: int
    fractional_bits: int
    flags: int


def decompressed(data: bytes, path: Path, widths_of: Widths) -> tuple[SpzHeader, list[NDArray[np.uint8]], bytes]:
    """Header, one array (count, width) for every stream that `widths_of` the header tells of, and extensions.

    Raises:
        UserError: not SPZ, cut short, damaged, or more promised than the file can hold; nothing of the promised
            size is allocated before that is known.
    """
    if data.startswith(MAGIC) and len(data) >= 8 and int.from_bytes(data[4:8], "little") >= 4:
        return _from_table(data, path, widths_of)
    # Some writers of versions 1 to 3 leave the compression to the web server.
    inflate = None if data.startswith(MAGIC) else zlib.decompressobj(wbits=31)
    start = data if inflate is None else _inflated(inflate, data, _HEADER.size, path)
    header = _header(start, path)[0]
    widths = widths_of(header, path)
    size = header.count * sum(widths)
    _hold_to_size(size, len(data), header.count, path)
    if inflate is None:
        body = data[_HEADER.size :]
    else:
        body = _inflated(inflate, inflate.unconsumed_tail, size + _EXTENSIONS_LIMIT_BYTES, path)
    if len(body) < size:
        raise UserError(
            f"The header promises {header.count} splats of {sum(widths)} bytes, the file holds {len(body)} bytes",
            path=path,
            field="numPoints",
            remedy=CUT_SHORT,
        )
    edges = pairwise(accumulate((header.count * width for width in widths), initial=0))
    parts = [_rows(body[low:high], header.count, width) for (low, high), width in zip(edges, widths, strict=True)]
    return header, parts, body[size:] if header.flags & _HAS_EXTENSIONS else b""


def compressed(header: SpzHeader, streams: list[bytes]) -> bytes:
    """The bytes of a file of the header's version, 3 or 4."""
    fields = (MAGIC, header.version, header.count, header.degree, header.fractional_bits, header.flags)
    if header.version < 4:
        return gzip.compress(_HEADER.pack(*fields, 0) + b"".join(streams), compresslevel=6, mtime=0)
    import zstandard

    compressor = zstandard.ZstdCompressor(level=12)
    packed = [compressor.compress(stream) for stream in streams]
    table = b"".join(_ROW.pack(len(after), len(before)) for after, before in zip(packed, streams, strict=True))
    offset = _HEADER.size + _TABLE_OFFSET.size
    return b"".join([_HEADER.pack(*fields, len(streams)), _TABLE_OFFSET.pack(offset), table, *packed])


def _from_table(data: bytes, path: Path, widths_of: Widths) -> tuple[SpzHeader, list[NDArray[np.uint8]], bytes]:
    header, stream_count = _header(data, path)
    widths = widths_of(header, path)
    _hold_to_size(header.count * sum(widths), len(data), header.count, path)
    start = _HEADER.size + _TABLE_OFFSET.size
    table = _TABLE_OFFSET.unpack_from(data, _HEADER.size)[0] if len(data) >= start else 0
    if table < start or table + stream_count * _ROW.size > len(data):
        raise UserError(
            "The table of streams lies outside the file", path=path, field="tocByteOffset", remedy=CUT_SHORT
        )
    rows = [_ROW.unpack_from(data, table + index * _ROW.size) for index in range(stream_count)]
    # Writers leave out an empty last stream.
    expected = [header.count * width for width in widths]
    unpacked = [after for _, after in rows]
    if unpacked + [0] * (len(expected) - len(unpacked)) != expected:
        raise UserError(
            f"The streams have {unpacked} bytes where {header.count} splats take {expected}",
            path=path,
            field="numPoints",
            remedy=CUT_SHORT,
        )
    edges = list(accumulate((packed for packed, _ in rows), initial=table + stream_count * _ROW.size))
    if edges[-1] > len(data):
        raise UserError("The streams go on after the end of the file", path=path, remedy=CUT_SHORT)
    parts = []
    for width, size, (low, high) in zip(widths, expected, [*pairwise(edges), *[(0, 0)] * len(widths)], strict=False):
        raw = _unzstd(data[low:high], size, path) if size else b""
        parts.append(_rows(raw, header.count, width))
    return header, parts, data[start:table] if header.flags & _HAS_EXTENSIONS else b""


def _unzstd(packed: bytes, size: int, path: Path) -> bytes:
    """`size` bytes out of a zstd stream."""
    import zstandard

    try:
        # The library allocates what the stream says of itself, however large.
        if zstandard.frame_content_size(packed) in (-1, size):
            raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
            if len(raw) == size:
                return raw
    except zstandard.ZstdError as error:
        raise UserError("A stream cannot be unpacked", path=path, remedy=CUT_SHORT) from error
    raise UserError("A stream is not as long as announced", path=path, remedy=CUT_SHORT)


def _header(data: bytes, path: Path) -> tuple[SpzHeader, int]:
    if len(data) < _HEADER.size or not data.startswith(MAGIC):
        raise UserError("This is not an SPZ file", path=path, field="magic", remedy=EXPORT_AGAIN)
    _, version, count, degree, bits, flags, streams = _HEADER.unpack_from(data)
    return SpzHeader(version, count, degree, bits, flags), streams


def _inflated(inflate: zlib._Decompress, data: bytes, limit: int, path: Path) -> bytes:
    """Up to `limit` bytes more of a gzip stream."""
    try:
        return inflate.decompress(data, limit)
    except zlib.error as error:
        raise UserError("The file cannot be unpacked", path=path, remedy=CUT_SHORT) from error


def _hold_to_size(size: int, file_bytes: int, count: int, path: Path) -> None:
    if size > file_bytes * _BEST_RATIO:
        raise UserError(
            f"The header promises {count} splats, far more than {file_bytes} bytes can hold",
            path=path,
            field="numPoints",
            remedy=CUT_SHORT,
        )


def _rows(raw: bytes, count: int, width: int) -> NDArray[np.uint8]:
    return np.frombuffer(raw, np.uint8).reshape(count, width)
