"""What readers share: which log of a folder is meant, its world frame, its order of time, checked poses and lenses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import UserError
from core.geometry import Camera, PinholeCamera, Pose
from core.logs.log import HealthNote

_MOST_LISTED = 20


def split_address(address: Path) -> tuple[Path, str | None]:
    """`FOLDER#NAME` as folder and name of the log in it; a path that exists is never split."""
    folder, mark, name = str(address).rpartition("#")
    if not mark or address.exists():
        return address, None
    return Path(folder), name


def choose_log(names: Sequence[str], wanted: str | None, folder: Path) -> tuple[str, list[HealthNote]]:
    """The log to open, the first unless one is wanted, and a note when there are others.

    Raises:
        UserError: no log of the wanted name.
    """
    if wanted is not None and wanted not in names:
        raise UserError(f"There is no log {wanted} in this folder", path=folder, remedy=f"It holds {listed(names)}.")
    chosen = wanted if wanted is not None else names[0]
    others = [name for name in names if name != chosen]
    if not others:
        return chosen, []
    text = f"{chosen} is open, one of {len(names)} logs here. Open {folder.name}#NAME for another: {listed(others)}"
    return chosen, [HealthNote("info", text)]


def world_frame(first_source_from_ego: Pose) -> Pose:
    """`source_from_world`: origin at the first ego pose, x along its heading, z as in the source."""
    return Pose.from_heading(first_source_from_ego.heading, first_source_from_ego.translation)


def in_order(t_ns: ArrayLike) -> NDArray[np.int64]:
    """Indices that put times in order, the first of equal ones only."""
    return np.unique(np.asarray(t_ns, dtype=np.int64), return_index=True)[1].astype(np.int64)


def poses_from_rows(
    wxyz: Sequence[Sequence[float]],
    translations_m: Sequence[Sequence[float]],
    path: Path,
    field: Callable[[int], str],
) -> Pose:
    """Poses (n,) of finite quaternions and translations; `field` names the rotation of row i in `path`.

    Raises:
        UserError: a quaternion is zero.
    """
    rotations = np.reshape(np.asarray(wxyz, dtype=float), (-1, 4))
    zero = np.flatnonzero(np.linalg.norm(rotations, axis=1) < 1e-6)
    if len(zero):
        raise UserError("A rotation has length zero", path=path, field=field(int(zero[0])), remedy="Repair the file.")
    return Pose.from_quaternion(rotations, np.reshape(np.asarray(translations_m, dtype=float), (-1, 3)))


def pinhole_camera(
    width: int, height: int, lens_px: tuple[float, float, float, float], path: Path, field: str
) -> Camera:
    """A pinhole of fx, fy, cx, cy that `path` holds in `field`.

    Raises:
        UserError: the values make no camera.
    """
    try:
        return PinholeCamera(width, height, *lens_px)
    except ValueError as error:
        what = f"These values make no camera ({error})"
        raise UserError(what, path=path, field=field, remedy="Check the calibration.") from error


def listed(names: Sequence[str]) -> str:
    """Names with commas, cut after twenty."""
    return ", ".join(names[:_MOST_LISTED]) + ("…" if len(names) > _MOST_LISTED else "")
