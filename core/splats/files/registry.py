"""Reading and writing splats by what a file is."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from core.errors import UserError
from core.splats.cloud import GaussianCloud
from core.splats.files.axes import RDF, turned
from core.splats.files.cleaning import cleaned
from core.splats.files.compressed_ply import COMPRESSED_PLY
from core.splats.files.format import EXPORT_AGAIN, SplatFormat, Tell
from core.splats.files.gltf import GLTF
from core.splats.files.ply import PLY
from core.splats.files.sog import SOG
from core.splats.files.splat import SPLAT
from core.splats.files.spz import SPZ
from core.splats.harmonics import COUNTS

FORMATS: tuple[SplatFormat, ...] = (COMPRESSED_PLY, PLY, SPZ, GLTF, SOG, SPLAT)
"""Asked in this order: the first that recognises a file reads it."""

_HEAD_BYTES = 1 << 14
_log = logging.getLogger(__name__)


def read_splats(
    path: str | Path, *, axes: str = RDF, file_axes: str | None = None, tell: Tell = _log.warning
) -> GaussianCloud:
    """The splats of a file or SOG folder, checked and ready to draw, in `axes`.

    `file_axes` overrides the axes that the file or its format names. `tell` receives a sentence for everything that
    was left out or guessed.

    Raises:
        UserError: missing, not a splat file, damaged, or of a version that is not known; names file and field.
    """
    path = Path(path)
    try:
        cloud, found_axes = _format_of(path).read(path, tell)
    except OSError as error:
        raise UserError(f"The splats cannot be read ({error.strerror})", path=path) from error
    if len(cloud) == 0:
        tell(f"There are no splats in {path.name}.")
    return turned(cleaned(cloud, path, tell), file_axes or found_axes, axes).validated()


def write_splats(
    cloud: GaussianCloud,
    path: str | Path,
    *,
    axes: str = RDF,
    file_axes: str | None = None,
    tell: Tell = _log.warning,
) -> None:
    """Writes splats that are in `axes`, by the suffix of the path; replaces the file only when it is complete.

    `file_axes` overrides the axes of the format. Lifespans, owners and provenance are not written.

    Raises:
        UserError: a suffix that no writer has, a place that cannot be written to, or splats that the format cannot
            hold.
    """
    path = Path(path)
    found = _writer_of(path)
    cloud = turned(cloud.validated(), axes, file_axes or found.axes)
    if cloud.degree > found.highest_degree:
        tell(f"{found.name} holds harmonics up to degree {found.highest_degree}; higher ones are left out.")
        cloud = _limited(cloud, found.highest_degree)
    # The suffix stays last: writers look at it.
    beside = path.with_name(f".new-{path.name}")
    try:
        assert found.write is not None
        found.write(cloud, beside)
        beside.replace(path)
    except OSError as error:
        raise UserError(
            f"The splats cannot be written ({error.strerror})", path=path, remedy="Choose another place."
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def convert_splats(
    source: str | Path,
    target: str | Path,
    *,
    source_axes: str | None = None,
    target_axes: str | None = None,
    tell: Tell = _log.warning,
) -> GaussianCloud:
    """Writes the splats of one file as another, and returns them in the axes of PLY.

    The axes are those of the numbers in the files, and default to what the files or their formats say. `tell` gets a
    sentence for everything that was left out.

    Raises:
        UserError: as `read_splats` and `write_splats`.
    """
    _writer_of(Path(target))
    cloud = read_splats(source, file_axes=source_axes, tell=tell)
    write_splats(cloud, target, file_axes=target_axes, tell=tell)
    return cloud


def _format_of(path: Path) -> SplatFormat:
    head = b""
    if not path.is_dir():
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    for found in FORMATS:
        if found.recognises(path, head):
            return found
    if path.name == "lod-meta.json" or (path / "lod-meta.json").is_file():
        raise UserError(
            "This is a list of levels of detail",
            path=path,
            remedy="Open one of the levels: a folder beside it that holds a meta.json.",
        )
    if not head and path.is_file():
        raise UserError("The file is empty", path=path, remedy=EXPORT_AGAIN)
    raise UserError("This is not a splat file", path=path, remedy=f"Known are {_names(FORMATS)}.")


def _writer_of(path: Path) -> SplatFormat:
    for found in FORMATS:
        if found.write is not None and path.name.lower().endswith(found.suffixes):
            return found
    writers = tuple(found for found in FORMATS if found.write is not None)
    raise UserError("No splats can be written under this name", path=path, remedy=f"Known are {_names(writers)}.")


def _names(formats: tuple[SplatFormat, ...]) -> str:
    return ", ".join(f"{found.name} ({', '.join(found.suffixes)})" for found in formats)


def _limited(cloud: GaussianCloud, degree: int) -> GaussianCloud:
    assert cloud.harmonics is not None
    return replace(cloud, harmonics=cloud.harmonics[:, : COUNTS[degree]] if degree else None)
