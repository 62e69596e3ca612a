"""SOG of PlayCanvas, versions 1 and 2: splats as pictures, in a folder or a zip file.

Facts from the format descriptions and the splat-transform project of PlayCanvas. Levels of detail are separate
folders, of which one is read at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat, NonNegativeInt

from core.errors import UserError
from core.splats.cloud import GaussianCloud
from core.splats.files.axes import RDF
from core.splats.files.format import EXPORT_AGAIN, SplatFormat, Tell
from core.splats.files.json_text import parsed
from core.splats.files.packing import (
    colour_from_constant,
    from_bytes,
    from_smallest_three,
    opacity_from_logit,
    scale_from_log,
)
from core.splats.files.sog_pictures import META, Pictures, open_pictures
from core.splats.harmonics import COUNTS

Three: TypeAlias = tuple[FiniteFloat, FiniteFloat, FiniteFloat]
Four: TypeAlias = tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
Codebook: TypeAlias = Annotated[list[FiniteFloat], Field(min_length=256, max_length=256)]
OneFile: TypeAlias = Annotated[list[str], Field(min_length=1)]
TwoFiles: TypeAlias = Annotated[list[str], Field(min_length=2)]

_PALETTE_COLUMNS = 64
_FIRST_TAG = 252


@dataclass(frozen=True)
class _Means:
    mins: Three
    maxs: Three
    files: TwoFiles
    shape: Annotated[list[NonNegativeInt], Field(min_length=1)] | None = None


@dataclass(frozen=True)
class _Rotations:
    files: OneFile


@dataclass(frozen=True)
class _Coded:
    codebook: Codebook
    files: OneFile


@dataclass(frozen=True)
class _Harmonics:
    codebook: Codebook
    files: TwoFiles


@dataclass(frozen=True)
class _Spanned:
    """Version 1: bytes are fractions between two ends."""

    mins: Three | Four
    maxs: Three | Four
    files: OneFile


@dataclass(frozen=True)
class _SpannedHarmonics:
    mins: FiniteFloat
    maxs: FiniteFloat
    files: TwoFiles


@dataclass(frozen=True)
class _Version2:
    count: NonNegativeInt
    means: _Means
    scales: _Coded
    quats: _Rotations
    sh0: _Coded
    shN: _Harmonics | None = None  # noqa: N815 (the file's own name)


@dataclass(frozen=True)
class _Version1:
    means: _Means
    scales: _Spanned
    quats: _Rotations
    sh0: _Spanned
    shN: _SpannedHarmonics | None = None  # noqa: N815


@dataclass(frozen=True)
class _Version:
    version: int = 1


def _read(path: Path, tell: Tell) -> tuple[GaussianCloud, str]:
    with open_pictures(path) as pictures:
        text = pictures.meta()
        version = parsed(text, _Version, path).version
        if version not in (1, 2):
            raise UserError(
                f"Version {version} of SOG is unknown; 1 and 2 can be read",
                path=path,
                field="version",
                remedy="Export the splats as PLY.",
            )
        if version == 2:
            return _from_version_2(parsed(text, _Version2, path), pictures), RDF
        return _from_version_1(parsed(text, _Version1, path), pictures), RDF


def _from_version_2(meta: _Version2, pictures: Pictures) -> GaussianCloud:
    count = meta.count
    colours = pictures.rows(meta.sh0.files[0], count)
    return GaussianCloud(
        means_m=_means(meta.means, pictures, count),
        quaternions=_quaternions(pictures.rows(meta.quats.files[0], count)),
        scales_m=scale_from_log(_looked_up(meta.scales.codebook, pictures.rows(meta.scales.files[0], count)[:, :3])),
        opacities=from_bytes(colours[:, 3]),
        colours=colour_from_constant(_looked_up(meta.sh0.codebook, colours[:, :3])),
        harmonics=None if meta.shN is None else _harmonics(meta.shN.codebook, meta.shN.files, pictures, count),
    )


def _from_version_1(meta: _Version1, pictures: Pictures) -> GaussianCloud:
    count = _version_1_count(meta, pictures)
    scales = _spanned(meta.scales, pictures.rows(meta.scales.files[0], count), 3, pictures)
    colours = _spanned(meta.sh0, pictures.rows(meta.sh0.files[0], count), 4, pictures)
    harmonics = None
    if meta.shN is not None:
        codebook = np.linspace(meta.shN.mins, meta.shN.maxs, 256)
        harmonics = _harmonics(codebook, meta.shN.files, pictures, count)
    return GaussianCloud(
        means_m=_means(meta.means, pictures, count),
        quaternions=_quaternions(pictures.rows(meta.quats.files[0], count)),
        scales_m=scale_from_log(scales),
        opacities=opacity_from_logit(colours[:, 3]),
        colours=colour_from_constant(colours[:, :3]),
        harmonics=harmonics,
    )


def _version_1_count(meta: _Version1, pictures: Pictures) -> int:
    if meta.means.shape is None:
        raise UserError("The number of splats is missing", path=pictures.path, field="means.shape", remedy=EXPORT_AGAIN)
    return meta.means.shape[0]


def _means(meta: _Means, pictures: Pictures, count: int) -> NDArray[Any]:
    low, high = (pictures.rows(name, count)[:, :3].astype(np.float32) for name in meta.files[:2])
    fractions = (low + high * 256) / np.float32(65535)
    start, end = np.array(meta.mins, np.float32), np.array(meta.maxs, np.float32)
    logarithms = start + fractions * (end - start)
    with np.errstate(over="ignore"):
        return np.sign(logarithms) * np.expm1(np.abs(logarithms))


def _quaternions(rows: NDArray[np.uint8]) -> NDArray[Any]:
    """Length zero where the file marks no part as the largest."""
    tags = rows[:, 3]
    others = (rows[:, :3] / np.float32(127.5) - 1) / np.float32(2**0.5)
    quaternions = from_smallest_three(np.maximum(tags, _FIRST_TAG) - _FIRST_TAG, others)
    quaternions[tags < _FIRST_TAG] = 0
    return quaternions


def _looked_up(codebook: Sequence[float] | NDArray[Any], values: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(codebook, np.float32)[values]


def _spanned(meta: _Spanned, rows: NDArray[np.uint8], width: int, pictures: Pictures) -> NDArray[Any]:
    if len(meta.mins) < width or len(meta.maxs) < width:
        raise UserError(f"Fewer than {width} ends are given", path=pictures.path, field="mins", remedy=EXPORT_AGAIN)
    low, high = np.array(meta.mins[:width], np.float32), np.array(meta.maxs[:width], np.float32)
    return low + (high - low) * from_bytes(rows[:, :width])


def _harmonics(
    codebook: Sequence[float] | NDArray[Any], files: list[str], pictures: Pictures, count: int
) -> NDArray[np.float32]:
    """Every splat names one of at most 65,536 sets of coefficients, which stand 64 to a row of a picture."""
    palette = pictures.palette(files[0])
    coefficients, rest = divmod(palette.shape[1], _PALETTE_COLUMNS)
    if rest or coefficients not in COUNTS[1:]:
        raise UserError(
            "The palette of harmonics has an odd width", path=pictures.path, field="shN", remedy=EXPORT_AGAIN
        )
    sets = palette[:, :, :3].reshape(-1, coefficients, 3)
    labels = pictures.rows(files[1], count)[:, :2].astype(np.int64) @ [1, 256]
    known = labels < len(sets)
    return _looked_up(codebook, sets[np.where(known, labels, 0)]) * known[:, None, None].astype(np.float32)


def _recognises(path: Path, head: bytes) -> bool:
    if path.is_dir():
        return (path / META).is_file()
    return head.startswith(b"PK") or path.name == META


SOG = SplatFormat("SOG", (".sog",), RDF, _recognises, _read)
