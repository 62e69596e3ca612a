"""Compressed PLY of PlayCanvas: four words for a splat, relative to the extent of its chunk of 256."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.splats.cloud import GaussianCloud
from core.splats.files.axes import RDF
from core.splats.files.format import EXPORT_AGAIN, SplatFormat, Tell
from core.splats.files.packing import (
    fractions_of,
    from_smallest_three,
    quantised,
    scale_from_log,
    smallest_three,
)
from core.splats.files.ply_table import Table, read_ply, write_ply
from core.splats.harmonics import COUNTS

_CHUNK = 256
_WORDS = ("packed_position", "packed_rotation", "packed_scale", "packed_color")
_EXTENTS = (("x", "y", "z"), ("scale_x", "scale_y", "scale_z"), ("r", "g", "b"))
_SHIFTS_AND_BITS = ((21, 11), (11, 10), (0, 11))
_LOGARITHM_LIMIT = 20.0
_HARMONIC_RANGE = 8.0
"""Bytes of harmonics span -4 … 4."""


def _read(path: Path, tell: Tell) -> tuple[GaussianCloud, str]:
    tables = read_ply(path, ("chunk", "vertex", "sh"), tell)
    missing = {"chunk", "vertex"} - set(tables)
    if missing:
        raise UserError("A part of the splats is missing", path=path, field=missing.pop(), remedy=EXPORT_AGAIN)
    chunks, vertices = tables["chunk"], tables["vertex"]
    places, scales, colours = ([f"{end}_{name}" for end in ("min", "max") for name in names] for names in _EXTENTS)
    has_colours = bool(set(colours) & set(chunks.dtype.names or ()))
    _require(chunks, dict.fromkeys([*places, *scales, *(colours if has_colours else [])], "f4"), path)
    _require(vertices, dict.fromkeys(_WORDS, "u4"), path)
    if len(chunks) != -(-len(vertices) // _CHUNK):
        raise UserError(
            f"{len(chunks)} chunks cannot hold {len(vertices)} splats", path=path, field="chunk", remedy=EXPORT_AGAIN
        )
    position, rotation, scale, colour = (vertices[name] for name in _WORDS)
    others = np.stack([fractions_of(rotation, shift, 10) for shift in (20, 10, 0)], -1)
    rgb = np.stack([fractions_of(colour, shift, 8) for shift in (24, 16, 8)], -1)
    return GaussianCloud(
        means_m=_within(chunks, _EXTENTS[0], _three(position)),
        quaternions=from_smallest_three(rotation >> 30, (others - 0.5) * np.float32(2**0.5)),
        scales_m=scale_from_log(_within(chunks, _EXTENTS[1], _three(scale))),
        opacities=fractions_of(colour, 0, 8),
        colours=_within(chunks, _EXTENTS[2], rgb) if has_colours else rgb,
        harmonics=_harmonics(tables["sh"], len(vertices), path) if "sh" in tables else None,
    ), RDF


def _require(table: Table, types: dict[str, str], path: Path) -> None:
    for name, code in types.items():
        if name not in (table.dtype.names or ()) or table.dtype[name].str[1:] != code:
            raise UserError(
                "A property of the compressed splats is missing or of another type",
                path=path,
                field=name,
                remedy=EXPORT_AGAIN,
            )


def _three(words: NDArray[Any]) -> NDArray[Any]:
    return np.stack([fractions_of(words, shift, bits) for shift, bits in _SHIFTS_AND_BITS], -1)


def _within(chunks: Table, names: tuple[str, ...], fractions: NDArray[Any]) -> NDArray[Any]:
    """Fractions (n, 3) of the extents of their chunks."""
    low, high = (np.stack([chunks[f"{end}_{name}"] for name in names], -1) for end in ("min", "max"))
    chunk = np.arange(len(fractions)) // _CHUNK
    return low[chunk] * (1 - fractions) + high[chunk] * fractions


def _harmonics(table: Table, count: int, path: Path) -> NDArray[Any]:
    names = [f"f_rest_{index}" for index in range(len(table.dtype.names or ()))]
    _require(table, dict.fromkeys(names, "u1"), path)
    if len(table) != count or len(names) % 3 or len(names) // 3 not in COUNTS[1:]:
        raise UserError("The harmonics do not fit the splats", path=path, field="sh", remedy=EXPORT_AGAIN)
    values = np.stack([table[name] for name in names], -1)
    centres = (values + np.float32(0.5)) / 256
    centres[values == 0], centres[values == 255] = 0, 1
    by_channel = (centres - np.float32(0.5)) * np.float32(_HARMONIC_RANGE)
    return np.ascontiguousarray(by_channel.reshape(count, 3, len(names) // 3).transpose(0, 2, 1))


def _write(cloud: GaussianCloud, path: Path) -> None:
    """Splats keep their order: neighbours in the cloud should be neighbours in space."""
    logarithms = np.clip(np.log(cloud.scales_m), -_LOGARITHM_LIMIT, _LOGARITHM_LIMIT)
    chunks = np.zeros(
        -(-len(cloud) // _CHUNK),
        [(f"{end}_{name}", "<f4") for names in _EXTENTS for end in ("min", "max") for name in names],
    )
    position = _share(chunks, _EXTENTS[0], cloud.means_m)
    scale = _share(chunks, _EXTENTS[1], logarithms)
    colour = _share(chunks, _EXTENTS[2], cloud.colours)
    largest, others = smallest_three(cloud.quaternions)
    words = (
        _packed(position, _SHIFTS_AND_BITS),
        _packed(others / 2**0.5 + 0.5, ((20, 10), (10, 10), (0, 10))) | largest.astype(np.uint32) << 30,
        _packed(scale, _SHIFTS_AND_BITS),
        _packed(np.column_stack([colour, cloud.opacities]), ((24, 8), (16, 8), (8, 8), (0, 8))),
    )
    vertices = np.zeros(len(cloud), [(name, "<u4") for name in _WORDS])
    for name, word in zip(_WORDS, words, strict=True):
        vertices[name] = word
    elements = {"chunk": chunks, "vertex": vertices}
    if cloud.harmonics is not None:
        by_channel = cloud.harmonics.transpose(0, 2, 1).reshape(len(cloud), 3 * cloud.harmonics.shape[1])
        values = np.clip((by_channel / _HARMONIC_RANGE + 0.5) * 256, 0, 255).astype(np.uint8)
        elements["sh"] = values.view([(f"f_rest_{index}", "u1") for index in range(values.shape[1])])[:, 0]
    write_ply(path, elements)


def _share(chunks: Table, names: tuple[str, ...], values: NDArray[Any]) -> NDArray[Any]:
    """Enters the extents of values (n, 3) into the chunks, and gives the values as fractions of them."""
    starts = np.arange(0, len(values), _CHUNK)
    low = np.minimum.reduceat(values, starts) if len(values) else values
    high = np.maximum.reduceat(values, starts) if len(values) else values
    for index, name in enumerate(names):
        chunks[f"min_{name}"], chunks[f"max_{name}"] = low[:, index], high[:, index]
    chunk = np.arange(len(values)) // _CHUNK
    span = (high - low)[chunk]
    return (values - low[chunk]) / np.where(span > 0, span, 1)


def _packed(fractions: NDArray[Any], shifts_and_bits: tuple[tuple[int, int], ...]) -> NDArray[np.uint32]:
    word = np.zeros(len(fractions), np.uint32)
    for index, (shift, bits) in enumerate(shifts_and_bits):
        word |= quantised(fractions[:, index], bits) << shift
    return word


COMPRESSED_PLY = SplatFormat(
    "compressed PLY",
    (".compressed.ply",),
    RDF,
    lambda path, head: head.startswith(b"ply") and b"\nelement chunk " in head,
    _read,
    _write,
)
