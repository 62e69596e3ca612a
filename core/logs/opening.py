"""What readers share: which log of a folder is meant, its world frame, its order of time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import UserError
from core.geometry import Pose
from core.logs.log import HealthNote


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
        listed = ", ".join(names[:20])
        raise UserError(f"There is no log {wanted} in this folder", path=folder, remedy=f"It holds {listed}.")
    chosen = wanted if wanted is not None else names[0]
    others = [name for name in names if name != chosen]
    if not others:
        return chosen, []
    listed = ", ".join(others[:20]) + ("…" if len(others) > 20 else "")
    text = f"This folder holds {len(names)} logs; {chosen} is open. Open {folder.name}#NAME for one of: {listed}"
    return chosen, [HealthNote("info", text)]


def world_frame(first_source_from_ego: Pose) -> Pose:
    """`source_from_world`: origin at the first ego pose, x along its heading, z as in the source."""
    return Pose.from_heading(first_source_from_ego.heading, first_source_from_ego.translation)


def in_order(t_ns: ArrayLike) -> NDArray[np.int64]:
    """Indices that put times in order, the first of equal ones only."""
    return np.unique(np.asarray(t_ns, dtype=np.int64), return_index=True)[1].astype(np.int64)
