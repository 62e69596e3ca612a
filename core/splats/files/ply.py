"""PLY in the layout of the 3D Gaussian splatting paper: logarithms of scales, logits of opacities, band 0 as
coefficients, and the other bands channel by channel (Kerbl et al. 2023, reference implementation)."""

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
    colour_from_constant,
    constant_from_colour,
    logit_from_opacity,
    opacity_from_logit,
    scale_from_log,
)
from core.splats.files.ply_table import Table, read_ply, write_ply
from core.splats.harmonics import COUNTS

_PLACES = ("x", "y", "z")
_NORMALS = ("nx", "ny", "nz")
_CONSTANTS = ("f_dc_0", "f_dc_1", "f_dc_2")
_SCALES = ("scale_0", "scale_1", "scale_2")
_ROTATION = ("rot_0", "rot_1", "rot_2", "rot_3")


def _read(path: Path, tell: Tell) -> tuple[GaussianCloud, str]:
    table = read_ply(path, ("vertex",), tell).get("vertex")
    if table is None:
        raise UserError("The file has no vertices", path=path, field="vertex", remedy=EXPORT_AGAIN)
    return GaussianCloud(
        means_m=_columns(table, _PLACES, path),
        quaternions=_columns(table, _ROTATION, path),
        scales_m=scale_from_log(_columns(table, _SCALES, path)),
        opacities=opacity_from_logit(_columns(table, ("opacity",), path)[:, 0]),
        colours=colour_from_constant(_columns(table, _CONSTANTS, path)),
        harmonics=_harmonics(table, path),
    ), RDF


def _columns(table: Table, names: tuple[str, ...], path: Path) -> NDArray[Any]:
    """Properties side by side (n, k), in single precision unless they are doubles."""
    missing = [name for name in names if name not in (table.dtype.names or ())]
    if missing:
        raise UserError(
            "The file holds points without what makes them splats",
            path=path,
            field=missing[0],
            remedy="Export it as Gaussian splats, or train splats from it first.",
        )
    is_double = any(table.dtype[name].itemsize > 4 for name in names)
    columns = np.empty((len(table), len(names)), np.float64 if is_double else np.float32)
    for index, name in enumerate(names):
        columns[:, index] = table[name]
    return columns


def _harmonics(table: Table, path: Path) -> NDArray[Any] | None:
    count = sum(name.startswith("f_rest_") for name in table.dtype.names or ())
    if count == 0:
        return None
    if count % 3 or count // 3 not in COUNTS:
        raise UserError(
            f"The file has {count} harmonics for a splat; 9, 24, 45 or 72 make sense",
            path=path,
            field="f_rest",
            remedy=EXPORT_AGAIN,
        )
    by_channel = _columns(table, tuple(f"f_rest_{index}" for index in range(count)), path)
    return np.ascontiguousarray(by_channel.reshape(len(table), 3, count // 3).transpose(0, 2, 1))


def _write(cloud: GaussianCloud, path: Path) -> None:
    """Little-endian single precision, normals of zero: some viewers refuse files without normals."""
    rest = 0 if cloud.harmonics is None else 3 * cloud.harmonics.shape[1]
    parts: dict[tuple[str, ...], NDArray[Any]] = {
        _PLACES: cloud.means_m,
        _NORMALS: np.zeros((len(cloud), 3)),
        _CONSTANTS: constant_from_colour(cloud.colours),
        tuple(f"f_rest_{index}" for index in range(rest)): (
            np.empty((len(cloud), 0)) if cloud.harmonics is None else cloud.harmonics.transpose(0, 2, 1)
        ),
        ("opacity",): logit_from_opacity(cloud.opacities),
        _SCALES: np.log(cloud.scales_m),
        _ROTATION: cloud.quaternions,
    }
    names = [name for group in parts for name in group]
    columns = [part.reshape(len(cloud), len(group)) for group, part in parts.items()]
    values = np.concatenate(columns, axis=1, dtype="<f4")
    write_ply(path, {"vertex": values.view([(name, "<f4") for name in names])[:, 0]})


PLY = SplatFormat("PLY", (".ply",), RDF, lambda path, head: head.startswith(b"ply"), _read, _write, highest_degree=4)
