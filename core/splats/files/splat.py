"""`.splat`: 32 bytes for a splat, nothing else; the format of the first viewer in browsers (antimatter15/splat)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import UserError
from core.splats.cloud import GaussianCloud
from core.splats.files.axes import RDF
from core.splats.files.format import CUT_SHORT, SplatFormat, Tell
from core.splats.files.packing import from_bytes, to_bytes

_ROW = np.dtype([("place", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("rotation", "u1", 4)])


def _read(path: Path, tell: Tell) -> tuple[GaussianCloud, str]:
    size = path.stat().st_size
    if size % _ROW.itemsize:
        raise UserError(
            f"A .splat file takes 32 bytes for a splat, this one has {size}, which is no multiple",
            path=path,
            remedy=CUT_SHORT,
        )
    rows = np.fromfile(path, _ROW)
    rgba = from_bytes(rows["rgba"])
    return GaussianCloud(
        means_m=rows["place"],
        quaternions=(rows["rotation"] / 128 - 1).astype(np.float32),
        scales_m=rows["scale"],
        opacities=rgba[:, 3],
        colours=rgba[:, :3],
    ), RDF


def _write(cloud: GaussianCloud, path: Path) -> None:
    """Splats that cover most come first: viewers draw while they load."""
    rows = np.empty(len(cloud), _ROW)
    rows["place"], rows["scale"] = cloud.means_m, cloud.scales_m
    rows["rgba"] = to_bytes(np.column_stack([cloud.colours, cloud.opacities]) * 255)
    rows["rotation"] = to_bytes(cloud.quaternions * 128 + 128)
    weight = cloud.opacities * cloud.scales_m.prod(1)
    rows[np.argsort(-weight, kind="stable")].tofile(path)


SPLAT = SplatFormat(".splat", (".splat",), RDF, lambda path, head: path.suffix.lower() == ".splat", _read, _write, 0)
