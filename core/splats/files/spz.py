"""SPZ of Niantic, versions 1 to 4: a few bytes for a splat, compressed.

Facts from the format description of the nianticlabs/spz project. The axes are right, up, back, unless an extension
of Adobe says otherwise.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.splats.cloud import GaussianCloud
from core.splats.files.axes import RUB
from core.splats.files.format import CUT_SHORT, EXPORT_AGAIN, SplatFormat, Tell
from core.splats.files.packing import (
    colour_from_constant,
    constant_from_colour,
    fractions_of,
    from_bytes,
    from_smallest_three,
    quantised,
    scale_from_log,
    smallest_three,
    to_bytes,
)
from core.splats.files.spz_streams import MAGIC, SpzHeader, compressed, decompressed
from core.splats.harmonics import COUNTS

Bytes = NDArray[np.uint8]

_COLOUR_RANGE = 0.15
_FINEST_BITS = 16
_ROOT = np.float32(0.5**0.5)
_ROTATION_BYTES = {1: 3, 2: 3, 3: 4, 4: 4}
_ADOBE_AXES = 0xADBE0003
_AXES = (
    RUB,  # unspecified: as the format has it
    *("ldb", "rdb", "lub", "rub", "ldf", "rdf", "luf", "ruf"),
    *("lfd", "rfd", "lfu", "rfu", "lbd", "rbd", "lbu", "rbu"),
)
"""By the number in the extension."""


@dataclass(frozen=True)
class _Parts:
    """The bytes of every splat (n, k), in the order of the file."""

    positions: Bytes
    alphas: Bytes
    colours: Bytes
    scales: Bytes
    rotations: Bytes
    harmonics: Bytes


def _read(path: Path, tell: Tell) -> tuple[GaussianCloud, str]:
    return decode_spz(path.read_bytes(), path)


def decode_spz(data: bytes, path: Path) -> tuple[GaussianCloud, str]:
    """The cloud in SPZ bytes, and the axes of its numbers; `path` is for messages.

    Raises:
        UserError: not SPZ, a version or degree that does not exist, or fewer bytes than the header promises.
    """
    header, streams, extensions = decompressed(data, path, _widths)
    parts = _Parts(*streams)
    return GaussianCloud(
        means_m=_positions(parts.positions, header),
        quaternions=_rotations(parts.rotations, header.version),
        scales_m=scale_from_log(parts.scales / np.float32(16) - 10),
        opacities=from_bytes(parts.alphas[:, 0]),
        colours=colour_from_constant((from_bytes(parts.colours) - 0.5) / _COLOUR_RANGE),
        harmonics=_harmonics(parts.harmonics, header) if header.degree else None,
    ), _axes(extensions, path)


def _widths(header: SpzHeader, path: Path) -> list[int]:
    """Bytes of a splat in every stream."""
    if header.version not in _ROTATION_BYTES:
        raise UserError(
            f"Version {header.version} of SPZ is unknown; 1 to 4 can be read",
            path=path,
            field="version",
            remedy="Export the splats as SPZ version 3, or as PLY.",
        )
    if header.degree >= len(COUNTS):
        raise UserError(
            f"The harmonics have degree {header.degree}; 0 to 4 make sense",
            path=path,
            field="shDegree",
            remedy=EXPORT_AGAIN,
        )
    position = 6 if header.version == 1 else 9
    return [position, 1, 3, 3, _ROTATION_BYTES[header.version], 3 * COUNTS[header.degree]]


def _positions(raw: Bytes, header: SpzHeader) -> NDArray[np.float32]:
    if header.version == 1:
        return raw.view("<f2").astype(np.float32)
    # The highest byte carries the sign.
    low, middle, high = raw.reshape(header.count, 3, 3).transpose(2, 0, 1)
    fixed = low.astype(np.int32) | middle.astype(np.int32) << 8 | high.view(np.int8).astype(np.int32) << 16
    return fixed.astype(np.float32) * np.float32(2.0**-header.fractional_bits)


def _rotations(raw: Bytes, version: int) -> NDArray[np.float32]:
    """Quaternions wxyz; the file has them xyzw."""
    if version < 3:
        xyz = raw / np.float32(127.5) - 1
        w = np.sqrt(np.maximum(0, 1 - (xyz * xyz).sum(1)))
        return np.column_stack([w, xyz])
    words = np.ascontiguousarray(raw).view("<u4")[:, 0]
    fields = np.stack([words >> shift & 1023 for shift in (20, 10, 0)], -1)
    sizes = fractions_of(fields, 0, 9) * _ROOT
    xyzw = from_smallest_three(words >> 30, np.where(fields >> 9, -sizes, sizes))
    return np.roll(xyzw, 1, axis=1)


def _harmonics(raw: Bytes, header: SpzHeader) -> NDArray[Any]:
    return (raw.reshape(header.count, COUNTS[header.degree], 3) - np.float32(128)) / 128


def _axes(extensions: bytes, path: Path) -> str:
    position = 0
    while position + 8 <= len(extensions):
        kind, length = struct.unpack_from("<II", extensions, position)
        payload = extensions[position + 8 : position + 8 + length]
        if kind == _ADOBE_AXES:
            number = int.from_bytes(payload[:4], "little")
            if len(payload) < 4 or number >= len(_AXES):
                raise UserError("The file names unknown axes", path=path, field="coordinate system", remedy=CUT_SHORT)
            return _AXES[number]
        position += 8 + length
    return RUB


def _write(cloud: GaussianCloud, path: Path) -> None:
    """Version 3, which most programs read; harmonics of degree 4 need version 4.

    Positions get as many bits behind the point as the extent allows, at most 16 (15 µm).

    Raises:
        UserError: splats lie farther away than 24 bits reach.
    """
    farthest = float(np.abs(cloud.means_m).max(initial=0.0))
    bits = min(_FINEST_BITS, 22 - int(np.floor(np.log2(max(farthest, 1.0)))))
    if bits < 0:
        raise UserError(
            f"A splat lies {farthest:.3g} m from the origin; SPZ reaches 8 million",
            path=path,
            field="means_m",
            remedy="Write PLY, or leave far splats out.",
        )
    largest, others = smallest_three(np.roll(cloud.quaternions, -1, axis=1))
    fields = quantised(np.abs(others) / _ROOT, 9) | (others < 0).astype(np.uint32) << 9
    words = largest.astype(np.uint32) << 30 | fields[:, 0] << 20 | fields[:, 1] << 10 | fields[:, 2]
    fixed = np.round(cloud.means_m.astype(np.float64) * 2.0**bits).astype("<i4")
    constants = constant_from_colour(cloud.colours)
    harmonics = np.empty((len(cloud), 0)) if cloud.harmonics is None else cloud.harmonics
    parts = _Parts(
        positions=fixed.view(np.uint8).reshape(len(cloud), 3, 4)[:, :, :3],
        alphas=to_bytes(cloud.opacities * 255),
        colours=to_bytes((constants * _COLOUR_RANGE + 0.5) * 255),
        scales=to_bytes((np.log(cloud.scales_m) + 10) * 16),
        rotations=words.astype("<u4").view(np.uint8),
        harmonics=to_bytes(harmonics * 128 + 128),
    )
    header = SpzHeader(4 if cloud.degree > 3 else 3, len(cloud), cloud.degree, bits, flags=0)
    streams: list[Any] = [getattr(parts, name) for name in _Parts.__dataclass_fields__]
    path.write_bytes(compressed(header, [np.ascontiguousarray(part).tobytes() for part in streams]))


def _recognises(path: Path, head: bytes) -> bool:
    return head.startswith((MAGIC, b"\x1f\x8b"))


SPZ = SplatFormat("SPZ", (".spz",), RUB, _recognises, _read, _write, highest_degree=4)
