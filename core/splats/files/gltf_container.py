"""glTF 2.0 as far as splats need it: the description, its buffers, and accessors as arrays."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, NonNegativeInt

from core.errors import UserError
from core.splats.files.format import CUT_SHORT, EXPORT_AGAIN
from core.splats.files.json_text import parsed

MAGIC = b"glTF"

_HEADER = struct.Struct("<4sII")  # magic, version, bytes
_CHUNK = struct.Struct("<I4s")  # bytes, kind
_JSON, _BINARY = b"JSON", b"BIN\0"
_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_FLOAT, _BYTE = 5126, 5121
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_NAMES = {width: name for name, width in _WIDTHS.items()}


@dataclass(frozen=True)
class _Buffer:
    byteLength: NonNegativeInt  # noqa: N815 (the file's own names, here and below)
    uri: str | None = None


@dataclass(frozen=True)
class _View:
    buffer: NonNegativeInt
    byteLength: NonNegativeInt  # noqa: N815
    byteOffset: NonNegativeInt = 0  # noqa: N815
    byteStride: NonNegativeInt | None = None  # noqa: N815


@dataclass(frozen=True)
class _Accessor:
    componentType: int  # noqa: N815
    count: NonNegativeInt
    type: str
    bufferView: NonNegativeInt | None = None  # noqa: N815
    byteOffset: NonNegativeInt = 0  # noqa: N815
    normalized: bool = False


@dataclass(frozen=True)
class Primitive:
    attributes: dict[str, NonNegativeInt]
    extensions: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Mesh:
    primitives: list[Primitive]


@dataclass(frozen=True)
class Node:
    mesh: NonNegativeInt | None = None
    children: list[NonNegativeInt] = field(default_factory=list)
    matrix: list[FiniteFloat] | None = None
    translation: tuple[FiniteFloat, FiniteFloat, FiniteFloat] = (0.0, 0.0, 0.0)
    rotation: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat] = (0.0, 0.0, 0.0, 1.0)
    scale: tuple[FiniteFloat, FiniteFloat, FiniteFloat] = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class _Scene:
    nodes: list[NonNegativeInt] = field(default_factory=list)


@dataclass(frozen=True)
class _Document:
    accessors: list[_Accessor] = field(default_factory=list)
    bufferViews: list[_View] = field(default_factory=list)  # noqa: N815
    buffers: list[_Buffer] = field(default_factory=list)
    meshes: list[_Mesh] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    scenes: list[_Scene] = field(default_factory=list)
    scene: NonNegativeInt = 0


class Gltf:
    """One glTF or GLB file."""

    def __init__(self, path: Path) -> None:
        """Raises UserError: neither glTF nor GLB, cut short, or a description that makes no sense."""
        self.path = path
        data = path.read_bytes()
        text, self._binary = _glb_parts(data, path) if data.startswith(MAGIC) else (data, None)
        self.document = parsed(text, _Document, path)
        self._buffers: dict[int, bytes] = {}

    def item(self, kind: str, index: int) -> Any:
        """One entry of a list of the description, e.g. ("nodes", 3)."""
        entries = getattr(self.document, kind)
        if index >= len(entries):
            raise UserError(
                f"The description names number {index} of {len(entries)}", path=self.path, field=kind, remedy=CUT_SHORT
            )
        return entries[index]

    def view(self, index: int) -> bytes:
        """The bytes of a buffer view."""
        view: _View = self.item("bufferViews", index)
        data = self._buffer(view.buffer)
        if view.byteOffset + view.byteLength > len(data):
            raise UserError(
                "A part of the data lies behind its end", path=self.path, field=f"bufferViews.{index}", remedy=CUT_SHORT
            )
        return data[view.byteOffset : view.byteOffset + view.byteLength]

    def array(self, index: int, width: int) -> NDArray[np.float32]:
        """An accessor of vectors of so many parts as floats (count, width), normalised numbers within -1 … 1."""
        accessor: _Accessor = self.item("accessors", index)
        where = f"accessors.{index}"
        if accessor.componentType not in _TYPES or _WIDTHS.get(accessor.type) != width or accessor.bufferView is None:
            raise UserError(
                f"An array is not of plain vectors of {width}", path=self.path, field=where, remedy=EXPORT_AGAIN
            )
        dtype = np.dtype(_TYPES[accessor.componentType])
        data = self.view(accessor.bufferView)
        row = width * dtype.itemsize
        stride = self.item("bufferViews", accessor.bufferView).byteStride or row
        if accessor.count and accessor.byteOffset + (accessor.count - 1) * stride + row > len(data):
            raise UserError(
                f"The description promises {accessor.count} rows, which the data do not hold",
                path=self.path,
                field=where,
                remedy=CUT_SHORT,
            )
        shape, strides = (accessor.count, width), (stride, dtype.itemsize)
        raw = np.ndarray(shape, dtype, data, accessor.byteOffset, strides) if accessor.count else np.empty(shape, dtype)
        values = raw.astype(np.float32)
        if accessor.normalized and dtype.kind != "f":
            values = np.maximum(values / np.float32(np.iinfo(dtype).max), -1)
        return values

    def _buffer(self, index: int) -> bytes:
        if index not in self._buffers:
            self._buffers[index] = self._loaded(self.item("buffers", index).uri)
        return self._buffers[index]

    def _loaded(self, uri: str | None) -> bytes:
        if uri is None:
            if self._binary is None:
                raise UserError("The data are missing", path=self.path, field="buffers", remedy=CUT_SHORT)
            return self._binary
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=True)
            except binascii.Error as error:
                raise UserError("The data cannot be decoded", path=self.path, field="uri", remedy=CUT_SHORT) from error
        name = unquote(uri)
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts or ":" in name or "\\" in name:
            raise UserError(
                f"The data lie outside the folder: {name[:80]!r}",
                path=self.path,
                field="uri",
                remedy="Put all files into one folder.",
            )
        try:
            return (self.path.parent / inside).read_bytes()
        except OSError as error:
            raise UserError(
                f"The data beside the file cannot be read: {name!r}", path=self.path, field="uri", remedy=CUT_SHORT
            ) from error


def _glb_parts(data: bytes, path: Path) -> tuple[bytes, bytes | None]:
    """The description and the binary chunk."""
    if len(data) < _HEADER.size + _CHUNK.size:
        raise UserError("The file ends within its header", path=path, remedy=CUT_SHORT)
    _, version, length = _HEADER.unpack_from(data)
    if version != 2 or length > len(data):
        what = f"The file has version {version}" if version != 2 else f"Only {len(data)} of {length} bytes are there"
        raise UserError(what, path=path, field="header", remedy=CUT_SHORT if version == 2 else EXPORT_AGAIN)
    chunks: dict[bytes, bytes] = {}
    position = _HEADER.size
    while position + _CHUNK.size <= length:
        size, kind = _CHUNK.unpack_from(data, position)
        position += _CHUNK.size
        if position + size > length:
            raise UserError("A chunk goes on after the end of the file", path=path, remedy=CUT_SHORT)
        chunks.setdefault(kind, data[position : position + size])
        position += size
    if _JSON not in chunks:
        raise UserError("The file has no description", path=path, field="JSON", remedy=CUT_SHORT)
    return chunks[_JSON], chunks.get(_BINARY)


def written(attributes: dict[str, NDArray[Any]], extension: dict[str, Any], name: str, *, is_glb: bool) -> bytes:
    """A GLB file, or a glTF file with its data inside, of one primitive of points.

    The attributes are arrays (n, k) of floats, or of bytes that count as normalised.
    """
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    blocks: list[bytes] = []
    offset = 0
    for semantic, values in attributes.items():
        is_float = values.dtype.kind == "f"
        block = np.ascontiguousarray(values, "<f4" if is_float else "u1").tobytes()
        accessor: dict[str, Any] = {
            "bufferView": len(views),
            "componentType": _FLOAT if is_float else _BYTE,
            "count": len(values),
            "type": _NAMES[values.shape[1]],
        }
        if not is_float:
            accessor["normalized"] = True
        if semantic == "POSITION" and len(values):
            accessor |= {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(block), "target": 34962})
        accessors.append(accessor)
        blocks.append(block)
        offset += len(block)
    primitive = {
        "attributes": {semantic: index for index, semantic in enumerate(attributes)},
        "mode": 0,
        "extensions": {name: extension},
    }
    data = b"".join(blocks)
    buffer: dict[str, Any] = {"byteLength": offset}
    if not is_glb:
        buffer["uri"] = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    document = {
        "asset": {"version": "2.0", "generator": "Driftless"},
        "extensionsUsed": [name],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [buffer],
    }
    description = json.dumps(document).encode()
    return _glb(description, data) if is_glb else description


def _glb(description: bytes, data: bytes) -> bytes:
    """One file of both parts, each padded to four bytes."""
    description += b" " * (-len(description) % 4)
    data += b"\0" * (-len(data) % 4)
    length = _HEADER.size + 2 * _CHUNK.size + len(description) + len(data)
    parts = [_HEADER.pack(MAGIC, 2, length)]
    for kind, content in ((_JSON, description), (_BINARY, data)):
        parts += [_CHUNK.pack(len(content), kind), content]
    return b"".join(parts)
